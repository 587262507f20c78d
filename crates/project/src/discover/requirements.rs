//! Which requirement files a folder has, and which of them the tests need.
//!
//! The plain file and those for tests must install. Those that are named for something optional may fail. Those for
//! production, documentation and tools are not read.

use std::path::{Path, PathBuf};

use super::listing::{Listing, name};

/// What a requirement file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    /// What the project itself needs.
    Base,
    /// What its tests need.
    Test,
    /// What its developers need; holds the tests' needs when no file for tests exists.
    Development,
    /// What it can do without.
    Optional,
}

const TEST: [&str; 6] = ["test", "tests", "testing", "ci", "pytest", "unittest"];
const DEVELOPMENT: [&str; 4] = ["dev", "develop", "development", "local"];
const OPTIONAL: [&str; 6] = ["optional", "extra", "extras", "full", "all", "gpu"];
const BASE: [&str; 6] = ["requirements", "base", "common", "main", "core", "default"];

/// A requirement file and whether it must install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequirementFile {
    /// Relative to the project.
    pub(super) file: PathBuf,
    /// Whether its failure blocks the suites.
    pub(super) required: bool,
}

/// The requirement files of a folder and of its `requirements/`, in the order they are installed.
pub(super) fn of_folder(listing: &Listing, folder: &Path) -> Vec<RequirementFile> {
    let inner = folder.join("requirements");
    let mut files: Vec<(Purpose, PathBuf)> = listing
        .directly_in(folder)
        .filter(|file| name(file).contains("requirements"))
        .chain(listing.directly_in(&inner))
        .filter_map(|file| Some((purpose(file)?, file.to_owned())))
        .collect();
    files.sort();
    let tests = files.iter().any(|(purpose, _)| *purpose == Purpose::Test);
    let required = |purpose: Purpose| match purpose {
        Purpose::Base | Purpose::Test => true,
        Purpose::Development => !tests,
        Purpose::Optional => false,
    };
    files.into_iter().map(|(purpose, file)| RequirementFile { required: required(purpose), file }).collect()
}

/// Whether a file is for tests, or for developers, by the words of its name.
pub(super) fn is_for_tests(file: &Path) -> bool {
    matches!(purpose(file), Some(Purpose::Test | Purpose::Development))
}

/// What a file is for, by the words of its name. `None` for files the tests have no use for.
fn purpose(file: &Path) -> Option<Purpose> {
    let file_name = name(file).to_lowercase();
    let stem = file_name.strip_suffix(".txt")?;
    let words: Vec<&str> = stem
        .split(['-', '_', '.'])
        .filter(|word| !matches!(*word, "requirements" | "requirement" | ""))
        .collect();
    let any = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if words.is_empty() || words.iter().all(|word| BASE.contains(word)) {
        Some(Purpose::Base)
    } else if any(&TEST) {
        Some(Purpose::Test)
    } else if any(&DEVELOPMENT) {
        Some(Purpose::Development)
    } else {
        any(&OPTIONAL).then_some(Purpose::Optional)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(files: &[&str], expected: &[&str]) {
        let files: Vec<(&str, &str)> = files.iter().map(|file| (*file, "")).collect();
        let folder = testing::folder(&files);
        let found: Vec<String> = of_folder(&Listing::of(folder.path()), Path::new(""))
            .into_iter()
            .map(|one| format!("{}{}", one.file.display(), if one.required { "" } else { "?" }))
            .collect();
        assert_eq!(found, expected, "{files:?}");
    }

    #[test]
    fn required_optional_and_unread_files() {
        check(&["requirements.txt"], &["requirements.txt"]);
        check(
            &["requirements.txt", "requirements-dev.txt", "requirements-docs.txt"],
            &["requirements.txt", "requirements-dev.txt"],
        );
        check(
            &["requirements.txt", "dev-requirements.txt", "test_requirements.txt", "requirements-extras.txt"],
            &[
                "requirements.txt",
                "test_requirements.txt",
                "dev-requirements.txt?",
                "requirements-extras.txt?",
            ],
        );
        check(
            &[
                "requirements/base.txt",
                "requirements/test.txt",
                "requirements/prod.txt",
                "requirements/lint.txt",
            ],
            &["requirements/base.txt", "requirements/test.txt"],
        );
        check(&["notes.txt", "constraints.txt", "requirements.in"], &[]);
    }
}
