//! Interpreters with pytest, made once and kept in the target folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use testyard_sys::keeper::{Keeper, Options};
use testyard_sys::lock;
use testyard_sys::process::{Command, output};

const VERSIONS: [&str; 4] = ["3.11", "3.12", "3.13", "3.10"];

/// The interpreter of the tests that need any pytest; none, said aloud, where none can be had.
pub(crate) async fn any() -> Option<PathBuf> {
    if let Some(version) = VERSIONS.iter().find(|version| interpreter(version).is_some()) {
        return with_pytest(version, "9").await;
    }
    eprintln!("skipped: no Python from 3.10 to 3.13 on this machine");
    None
}

/// That Python with that major version of pytest in a virtual environment of its own.
pub(crate) async fn with_pytest(version: &str, pytest: &str) -> Option<PathBuf> {
    let Some(base) = interpreter(version) else {
        eprintln!("skipped: no Python {version} on this machine");
        return None;
    };
    let folder = venvs().join(format!("py{version}-pytest{pytest}"));
    std::fs::create_dir_all(&folder).unwrap();
    let _lock = lock::lock(&folder.with_extension("lock")).await.unwrap();
    let python = folder.join("bin/python");
    let packages = packages(pytest);
    let marker = folder.join("complete");
    let complete = std::fs::read_to_string(&marker).is_ok_and(|text| text == packages.join(" "));
    if complete || make(&base, &folder, &packages).await {
        return Some(python);
    }
    eprintln!("skipped: cannot install pytest {pytest} for Python {version}");
    None
}

/// An interpreter that has no pytest: that of a virtual environment with nothing in it would do, and so does one
/// that is told to leave its packages alone.
pub(crate) fn without_pytest() -> Option<PathBuf> {
    let found = VERSIONS.iter().find_map(|version| interpreter(version));
    let bare = |python: &PathBuf| {
        let root = python.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
        let pattern = glob_folders(&root.join("lib"));
        !pattern.iter().any(|folder| folder.join("site-packages/pytest").exists())
    };
    if found.as_ref().is_none_or(|python| !bare(python)) {
        eprintln!("skipped: no Python without pytest on this machine");
    }
    found.filter(bare)
}

fn glob_folders(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// What is installed beside that version of pytest: the plugins that change what it does with tests.
fn packages(pytest: &str) -> Vec<String> {
    let mut packages = vec![format!("pytest=={pytest}.*")];
    packages.extend(["pytest-xdist", "pytest-rerunfailures", "pytest-cov"].map(str::to_owned));
    // From pytest 9 on subtests are part of it.
    if pytest != "9" {
        packages.push("pytest-subtests".to_owned());
    }
    packages
}

async fn make(base: &Path, folder: &Path, packages: &[String]) -> bool {
    let mut options = Options::plain("runner-test", folder.with_extension("scratch")).unwrap();
    options.program = PathBuf::from(env!("CARGO_BIN_EXE_testyard-runner-fixture"));
    let keeper = Keeper::start(options).await.unwrap();
    let venv = Command::new(base).args(["-m", "venv", "--clear"]).args([folder]).inherit_env();
    let pip = Command::new(folder.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(packages)
        .inherit_env();
    let mut made = true;
    for command in [venv, pip] {
        let result = output(&keeper, command, Duration::from_secs(300)).await.unwrap();
        made = made && result.exit.is_success();
        if !result.exit.is_success() {
            eprintln!("{}", String::from_utf8_lossy(&result.stderr));
        }
    }
    keeper.shutdown().await;
    made && testyard_sys::files::write(&folder.join("complete"), packages.join(" ")).is_ok()
}

fn interpreter(version: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let root = root.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")))?;
    let folders = std::fs::read_dir(root.join("versions")).into_iter().flatten().flatten();
    let prefix = format!("{version}.");
    let fits = |folder: &std::fs::DirEntry| folder.file_name().to_string_lossy().starts_with(&prefix);
    let pyenv =
        folders.filter(fits).map(|folder| folder.path().join("bin/python")).find(|path| path.exists());
    pyenv.or_else(|| on_path(&format!("python{version}")))
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.exists())
}

fn venvs() -> PathBuf {
    // The test binary lies in `target/<profile>/deps`.
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_testyard-runner-fixture"));
    binary.ancestors().nth(2).unwrap().join("test-venvs")
}
