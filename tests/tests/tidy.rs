//! The house rules that a compiler does not check: every module says what it is, and rooms import only downwards.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room with its floor, from the ground up. A room imports only from floors below its own.
const FLOORS: [(&str, u32); 13] = [
    ("model", 1),
    ("sys", 1),
    ("project", 2),
    ("journal", 2),
    ("environment", 2),
    ("packages", 2),
    ("python", 2),
    ("runner", 2),
    ("report", 2),
    ("inspect", 3),
    ("commands", 4),
    ("serve", 5),
    ("cli", 6),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_owned()
}

/// Every Rust file below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
    files
}

/// The rooms that a manifest's `[dependencies]` name.
fn imports(manifest: &str) -> Vec<String> {
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section.lines().filter_map(|line| line.strip_prefix("testyard-"));
    names.map(|rest| rest.split(['.', ' ', '=']).next().unwrap_or_default().to_owned()).collect()
}

/// What is wrong with a room's imports, in words; nothing when it imports only downwards.
fn wrong_imports(room: &str, manifest: &str) -> Vec<String> {
    let floor = |name: &str| FLOORS.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor);
    let Some(own) = floor(room) else { return vec![format!("the room '{room}' has no floor")] };
    let bad = |import: &String| floor(import).is_none_or(|other| other >= own);
    imports(manifest)
        .iter()
        .filter(|import| bad(import))
        .map(|import| format!("{room} imports {import}"))
        .collect()
}

#[test]
fn rooms_import_only_downwards() {
    let mut wrong = Vec::new();
    let mut rooms = 0;
    for entry in fs::read_dir(root().join("crates")).expect("crates/ is there").flatten() {
        let room = entry.file_name().to_string_lossy().into_owned();
        let manifest =
            fs::read_to_string(entry.path().join("Cargo.toml")).expect("every room has a manifest");
        assert!(
            manifest.contains(&format!("name = \"testyard-{room}\"")),
            "crates/{room} bears another package's name"
        );
        wrong.extend(wrong_imports(&room, &manifest));
        rooms += 1;
    }
    assert_eq!(rooms, FLOORS.len(), "a room came or went: give it its floor above");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_import_upwards_or_sideways_is_seen() {
    let manifest =
        |import: &str| format!("[dependencies]\nserde = \"1\"\n{import}.workspace = true\n\n[lints]\n");
    assert_eq!(wrong_imports("report", &manifest("testyard-journal")), ["report imports journal"]);
    assert_eq!(wrong_imports("project", &manifest("testyard-commands")), ["project imports commands"]);
    assert_eq!(wrong_imports("commands", &manifest("testyard-report")), Vec::<String>::new());
    let in_tests = "[dependencies]\nserde = \"1\"\n\n[dev-dependencies]\ntestyard-journal = \"1\"\n";
    assert_eq!(wrong_imports("report", in_tests), Vec::<String>::new());
}

#[test]
fn every_module_says_what_it_is() {
    let folders = ["crates", "xtask", "tests"];
    let files: Vec<_> = folders.iter().flat_map(|folder| rust_files(&root().join(folder))).collect();
    assert!(files.len() > 50, "only {} files were looked at", files.len());
    let silent: Vec<_> = files
        .iter()
        .filter(|path| {
            !fs::read_to_string(path).unwrap_or_default().lines().take(5).any(|l| l.starts_with("//!"))
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no //! header in the first five lines of:\n{}", silent.join("\n"));
}

#[test]
fn unsafe_code_stays_in_sys() {
    let allowing = |room: &str| {
        let manifest =
            fs::read_to_string(root().join("crates").join(room).join("Cargo.toml")).unwrap_or_default();
        !manifest.contains("[lints]\nworkspace = true")
    };
    let rooms: Vec<_> = FLOORS.iter().map(|(room, _)| *room).filter(|room| allowing(room)).collect();
    assert_eq!(rooms, ["sys"], "only sys may have lints of its own, for its unsafe code");
}
