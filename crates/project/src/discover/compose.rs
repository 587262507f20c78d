//! Which compose files a run uses, when nobody says.
//!
//! A file that is named for tests wins over the one for development, wherever the two lie: its services are made for
//! this. Among equals the root wins over folders below it, and the names count in Compose's own order.

use std::path::{Path, PathBuf};

use super::listing::{Listing, name};

/// The names Compose itself looks for, in its order.
const BASE: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// Words that say what a file is for, the surest first.
const TEST_WORDS: [&str; 7] = ["test", "tests", "testing", "integration", "pytest", "ci", "e2e"];
/// Folders that hold compose files, the likeliest first. The empty one is the root.
const FOLDERS: [&str; 16] = [
    "",
    "tests",
    "test",
    "docker",
    ".docker",
    "compose",
    ".devcontainer",
    "deploy",
    "deployment",
    "ci",
    ".ci",
    "infra",
    "infrastructure",
    "tests/integration",
    "integration",
    "backend",
];

/// A set of compose files and why it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeFiles {
    /// The files in the order they are merged, relative to the project.
    pub files: Vec<PathBuf>,
    /// The file they may lie over, when the first of them cannot stand alone. Relative to the project.
    pub base: Option<PathBuf>,
    /// Why, in words.
    pub why: String,
    /// Every other compose file that was seen.
    pub others: Vec<PathBuf>,
}

/// One compose file.
#[derive(Debug)]
struct Candidate {
    file: PathBuf,
    /// The rank of its test word; none for a file for development.
    test: Option<usize>,
    folder: usize,
    name: usize,
}

/// The set of compose files that a run uses. `near` is the folder the tests run in: a file there counts like one in
/// the root's own folders.
pub(super) fn find(listing: &Listing, near: &Path) -> Option<ComposeFiles> {
    let mut candidates: Vec<Candidate> = listing.files().filter_map(|file| candidate(file, near)).collect();
    candidates.sort_by_key(|one| (one.test.is_none(), one.test, one.folder, one.name, one.file.clone()));
    let chosen = candidates.first()?;
    let others: Vec<PathBuf> = candidates.iter().skip(1).map(|one| one.file.clone()).collect();
    let mut files = vec![chosen.file.clone()];
    let base = chosen.test.and_then(|_| base_of(&candidates, chosen));
    if chosen.test.is_none() {
        files.extend(override_of(listing, &chosen.file));
    }
    let why = match (chosen.test, others.is_empty()) {
        (Some(_), false) => "its name says that it is for tests".to_owned(),
        (None, false) => "no compose file is named for tests, and this one is the nearest".to_owned(),
        (_, true) => "it is the only compose file".to_owned(),
    };
    Some(ComposeFiles { files, base, why, others })
}

/// The development file that a test file may be made to lie over: the one in its folder, else the one in the root.
fn base_of(candidates: &[Candidate], chosen: &Candidate) -> Option<PathBuf> {
    let plain = || {
        candidates.iter().filter(|one| BASE.contains(&name(&one.file).as_str()) && one.file != chosen.file)
    };
    let beside = plain().find(|one| one.file.parent() == chosen.file.parent());
    beside.or_else(|| plain().find(|one| one.folder == 0)).map(|one| one.file.clone())
}

/// The override file beside a base file, by Compose's rule.
fn override_of(listing: &Listing, file: &Path) -> Option<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let over = |base: &str| {
        let (stem, extension) = base.rsplit_once('.').unwrap_or((base, "yml"));
        folder.join(format!("{stem}.override.{extension}"))
    };
    BASE.iter().map(|base| over(base)).find(|over| BASE.contains(&name(file).as_str()) && listing.has(over))
}

fn candidate(file: &Path, near: &Path) -> Option<Candidate> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let place = FOLDERS.iter().position(|known| folder == Path::new(known));
    let place = place.or_else(|| (folder == near).then_some(1))?;
    let file_name = name(file).to_lowercase();
    let stem = file_name.strip_suffix(".yml").or_else(|| file_name.strip_suffix(".yaml"))?;
    let words: Vec<&str> = stem.split(['-', '_', '.']).filter(|word| !word.is_empty()).collect();
    if !words.contains(&"compose") || words.contains(&"override") || words.contains(&"overrides") {
        return None;
    }
    // A plain file in a folder for tests is a test file by its folder.
    let in_test_folder =
        folder.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "test");
    let by_name = TEST_WORDS.iter().position(|word| words.contains(word));
    let base = BASE.iter().position(|base| *base == file_name);
    // A file for something else, such as production or monitoring, is no candidate at all.
    if by_name.is_none() && base.is_none() && !words.iter().all(|word| PLAIN_WORDS.contains(word)) {
        return None;
    }
    let test = by_name.or_else(|| in_test_folder.then_some(0));
    Some(Candidate { file: file.to_owned(), test, folder: place, name: base.unwrap_or(BASE.len()) })
}

/// Words that do not make a file one for something else than development.
const PLAIN_WORDS: [&str; 8] = ["docker", "compose", "dev", "development", "local", "services", "deps", "db"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(files: &[&str], expected: &str) {
        let files: Vec<(&str, &str)> = files.iter().map(|file| (*file, "")).collect();
        let folder = testing::folder(&files);
        let found = find(&Listing::of(folder.path()), Path::new("app"));
        let shown = found.map_or("none".to_owned(), |found| {
            let files: Vec<String> = found.files.iter().map(|file| file.display().to_string()).collect();
            let base = found.base.map_or(String::new(), |base| format!(" over {}", base.display()));
            format!("{}{base}", files.join("+"))
        });
        assert_eq!(shown, expected, "{files:?}");
    }

    #[test]
    fn one_set_is_chosen_well() {
        check(&[], "none");
        check(&["docker-compose.yml"], "docker-compose.yml");
        check(&["docker-compose.yml", "compose.yaml"], "compose.yaml");
        check(&["compose.yaml", "compose.override.yaml"], "compose.yaml+compose.override.yaml");
        check(
            &["docker-compose.yml", "docker-compose.override.yml"],
            "docker-compose.yml+docker-compose.override.yml",
        );
        check(
            &["docker-compose.yml", "docker-compose.test.yml"],
            "docker-compose.test.yml over docker-compose.yml",
        );
        check(&["docker-compose.test.yml", "docker-compose.override.yml"], "docker-compose.test.yml");
        for test in [
            "compose.test.yaml",
            "docker-compose-tests.yml",
            "docker-compose.ci.yml",
            "docker-compose_test.yaml",
        ] {
            check(&["compose.yaml", test], &format!("{test} over compose.yaml"));
        }
        check(&["docker-compose.ci.yml", "docker-compose.test.yml"], "docker-compose.test.yml");
        check(
            &["docker-compose.yml", "tests/docker-compose.yml"],
            "tests/docker-compose.yml over docker-compose.yml",
        );
        check(&[".devcontainer/docker-compose.yml"], ".devcontainer/docker-compose.yml");
        check(&["docker-compose.dev.yml"], "docker-compose.dev.yml");
        check(&["app/docker-compose.yml", "docker/docker-compose.yml"], "app/docker-compose.yml");
    }

    #[test]
    fn files_for_something_else_are_not_taken() {
        check(&["docker-compose.prod.yml"], "none");
        check(&["docker-compose.monitoring.yml"], "none");
        check(&["composer.yml"], "none");
        check(&["some/where/else/docker-compose.yml"], "none");
    }
}
