//! Real files: which of a request's words decides, and how paths are shown.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::compose::{LoadRequest, load};

#[test]
fn a_request_over_files_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("repo");
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test writes its own files")]
        std::fs::write(path, text).unwrap();
    };
    put(
        "deploy/compose.yaml",
        "services:\n  a: {image: \"i:$TAG\", env_file: a.env}\n  b: {image: i, profiles: [p]}\n",
    );
    put("deploy/override.yaml", "services: {a: {volumes: ['./x:/x'], user: $NOBODY}}\n");
    put("deploy/.env", "TAG=usual\n");
    put("deploy/a.env", "A=1\n");
    put("named.env", "TAG=named\n");
    let variables = BTreeMap::from([("COMPOSE_PROFILES".to_owned(), "q".to_owned())]);
    let mut request = LoadRequest {
        files: vec![PathBuf::from("compose.yaml"), root.join("deploy/override.yaml")],
        project_directory: root.join("deploy"),
        variables: &variables,
        env_files: Vec::new(),
        profiles: Vec::new(),
        display_root: root.clone(),
    };
    let (project, findings) = load(&request);
    let a = project.service("a").unwrap();
    assert_eq!((a.image.as_deref(), a.environment["A"].as_str()), (Some("i:usual"), "1"));
    assert_eq!((project.name.as_str(), project.active().count()), ("deploy", 1));
    let places: Vec<_> = findings.iter().map(|finding| finding.place.to_string()).collect();
    assert_eq!(places, ["deploy/override.yaml:1:43"]);
    let files: Vec<_> = project.files.iter().map(|file| file.to_str().unwrap()).collect();
    assert_eq!(files, ["deploy/.env", "deploy/compose.yaml", "deploy/override.yaml", "deploy/a.env"]);

    request.env_files = vec![PathBuf::from("../named.env")];
    request.profiles = vec!["p".to_owned()];
    let (project, _) = load(&request);
    assert_eq!(project.service("a").unwrap().image.as_deref(), Some("i:named"));
    assert_eq!((project.profiles.join(" "), project.active().count()), ("p".to_owned(), 2));
}
