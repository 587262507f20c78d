//! Projects for the rules' tests: a few inline files in a folder that goes away by itself.
//!
//! A name may end as `ls -F` marks it: `run.sh*` is executable, `logs/` an empty folder, `latest@` a link to its text.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use testyard_model::Finding;
use testyard_sys::tool;

use crate::rule::Rule;
use crate::scene::Scene;
use crate::sink::Sink;

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    add(folder.path(), files);
    folder
}

fn add(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let mark = path.chars().last().filter(|mark| matches!(mark, '*' | '/' | '@'));
        let place = root.join(path.trim_end_matches(['*', '/', '@']));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        match mark {
            Some('/') => std::fs::create_dir_all(&place).unwrap(),
            Some('@') => std::os::unix::fs::symlink(text, &place).unwrap(),
            mark => {
                let mut file = std::fs::File::create(&place).unwrap();
                file.write_all(text.as_bytes()).unwrap();
                let mode = if mark.is_some() { 0o755 } else { 0o644 };
                file.set_permissions(PermissionsExt::from_mode(mode)).unwrap();
            }
        }
    }
}

/// A git repository with files in its index and others that are not. `None`, aloud, where there is no git.
pub(crate) fn repository(tracked: &[(&str, &str)], others: &[(&str, &str)]) -> Option<TempDir> {
    if testyard_sys::which::here("git").is_none() {
        eprintln!("skipped: there is no git on this machine");
        return None;
    }
    let folder = folder(tracked);
    for arguments in [
        &["init", "-q"][..],
        &["add", "-A"],
        &["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "t"],
    ] {
        let arguments: Vec<_> = arguments.iter().map(Into::into).collect();
        let done = tool::output("git", &arguments, folder.path(), &[]).unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    add(folder.path(), others);
    Some(folder)
}

/// The scene of these files, without any variable. The folder goes away when it is dropped.
pub(crate) fn scene(files: &[(&str, &str)]) -> (Scene, TempDir) {
    let folder = folder(files);
    (Scene::open(folder.path(), BTreeMap::new(), &[]), folder)
}

/// What a rule finds in these files.
pub(crate) fn findings(rule: &Rule, files: &[(&str, &str)]) -> Vec<Finding> {
    let (scene, _folder) = scene(files);
    findings_in(rule, &scene)
}

/// What a rule finds in a scene.
pub(crate) fn findings_in(rule: &Rule, scene: &Scene) -> Vec<Finding> {
    let mut sink = Sink::new(rule, scene);
    (rule.check)(scene, &mut sink);
    sink.finish().0
}

/// What a rule finds in these files; it must find something.
#[track_caller]
#[allow(dead_code, reason = "for the rules of the families")]
pub(crate) fn fires(rule: Rule, files: &[(&str, &str)]) -> Vec<Finding> {
    let found = findings(&rule, files);
    assert!(!found.is_empty(), "{} does not fire", rule.code);
    found
}

/// A rule must find nothing in these files.
#[track_caller]
#[allow(dead_code, reason = "for the rules of the families")]
pub(crate) fn holds(rule: Rule, files: &[(&str, &str)]) {
    let found = findings(&rule, files);
    let shown: Vec<String> = found.iter().map(|f| format!("{}: {}", f.place, f.message)).collect();
    assert!(found.is_empty(), "{} fires:\n{}", rule.code, shown.join("\n"));
}
