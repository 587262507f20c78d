//! Profiles: which services are active.

use super::support::Project;

const TEXT: &str = "services:\n  always: {image: i}\n  dev: {image: i, profiles: [dev]}\n\
                    \x20 test: {image: i, profiles: [test, ci], depends_on: [db]}\n  db: {image: i, profiles: [infra]}\n";

fn active(profiles: &str) -> String {
    let project = Project::new(TEXT).set("COMPOSE_PROFILES", profiles);
    project.read().0.active().map(|service| service.name.clone()).collect::<Vec<_>>().join(" ")
}

#[test]
fn services_without_a_profile_are_always_active() {
    assert_eq!(active(""), "always");
    assert_eq!(active("dev"), "always dev");
    assert_eq!(active("dev, infra"), "always dev db");
    assert_eq!(active("unknown"), "always");
    assert_eq!(active("*"), "always dev test db");
}

#[test]
fn what_an_active_service_requires_is_active_and_that_is_said() {
    assert_eq!(active("ci"), "always test db");
    let findings = Project::new(TEXT).set("COMPOSE_PROFILES", "ci").findings();
    assert_eq!(
        findings,
        [
            "warning TY-CM038 compose.yaml:4:55: the service `test` needs `db`, which no active profile includes: docker compose refuses that"
        ]
    );
    assert!(Project::new(TEXT).set("COMPOSE_PROFILES", "ci,infra").findings().is_empty());
    let optional = TEXT.replace("[db]", "{db: {condition: service_started, required: false}}");
    let project = Project::new(&optional).set("COMPOSE_PROFILES", "ci").clean();
    assert_eq!(project.active().count(), 2);
}

#[test]
fn a_named_service_is_active_whatever_its_profiles() {
    let project = Project::new(TEXT).clean();
    let names = |profiles: &[&str], named: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        project.activate(&owned(profiles), &owned(named)).into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&[], &["test"]), "always db test");
    assert_eq!(names(&["dev"], &["db"]), "always db dev");
    assert_eq!(names(&[], &[]), "always");
}
