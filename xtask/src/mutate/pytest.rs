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
    all
}
