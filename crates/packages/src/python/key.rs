//! What an environment of our own depends on, as one short word that names its folder.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use testyard_model::plan::{Install, InstallKind, PythonPlan};

use super::interpreter;
use crate::binaries::hex;
use crate::context::Context;

/// Rises when environments are made in another way than before, so that old ones are not used any more.
const REVISION: &str = "3";

/// No interpreter is this small, and no shim is larger, in bytes.
const LARGEST_SHIM: u64 = 16 * 1024;

/// Files beside a declaration of a project that say how it is built and what it needs.
const BUILD_FILES: [&str; 5] = ["pyproject.toml", "setup.py", "setup.cfg", "uv.lock", "poetry.lock"];

/// `ingester-1f0c…`: the project's name and a digest of everything that decides what is installed.
///
/// The interpreters are told by where they lie and when they changed, not by asking them: that would cost every run
/// as much as starting Python.
pub(super) fn of(context: &Context, plan: &PythonPlan) -> String {
    let mut digest = Sha256::new();
    let mut add = |what: &[u8]| {
        digest.update(what.len().to_le_bytes());
        digest.update(what);
    };
    add(REVISION.as_bytes());
    add(plan.root.as_os_str().as_encoded_bytes());
    add(plan.version.as_deref().unwrap_or_default().as_bytes());
    add(plan.as_of.as_deref().unwrap_or_default().as_bytes());
    for line in interpreters(context) {
        add(line.as_bytes());
    }
    // A lock file is installed by its own tool where that is, else by pip, which knows less of it.
    for tool in ["uv", "poetry"] {
        add(&[u8::from(context.program(tool).is_some())]);
    }
    for install in &plan.install {
        add(format!("{:?} {}", install.kind, install.required).as_bytes());
        for file in files(install) {
            add(file.as_os_str().as_encoded_bytes());
            // A file that is missing is told from an empty one by what stands before it in the plan.
            add(&std::fs::read(&file).unwrap_or_default());
        }
    }
    format!("{}-{}", name(&plan.root), &hex(&digest.finalize())[..16])
}

fn name(root: &Path) -> String {
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain.chars().take(40).collect()
}

fn interpreters(context: &Context) -> Vec<String> {
    let mut lines: Vec<String> =
        interpreter::NAMES.iter().filter_map(|name| interpreter_line(&context.program(name)?)).collect();
    for name in ["PYENV_VERSION", "UV_PYTHON"] {
        lines.extend(context.variable(name).map(|value| format!("{name}={value}")));
    }
    lines
}

/// What tells one interpreter from another of the same name. A program is told by its size and when it changed; a small
/// script, such as pyenv's shims, which are written anew all the time, by what it says and by the version it stands for.
fn interpreter_line(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok()?;
    if meta.len() > LARGEST_SHIM {
        return Some(format!("{} {} {:?}", path.display(), meta.len(), meta.modified().ok()?));
    }
    let text = std::fs::read(path).ok()?;
    let version = path.parent().and_then(Path::parent).map(|root| root.join("version"));
    let version = version.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
    Some(format!("{} {} {version}", path.display(), hex(&Sha256::digest(text))))
}

/// The files whose content decides what a declaration installs.
fn files(install: &Install) -> Vec<PathBuf> {
    let mut found = Vec::new();
    if install.kind == InstallKind::Requirements {
        with_included(&install.file, &mut BTreeSet::new(), &mut found);
    } else {
        let folder = install.file.parent().unwrap_or(Path::new("/"));
        found.push(install.file.clone());
        let member = match &install.kind {
            InstallKind::UvLock { member, .. } => member.as_deref(),
            _ => None,
        };
        let folders = [Some(folder), member].into_iter().flatten();
        let files = folders.flat_map(|folder| BUILD_FILES.iter().map(|name| folder.join(name)));
        found.extend(files.filter(|file| *file != install.file));
    }
    found
}

/// A requirements file and those that it names by `-r` and `-c`.
fn with_included(file: &Path, seen: &mut BTreeSet<PathBuf>, found: &mut Vec<PathBuf>) {
    if !seen.insert(file.to_owned()) {
        return;
    }
    found.push(file.to_owned());
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let folder = file.parent().unwrap_or(Path::new("/"));
    for other in text.lines().filter_map(included) {
        with_included(&folder.join(other), seen, found);
    }
}

fn included(line: &str) -> Option<&str> {
    let line = line.trim();
    let rest =
        ["--requirement", "--constraint", "-r", "-c"].iter().find_map(|option| line.strip_prefix(option))?;
    let file = rest.trim_start_matches(['=', ' ', '\t']).split(" #").next()?.trim();
    (!file.is_empty() && !file.contains("://")).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_include_another_file() {
        let check = |line: &str, file: Option<&str>| assert_eq!(included(line), file, "{line}");
        check("-r base.txt", Some("base.txt"));
        check("-rbase.txt", Some("base.txt"));
        check("--constraint=../c.txt # why", Some("../c.txt"));
        check("-r https://example.org/r.txt", None);
        check("requests", None);
    }

    #[test]
    fn a_shim_written_anew_is_the_same_and_one_for_another_version_is_not() {
        let top = tempfile::tempdir().unwrap();
        let shims = top.path().join("shims");
        std::fs::create_dir(&shims).unwrap();
        let write = |path: PathBuf, text: &str| testyard_sys::files::write(&path, text).unwrap();
        let shim = shims.join("python3");
        write(shim.clone(), "#!/bin/sh\nexec pyenv exec python3\n");
        write(top.path().join("version"), "3.11\n");
        let before = interpreter_line(&shim);
        assert!(before.is_some());
        std::fs::remove_file(&shim).unwrap();
        write(shim.clone(), "#!/bin/sh\nexec pyenv exec python3\n");
        assert_eq!(interpreter_line(&shim), before);
        write(top.path().join("version"), "3.12\n");
        assert_ne!(interpreter_line(&shim), before);
    }

    #[test]
    fn included_files_count_once() {
        let top = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| testyard_sys::files::write(&top.path().join(name), text).unwrap();
        write("a.txt", "-r b.txt\n-c c.txt\n");
        write("b.txt", "-r a.txt\n");
        write("c.txt", "x==1\n");
        let mut found = Vec::new();
        with_included(&top.path().join("a.txt"), &mut BTreeSet::new(), &mut found);
        assert_eq!(found, ["a.txt", "b.txt", "c.txt"].map(|name| top.path().join(name)));
    }
}
