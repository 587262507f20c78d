//! `extends`: in one file, over several, in chains, and where it leads nowhere.

use super::support::Project;

#[test]
fn a_service_takes_over_what_it_does_not_say() {
    let project = Project::new(
        "services:\n  base: {image: i, environment: {A: 1, B: 1}, ports: ['80:80'], depends_on: [db]}\n\
         \x20 a:\n    extends: base\n    environment: {B: 2}\n    ports: ['81:81']\n  db: {image: d}\n",
    )
    .clean();
    let a = project.service("a").unwrap();
    assert_eq!(a.image.as_deref(), Some("i"));
    assert_eq!(a.environment.iter().map(|(k, v)| format!("{k}{v}")).collect::<String>(), "A1B2");
    assert_eq!((a.ports.len(), a.depends_on.len()), (2, 1));
    assert_eq!(project.service("base").unwrap().ports.len(), 1);
}

#[test]
fn another_file_has_its_own_folder() {
    let project = Project::new("services:\n  a:\n    extends: {file: common/base.yaml, service: web}\n    user: me\n")
        .beside(
            "common/base.yaml",
            "services:\n  web:\n    extends: {file: ../top.yaml, service: root}\n    volumes: ['./x:/x']\n    env_file: web.env\n",
        )
        .beside("common/web.env", "FROM=common\n")
        .beside("top.yaml", "services: {root: {image: i, build: ./app}}")
        .clean();
    let a = project.service("a").unwrap();
    assert_eq!((a.image.as_deref(), a.user.as_deref()), (Some("i"), Some("me")));
    assert_eq!(a.build.as_ref().unwrap().context, "/project/app");
    assert_eq!(a.environment["FROM"], "common");
    let crate::compose::service::VolumeKind::Bind(path) = &a.volumes[0].kind else {
        panic!("{:?}", a.volumes)
    };
    assert_eq!(path.to_str(), Some("/project/common/x"));
    let files: Vec<_> = project.files.iter().map(|file| file.display().to_string()).collect();
    assert_eq!(files, ["compose.yaml", "common/base.yaml", "top.yaml", "common/web.env"]);
}

#[test]
fn tags_reach_through_to_what_is_extended_and_to_other_files() {
    let project = Project::new("services: {a: {image: i, ports: ['1:1']}}")
        .over(
            "o.yaml",
            "services:\n  base: {image: j, ports: ['2:2'], environment: {A: 1}}\n\
             \x20 a: {extends: {service: base}, ports: !override ['3:3'], environment: !reset {}}\n",
        )
        .clean();
    let a = project.service("a").unwrap();
    assert_eq!((a.ports.len(), a.ports[0].target, a.environment.len()), (1, 3, 0));
    assert_eq!(project.service("base").unwrap().environment.len(), 1);
}

#[test]
fn what_leads_nowhere_is_said() {
    let check = |text: &str, expected: &[&str]| {
        let project = Project::new(text)
            .beside("b.yaml", "services: {web: {image: i, extends: {file: compose.yaml, service: a}}}");
        assert_eq!(project.findings(), expected, "{text}");
    };
    check(
        "services:\n  a: {image: i, extends: bass}\n  base: {image: i}\n",
        &["error TY-CM031 compose.yaml:2:26: `compose.yaml` has no service `bass` to extend"],
    );
    check(
        "services:\n  a: {image: i, extends: {file: no.yaml, service: x}}\n",
        &["error TY-CM031 compose.yaml:2:33: `no.yaml` is not there"],
    );
    check(
        "services:\n  a: {image: i, extends: {file: b.yaml}}\n",
        &["error TY-CM031 compose.yaml:2:17: `extends` does not name a service"],
    );
    check(
        "services:\n  a: {image: i, extends: b}\n  b: {image: i, extends: a}\n",
        &[
            "error TY-CM032 compose.yaml:2:26: `extends` leads back to itself: a → b → a",
            "error TY-CM032 compose.yaml:3:26: `extends` leads back to itself: b → a → b",
        ],
    );
    check(
        "services:\n  a: {image: i, extends: {file: b.yaml, service: web}}\n",
        &["error TY-CM032 compose.yaml:2:50: `extends` leads back to itself: a → web → a"],
    );
    check("services:\n  a: {image: i, extends: b}\n  b: {image: i, extends: c}\n  c: {image: i}\n", &[]);
}
