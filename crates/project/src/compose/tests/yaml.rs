//! YAML itself: anchors, merge keys, tags, documents, and what is no YAML.

use super::support::{Project, service};

#[test]
fn anchors_and_merge_keys() {
    let project = Project::new(
        "x-base: &base\n  environment: {A: base, B: base}\n  restart: always\nx-more: &more {restart: \"no\", user: me}\n\
         services:\n  a:\n    <<: [*base, *more]\n    image: i\n  b:\n    <<: *base\n    image: i\n    restart: on-failure\n",
    )
    .clean();
    let a = project.service("a").unwrap();
    assert_eq!((a.restart.as_deref(), a.user.as_deref()), (Some("always"), Some("me")));
    assert_eq!(a.environment["A"], "base");
    let b = project.service("b").unwrap();
    assert_eq!(b.restart.as_deref(), Some("on-failure"));
    assert_eq!(project.extensions.keys().collect::<Vec<_>>(), ["x-base", "x-more"]);
}

#[test]
fn a_quoted_merge_key_is_a_key_like_others() {
    let text = "services:\n  a:\n    image: i\n    \"<<\": {user: me}\n";
    assert_eq!(
        Project::new(text).findings(),
        ["warning TY-CM010 compose.yaml:4:5: unknown key `<<` in `services.a`"]
    );
}

#[test]
fn several_documents_are_merged_in_their_order() {
    let text = "services: {a: {image: one, user: me}}\n---\nservices: {a: {image: two}}\n";
    let a = Project::new(text).clean().service("a").cloned().unwrap();
    assert_eq!((a.image.as_deref(), a.user.as_deref()), (Some("two"), Some("me")));
}

#[test]
fn numbers_reach_the_container_as_yaml_reads_them() {
    let (a, findings) =
        super::support::broken("environment:\n  V: 1.10\n  O: 0755\n  B: True\n  N: 5432\n  Q: \"1.10\"");
    assert_eq!(
        a.environment.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>(),
        ["B=true", "N=5432", "O=493", "Q=1.10", "V=1.1"]
    );
    assert_eq!(
        findings,
        [
            "warning TY-CM051 compose.yaml:5:10: `services.a.environment.V` is a number to YAML: `1.10` becomes `1.1`",
            "warning TY-CM051 compose.yaml:6:10: `services.a.environment.O` is a number to YAML: `0755` becomes `493`",
        ]
    );
}

#[test]
fn places_are_those_of_the_keys() {
    let a = service("environment:\n  - A=1\n  - B=2\nports:\n  - \"80:80\"\n  - \"81:81\"");
    assert_eq!(a.place.to_string(), "compose.yaml:2:3");
    assert_eq!(a.place_of("environment.B").to_string(), "compose.yaml:6:9");
    assert_eq!(a.place_of("ports.1").to_string(), "compose.yaml:9:9");
    assert_eq!(a.ports[1].place.to_string(), "compose.yaml:9:9");
    assert_eq!(a.place_of("healthcheck.test").to_string(), "compose.yaml:2:3");
}

#[test]
fn what_is_no_yaml_is_said_with_its_place() {
    let check = |text: &str, expected: &str| {
        let findings = Project::new(text).findings();
        assert!(findings.iter().any(|finding| finding.starts_with(expected)), "{text:?}: {findings:#?}");
    };
    check("services:\n  a: [1, 2\n", "error TY-CM001 compose.yaml:");
    check("services:\n\ta: {}\n", "error TY-CM001 compose.yaml:2:");
    check("services: {a: *nowhere}\n", "error TY-CM001 compose.yaml:1:");
    check(
        "services:\n  a: {image: i}\n  a: {image: j}\n",
        "error TY-CM005 compose.yaml:3:3: the key `a` stands twice",
    );
    check(
        "services: &s\n  a: *s\n",
        "error TY-CM004 compose.yaml:2:6: an alias stands inside its own anchor",
    );
    check("services: {1: {image: i}}\n", "error TY-CM006 compose.yaml:1:12: a key must be a string");
    check("services: {a: {<<: 5, image: i}}\n", "error TY-CM007 compose.yaml:1:16");
    check("- a\n", "error TY-CM003 compose.yaml:1:1: a compose file is a mapping, and this is a list");
    check("", "error TY-CM003 compose.yaml: the file is empty");
    check("# nothing\n", "error TY-CM003 compose.yaml: the file is empty");
}

#[test]
fn aliases_cannot_unfold_without_bound() {
    let mut text = String::from("x-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let below = format!("*a{}", level - 1);
        text.push_str(&format!("x-{level}: &a{level} [{}]\n", vec![below; 10].join(", ")));
    }
    let findings = Project::new(&text).findings();
    assert!(
        findings.iter().any(|finding| finding.contains("unfold to more than 100000 values")),
        "{findings:#?}"
    );

    let deep = format!("x: {}{}", "[".repeat(200), "]".repeat(200));
    let findings = Project::new(&deep).findings();
    assert!(
        findings.iter().any(|finding| finding.contains("nested more than 64 levels deep")),
        "{findings:#?}"
    );
}

#[test]
fn a_mark_at_the_start_of_the_file_is_no_part_of_it() {
    assert_eq!(Project::new("\u{feff}services: {a: {image: i}}\n").clean().services.len(), 1);
}

#[test]
fn a_closing_bracket_may_stand_as_far_left_as_its_key() {
    let text = "services:\n  a:\n    image: x\n    command: [\n      one,\n    ]\n    environment: {\n      A: b\n    }\n    user: me\n";
    let (project, findings) = crate::compose::parse_str(text, &std::collections::BTreeMap::new());
    assert_eq!(findings, []);
    let a = project.service("a").unwrap();
    assert_eq!((a.command.clone(), a.user.as_deref()), (Some(vec!["one".to_owned()]), Some("me")));
    assert_eq!(a.place_of("user").line, 10);
    let broken = "services:\n  a: {image: x\n  b: ]\n";
    let (_, findings) = crate::compose::parse_str(broken, &std::collections::BTreeMap::new());
    assert!(findings.iter().any(|finding| finding.code == "TY-CM001"));
}
