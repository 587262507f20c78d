//! `addopts` has an option of a plugin that the project does not ask for.
//!
//! An option that no installed plugin knows ends pytest before it collects anything: `unrecognized arguments: --cov`. On
//! the machine where the plugin once got installed by hand it works.
//!
//! Fires: `addopts = --cov=app`, and no requirement file, lock or `pyproject.toml` has the text `pytest-cov`.
//!
//! Fine: the plugin stands in any of them, also inside of another package's lock entry; a project without any such file.
//!
//! Help: add the plugin to the requirements of the tests.
//!
//! Source: the manuals of the plugins.

use testyard_model::Place;
use testyard_python::plugin_of;

use super::declared;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-PY002", "an option's plugin is not required", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let Some(config) = &scene.discovery().pytest else { return };
    let Some(file) = config.file.to_str() else { return };
    let Some(text) = scene.text(file) else { return };
    let declared = declared::files(scene);
    if declared.is_empty() {
        return;
    }
    let mut told: Vec<&str> = Vec::new();
    for (line, option) in declared::options(text) {
        let Some(package) = plugin_of(option).filter(|package| !told.contains(package)) else { continue };
        let asked = declared.iter().any(|path| scene.text(path).is_some_and(|text| names(text, package)));
        if !asked {
            told.push(package);
            let message =
                format!("`{option}` needs {package}, which no requirement file of the project names");
            found
                .at(Place::at(file, line, 0), message)
                .help(format!("add {package} to what the tests require"));
        }
    }
}

/// Whether a text names a package, in any spelling of it. A file that takes its requirements from elsewhere may.
fn names(text: &str, package: &str) -> bool {
    let text = text.to_lowercase().replace('_', "-");
    let git = text.lines().any(|line| line.trim_start().starts_with("-r http"));
    git || text.contains(package)
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    #[test]
    fn plugins_are_required() {
        let config =
            ("pytest.ini", "[pytest]\naddopts = -ra --cov=app\n    --reruns 2\ntestpaths = --dist\n");
        let found = fires(super::RULE, &[config, ("requirements.txt", "pytest\npytest_cov==5\n")]);
        assert_eq!((found.len(), found[0].place.line), (1, 3));
        holds(super::RULE, &[config, ("requirements.txt", "pytest-cov\npytest-rerunfailures\n")]);
        holds(super::RULE, &[config]);
        let table = "[project]\ndependencies = [\"pytest\"]\n[tool.pytest.ini_options]\naddopts = [\n  \"--dist=load\",\n]\n";
        assert_eq!(fires(super::RULE, &[("pyproject.toml", table)])[0].place.line, 5);
        let quiet = table.replace("\"pytest\"", "\"pytest-xdist\"");
        holds(super::RULE, &[("pyproject.toml", &quiet)]);
    }
}
