//! What tox installs for its environments: the `deps` of `[testenv]`, in `tox.ini` or `setup.cfg`.
//!
//! Only what holds for every environment counts. What holds for some of them, or says what only tox knows, is left out
//! and told. tox itself is never run.

use std::path::{Path, PathBuf};

use testyard_model::{Finding, Severity};

use super::ini::{self, Ini, Key};
use super::listing::{Listing, upwards};
use crate::codes;
use crate::source::Text;

/// How deep sections may refer to each other.
const MOST_REFERENCES: u8 = 5;

/// The dependencies that tox installs for tests. Paths are relative to the project.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ToxDeps {
    /// The file that lists them.
    pub(super) file: PathBuf,
    /// Requirements, one each.
    pub(super) listed: Vec<String>,
    /// Requirement files that are named with `-r`.
    pub(super) files: Vec<PathBuf>,
    left_out: Vec<String>,
}

/// The dependencies in the tests' folder or the nearest one above it that has some.
pub(super) fn find(root: &Path, listing: &Listing, tests: &Path) -> (Option<ToxDeps>, Option<Finding>) {
    let files = upwards(tests).flat_map(|folder| ["tox.ini", "setup.cfg"].map(|name| folder.join(name)));
    for file in files.filter(|file| listing.has(file)) {
        let text = std::fs::read_to_string(root.join(&file)).unwrap_or_default();
        // pytest's reader says what is wrong in a file that cannot be read.
        let Ok(ini) = ini::parse(&text) else { continue };
        if file.ends_with("setup.cfg") && ini.section("tox:tox").is_none() {
            continue;
        }
        let deps =
            ini.section("testenv").and_then(|section| section.keys.iter().find(|key| key.name == "deps"));
        let Some(deps) = deps else { continue };
        let found = read(root, &file, &ini, deps);
        let finding = left_out(&found, Text { path: &file, text: &text }, deps);
        let any = !found.listed.is_empty() || !found.files.is_empty();
        return (Some(found).filter(|_| any), finding.filter(|_| any));
    }
    (None, None)
}

fn read(root: &Path, file: &Path, ini: &Ini, deps: &Key) -> ToxDeps {
    let mut found = ToxDeps { file: file.to_owned(), ..ToxDeps::default() };
    let mut lines = Vec::new();
    expand(ini, &deps.value, MOST_REFERENCES, &mut lines);
    let folder = file.parent().unwrap_or(Path::new(""));
    for line in lines {
        let here = |name: &str| {
            folder.join(name.trim_start_matches("{toxinidir}/").trim_start_matches("{tox_root}/"))
        };
        match classify(&line) {
            Dep::Requirement => found.listed.push(line),
            Dep::File(name) if root.join(here(name)).is_file() => found.files.push(here(name)),
            Dep::Itself => {}
            Dep::File(_) | Dep::Other => found.left_out.push(line),
        }
    }
    found
}

/// The lines of a value, with those of the sections it refers to: `{[base]deps}`.
fn expand(ini: &Ini, value: &str, depth: u8, lines: &mut Vec<String>) {
    for line in value.lines().map(|line| line.split(" #").next().unwrap_or_default().trim()) {
        let reference = line.strip_prefix("{[").and_then(|line| line.strip_suffix('}')?.split_once(']'));
        let referred = reference.and_then(|(section, key)| ini.section(section)?.get(key));
        match referred.filter(|_| depth > 0) {
            Some(value) => expand(ini, value, depth - 1, lines),
            None if line.is_empty() => {}
            None => lines.push(line.to_owned()),
        }
    }
}

/// What one line of `deps` is.
#[derive(Debug, PartialEq, Eq)]
enum Dep<'a> {
    Requirement,
    /// A requirements file, as it is written.
    File(&'a str),
    /// The project itself, which is installed anyway.
    Itself,
    /// Something for some environments, or with words of tox's own.
    Other,
}

fn classify(line: &str) -> Dep<'_> {
    let after =
        |option: &str| line.strip_prefix(option).map(|rest| rest.trim_start_matches(['=', ' ', '\t']));
    if let Some(name) = after("--requirement").or_else(|| after("-r")) {
        let rest = name.trim_start_matches("{toxinidir}/").trim_start_matches("{tox_root}/");
        return if rest.contains('{') { Dep::Other } else { Dep::File(name) };
    }
    let itself = after("--editable").or_else(|| after("-e")).unwrap_or(line);
    if matches!(itself, "." | "./" | "{toxinidir}" | "{tox_root}") {
        return Dep::Itself;
    }
    let begins_with_name = line.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_with_name && !line.contains(['{', '}']) && !is_conditional(line) {
        Dep::Requirement
    } else {
        Dep::Other
    }
}

/// `dj42: Django`: a factor before a colon and a blank.
fn is_conditional(line: &str) -> bool {
    line.split_once(':').is_some_and(|(factor, rest)| {
        rest.starts_with([' ', '\t']) && !factor.contains([' ', '=', '<', '>', '@', ';', '['])
    })
}

/// The note about what was left out.
fn left_out(found: &ToxDeps, text: Text<'_>, deps: &Key) -> Option<Finding> {
    if found.left_out.is_empty() {
        return None;
    }
    let message = format!(
        "these dependencies are left out, which tox knows when to use: {}",
        found.left_out.join(", ")
    );
    let source = text.source_of_line(deps.line, 1);
    let finding = source.finding(codes::UNREAD_DEPENDENCIES, Severity::Note, message);
    Some(finding.help(
        "write those that the tests need into a requirements file, and name it in [python] requirements",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(files: &[(&str, &str)], expected: &str) {
        let folder = testing::folder(files);
        let (found, finding) = find(folder.path(), &Listing::of(folder.path()), Path::new("src"));
        let mut shown: Vec<String> = Vec::new();
        if let Some(found) = found {
            shown.push(format!("{} lists {}", found.file.display(), found.listed.join(", ")));
            shown.extend(found.files.iter().map(|file| format!("-r {}", file.display())));
        }
        shown.extend(finding.map(|finding| format!("{}: {}", finding.place, finding.message)));
        assert_eq!(shown.join(" | "), expected, "{files:?}");
    }

    #[test]
    fn what_holds_for_every_environment_is_read() {
        let deps = "[base]\ndeps =\n  mock\n[testenv]\ncommands = pytest {posargs}\ndeps =\n  pytest>=7 # why\n\
                    \x20 # a comment\n  {[base]deps}\n  -e .\n  x @ https://index/x.whl\n  y; python_version < '4'\n";
        check(
            &[("tox.ini", deps)],
            "tox.ini lists pytest>=7, mock, x @ https://index/x.whl, y; python_version < '4'",
        );
        check(
            &[("src/tox.ini", "[testenv]\ndeps = pytest\n"), ("tox.ini", deps)],
            "src/tox.ini lists pytest",
        );
        check(&[("setup.cfg", "[tox:tox]\n[testenv]\ndeps = pytest\n")], "setup.cfg lists pytest");
        check(&[("setup.cfg", "[testenv]\ndeps = pytest\n")], "");
        check(&[("tox.ini", "[testenv]\ncommands = pytest\n")], "");
        check(&[("tox.ini", "[testenv:lint]\ndeps = ruff\n")], "");
    }

    #[test]
    fn what_only_tox_can_tell_is_left_out_and_told() {
        check(
            &[(
                "tox.ini",
                "[testenv]\ndeps =\n  dj42: Django\n  py{39,310}: a\n  b=={env:B}\n  {posargs}\n  -e other\n  c\n",
            )],
            "tox.ini lists c | tox.ini:2:1: these dependencies are left out, which tox knows when to use: dj42: Django, \
             py{39,310}: a, b=={env:B}, {posargs}, -e other",
        );
        check(&[("tox.ini", "[testenv]\ndeps = dj42: Django\n")], "");
        check(&[("tox.ini", "[testenv]\ndeps = {[testenv]deps}\n")], "");
    }

    #[test]
    fn requirement_files_are_named() {
        let deps = "[testenv]\ndeps =\n  -r{toxinidir}/a.txt\n  -r b/c.txt\n  -r none.txt\n  -r {env:X}\n";
        check(
            &[("tox.ini", deps), ("a.txt", ""), ("b/c.txt", "")],
            "tox.ini lists  | -r a.txt | -r b/c.txt | tox.ini:2:1: these dependencies are left out, which tox knows when \
             to use: -r none.txt, -r {env:X}",
        );
    }
}
