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
    assert_eq!(
        (&document["broken"][0]["path"], &document["broken"][0]["line"]),
        (&"test_a.py".into(), &1.into())
    );
    assert_eq!(Project::of(&[]).testyard(&["collect"]).code, 4);
}
