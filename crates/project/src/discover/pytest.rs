//! pytest's configuration, wherever it stands.
//!
//! In one folder pytest takes the first of its files in a fixed order; between folders the root wins, then the
//! nearest one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use testyard_model::{Finding, Severity};
use toml_edit::{Document, Item, TableLike};

use super::ini;
use super::listing::{Listing, depth, is_test_file, name};
use crate::codes;
use crate::source::{Source, Text};

/// The files in the order pytest asks them.
const FILES: [&str; 7] =
    ["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"];
/// How many folders deep a configuration is looked for.
const DEPTH: usize = 3;
/// Folders whose own configuration is not the project's.
const ASIDE: [&str; 8] =
    ["example", "examples", "docs", "doc", "fixtures", "testdata", "template", "templates"];

/// pytest's configuration of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PytestConfig {
    /// The file, relative to the project.
    pub file: PathBuf,
    /// The table or section: `[pytest]`, `[tool.pytest.ini_options]`; empty when the file as a whole counts.
    pub section: String,
    /// `testpaths`, in the words of the file.
    pub testpaths: Vec<String>,
    /// Every option that is written, split into words; a list of TOML word by word.
    pub options: BTreeMap<String, Vec<String>>,
}

impl PytestConfig {
    /// The folder it stands in, relative to the project.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }
}

/// The project's configuration, and what is wrong with it or worth knowing.
pub(super) fn find(root: &Path, listing: &Listing) -> (Option<PytestConfig>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut folders: Vec<PathBuf> = listing
        .files()
        .filter(|file| depth(file) <= DEPTH && FILES.contains(&name(file).as_str()))
        .filter(|file| !file.components().any(|part| ASIDE.iter().any(|aside| part.as_os_str() == *aside)))
        .filter_map(|file| file.parent().map(Path::to_owned))
        .collect();
    folders.dedup();
    let mut found: Vec<PytestConfig> = Vec::new();
    for folder in folders {
        let known = found.iter().any(|config| config.folder() == folder);
        if !known && let Some(config) = in_folder(root, listing, &folder, &mut findings) {
            found.push(config);
        }
    }
    found.sort_by_key(|config| {
        let tests = listing.below(config.folder()).any(is_test_file);
        let at_root = config.folder() == Path::new("");
        (!at_root, !tests, depth(&config.file), config.file.clone())
    });
    let Some(chosen) = found.first().cloned() else { return (None, findings) };
    let others: Vec<&PytestConfig> =
        found.iter().skip(1).filter(|other| !other.folder().starts_with(chosen.folder())).collect();
    if !others.is_empty() {
        findings.push(many(&chosen, &others));
    }
    findings.retain(|finding| {
        finding.code == codes::PYTEST_MANY || finding.place.path.parent() == Some(chosen.folder())
    });
    (Some(chosen), findings)
}

/// The note that other folders have a configuration as well.
fn many(chosen: &PytestConfig, others: &[&PytestConfig]) -> Finding {
    let names: Vec<String> = others.iter().map(|other| other.file.display().to_string()).collect();
    let message = format!("pytest is configured here and in {}; this one is used", names.join(", "));
    Source::Discovered(chosen.file.display().to_string())
        .finding(codes::PYTEST_MANY, Severity::Note, message)
        .help("write a [[suite]] with its folder for each of them in testyard.toml")
}

/// The configuration that pytest takes in one folder. A file it would stumble over is a finding and counts as its
/// configuration: pytest does not pass it over either.
fn in_folder(
    root: &Path,
    listing: &Listing,
    folder: &Path,
    findings: &mut Vec<Finding>,
) -> Option<PytestConfig> {
    for name in FILES {
        let file = folder.join(name);
        if !listing.has(&file) {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(root.join(&file)) else {
            let source = Source::Discovered(file.display().to_string());
            findings.push(source.error(codes::PYTEST_UNREADABLE, "cannot be read as text"));
            continue;
        };
        let text = Text { path: &file, text: &text };
        let config = match name {
            "pyproject.toml" => pyproject(text, findings),
            "pytest.toml" | ".pytest.toml" => pytest_toml(text, findings),
            _ => ini_file(text, name, findings),
        };
        if config.is_some() {
            return config;
        }
    }
    None
}

fn ini_file(text: Text<'_>, name: &str, findings: &mut Vec<Finding>) -> Option<PytestConfig> {
    let own = name.ends_with("pytest.ini");
    let ini = match ini::parse(text.text) {
        Ok(ini) => ini,
        Err(error) => {
            // tox.ini and setup.cfg belong to other tools too; only what is pytest's own is its configuration.
            let pytest_in_it = text.text.contains("[pytest]") || text.text.contains("[tool:pytest]");
            if own || pytest_in_it {
                let source = text.source_of_line(error.line, 1);
                let message = format!("pytest cannot read this file: {}", error.message);
                findings.push(source.error(codes::PYTEST_UNREADABLE, message).help(INI_HELP));
                return Some(config(text, "", Options::new()));
            }
            return None;
        }
    };
    if name == "setup.cfg"
        && ini.section("tool:pytest").is_none()
        && let Some(old) = ini.section("pytest")
    {
        let source = text.source_of_line(old.line, 1);
        let message = "pytest refuses a [pytest] section in setup.cfg";
        findings.push(source.error(codes::PYTEST_UNREADABLE, message).help("name it [tool:pytest]"));
        return Some(config(text, "[pytest]", Options::new()));
    }
    let wanted = if name == "setup.cfg" { "tool:pytest" } else { "pytest" };
    match ini.section(wanted) {
        Some(section) => {
            let words = |value: &str| shlex::split(value).unwrap_or_default();
            let options = section.keys.iter().map(|key| (key.name.clone(), words(&key.value))).collect();
            Some(config(text, &format!("[{wanted}]"), options))
        }
        None => own.then(|| config(text, "", Options::new())),
    }
}

const INI_HELP: &str = "write `key = value` under a section; continue a value on indented lines";

fn pyproject(text: Text<'_>, findings: &mut Vec<Finding>) -> Option<PytestConfig> {
    let document = toml(text, findings)?;
    let tool = document.get("tool")?.as_table_like()?.get("pytest")?.as_table_like()?;
    let old = tool.get("ini_options").and_then(Item::as_table_like);
    let new = tool.iter().find(|(key, _)| *key != "ini_options").map(|(key, _)| key);
    if let (Some(_), Some(first)) = (old, new) {
        let span = tool.get_key_value(first).and_then(|(key, _)| key.span());
        let source = text.source_at(span.map_or(0, |span| span.start));
        let message =
            "both [tool.pytest] and [tool.pytest.ini_options] are written: pytest 9 refuses to start";
        let finding = source.finding(codes::PYTEST_TWO_TABLES, Severity::Warning, message);
        findings.push(finding.help("keep one of the two tables"));
    }
    match old {
        Some(table) => Some(config(text, "[tool.pytest.ini_options]", options(table))),
        None => new.map(|_| config(text, "[tool.pytest]", options(tool))),
    }
}

fn pytest_toml(text: Text<'_>, findings: &mut Vec<Finding>) -> Option<PytestConfig> {
    let Some(document) = toml(text, findings) else { return Some(config(text, "", Options::new())) };
    let table = document.get("pytest").and_then(Item::as_table_like);
    Some(config(text, "[pytest]", table.map(options).unwrap_or_default()))
}

/// A TOML file; when it is none, a finding says so.
fn toml(text: Text<'_>, findings: &mut Vec<Finding>) -> Option<Item> {
    match Document::parse(text.text) {
        Ok(document) => Some(document.as_item().clone()),
        Err(error) => {
            let source = text.source_at(error.span().map_or(0, |span| span.start));
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let finding = source.error(codes::PYTEST_UNREADABLE, format!("not valid TOML: {message}"));
            findings.push(finding.help("pytest and pip refuse to start on this file"));
            None
        }
    }
}

/// Options with their words.
type Options = BTreeMap<String, Vec<String>>;

/// The options of a TOML table: lists, words in one text, or a single value.
fn options(table: &dyn TableLike) -> Options {
    let words = |item: &Item| match item.as_value()? {
        toml_edit::Value::Array(list) => {
            Some(list.iter().filter_map(|one| one.as_str()).map(str::to_owned).collect())
        }
        toml_edit::Value::String(text) => Some(shlex::split(text.value()).unwrap_or_default()),
        toml_edit::Value::Boolean(value) => Some(vec![value.value().to_string()]),
        _ => None,
    };
    table.iter().filter_map(|(key, item)| Some((key.to_owned(), words(item)?))).collect()
}

fn config(text: Text<'_>, section: &str, options: Options) -> PytestConfig {
    let testpaths = options.get("testpaths").cloned().unwrap_or_default();
    PytestConfig { file: text.path.to_owned(), section: section.to_owned(), testpaths, options }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(files: &[(&str, &str)], expected: &str) {
        let folder = testing::folder(files);
        let (config, findings) = find(folder.path(), &Listing::of(folder.path()));
        let mut shown = config.map_or("none".to_owned(), |config| {
            format!("{} {} {:?}", config.file.display(), config.section, config.testpaths)
        });
        for finding in findings {
            shown.push_str(&format!(" | {} {}: {}", finding.code, finding.place, finding.message));
        }
        assert_eq!(shown, expected, "{files:?}");
    }

    #[test]
    fn in_one_folder_pytests_own_order_counts() {
        check(&[("pytest.ini", "")], "pytest.ini  []");
        check(&[("tox.ini", "[tox]\n")], "none");
        check(&[("tox.ini", "[pytest]\ntestpaths = a b\n")], "tox.ini [pytest] [\"a\", \"b\"]");
        check(&[("setup.cfg", "[tool:pytest]\n"), ("tox.ini", "[tox]\n")], "setup.cfg [tool:pytest] []");
        let pyproject = "[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\n";
        check(&[("pyproject.toml", pyproject)], "pyproject.toml [tool.pytest.ini_options] [\"tests\"]");
        check(
            &[("pyproject.toml", "[tool.pytest]\nminversion = \"9\"\n")],
            "pyproject.toml [tool.pytest] []",
        );
        check(&[("pyproject.toml", "[tool.black]\n")], "none");
        check(&[("pyproject.toml", pyproject), ("pytest.ini", "[pytest]\n")], "pytest.ini [pytest] []");
        check(&[("pytest.toml", "[pytest]\n"), ("pytest.ini", "[pytest]\n")], "pytest.toml [pytest] []");
    }

    #[test]
    fn between_folders_the_root_wins_then_the_nearest_with_tests() {
        check(&[("src/pytest.ini", "[pytest]\n")], "src/pytest.ini [pytest] []");
        check(
            &[("src/pytest.ini", "[pytest]\n"), ("setup.cfg", "[tool:pytest]\n")],
            "setup.cfg [tool:pytest] []",
        );
        check(
            &[("a/pytest.ini", ""), ("b/pytest.ini", ""), ("b/tests/test_b.py", "")],
            "b/pytest.ini  [] | TY-PT003 b/pytest.ini: pytest is configured here and in a/pytest.ini; this one is used",
        );
        check(&[("a/b/c/d/pytest.ini", "")], "none");
        check(&[("examples/x/pytest.ini", "")], "none");
    }

    #[test]
    fn what_pytest_stumbles_over_is_told() {
        check(
            &[("pytest.ini", "[pytest]\nx\n")],
            "pytest.ini  [] | TY-PT001 pytest.ini:2:1: pytest cannot read this file: neither a section nor a key: \"x\"",
        );
        check(
            &[("setup.cfg", "[pytest]\n")],
            "setup.cfg [pytest] [] | TY-PT001 setup.cfg:1:1: pytest refuses a [pytest] section in setup.cfg",
        );
        check(
            &[(
                "pyproject.toml",
                "[tool.pytest]\nstrict = true\n[tool.pytest.ini_options]\naddopts = \"-q\"\n",
            )],
            "pyproject.toml [tool.pytest.ini_options] [] | TY-PT002 pyproject.toml:2:1: both [tool.pytest] and \
             [tool.pytest.ini_options] are written: pytest 9 refuses to start",
        );
        // A broken file of another tool is not pytest's business.
        check(&[("tox.ini", "[tox\n")], "none");
    }
}
