//! pytest's configuration, broken.

use super::lines::each_line;
use super::{Files, Mutant};

pub(super) fn mutants(files: &Files) -> Vec<Mutant> {
    let is_config = |path: &str| path.ends_with("pytest.ini");
    let mut all = each_line(files, is_config, "a test path is misspelled", &["TY-PY001"], |line| {
        line.starts_with("testpaths = ").then(|| format!("{line}-gone"))
    });
    all.extend(each_line(files, is_config, "a plugin is not required", &["TY-PY002"], |line| {
        line.starts_with("addopts = ").then(|| format!("{line} --cov=app"))
    }));
    all.extend(each_line(files, is_config, "a line is neither key nor section", &["TY-PT001"], |line| {
        Some(line.split_once(" = ")?.0.to_owned())
    }));
    // The marker goes on the tests of projects that register theirs and are strict about it.
    if files.get("pytest.ini").is_some_and(|config| config.contains("--strict-markers")) {
        let is_test = |path: &str| path.rsplit('/').next().is_some_and(|name| name.starts_with("test_"));
        all.extend(each_line(files, is_test, "a marker is not registered", &["TY-PY003"], |line| {
            line.starts_with("def test_").then(|| format!("@pytest.mark.gone\n{line}"))
        }));
    }
    all
}
