//! `testpaths` names what is not there.
//!
//! pytest takes `testpaths` relative to its configuration's folder when it is called without arguments. When none of them
//! exists it warns and searches the whole folder instead; when one of several is misspelt, its tests are never run and
//! nobody is told.
//!
//! Fires: `testpaths = tests` beside a folder `test`.
//!
//! Fine: folders and files that exist, and patterns.
//!
//! Help: correct the path.
//!
//! Source: pytest's reference, configuration option `testpaths`.

use testyard_model::Place;

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-PY001", "testpaths names what is not there", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let Some(config) = &scene.discovery().pytest else { return };
    let Some(file) = config.file.to_str() else { return };
    for path in config.testpaths.iter().filter(|path| !path.contains(['*', '?', '[', '$'])) {
        let Some(inside) = scene.relative(&config.folder().join(path)) else { continue };
        if inside.is_empty() || scene.exists(&inside) {
            continue;
        }
        let line = scene.text(file).and_then(|text| line_of(text, path));
        let place = line.map_or_else(|| Place::file(file), |line| Place::at(file, line, 0));
        let message =
            format!("`testpaths` names `{path}`, which is not there, so nothing below it is ever tested");
        found.at(place, message).help("correct the path, or take it out");
    }
}

/// The line that names a path, from `testpaths` on.
fn line_of(text: &str, path: &str) -> Option<u32> {
    let mut lines =
        text.lines().enumerate().skip_while(|(_, line)| !line.trim_start().starts_with("testpaths"));
    let (index, _) = lines.find(|(_, line)| line.contains(path))?;
    u32::try_from(index + 1).ok()
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn testpaths_are_there() {
        let config = ("pytest.ini", "[pytest]\ntestpaths =\n    tests\n    more\n");
        let found = fires(super::RULE, &[config, ("tests/test_a.py", "")]);
        assert_eq!((found.len(), found[0].place.line), (1, 4));
        holds(super::RULE, &[config, ("tests/test_a.py", ""), ("more/test_b.py", "")]);
        holds(super::RULE, &[("pytest.ini", "[pytest]\ntestpaths = src/*/tests .\n")]);
        let nested = ("a/pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = [\"tests\"]\n");
        holds(super::RULE, &[nested, ("a/tests/test_a.py", "")]);
    }
}
