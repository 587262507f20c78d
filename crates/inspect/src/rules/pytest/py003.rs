//! A marker is used that strict pytest does not know.
//!
//! With `--strict-markers`, or `strict_markers = true`, pytest refuses every file that uses a marker which is neither its own,
//! nor a plugin's, nor registered under `markers`: `'slwo' not found in markers configuration option`. The tests of that
//! file are then not collected at all.
//!
//! A name counts as registered when it stands anywhere in the configuration, or in a file that calls
//! `addinivalue_line`. Nothing is said where a plugin may register it: where the project requires a plugin of pytest
//! that is not known here, names plugins itself, or makes up the registered names as it runs.
//!
//! Fires: `addopts = --strict-markers` with `markers = slow: takes long`, and a test below `@pytest.mark.slwo`.
//!
//! Fine: `@pytest.mark.slow`, `@pytest.mark.parametrize`, marks of well-known plugins; any name without strictness.
//!
//! Help: register the marker under `markers`, or correct its name.
//!
//! Source: pytest's manual, "Working with custom markers".

use std::collections::BTreeSet;
use std::path::Path;

use testyard_model::Place;

use super::{declared, plugins};
use crate::rule::{Rule, rule};
use crate::scene::{File, Scene};
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-PY003", "a marker is not registered", Warning, check);

/// How a marker on a test begins.
const MARK: &str = "@pytest.mark.";

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let Some(config) = &scene.discovery().pytest else { return };
    let Some(text) = config.file.to_str().and_then(|file| scene.text(file)) else { return };
    if !is_strict(text) {
        return;
    }
    let sources: Vec<(&File, &str)> = scene
        .own_files()
        .filter(|file| file.name().ends_with(".py"))
        .filter_map(|file| Some((file, scene.text(&file.path)?)))
        .collect();
    let registering: Vec<&str> =
        sources.iter().map(|(_, text)| *text).filter(|text| text.contains("addinivalue_line")).collect();
    if may_register_more(scene, &sources, &registering) {
        return;
    }
    let mut known: BTreeSet<&str> = words(text).collect();
    known.extend(registering.iter().flat_map(|text| words(text)));
    known.extend(plugins::MARKS);
    let roots: Vec<String> =
        config.testpaths.iter().filter_map(|path| scene.relative(&config.folder().join(path))).collect();
    for (file, text) in sources.iter().filter(|(file, _)| is_collected(file, config.folder(), &roots)) {
        for (line, name) in marks(text).filter(|(_, name)| !known.contains(name)) {
            let message =
                format!("the marker `{name}` is not registered, so strict pytest refuses the whole file");
            found
                .at(Place::at(&file.path, line, 0), message)
                .help("register it under `markers` in pytest's configuration, or correct its name");
        }
    }
}

/// Whether the configuration asks for registered markers only.
fn is_strict(text: &str) -> bool {
    let options = declared::options(text).into_iter();
    let mut options = options.filter(|(_, option)| ["--strict-markers", "--strict"].contains(option));
    let is_key = |line: &str| {
        let Some((key, value)) = line.split_once('=') else { return false };
        ["strict_markers", "strict"].contains(&key.trim())
            && ["true", "1", "yes", "on"].contains(&value.trim().to_lowercase().as_str())
    };
    options.next().is_some() || text.lines().any(is_key)
}

/// Whether markers may come from where they cannot be read.
fn may_register_more(scene: &Scene, sources: &[(&File, &str)], registering: &[&str]) -> bool {
    // A text that starts with a hole, `"%s: …"` or `"{}: …"`, and anything but a plain text is filled in at run time.
    let is_plain = |name: &str| name.starts_with(['"', '\'']) && !name[1..].starts_with(['%', '{']);
    let made_up = |text: &&str| {
        let calls = text.split("addinivalue_line").skip(1);
        let mut names = calls.filter_map(|call| call.split_once(',')).map(|(_, name)| name.trim_start());
        names.any(|name| !is_plain(name))
    };
    let declarations = declared::files(scene);
    let mut declarations = declarations.iter().filter_map(|path| scene.text(path));
    registering.iter().any(made_up)
        || sources.iter().any(|(_, text)| text.contains("pytest_plugins") || text.contains("pytest11"))
        || declarations.any(|text| text.contains("pytest11") || plugins::has_unknown(text))
}

/// Whether pytest looks for tests in a file when it is called without arguments.
fn is_collected(file: &File, folder: &Path, roots: &[String]) -> bool {
    let name = file.name();
    let path = Path::new(&file.path);
    (name.starts_with("test_") || name.ends_with("_test.py"))
        && path.starts_with(folder)
        && (roots.is_empty() || roots.iter().any(|root| path.starts_with(root)))
}

/// The markers that decorate something, each with its line. Text between triple quotes is no code.
fn marks(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut quoted = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let was = quoted;
        quoted ^= (line.matches("\"\"\"").count() + line.matches("'''").count()) % 2 == 1;
        let mark = line.trim_start().strip_prefix(MARK).filter(|_| !was)?;
        Some((u32::try_from(index + 1).ok()?, words(mark).next()?))
    })
}

/// The names in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    const STRICT: &str = "[pytest]\naddopts = --strict-markers\nmarkers =\n    slow: takes long\n";
    const TEST: &str = "import pytest\n\n@pytest.mark.slwo\ndef test_a(): pass\n";

    #[test]
    fn what_is_not_registered_is_told() {
        let found = fires(super::RULE, &[("pytest.ini", STRICT), ("tests/test_a.py", TEST)]);
        assert_eq!((found.len(), found[0].place.line), (1, 3));
        let table = "[tool.pytest.ini_options]\nstrict_markers = true\nmarkers = [\"slow: takes long\"]\n";
        assert_eq!(fires(super::RULE, &[("pyproject.toml", table), ("test_a.py", TEST)]).len(), 1);
        let registers =
            "def pytest_configure(config):\n    config.addinivalue_line(\"markers\", \"odd: is odd\")\n";
        let found =
            fires(super::RULE, &[("pytest.ini", STRICT), ("test_a.py", TEST), ("conftest.py", registers)]);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn what_is_or_may_be_registered_is_fine() {
        let check = |files: &[(&str, &str)]| holds(super::RULE, files);
        check(&[("pytest.ini", STRICT), ("test_a.py", &TEST.replace("slwo", "slow"))]);
        check(&[("pytest.ini", STRICT), ("test_a.py", &TEST.replace("slwo", "parametrize('a', [1])"))]);
        check(&[("pytest.ini", STRICT), ("test_a.py", &TEST.replace("slwo", "django_db"))]);
        check(&[("pytest.ini", &STRICT.replace("--strict-markers", "-ra")), ("test_a.py", TEST)]);
        check(&[("pytest.ini", STRICT), ("helpers.py", TEST)]);
        check(&[("pytest.ini", STRICT), ("test_a.py", &format!("'''\n{TEST}'''\n"))]);
        let paths = format!("{STRICT}testpaths = tests\n");
        check(&[("pytest.ini", &paths), ("tests/test_b.py", ""), ("examples/test_a.py", TEST)]);
    }

    #[test]
    fn nothing_is_said_where_plugins_may_register_markers() {
        let check = |path: &str, text: &str| {
            holds(super::RULE, &[("pytest.ini", STRICT), ("test_a.py", TEST), (path, text)]);
        };
        check(
            "conftest.py",
            "def pytest_configure(config): config.addinivalue_line(\"markers\", \"slwo: x\")\n",
        );
        check("conftest.py", "for m in ALL: config.addinivalue_line(\"markers\", m)\n");
        check("conftest.py", "for m in ALL: config.addinivalue_line(\"markers\", f\"{m}: x\")\n");
        check("conftest.py", "for m in ALL: config.addinivalue_line('markers', '{}: x'.format(m))\n");
        check("conftest.py", "pytest_plugins = [\"ours.plugin\"]\n");
        check("requirements.txt", "pytest\npytest-unheard-of==1\n");
        let told = fires(
            super::RULE,
            &[("pytest.ini", STRICT), ("test_a.py", TEST), ("requirements.txt", "pytest\npytest_asyncio\n")],
        );
        assert_eq!(told.len(), 1);
    }
}
