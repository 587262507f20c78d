//! `include`: short, long, nested, with its own folder and variables, and where it leads nowhere.

use super::support::Project;

#[test]
fn an_included_file_has_its_own_folder_and_variables() {
    let project = Project::new("include: [infra/compose.yaml]\nservices: {a: {image: i, depends_on: [db]}}\n")
        .beside(
            "infra/compose.yaml",
            "include: [more/compose.yaml]\nservices: {db: {image: \"p:${TAG}-${OUTER}\", volumes: ['./seed:/seed'], environment: [TAG]}}\nvolumes: {v: }\n",
        )
        .beside("infra/.env", "TAG=16\nOUTER=inner\n")
        .beside("infra/more/compose.yaml", "services: {cache: {image: c, build: .}}")
        .set("OUTER", "outer")
        .clean();
    assert_eq!(project.services.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["a", "db", "cache"]);
    let db = project.service("db").unwrap();
    assert_eq!((db.image.as_deref(), db.environment["TAG"].as_str()), (Some("p:16-outer"), "16"));
    let crate::compose::service::VolumeKind::Bind(path) = &db.volumes[0].kind else {
        panic!("{:?}", db.volumes)
    };
    assert_eq!(path.to_str(), Some("/project/infra/seed"));
    assert_eq!(project.service("cache").unwrap().build.as_ref().unwrap().context, "/project/infra/more");
    assert_eq!(project.volumes[0].key, "v");
}

#[test]
fn the_long_form() {
    let project = Project::new(
        "include:\n  - path: [infra/1.yaml, infra/2.yaml]\n    project_directory: other\n    env_file: x.env\nservices: {a: {image: i}}\n",
    )
    .beside("infra/1.yaml", "services: {db: {image: one, build: ./b, user: $U}}")
    .beside("infra/2.yaml", "services: {db: {image: two}}")
    .beside("x.env", "U=me")
    .clean();
    let db = project.service("db").unwrap();
    assert_eq!((db.image.as_deref(), db.user.as_deref()), (Some("two"), Some("me")));
    assert_eq!(db.build.as_ref().unwrap().context, "/project/other/b");
}

#[test]
fn the_local_file_wins_and_may_extend_what_is_included() {
    let project = Project::new(
        "include: [infra.yaml]\nservices:\n  db: {image: mine, ports: !reset []}\n  a: {extends: {service: db}, user: me}\n",
    )
    .beside("infra.yaml", "services: {db: {image: theirs, ports: ['1:1'], environment: {A: 1}}}")
    .clean();
    let db = project.service("db").unwrap();
    assert_eq!((db.image.as_deref(), db.ports.len(), db.environment["A"].as_str()), (Some("mine"), 0, "1"));
    assert_eq!(project.service("a").unwrap().image.as_deref(), Some("mine"));
}

#[test]
fn what_leads_nowhere_is_said() {
    let check = |text: &str, expected: &[&str]| {
        let text = format!("{text}\nservices: {{a: {{image: i}}}}\n");
        let project = Project::new(&text)
            .beside("back.yaml", "include: [compose.yaml]\n")
            .beside("bad.yaml", "services: {b: {image: [}}\n");
        assert_eq!(project.findings(), expected, "{text}");
    };
    check(
        "include: [no.yaml]",
        &["error TY-CM033 compose.yaml:1:11: `no.yaml` cannot be read: there is no such file"],
    );
    check(
        "include: [back.yaml]",
        &[
            "error TY-CM034 back.yaml:1:11: `include` leads back to itself: compose.yaml → back.yaml → compose.yaml",
        ],
    );
    check("include: back.yaml", &["error TY-CM033 compose.yaml:1:10: `include` is a list of files"]);
    check(
        "include: [{env_file: x}]",
        &["error TY-CM033 compose.yaml:1:11: an entry of `include` has no `path`"],
    );
    check(
        "include: [{path: back.yaml, env_file: no.env}]",
        &[
            "error TY-CM002 compose.yaml:1:11: the environment file `no.env` cannot be read: there is no such file",
            "error TY-CM034 back.yaml:1:11: `include` leads back to itself: compose.yaml → back.yaml → compose.yaml",
        ],
    );
    check(
        "include: ['oci://registry/x']",
        &["warning TY-CM008 compose.yaml:1:11: `oci://registry/x` lies outside this machine and is left out"],
    );
    check("include: ", &[]);
}
