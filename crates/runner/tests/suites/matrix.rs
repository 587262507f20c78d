//! Every kind of outcome, on every pair of Python and pytest that is supported.

use crate::python;
use crate::yard::Yard;

const TESTS: &str = r#"
import os, sys, unittest
import pytest

def test_passes(): pass

def test_fails():
    print("printed")
    sys.stdout.flush()
    os.write(1, b"\xff\xfe")
    assert 1 == 2, "not one"

@pytest.fixture
def broken(): raise RuntimeError("no fixture")
def test_breaks(broken): pass

@pytest.fixture
def leaky():
    yield
    raise RuntimeError("no teardown")
def test_leaks(leaky): pass

@pytest.mark.skip(reason="not today")
def test_skips(): pass

@pytest.mark.xfail(reason="known")
def test_xfails(): assert 0

@pytest.mark.xfail(reason="known")
def test_xpasses(): pass

@pytest.mark.xfail(reason="known", strict=True)
def test_xpasses_strictly(): pass

@pytest.mark.parametrize("x", ["a b", "é☃", "\n", "::", "[y]", "\udcff"])
def test_odd(x): pass

class TestClass(unittest.TestCase):
    def test_unit(self): self.assertTrue(True)
    def test_parts(self):
        for i in range(3):
            with self.subTest("part", i=i):
                self.assertEqual(i, 1)

def test_subtests(subtests):
    with subtests.test("first", k=2):
        assert 0
    with subtests.test("second"):
        pass

tries = []
@pytest.mark.flaky(reruns=2)
def test_flaky():
    tries.append(1)
    assert len(tries) > 1

@pytest.mark.flaky(reruns=1)
def test_never_passes(): assert 0

def test_forks():
    pid = os.fork()
    if pid == 0:
        assert 0, "in the child"
    os.waitpid(pid, 0)
"#;

const EXPECTED: [&str; 22] = [
    "test_skipped_file.py skipped(could not import 'nowhere': No module named 'nowhere')",
    "test_passes passed",
    "test_fails failed",
    "test_breaks error(set-up failed)",
    "test_leaks error(teardown failed)",
    "test_skips skipped(not today)",
    "test_xfails skipped(xfail: known)",
    "test_xpasses passed",
    "test_xpasses_strictly failed",
    "test_odd[a b] passed",
    "test_odd[\\xe9\\u2603] passed",
    "test_odd[\\n] passed",
    "test_odd[::] passed",
    "test_odd[[y]] passed",
    "test_odd[\\udcff] passed",
    "TestClass::test_parts failed",
    "TestClass::test_unit passed",
    "test_subtests failed",
    "test_flaky flaky",
    "test_never_passes failed",
    "test_forks passed",
    "test_outside passed",
];

const FILES: [(&str, &str); 6] = [
    ("pytest.ini", "[pytest]\naddopts = -p xdist -n 2 -q\n"),
    ("test_a.py", TESTS),
    ("test_exits.py", "import sys\nsys.exit(3)\n"),
    ("test_imports.py", "import nowhere\n"),
    ("test_skipped_file.py", "import pytest\npytest.importorskip('nowhere')\ndef test_x(): pass\n"),
    ("test_z.py", "def test_outside(): pass\n"),
];

async fn check(version: &str, pytest: &str) {
    let Some(python) = python::with_pytest(version, pytest).await else { return };
    let done = Yard::new(&FILES, "pytest").await.python(&python).run().await;

    // unittest sorts its tests in some versions and keeps their order in others.
    let (mut shown, mut expected) = (done.shown(), EXPECTED.map(str::to_owned).to_vec());
    shown.sort();
    expected.sort();
    assert_eq!(shown, expected, "Python {version}, pytest {pytest}: {:?}", done.outcome);
    assert_eq!(done.verdict(), "failed");

    let fails = done.test("test_fails");
    assert!(fails.evidence().message.contains("not one"), "{:?}", fails.evidence());
    assert!(
        fails.evidence().detail.contains("Captured stdout call")
            && fails.evidence().detail.contains("printed")
    );
    assert!(done.test("test_breaks").evidence().message.contains("no fixture"));
    assert!(done.test("test_parts").evidence().message.contains("[part] (i="));
    assert!(done.test("test_flaky").evidence().message.contains("assert 1 > 1"));
    assert!(done.test("test_never_passes").evidence().detail.contains("tried 2 times"));
    assert_eq!(done.test("test_xpasses").evidence().message, "xpass: known");

    let broken: Vec<(&str, &str)> = done
        .suite()
        .collection_errors
        .iter()
        .map(|error| (error.path.as_str(), error.evidence.message.as_str()))
        .collect();
    assert_eq!(
        broken,
        [
            ("test_exits.py", "sys.exit(3) was called while the file was imported"),
            ("test_imports.py", "ModuleNotFoundError: No module named 'nowhere'"),
        ]
    );
}

#[tokio::test]
async fn python_3_9_with_pytest_7() {
    check("3.9", "7").await;
}

#[tokio::test]
async fn python_3_10_with_pytest_8() {
    check("3.10", "8").await;
}

#[tokio::test]
async fn python_3_11_with_pytest_9() {
    check("3.11", "9").await;
}

#[tokio::test]
async fn python_3_12_with_pytest_7() {
    check("3.12", "7").await;
}

#[tokio::test]
async fn python_3_13_with_pytest_8() {
    check("3.13", "8").await;
}
