//! A whole collection, kept for as long as nothing that it rests on changes.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use testyard_model::collection::{FoundStandIn, FoundStub, PackagesFrom};
use testyard_model::{CollectedTest, Collection};

use super::witness::{Evidence, Witness};
use super::{FORMAT, name, unwrapped, wrapped};
use crate::settings::Settings;

/// A collection without causes, and what it rests on. The form on disk names no fields: none may be left out.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    tag: String,
    evidence: Evidence,
    tests: Vec<KeptTest>,
    files: Vec<PathBuf>,
    stand_ins: Vec<FoundStandIn>,
    stubs: Vec<FoundStub>,
    packages: PackagesFrom,
}

/// A test; its file is a place in the list of files.
#[derive(Debug, Serialize, Deserialize)]
struct KeptTest {
    id: String,
    file: usize,
    line: u32,
    unexpanded: Option<String>,
    marks: Vec<String>,
    skip: Option<String>,
    xfail: Option<String>,
}

/// Where the collection of one project is kept.
#[derive(Debug)]
pub(crate) struct Whole {
    file: PathBuf,
    tag: String,
}

impl Whole {
    /// Where these settings' collection is kept; nothing for what depends on more than files.
    pub(crate) fn of(settings: &Settings) -> Option<Whole> {
        let folder = settings.cache.as_ref().filter(|_| settings.changes.is_none() && !settings.repair)?;
        let tag = format!("{FORMAT} {} {settings:?}", env!("CARGO_PKG_VERSION"));
        Some(Whole { file: folder.join(format!("{}.whole.bin", name(&settings.root))), tag })
    }

    /// The collection from before, when everything it rests on is as it was.
    pub(crate) fn known(&self) -> Option<Collection> {
        let data = fs::read(&self.file).ok()?;
        let kept: Kept = postcard::from_bytes(unwrapped(&data)?).ok()?;
        (kept.tag == self.tag && kept.evidence.holds()).then(|| collection(kept)).flatten()
    }

    /// Keeps a collection. One with causes is not kept: what would cure them may lie anywhere.
    pub(crate) fn keep(self, collection: &Collection, witness: Arc<Witness>) {
        let settled = Arc::into_inner(witness).and_then(Witness::settled);
        let Some(evidence) = settled.filter(|_| collection.causes.is_empty()) else { return };
        let kept = kept(self.tag, evidence, collection);
        if let Some(body) = kept.and_then(|kept| postcard::to_stdvec(&kept).ok()) {
            // A cache that cannot be written is none, and costs only time.
            let _ = testyard_sys::files::write_atomic(&self.file, wrapped(body));
        }
    }
}

fn kept(tag: String, evidence: Evidence, collection: &Collection) -> Option<Kept> {
    let places: HashMap<&Path, usize> =
        collection.files.iter().enumerate().map(|(at, file)| (file.as_path(), at)).collect();
    let tests = collection.tests.iter().map(|test| {
        Some(KeptTest {
            id: test.id.clone(),
            file: *places.get(test.path.as_path())?,
            line: test.line,
            unexpanded: test.unexpanded.clone(),
            marks: test.marks.clone(),
            skip: test.skip.clone(),
            xfail: test.xfail.clone(),
        })
    });
    Some(Kept {
        tag,
        evidence,
        tests: tests.collect::<Option<Vec<_>>>()?,
        files: collection.files.clone(),
        stand_ins: collection.stand_ins.clone(),
        stubs: collection.stubs.clone(),
        packages: collection.packages,
    })
}

fn collection(kept: Kept) -> Option<Collection> {
    let Kept { tests, files, stand_ins, stubs, packages, .. } = kept;
    let tests = tests.into_iter().map(|test| {
        let KeptTest { id, file, line, unexpanded, marks, skip, xfail } = test;
        Some(CollectedTest { id, path: files.get(file)?.clone(), line, unexpanded, marks, skip, xfail })
    });
    let tests = tests.collect::<Option<Vec<_>>>()?;
    Some(Collection { tests, files, stand_ins, stubs, packages, ..Collection::default() })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::collect;

    /// Waits until what was written is no longer fresh.
    fn settle() {
        std::thread::sleep(Duration::from_millis(2_200));
    }

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        testyard_sys::files::write(&path, text).unwrap();
    }

    /// A collection without how long it took.
    fn timeless(settings: &Settings) -> Collection {
        Collection { elapsed_ms: 0, ..collect(settings) }
    }

    #[test]
    fn whatever_changes_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        let site = folder.path().join("env/lib/python3.11/site-packages");
        write(&root, "app/__init__.py", "");
        write(
            &root,
            "tests/conftest.py",
            "import pytest\n@pytest.fixture(params=[1, 2])\ndef both(): pass\n",
        );
        write(&root, "tests/test_a.py", "import app\ndef test_a(both): pass\n");
        fs::create_dir_all(&site).unwrap();
        write(&site, "other/__init__.py", "name = 1\n");
        write(&site, "pytest/__init__.py", "fixture = mark = 1\n");
        let mut settings = Settings::of(&root);
        settings.environment = Some(folder.path().join("env"));
        let mut kept = settings.clone();
        kept.cache = Some(folder.path().join("cache"));
        type Change = fn(&Path, &Path);
        let changes: [(&str, Change); 7] = [
            ("a test", |root, _| write(root, "tests/test_a.py", "import app\ndef test_b(both): pass\n")),
            ("a new file", |root, _| write(root, "tests/test_c.py", "def test_c(): pass\n")),
            ("a new folder", |root, _| write(root, "more/test_d.py", "def test_d(): pass\n")),
            ("a conftest", |root, _| {
                let text =
                    "import pytest\n@pytest.fixture\ndef both(): pass\ncollect_ignore = ['test_c.py']\n";
                write(root, "tests/conftest.py", text);
            }),
            ("a conftest where there was none", |root, _| {
                write(root, "more/conftest.py", "collect_ignore = ['test_d.py']\n");
            }),
            ("an import", |root, _| write(root, "app/__init__.py", "from other import name\n")),
            ("an installed package", |_, site| write(site, "other/__init__.py", "other = 1\n")),
        ];
        for (what, change) in changes {
            settle();
            let before = timeless(&kept);
            let known = Whole::of(&kept).and_then(|whole| whole.known());
            assert_eq!(
                known.map(|known| known.tests),
                Some(before.tests.clone()),
                "it is kept before {what}"
            );
            change(&root, &site);
            let (with, without) = (timeless(&kept), timeless(&settings));
            assert_eq!(with, without, "{what}");
            assert!(
                with.tests != before.tests || with.broken != before.broken || what == "an import",
                "{what}"
            );
        }
    }

    #[test]
    fn other_settings_and_damage_are_no_result() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "project/test_a.py", "def test_a(): pass\ndef check_b(): pass\n");
        settle();
        let mut settings = Settings::of(folder.path().join("project"));
        settings.cache = Some(folder.path().join("cache"));
        assert_eq!(collect(&settings).tests.len(), 1);
        let whole = Whole::of(&settings).unwrap();
        assert!(whole.known().is_some());
        let mut data = fs::read(&whole.file).unwrap();
        data[40] ^= 1;
        testyard_sys::files::write(&whole.file, data).unwrap();
        assert!(whole.known().is_none());
        settings.functions.push("check".to_owned());
        assert_eq!(collect(&settings).tests.len(), 2);
    }
}
