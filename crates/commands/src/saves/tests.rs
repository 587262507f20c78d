//! Watches small projects.

use std::collections::BTreeMap;
use std::fs;

use testyard_sys::files::write_atomic;

use super::*;

fn project() -> (tempfile::TempDir, Context) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let context = Context {
        folder: root.clone(),
        variables: BTreeMap::new(),
        overrides: Vec::new(),
        program: PathBuf::new(),
        cache: root.clone(),
        runtime: root.clone(),
        root,
    };
    (folder, context)
}

fn write(context: &Context, file: &str) {
    let path = context.root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    write_atomic(&path, file).unwrap();
}

async fn next(saves: &mut ProjectSaves) -> Vec<String> {
    let saved = timeout(Duration::from_secs(20), saves.next()).await.expect("something is saved").unwrap();
    saved.files.into_iter().collect()
}

#[tokio::test]
async fn files_are_told_and_what_tools_write_is_not() {
    let (_folder, context) = project();
    for file in ["a.py", "app/b.py", ".venv/pyvenv.cfg", "env/pyvenv.cfg", "env/x.py"] {
        write(&context, file);
    }
    let mut saves = ProjectSaves::watch(&context).unwrap();
    for file in ["a.py", "app/b.py", ".venv/c.py", "env/x.py", "__pycache__/a.pyc", ".testyard/x", "a.py~"] {
        write(&context, file);
    }
    assert_eq!(next(&mut saves).await, ["a.py", "app/b.py"]);
    fs::remove_file(context.root.join("a.py")).unwrap();
    fs::rename(context.root.join("app"), context.root.join("lib")).unwrap();
    assert_eq!(next(&mut saves).await, ["a.py", "app/b.py", "lib/b.py"]);
    write(&context, "new/deep/c.py");
    assert_eq!(next(&mut saves).await, ["new/deep/c.py"]);
    write(&context, "new/deep/c.py");
    write(&context, "lib/b.py");
    assert_eq!(next(&mut saves).await, ["lib/b.py", "new/deep/c.py"]);
    assert!(saves.meanwhile().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_git_ignores_is_passed_over() {
    let (_folder, context) = project();
    write(&context, "out/old.txt");
    let arguments = ["init", "--quiet"].map(std::ffi::OsString::from);
    if testyard_sys::tool::output("git", &arguments, &context.root, &[]).is_err() {
        eprintln!("skipped: there is no git here");
        return;
    }
    write_atomic(&context.root.join(".gitignore"), "out/\n*.log\nlater/\n").unwrap();
    let mut saves = ProjectSaves::watch(&context).unwrap();
    for file in ["out/new.txt", "a.log", "later/x.py", "a.py"] {
        write(&context, file);
    }
    assert_eq!(next(&mut saves).await, ["a.py"]);
}
