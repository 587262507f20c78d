//! What the readers of the project's files tell by themselves, without a rule here.

use std::collections::HashSet;

use testyard_model::Finding;
use testyard_project::{codes, compose};

use crate::scene::Scene;

/// The codes that readers use, each with what it means.
pub fn told() -> Vec<(&'static str, &'static str)> {
    [codes::TEXT, compose::codes::TEXT].into_iter().flat_map(meanings).collect()
}

/// Reads `/// Meaning.` followed by `pub const NAME: &str = "CODE";`.
fn meanings(text: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut found = Vec::new();
    let mut meaning = None;
    for line in text.lines() {
        if let Some(said) = line.strip_prefix("/// ") {
            meaning = meaning.or(Some(said.trim_end_matches('.')));
        } else if let Some(code) = line.split('"').nth(1).filter(|code| code.starts_with("TY-")) {
            found.extend(meaning.take().map(|said| (code, said)));
        } else {
            meaning = None;
        }
    }
    found
}

/// What the readers found. One place is told once, also when several sets of compose files hold it.
pub(crate) fn findings(scene: &Scene) -> Vec<Finding> {
    let compose = scene.compose().iter().flat_map(|set| set.certain());
    let found = scene.config_findings().iter().chain(&scene.discovery().findings).cloned().chain(compose);
    let mut seen = HashSet::new();
    found.filter(|one| seen.insert((one.code.clone(), one.place.clone(), one.message.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use crate::fixture::scene;

    use super::*;

    #[test]
    fn every_code_of_the_readers_has_a_meaning() {
        let told = told();
        let of = |code: &str| told.iter().find(|(known, _)| *known == code).map(|(_, said)| *said);
        assert_eq!(of("TY-CM001"), Some("A file is not YAML"));
        assert_eq!(
            of("TY-PT002"),
            Some("Two tables of pytest's configuration stand in one `pyproject.toml`")
        );
        assert!(told.len() > 40, "only {}", told.len());
    }

    #[test]
    fn what_two_sets_share_is_told_once() {
        let base = "version: '3'\nservices: {a: {image: x}}";
        let (scene, _folder) = scene(&[
            ("docker-compose.yml", base),
            ("docker-compose.test.yml", "services: {a: {ports: ['1:1']}}"),
        ]);
        assert_eq!(scene.compose().len(), 2);
        let found = findings(&scene);
        let codes: Vec<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["TY-CM050"]);
    }
}
