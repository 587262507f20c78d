//! The suite that follows from what is there: pytest's configuration, or test files alone.

use std::path::{Path, PathBuf};

use super::listing::{Listing, is_test_file, name, upwards};
use super::pytest::PytestConfig;

/// Files that mark a folder as the home of a Python project.
const MARKERS: [&str; 6] =
    ["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "manage.py", "conftest.py"];

/// A suite that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSuite {
    /// Its command.
    pub command: Vec<String>,
    /// The folder it runs in, relative to the project.
    pub folder: PathBuf,
    /// What it was found by, in words.
    pub by: String,
}

/// A language whose tests Testyard does not find by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherLanguage {
    /// The file that tells.
    pub file: PathBuf,
    /// The usual command that runs its tests.
    pub command: &'static str,
}

/// The suite of a project.
pub(super) fn find(listing: &Listing, config: Option<&PytestConfig>) -> Option<FoundSuite> {
    let tests_at_root =
        || ["tests", "test"].iter().any(|name| listing.below(Path::new(name)).any(is_test_file));
    match config {
        // Tests in the root's own folder outweigh a configuration that only a folder below has.
        Some(config) if config.folder() == Path::new("") || in_tests(config.folder()) || !tests_at_root() => {
            Some(of_config(config))
        }
        _ => of_files(listing),
    }
}

fn of_config(config: &PytestConfig) -> FoundSuite {
    let folder = config.folder();
    let by = match config.section.as_str() {
        "" => config.file.display().to_string(),
        section => format!("{section} in {}", config.file.display()),
    };
    // People run `pytest tests` from above when the configuration stands in the tests' own folder: that is what
    // the tests' imports expect.
    match (in_tests(folder), folder.parent()) {
        (true, Some(parent)) => {
            FoundSuite { command: vec!["pytest".to_owned(), name(folder)], folder: parent.to_owned(), by }
        }
        _ => FoundSuite { command: vec!["pytest".to_owned()], folder: folder.to_owned(), by },
    }
}

fn in_tests(folder: &Path) -> bool {
    matches!(name(folder).as_str(), "tests" | "test")
}

/// A suite by test files alone, in the folder of the Python project they belong to.
fn of_files(listing: &Listing) -> Option<FoundSuite> {
    let first = listing.files().find(|file| is_test_file(file))?;
    let holder = first.parent().unwrap_or(Path::new(""));
    let above_tests = upwards(holder).filter(|folder| !in_tests(folder));
    let marked = |folder: &&Path| MARKERS.iter().any(|marker| listing.has(&folder.join(marker)));
    let folder =
        above_tests.filter(|folder| !folder.as_os_str().is_empty()).find(marked).unwrap_or(Path::new(""));
    let by = format!("test files such as {}", first.display());
    Some(FoundSuite { command: vec!["pytest".to_owned()], folder: folder.to_owned(), by })
}

/// The language of a project without Python tests, by the file that every project of that language has.
pub(super) fn other_language(listing: &Listing) -> Option<OtherLanguage> {
    let known = [
        ("Cargo.toml", "cargo test"),
        ("go.mod", "go test ./..."),
        ("package.json", "npm test"),
        ("pom.xml", "mvn test"),
        ("build.gradle", "gradle test"),
        ("build.gradle.kts", "gradle test"),
        ("Gemfile", "bundle exec rspec"),
        ("composer.json", "vendor/bin/phpunit"),
        ("mix.exs", "mix test"),
    ];
    known.into_iter().find_map(|(marker, command)| {
        listing.has(Path::new(marker)).then(|| OtherLanguage { file: PathBuf::from(marker), command })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(files: &[(&str, &str)], expected: &str) {
        let folder = testing::folder(files);
        let listing = Listing::of(folder.path());
        let (config, _) = super::super::pytest::find(folder.path(), &listing);
        let shown = find(&listing, config.as_ref()).map_or("none".to_owned(), |suite| {
            format!("{} in {:?} by {}", suite.command.join(" "), suite.folder, suite.by)
        });
        assert_eq!(shown, expected, "{files:?}");
    }

    #[test]
    fn by_configuration() {
        check(&[("pytest.ini", "[pytest]\n")], "pytest in \"\" by [pytest] in pytest.ini");
        check(&[("src/pytest.ini", "")], "pytest in \"src\" by src/pytest.ini");
        check(
            &[("tests/pytest.ini", ""), ("tests/test_a.py", "")],
            "pytest tests in \"\" by tests/pytest.ini",
        );
        check(&[("app/tests/pytest.ini", "")], "pytest tests in \"app\" by app/tests/pytest.ini");
        check(
            &[("tool/pytest.ini", ""), ("tests/test_a.py", "")],
            "pytest in \"\" by test files such as tests/test_a.py",
        );
    }

    #[test]
    fn by_test_files() {
        check(&[("tests/test_a.py", "")], "pytest in \"\" by test files such as tests/test_a.py");
        check(
            &[("backend/requirements.txt", ""), ("backend/tests/unit/a_test.py", "")],
            "pytest in \"backend\" by test files such as backend/tests/unit/a_test.py",
        );
        check(&[("src/a.py", ""), ("tests/conftest.py", "")], "none");
    }

    #[test]
    fn other_languages() {
        let folder = testing::folder(&[("go.mod", ""), ("package.json", "")]);
        let found = other_language(&Listing::of(folder.path()));
        assert_eq!(found.map(|other| other.command), Some("go test ./..."));
        let folder = testing::folder(&[("web/package.json", "")]);
        assert_eq!(other_language(&Listing::of(folder.path())), None);
    }
}
