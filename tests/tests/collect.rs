//! `testyard collect` beside a real pytest: the same node ids in the same order, wherever files say them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use testyard_tests::{Project, cache};

/// A Python with pytest, made once; nothing, aloud, where there is no Python or no package index.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn python() -> Option<&'static PathBuf> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let folder = cache().join("collect-pytest-8.4.2");
        let python = folder.join("bin/python");
        let works = || {
            let done = Command::new(&python).args(["-m", "pytest", "--version"]).output();
            done.is_ok_and(|done| done.status.success())
        };
        if !works() {
            let made = Command::new("python3").args(["-m", "venv"]).arg(&folder).status();
            made.ok().filter(|status| status.success())?;
            let install = ["-m", "pip", "install", "--quiet", "pytest==8.4.2"];
            Command::new(&python).args(install).status().ok()?;
        }
        works().then_some(python)
    });
    if found.is_none() {
        eprintln!("skipped: no Python with pytest can be made on this machine");
    }
    found.as_ref()
}

/// The node ids that pytest collects.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn theirs(project: &Project, python: &PathBuf) -> Vec<String> {
    let arguments = ["-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"];
    let done = Command::new(python).args(arguments).current_dir(project.path()).output();
    let said = String::from_utf8_lossy(&done.expect("pytest can be started").stdout).into_owned();
    assert!(!said.contains("error"), "{said}");
    said.lines().filter(|line| line.contains("::")).map(str::to_owned).collect()
}

fn ours(project: &Project) -> Vec<String> {
    let document = project.testyard(&["collect", "--format", "json"]).json();
    let tests = document["tests"].as_array().expect("a list of tests").clone();
    assert!(tests.iter().all(|test| test["unexpanded"].is_null()), "{tests:?}");
    tests.iter().map(|test| test["id"].as_str().expect("an id").to_owned()).collect()
}

#[track_caller]
fn same(files: &[(&str, &str)]) {
    let Some(python) = python() else { return };
    let project = Project::of(files);
    let expected = theirs(&project, python);
    assert!(!expected.is_empty(), "pytest collects nothing of {files:?}");
    assert_eq!(ours(&project), expected);
}

#[test]
fn functions_and_classes() {
    same(&[
        ("pytest.ini", "[pytest]\npython_classes = Test *Suite\n"),
        (
            "test_a.py",
            "import pytest\n\
             def helper(): pass\n\
             def test_b(): pass\n\
             async def test_a(): pass\n\
             test_lambda = lambda: None\n\
             class TestOne:\n    def test_y(self): pass\n    def test_x(self): pass\n    def other(self): pass\n    \
                class TestIn:\n        def test_z(self): pass\n    @staticmethod\n    def test_s(): pass\n\
             class TestTwo(TestOne):\n    def test_w(self): pass\n    def test_x(self): pass\n\
             class MySuite:\n    def test_m(self): pass\n\
             class Other:\n    def test_o(self): pass\n\
             class Chosen:\n    __test__ = True\n    def test_c(self): pass\n\
             class TestOff:\n    __test__ = False\n    def test_f(self): pass\n\
             class TestMade:\n    def __init__(self): pass\n    def test_i(self): pass\n\
             def test_off(): pass\n\
             test_off.__test__ = False\n\
             def test_again(): pass\n\
             if True:\n    def test_inside(): pass\n\
             def test_again(): pass\n",
        ),
        ("sub/__init__.py", ""),
        ("sub/base.py", "class TestBase:\n    def test_inherited(self): pass\n"),
        (
            "sub/test_c.py",
            "from .base import TestBase\nfrom sub import base\n\
             class TestDerived(TestBase):\n    def test_own(self): pass\n\
             class TestOther(base.TestBase):\n    pass\n",
        ),
        ("sub/other_test.py", "def test_end(): pass\n"),
        ("sub/not_a_test_file.py", "def test_no(): pass\n"),
    ]);
}

#[test]
fn classes_of_unittest() {
    same(&[(
        "test_u.py",
        "import unittest\nfrom unittest import TestCase\n\
             class Base(unittest.TestCase):\n    def test_b(self): pass\n    def test_a(self): pass\n    def helper(self): pass\n\
             class Derived(Base):\n    def test_0(self): pass\n\
             class Async(unittest.IsolatedAsyncioTestCase):\n    async def test_c(self): pass\n",
    )]);
}

#[test]
fn parameters() {
    same(&[(
        "test_p.py",
        "import enum, re, pytest\nfrom pytest import mark, param\n\
         class Color(enum.Enum):\n    RED = 1\n\
         VALUES = [1, 2.5, None, True, 'a b', b'x', 'é', (1, 2), [3], {'a': 1}]\n\
         twice = pytest.mark.parametrize('again', ['l', 'r'])\n\
         @pytest.mark.parametrize('value', VALUES)\n\
         def test_values(value): pass\n\
         @mark.parametrize('a', [1, 2])\n@mark.parametrize('b,c', [(3, 4), param(5, 6, id='own'), param(7, 8)])\n\
         def test_stacked(a, b, c): pass\n\
         @mark.parametrize(['x', 'y'], [('p', Color.RED), ('q', re.compile('z+'))], ids=['first', None])\n\
         def test_ids(x, y): pass\n\
         @mark.parametrize('f', [len, Color, lambda: 1, -1, 1e-7, ''])\n\
         def test_names(f): pass\n\
         @mark.parametrize('d', ['s', 's', '1', '1'])\n\
         def test_doubled(d): pass\n\
         @twice\nclass TestMarked:\n    pytestmark = [mark.parametrize('m', [0])]\n    \
            @mark.parametrize('i', ['in'])\n    def test_m(self, i, m, again): pass\n",
    )]);
}

#[test]
fn fixtures_with_parameters() {
    same(&[
        (
            "conftest.py",
            "import pytest\n@pytest.fixture(params=['x', 'y'])\ndef both(request): return request.param\n\
            @pytest.fixture(scope='session', params=[1, 2], ids=['one', 'two'])\ndef wide(request): return request.param\n\
            @pytest.fixture\ndef through(both): return both\n",
        ),
        (
            "test_f.py",
            "import pytest\n\
             def test_none(): pass\n\
             def test_both(both): pass\n\
             def test_through(through): pass\n\
             @pytest.mark.parametrize('n', [7])\ndef test_and(n, both): pass\n\
             @pytest.mark.parametrize('both', ['direct'])\ndef test_direct(both): pass\n\
             @pytest.mark.usefixtures('both')\ndef test_used(): pass\n\
             class TestClass:\n    @pytest.fixture(autouse=True, params=['own'])\n    def always(self, request): pass\n    \
                def test_c(self): pass\n\
             @pytest.fixture(params=[0])\ndef test_is_a_fixture(request): pass\n",
        ),
    ]);
}

#[test]
fn what_is_passed_over() {
    let test = "def test_a(): pass\n";
    same(&[
        (
            "pyproject.toml",
            "[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\nnorecursedirs = [\"skipped\"]\n\
            addopts = \"--ignore=tests/ignored.py --ignore=tests/test_ignored.py\"\n",
        ),
        ("test_outside.py", test),
        ("tests/test_a.py", test),
        ("tests/test_ignored.py", test),
        ("tests/skipped/test_a.py", test),
        ("tests/conftest.py", "collect_ignore = ['test_not.py']\ncollect_ignore_glob = ['*_old.py']\n"),
        ("tests/test_not.py", test),
        ("tests/test_a_old.py", test),
        ("tests/deep/test_a_old.py", test),
        ("tests/deep/test_b.py", test),
        ("tests/env/pyvenv.cfg", ""),
        ("tests/env/test_a.py", test),
    ]);
}

#[test]
fn what_is_no_python_is_told_and_never_a_panic() {
    let deep = format!("x = {}\n", "(".repeat(20_000));
    let long = format!("x = {}1\n", "1 + ".repeat(100_000));
    let project = Project::of(&[
        ("test_a.py", "def test_a(:\n"),
        ("test_b.py", "def test_b(): pass\n"),
        ("test_deep.py", &deep),
        ("test_long.py", &long),
        ("test_null.py", "\0\u{feff}\n"),
    ]);
    let said = project.testyard(&["collect", "--format", "json"]);
    let document = said.json();
    assert_eq!(said.code, 1);
    assert_eq!(document["tests"][0]["id"], "test_b.py::test_b");
    let first = &document["broken"][0];
    assert_eq!((&first["path"], &first["chain"][0]["line"]), (&"test_a.py".into(), &1.into()));
    assert_eq!(Project::of(&[]).testyard(&["collect"]).code, 4);
}

/// The causes of what cannot be imported: `kind name: files`, the chain of the first file behind it.
fn causes(files: &[(&str, &str)]) -> Option<Vec<String>> {
    let python = python()?;
    let project = Project::of(files);
    let python = python.to_str().expect("a plain path");
    let document = project.testyard(&["collect", "--format", "json", "--python", python]).json();
    let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
    let shown = list("causes").into_iter().map(|cause| {
        let first = list("broken")
            .into_iter()
            .find(|file| file["cause"] == cause["id"])
            .expect("a file has the cause");
        let chain = first["chain"].as_array().cloned().unwrap_or_default();
        let chain: Vec<String> = chain
            .iter()
            .map(|link| format!("{}:{}", link["path"].as_str().unwrap_or_default(), link["line"]))
            .collect();
        let word = |key: &str| cause[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {} | {}", word("kind"), word("name"), cause["files"], chain.join(" "))
    });
    Some(shown.collect())
}

#[track_caller]
fn broken_by(files: &[(&str, &str)], expected: &[&str]) {
    let Some(found) = causes(files) else { return };
    assert_eq!(found, expected, "{files:?}");
    // What is said to be broken is, and nothing else.
    let project = Project::of(files);
    let Some(python) = python() else { return };
    assert_eq!(breaks(&project, python), !expected.is_empty(), "{files:?}");
}

/// Whether pytest cannot collect something.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn breaks(project: &Project, python: &PathBuf) -> bool {
    let arguments = ["-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"];
    let done = Command::new(python).args(arguments).current_dir(project.path()).output();
    // 5 is that nothing was collected, as when every file is skipped.
    !matches!(done.expect("pytest can be started").status.code(), Some(0 | 5))
}

#[test]
fn one_missing_package_is_one_cause() {
    broken_by(
        &[
            ("app/__init__.py", ""),
            ("app/db.py", "import os\nimport no_such_driver.errors\n"),
            ("app/models.py", "from app import db\n"),
            ("test_a.py", "from app.models import *\ndef test_a(): pass\n"),
            ("test_b.py", "import app.db\ndef test_b(): pass\n"),
            (
                "test_c.py",
                "import os.path, json, sys, pytest, xml.dom.minidom\nfrom collections import abc, deque\ndef test_c(): pass\n",
            ),
        ],
        &["missing-package no_such_driver 2 | test_a.py:1 app/models.py:1 app/db.py:2"],
    );
}

#[test]
fn imports_that_may_fail_are_fine() {
    let guarded = [
        "try:\n    import no_such\nexcept ImportError:\n    no_such = None\n",
        "import typing\nif typing.TYPE_CHECKING:\n    import no_such\n",
        "import sys\nif sys.version_info < (3, 0):\n    import no_such\nelse:\n    import json\n",
        "def test_in():\n    import no_such\n",
        "import pytest\npytest.importorskip('no_such')\nimport no_such\n",
        "import pytest\ntry:\n    import no_such\nexcept ImportError:\n    pytest.skip('x', allow_module_level=True)\n",
        "if __name__ == '__main__':\n    import no_such\n",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import no_such\n",
    ];
    for text in guarded {
        broken_by(&[("test_a.py", text)], &[]);
    }
    broken_by(
        &[(
            "test_a.py",
            "try:\n    import no_such\nexcept ImportError as error:\n    raise RuntimeError from error\n",
        )],
        &["missing-package no_such 1 | test_a.py:2"],
    );
    broken_by(
        &[("test_a.py", "import sys\nif sys.version_info >= (3, 0):\n    import no_such\n")],
        &["missing-package no_such 1 | test_a.py:3"],
    );
}

#[test]
fn names_and_modules_of_the_project() {
    let app = [("app/__init__.py", ""), ("app/tools.py", "def helper(): pass\nfor one in [1]: pass\n")];
    let with = |test: &'static str| [&app[..], &[("test_a.py", test)]].concat();
    broken_by(&with("from app.tools import helper, one\nfrom app import tools\n"), &[]);
    broken_by(&with("from app.tools import helpr\n"), &["missing-name app/tools.py:helpr 1 | test_a.py:1"]);
    broken_by(&with("from app.tolls import helper\n"), &["missing-module app.tolls 1 | test_a.py:1"]);
    broken_by(&with("import app.tools.deeper\n"), &["missing-module app.tools.deeper 1 | test_a.py:1"]);
    broken_by(&with("from app import gone\n"), &["missing-name app/__init__.py:gone 1 | test_a.py:1"]);
    let lazy =
        [("app/__init__.py", "def __getattr__(name): return 1\n"), ("test_a.py", "from app import gone\n")];
    broken_by(&lazy, &[]);
    // The packages that a test file lies in are imported before it.
    let inside = [
        ("app/__init__.py", ""),
        ("tests/__init__.py", ""),
        ("tests/inner/__init__.py", "from app import gone\n"),
        ("tests/inner/test_a.py", "def test_a(): pass\n"),
        ("tests/test_b.py", "def test_b(): pass\n"),
    ];
    broken_by(&inside, &["missing-name app/__init__.py:gone 1 | tests/inner/__init__.py:1"]);
    // A circle is no error where what is taken is there by then.
    let circle = [
        ("app/__init__.py", ""),
        ("app/a.py", "import app.b\nname = 1\n"),
        ("app/b.py", "import app.a\n"),
        ("test_a.py", "from app.a import name\n"),
    ];
    broken_by(&circle, &[]);
}

#[test]
fn packages_of_another_version() {
    broken_by(
        &[("test_a.py", "from pytest import no_such_name\n")],
        &["missing-name pytest.no_such_name 1 | test_a.py:1"],
    );
    broken_by(
        &[("test_a.py", "import pluggy.no_such\n")],
        &["missing-module pluggy.no_such 1 | test_a.py:1"],
    );
    broken_by(
        &[(
            "test_a.py",
            "from pluggy import HookimplMarker\nfrom pytest import fixture, mark\nimport iniconfig\n",
        )],
        &[],
    );
}

#[test]
fn exits_syntax_and_conftest_files() {
    broken_by(&[("test_a.py", "import sys\nsys.exit(1)\n")], &["exit test_a.py 1 | test_a.py:2"]);
    broken_by(
        &[(
            "test_a.py",
            "import sys\ntry:\n    import no_such\nexcept ImportError:\n    sys.exit('needed')\n",
        )],
        &["exit test_a.py 1 | test_a.py:5"],
    );
    broken_by(&[("test_a.py", "import sys\ndef main():\n    sys.exit(1)\n")], &[]);
    broken_by(&[("test_a.py", "def broken(:\n")], &["syntax test_a.py 1 | test_a.py:1"]);
    broken_by(
        &[
            ("sub/conftest.py", "import no_such\n"),
            ("sub/test_a.py", ""),
            ("test_b.py", "def test_b(): pass\n"),
        ],
        &["missing-package no_such 1 | sub/conftest.py:1"],
    );
}

#[test]
fn doctests_of_modules_and_text_files() {
    let module = r#""""Mod.

>>> 1
1
"""
import functools
def z():
    """>>> 1
    1
    """
def b():
    """No examples."""
class C:
    """
    >>> 2
    2
    """
    def meth(self):
        """>>> 1"""
    @property
    def prop(self):
        """>>> 1"""
    class Inner:
        r""">>> 1"""
@functools.lru_cache
def cached():
    """>>> 1"""
__test__ = {"x": ">>> 1\n", "f": z}
if True:
    async def inside_if():
        """>>> 1"""
def outer():
    def inner():
        """>>> 1"""
def empty():
    """>>>
    >>> # nothing
    """
"#;
    let tests = "\"\"\"\n>>> 1\n1\n\"\"\"\nfrom pkg.m import z\ndef test_x():\n    \"\"\">>> 1\"\"\"\ndef helper(): pass\n";
    let files = [
        ("pkg/__init__.py", "\"\"\">>> 1\"\"\"\n"),
        ("pkg/__main__.py", "\"\"\">>> 1\"\"\"\n"),
        ("pkg/m.py", module),
        ("tests/test_a.py", tests),
        ("tests/conftest.py", "\"\"\">>> 1\"\"\"\n"),
        ("setup.py", "\"\"\">>> 1\"\"\"\nimport setuptools\n"),
        ("tests/test_notes.txt", "text\n>>> 1\n1\n"),
        ("tests/test_empty.txt", "none\n"),
        ("notes.rst", ">>> 1\n1\n"),
    ];
    // Text files are collected without being asked for; docstrings are not.
    same(&[&[("pytest.ini", "[pytest]\n")], &files[..]].concat());
    same(
        &[&[("pytest.ini", "[pytest]\naddopts = --doctest-modules --doctest-glob=*.rst\n")], &files[..]]
            .concat(),
    );
}

#[test]
fn without_an_environment_packages_are_not_judged() {
    let project =
        Project::of(&[("test_a.py", "import no_such\nfrom app import gone\n"), ("app/__init__.py", "")]);
    let document = project.testyard(&["collect", "--format", "json"]).json();
    assert_eq!(document["summary"]["packages_judged"], false);
    assert_eq!(document["causes"][0]["name"], "app/__init__.py:gone");
    assert_eq!(project.testyard(&["collect", "--python", "no/such/python"]).code, 2);
}

#[test]
fn circles_that_break() {
    // What is taken is not there yet.
    broken_by(
        &[
            ("app/__init__.py", ""),
            ("app/a.py", "from app.b import other\nname = 1\n"),
            ("app/b.py", "from app.a import name\nother = 2\n"),
            ("test_a.py", "import app.a\n"),
        ],
        &["import-cycle app/a.py:name 1 | test_a.py:1 app/a.py:1 app/b.py:1"],
    );
    // Entered at the other end it is: the name stands before the import.
    let fine = [
        ("app/__init__.py", ""),
        ("app/a.py", "name = 1\nfrom app.b import other\n"),
        ("app/b.py", "from app.a import name\nother = 2\n"),
        ("test_a.py", "import app.a\n"),
    ];
    broken_by(&fine, &[]);
    let entered_elsewhere = [&fine[..3], &[("test_b.py", "import app.b\n")]].concat();
    broken_by(&entered_elsewhere, &["import-cycle app/b.py:other 1 | test_b.py:1 app/b.py:1 app/a.py:2"]);
}

#[test]
fn files_with_the_same_module_name() {
    let files = [("a/test_same.py", "def test_1(): pass\n"), ("b/test_same.py", "def test_2(): pass\n")];
    broken_by(&files, &["doubled-module test_same 1 | b/test_same.py:1"]);
    broken_by(&[&files[..], &[("b/__init__.py", "")]].concat(), &[]);
    let importlib = ("pytest.ini", "[pytest]\naddopts = --import-mode=importlib\n");
    broken_by(&[&files[..], &[importlib]].concat(), &[]);
}

#[test]
fn what_keeps_pytest_from_starting() {
    let test = ("test_a.py", "def test_a(): pass\n");
    broken_by(
        &[test, ("pytest.ini", "[pytest]\naddopts = --cov=app\n")],
        &["missing-plugin pytest_cov 1 | "],
    );
    broken_by(
        &[test, ("pytest.ini", "[pytest]\naddopts = -p no_such_plugin\n")],
        &["missing-plugin no_such_plugin 1 | "],
    );
    broken_by(
        &[test, ("pytest.ini", "[pytest]\nrequired_plugins = pytest-xdist>=3\n")],
        &["missing-plugin pytest-xdist 1 | "],
    );
    broken_by(
        &[test, ("conftest.py", "pytest_plugins = ['no_such.plugin']\n")],
        &["missing-package no_such 1 | conftest.py:1"],
    );
    let fine = [
        test,
        ("pytest.ini", "[pytest]\naddopts = -ra -p no:cacheprovider -p doctest\n"),
        ("conftest.py", "pytest_plugins = ['pytester', 'helpers.plugin']\n"),
        ("helpers/__init__.py", ""),
        ("helpers/plugin.py", ""),
    ];
    broken_by(&fine, &[]);
    // Versions before 9 do not know the other table.
    let tables =
        ("pyproject.toml", "[tool.pytest]\nminversion = '9'\n[tool.pytest.ini_options]\naddopts = '-ra'\n");
    broken_by(&[test, tables], &[]);
}

/// What a collection says of tests and files that pytest can collect.
fn told(files: &[(&str, &str)]) -> Option<serde_json::Value> {
    let python = python()?;
    let project = Project::of(files);
    let python = python.to_str().expect("a plain path");
    Some(project.testyard(&["collect", "--format", "json", "--python", python]).json())
}

#[test]
fn fixtures_that_nobody_has() {
    let conftest = ("conftest.py", "import pytest\n@pytest.fixture\ndef account(tmp_path): return 1\n");
    let test = "import pytest\n\
        def test_a(acount, tmp_path, monkeypatch): pass\n\
        @pytest.mark.parametrize('value', [1])\n\
        def test_b(value, account, capsys, request): pass\n\
        @pytest.mark.skip\ndef test_c(nobody_has_it): pass\n";
    let Some(document) = told(&[conftest, ("test_a.py", test)]) else { return };
    assert_eq!(document["summary"]["unrunnable"], 1, "{document}");
    assert_eq!(document["unrunnable"][0]["id"], "test_a.py::test_a");
    assert_eq!(document["unrunnable"][0]["line"], 2);
    let message = document["causes"][0]["message"].as_str().unwrap_or_default();
    assert!(message.contains("`acount`; did you mean `account`?"), "{message}");
    // What others may give is not judged.
    let given = "import functools, pytest\n\
        def pytest_generate_tests(metafunc): metafunc.parametrize('made', [1])\n\
        def test_a(made): pass\n";
    let Some(document) = told(&[("test_a.py", given)]) else { return };
    assert_eq!(document["summary"]["unrunnable"], 0, "{document}");
    let decorated = "from helpers import with_user\n@with_user\ndef test_a(user): pass\n";
    let helpers = ("helpers.py", "def with_user(f): return lambda: f(1)\n");
    let Some(document) = told(&[("test_a.py", decorated), helpers]) else { return };
    assert_eq!(document["summary"]["unrunnable"], 0, "{document}");
}

#[test]
fn what_needs_a_network_to_be_imported() {
    let files = [
        ("app.py", "import socket\nconnection = socket.create_connection(('db', 5432))\n"),
        ("test_a.py", "import app\ndef test_a(): pass\n"),
        ("test_b.py", "def test_b():\n    import app\n"),
        ("test_c.py", "import socket\ndef test_c():\n    socket.create_connection(('db', 5432))\n"),
    ];
    let Some(document) = told(&files) else { return };
    let at_risk = document["at_risk"].as_array().cloned().unwrap_or_default();
    assert_eq!(at_risk.len(), 1, "{document}");
    assert_eq!(at_risk[0]["path"], "test_a.py");
    assert_eq!(document["causes"][0]["severity"], "warning");
    assert_eq!(document["summary"]["broken"], 0);
}

#[test]
fn names_that_moved() {
    let files = [
        ("app/__init__.py", ""),
        ("app/old.py", ""),
        ("app/new.py", "def helper(): pass\n"),
        ("app/inner/__init__.py", ""),
        ("app/inner/storage.py", ""),
        ("test_a.py", "from app.old import helper\n"),
        ("test_b.py", "import app.storage\n"),
    ];
    let Some(document) = told(&files) else { return };
    let fixes: Vec<&str> = document["causes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|cause| cause["fix"].as_str())
        .collect();
    assert_eq!(fixes, ["import `app.inner.storage` instead", "import `helper` from `app.new`"], "{document}");
}

/// A repository in which everything is committed, then some files are written anew; an empty text removes one.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn repository(files: &[(&str, &str)], then: &[(&str, Option<&str>)]) -> Project {
    let project = Project::of(files);
    let git = |words: &[&str]| {
        let name = ["-c", "user.name=somebody", "-c", "user.email=some@body"];
        let done = Command::new("git").args(name).args(words).current_dir(project.path()).output();
        assert!(done.expect("git can be started").status.success(), "{words:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "-m", "first"]);
    for (path, text) in then {
        let path = project.path().join(path);
        match text {
            Some(text) => std::fs::write(path, text).expect("a file can be written"),
            None => std::fs::remove_file(path).expect("a file can be removed"),
        }
    }
    project
}

const IMPACT: [(&str, &str); 15] = [
    ("pytest.ini", "[pytest]\npythonpath = .\n"),
    ("app/__init__.py", ""),
    ("app/a.py", "def a():\n    from app import b\n"),
    ("app/b.py", ""),
    ("app/c.py", "try:\n    import app.a\nexcept ImportError:\n    pass\n"),
    ("app/tasks/__init__.py", ""),
    ("app/tasks/known.py", ""),
    ("tests/conftest.py", "from app import fixtures\n"),
    ("app/fixtures.py", ""),
    ("tests/data/users.json", "{}"),
    ("tests/test_b.py", "from app.b import *\ndef test_b(): pass\n"),
    ("tests/test_c.py", "import app.c\nFILE = 'data/users.json'\ndef test_c(): pass\n"),
    ("test_alone.py", "def test_alone(): pass\n"),
    ("test_tasks.py", "import app.tasks.known\ndef test_tasks(): pass\n"),
    ("README.md", ""),
];

/// The test files that some changes can affect.
#[track_caller]
fn affects(then: &[(&str, Option<&str>)], expected: &[&str]) {
    let project = repository(&IMPACT, then);
    let document = project.testyard(&["collect", "--changed", "--format", "json"]).json();
    let affected = document["impact"]["affected"].as_array().cloned().unwrap_or_default();
    let paths: Vec<&str> = affected.iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(paths, expected, "{then:?}: {document}");
    // Only their tests are listed.
    let tests = document["tests"].as_array().cloned().unwrap_or_default();
    let broken = document["broken"].as_array().cloned().unwrap_or_default();
    assert_eq!(tests.len() + broken.len(), expected.len(), "{document}");
}

#[test]
fn changes_affect_what_leads_to_them() {
    let all = ["test_alone.py", "test_tasks.py", "tests/test_b.py", "tests/test_c.py"];
    affects(&[], &[]);
    affects(&[("app/b.py", Some("x = 1\n"))], &["tests/test_b.py", "tests/test_c.py"]);
    affects(&[("app/a.py", Some("x = 1\n"))], &["tests/test_c.py"]);
    affects(&[("app/b.py", None)], &["tests/test_b.py", "tests/test_c.py"]);
    affects(&[("app/fixtures.py", Some("x = 1\n"))], &["tests/test_b.py", "tests/test_c.py"]);
    affects(&[("tests/conftest.py", Some("x = 1\n"))], &["tests/test_b.py", "tests/test_c.py"]);
    affects(&[("test_alone.py", Some("def test_new(): pass\n"))], &["test_alone.py"]);
    affects(&[("tests/data/users.json", Some("[]"))], &["tests/test_c.py"]);
    affects(
        &[("tests/test_b.py", Some("def test_b(): pass\n")), ("tests/__init__.py", Some(""))],
        &["tests/test_b.py", "tests/test_c.py"],
    );
    affects(&[("README.md", Some("words"))], &[]);
    affects(&[("app/tasks/found_by_name.py", Some(""))], &["test_tasks.py"]);
    affects(&[("requirements.txt", Some("flask\n"))], &all);
    affects(
        &[("app/__init__.py", Some("x = 1\n"))],
        &["test_tasks.py", "tests/test_b.py", "tests/test_c.py"],
    );
}

#[test]
fn a_run_of_what_changed() {
    let project = repository(&IMPACT, &[("app/a.py", Some("x = 1\n"))]);
    let run = project.testyard(&["run", "--changed", "--format", "json"]);
    let document = run.json();
    assert_eq!(document["verdict"], "passed", "{document}\n{}", run.stderr);
    assert_eq!(document["counts"]["total"], 1);
    let nothing = repository(&IMPACT, &[("README.md", Some("words"))]);
    let run = nothing.testyard(&["run", "--changed", "--format", "json"]);
    assert_eq!((run.json()["verdict"].as_str(), run.code), (Some("empty"), 4), "{}", run.stderr);
    let unknown = nothing.testyard(&["run", "--changed=no-such-revision"]);
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
}

#[test]
fn pytest_is_asked_and_both_are_told_apart() {
    let Some(python) = python() else { return };
    let files = [
        (
            "test_a.py",
            "import pytest\n@pytest.mark.parametrize('x', range(2))\ndef test_x(x): pass\ndef test_a(): pass\n",
        ),
        ("test_b.py", "import no_such\ndef test_b(): pass\n"),
        ("test_c.py", "raise RuntimeError('only a run knows')\ndef test_c(): pass\n"),
        ("test_d.py", "def test_d(): pass\nglobals()['test_made'] = lambda: None\n"),
        ("conftest.py", "collect_ignore = [name for name in ['test_e.py']]\n"),
        ("test_e.py", "def test_e(): pass\n"),
    ];
    let project = Project::of(&files);
    let python = python.to_str().expect("a plain path");
    let run = project.testyard(&["collect", "--verify", "--format", "json", "--python", python]);
    let document = run.json();
    let verification = &document["verification"];
    assert_eq!(run.code, 1);
    assert_eq!(verification["confirmed"], 4, "{document}");
    assert_eq!(verification["predicted_only"], serde_json::json!(["test_c.py::test_c", "test_e.py::test_e"]));
    assert_eq!(verification["seen_only"], serde_json::json!(["test_d.py::test_made"]));
    assert_eq!(verification["broken_confirmed"], serde_json::json!(["test_b.py"]));
    assert_eq!(verification["broken_seen_only"][0]["path"], "test_c.py");
    assert_eq!(verification["broken_seen_only"][0]["message"], "RuntimeError: only a run knows");
    assert_eq!(verification["ended"], serde_json::Value::Null);
    let exits = Project::of(&[("test_a.py", "import sys\nsys.exit(3)\n")]);
    let document = exits.testyard(&["collect", "--verify", "--format", "json", "--python", python]).json();
    assert_eq!(document["verification"]["broken_confirmed"], serde_json::json!(["test_a.py"]), "{document}");
    let without = project.testyard(&["collect", "--verify"]);
    assert_eq!(without.code, 2, "{}", without.stderr);
}

#[test]
fn a_run_begins_with_a_forecast_and_says_where_it_was_wrong() {
    let files = [
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        ("app/__init__.py", ""),
        ("test_a.py", "def test_a(): pass\nglobals()['test_made'] = lambda: None\n"),
        ("test_b.py", "from app import gone\ndef test_b(): pass\n"),
    ];
    let run = Project::of(&files).testyard(&["run"]);
    let at = |what: &str| run.stderr.find(what).unwrap_or_else(|| panic!("no `{what}` in {}", run.stderr));
    let forecast = at("forecast for tests: app/__init__.py has no `gone` (1 file, 1 test)");
    assert!(forecast < at("pytest collects the tests"), "{}", run.stderr);
    at("1 that they do not (test_a.py::test_made), and not 0 that they do");
    let plain = Project::of(&[("test_a.py", "def test_a(): pass\n")]).testyard(&["run"]);
    assert!(
        !plain.stderr.contains("forecast") && !plain.stderr.contains("that their files name"),
        "{}",
        plain.stderr
    );
}

#[test]
fn runs_keep_the_numbers_of_their_files_and_gate_stand_ins() {
    let test = "from unittest.mock import patch\n\
                def test_a():\n    with patch('json.loads'), patch('redis.Redis.from_url', create=True):\n        pass\n";
    let files = [
        ("pytest.ini", "[pytest]\npythonpath = .\n"),
        ("redis.py", "class Redis: pass\n"),
        ("tests/integration/test_a.py", test),
        ("testyard.toml", "[gates]\nstand-ins = 0\n"),
    ];
    let project = Project::of(&files);
    let run = project.testyard(&["run"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains("1 stand-in for real services, at most 0 allowed"), "{}", run.stderr);
    let runs = project.testyard(&["runs", "--format", "json"]).json();
    let forecast = &runs["runs"][0]["forecast"];
    assert_eq!((&forecast["tests"], &forecast["stand_ins"]), (&1.into(), &1.into()), "{runs}");
    project.write("testyard.toml", "[gates]\nstand-ins = 1\n");
    let run = project.testyard(&["run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn stand_ins_where_real_services_belong() {
    let files = [
        (
            "tests/integration/test_a.py",
            "from unittest import mock\nimport fakeredis\n\
             class MockConnection:\n    pass\n\
             def test_a():\n    with mock.patch('app.db.psycopg.connect'):\n        pass\n\
             def test_b():\n    client = fakeredis.FakeRedis()\n\
             def test_c():\n    mock.patch('app.clock.now')\n",
        ),
        (
            "tests/unit/test_b.py",
            "import pytest\nfrom unittest.mock import MagicMock, patch\n\
             @pytest.mark.integration\nclass TestStore:\n    @patch('app.store.redis.Redis')\n    def test_s(self, redis): pass\n\
             def test_unit():\n    patch('app.store.redis.Redis')\n",
        ),
        ("tests/e2e/conftest.py", "import sqlite3\nDATABASE = sqlite3.connect(':memory:')\n"),
        ("tests/e2e/test_c.py", "def test_c(): pass\n"),
    ];
    let project = Project::of(&files);
    assert_eq!(project.testyard(&["collect", "--max-stand-ins", "5"]).code, 0);
    assert_eq!(project.testyard(&["collect", "--max-stand-ins", "4"]).code, 1);
    let document = project.testyard(&["collect", "--format", "json"]).json();
    let found = document["stand_ins"].as_array().cloned().unwrap_or_default();
    let shown: Vec<String> = found
        .iter()
        .map(|one| {
            format!(
                "{}:{} {} {}",
                one["path"].as_str().unwrap_or_default(),
                one["line"],
                one["name"],
                one["service"]
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "tests/e2e/conftest.py:2 \"sqlite3.connect\" \"a database\"",
            "tests/integration/test_a.py:3 \"MockConnection\" \"a database\"",
            "tests/integration/test_a.py:6 \"mock.patch\" \"PostgreSQL\"",
            "tests/integration/test_a.py:9 \"fakeredis.FakeRedis\" \"Redis\"",
            "tests/unit/test_b.py:5 \"patch\" \"Redis\"",
        ]
    );
    assert_eq!(document["summary"]["stand_ins"], 5);
}

#[test]
fn what_is_wrong_can_be_written_for_code_scanning() {
    let project = Project::of(&[
        ("app/__init__.py", ""),
        ("tests/test_a.py", "\nfrom app import gone\n"),
        ("conftest.py", ""),
    ]);
    let document = project.testyard(&["collect", "--format", "sarif"]).json();
    let result = &document["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "TY-CL003", "{document}");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "tests/test_a.py");
    assert_eq!(place["region"]["startLine"], 2);
    let annotations = project.testyard(&["collect", "--format", "github"]).stdout;
    assert!(annotations.starts_with("::error file=tests/test_a.py,line=2"), "{annotations}");
}

#[test]
fn what_was_gained_and_lost_since_a_revision() {
    let files = [
        ("src/app/__init__.py", ""),
        ("src/app/a.py", ""),
        ("test_a.py", "from app.a import late\ndef test_a(): pass\n"),
        ("test_b.py", "def test_old(): pass\ndef test_kept(): pass\n"),
    ];
    let then = [
        ("src/app/a.py", Some("late = 1\n")),
        ("test_b.py", Some("def test_new(): pass\ndef test_kept(): pass\n")),
        ("test_c.py", Some("import app.gone\ndef test_c(): pass\n")),
    ];
    let project = repository(&files, &then);
    let document = project.testyard(&["collect", "--compare", "HEAD", "--format", "json"]).json();
    let comparison = &document["comparison"];
    assert_eq!(comparison["tests_before"], 2, "{document}");
    assert_eq!(comparison["gained"], serde_json::json!(["test_a.py::test_a", "test_b.py::test_new"]));
    assert_eq!(comparison["lost"], serde_json::json!(["test_b.py::test_old"]));
    assert_eq!(comparison["cured"], serde_json::json!(["src/app/a.py has no `late`"]));
    assert_eq!(comparison["appeared"].as_array().map(Vec::len), Some(1));
    assert_eq!(project.testyard(&["collect", "--compare", "no-such"]).code, 2);
}

#[test]
fn what_is_certain_is_put_right_and_what_is_not_written_is_skipped() {
    let Some(python) = python() else { return };
    let python = python.to_str().expect("a plain path");
    let project = Project::of(&[
        ("requirements.txt", "pytest"),
        ("app/__init__.py", ""),
        ("app/old.py", "kept = 1\n"),
        ("app/new.py", "def moved(): return 1\n"),
        ("test_a.py", "from app.old import moved, kept\ndef test_a(): assert moved() == kept\n"),
        ("test_b.py", "import no_such_driver\ndef test_b(): pass\n"),
        ("test_c.py", "import sys\nsys.exit('not today')\ndef test_c(): pass\n"),
        ("test_d.py", "from app.later import thing\ndef test_d(): assert thing\n"),
        ("test_e.py", "from app.old import unwritten\ndef test_e(): assert unwritten\n"),
    ]);
    let text = |path: &str| std::fs::read_to_string(project.path().join(path)).unwrap_or_default();
    let collect = |words: &[&str]| {
        let all = [&["collect", "--format", "json", "--python", python], words].concat();
        project.testyard(&all).json()
    };
    let shown = collect(&["--fix"]);
    let paths = |document: &serde_json::Value| {
        let changes = document["changes"].as_array().cloned().unwrap_or_default();
        changes.iter().map(|one| one["path"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&shown), ["requirements.txt", "test_a.py", "test_c.py"], "{shown}");
    assert_eq!(text("requirements.txt"), "pytest", "nothing is written before it is asked for");
    let scaffolded = collect(&["--fix", "--scaffold", "--apply"]);
    assert_eq!(paths(&scaffolded).len(), 5, "{scaffolded}");
    assert_eq!(text("requirements.txt"), "pytest\nno-such-driver\n");
    assert_eq!(text("test_a.py").lines().next(), Some("from app.old import kept"));
    let after = collect(&["--verify"]);
    assert_eq!(after["summary"]["stubs"], 2, "{after}");
    assert_eq!(after["summary"]["broken"], 1, "the driver is still not installed: {after}");
    // pytest skips the three files and passes the one that was put right.
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    let run = Command::new(python)
        .args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "--ignore=test_b.py"])
        .current_dir(project.path())
        .output()
        .expect("pytest can be started");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(said.contains("1 passed, 3 skipped"), "{said}");
    assert!(said.contains("app/later.py is a stub") && said.contains("unwritten is a stub"), "{said}");
    assert_eq!(project.testyard(&["collect", "--apply"]).code, 2, "writing needs --fix");
}

#[test]
fn marks_are_told_with_their_reasons() {
    let text = "import pytest, unittest\nfrom pytest import mark\n\
        pytestmark = mark.slow\n\
        @mark.skip(reason='not today')\ndef test_a(): pass\n\
        @mark.xfail\ndef test_b(): pass\n\
        @mark.xfail(True, reason='a condition')\ndef test_c(): pass\n\
        @mark.skip\nclass TestD:\n    @mark.own(1)\n    def test_d(self): pass\n\
        class E(unittest.TestCase):\n    @unittest.skip('later')\n    def test_e(self): pass\n";
    let document = Project::of(&[("test_a.py", text)]).testyard(&["collect", "--format", "json"]).json();
    let tests = document["tests"].as_array().cloned().unwrap_or_default();
    let shown: Vec<String> =
        tests.iter().map(|test| format!("{} {} {}", test["marks"], test["skip"], test["xfail"])).collect();
    assert_eq!(
        shown,
        [
            "[\"skip\",\"slow\"] \"not today\" null",
            "[\"xfail\",\"slow\"] null \"\"",
            "[\"xfail\",\"slow\"] null null",
            "[\"own\",\"skip\",\"slow\"] \"\" null",
            "[\"slow\"] \"later\" null",
        ]
    );
}

#[test]
fn a_suite_that_lies_elsewhere_is_run_whole() {
    let files = [
        ("pytest.ini", "[pytest]\ntestpaths = tests\n"),
        ("tests/test_a.py", "def test_a(): pass\n"),
        ("tests/test_b.py", "def test_b(): pass\n"),
        ("more/test_c.py", "def test_c(): pass\n"),
        (
            "testyard.toml",
            "[[suite]]\nname = \"near\"\ncommand = \"pytest tests\"\n[[suite]]\nname = \"far\"\ncommand = \"pytest more\"\n",
        ),
    ];
    let project = repository(&files, &[("tests/test_a.py", Some("def test_new(): pass\n"))]);
    let run = project.testyard(&["run", "--changed", "--format", "json"]);
    let document = run.json();
    // One of the two near files, and the far one, of which nothing is known.
    assert_eq!(document["counts"]["total"], 2, "{document}\n{}", run.stderr);
}
