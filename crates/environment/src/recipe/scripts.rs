//! Init scripts: what lies in `/docker-entrypoint-initdb.d`, in the order of its names, and how each is run.
//!
//! The images of PostgreSQL, MariaDB and MySQL treat them alike; what differs is how SQL is sent, for
//! which each recipe brings shell functions along.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testyard_model::plan::Mount;
use testyard_model::{Fidelity, Ledger};

use super::{Launch, Site};
use crate::Refusal;

/// Where the images look for init scripts.
pub(super) const FOLDER: &str = "/docker-entrypoint-initdb.d";

/// One init script.
pub(super) struct Script {
    /// Its name in the folder.
    pub(super) name: String,
    /// Where it lies on this machine.
    pub(super) path: PathBuf,
    pub(super) contents: Vec<u8>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// `.sh` that may be executed.
    Executed,
    /// `.sh` that may not, and is sourced.
    Sourced,
    /// `.sql`.
    Sql,
    /// `.sql`, packed, with the command that unpacks it to standard output.
    Packed(&'static str),
}

/// The scripts that the mounts provide, in the order in which they run. Files of other kinds are ignored, as the image
/// does.
pub(super) fn found(mounts: &[Mount], ledger: &mut Ledger) -> Result<Vec<Script>, Refusal> {
    let mut scripts = Vec::new();
    for mount in mounts {
        let Some(source) = &mount.source else { continue };
        if source.is_dir() {
            for path in files(source)? {
                scripts.extend(script(&file_name(&path), &path, ledger)?);
            }
        } else {
            scripts.extend(script(&file_name(Path::new(&mount.target)), source, ledger)?);
        }
    }
    // The image's shell expands `*` by its locale; for the usual `01-` names that is the order of bytes.
    scripts.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scripts)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Refusal> {
    let failed = |error| Refusal::new(format!("cannot read {}: {error}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    Ok(paths.map_err(failed)?.into_iter().filter(|path| path.is_file()).collect())
}

fn script(name: &str, path: &Path, ledger: &mut Ledger) -> Result<Option<Script>, Refusal> {
    let what = format!("init script {name}");
    let failed = |error| Refusal::new(format!("cannot read the init script {}: {error}", path.display()));
    let executable = path.metadata().map_err(failed)?.permissions().mode() & 0o111 != 0;
    let Some(kind) = kind(name, executable) else {
        ledger.note(what, Fidelity::Honoured, "ignored, as the image does: it is neither .sh nor .sql");
        return Ok(None);
    };
    ledger.note(what, Fidelity::Honoured, path.display().to_string());
    let contents = std::fs::read(path).map_err(failed)?;
    Ok(Some(Script { name: name.to_owned(), path: path.to_owned(), contents, kind }))
}

fn kind(name: &str, executable: bool) -> Option<Kind> {
    let packed = [(".sql.gz", "gzip -dc"), (".sql.xz", "xz -dc"), (".sql.zst", "zstd -dc")];
    match packed.iter().find(|(ending, _)| name.ends_with(ending)) {
        Some((_, unpack)) => Some(Kind::Packed(unpack)),
        None if name.ends_with(".sql") => Some(Kind::Sql),
        None if name.ends_with(".sh") => Some(if executable { Kind::Executed } else { Kind::Sourced }),
        None => None,
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Script {
    /// How it is run: scripts as the image's entrypoint runs them, SQL by the shell function `process_file`. That is
    /// among `functions`, and so is `docker_process_sql`, which scripts that are sourced may call.
    pub(super) fn launch(&self, site: &Site, functions: &str) -> Launch {
        let path = self.path.display().to_string();
        match self.kind {
            Kind::Executed => Launch::at(site, &path),
            Kind::Sourced => {
                // Sourced by the image's entrypoint, which is bash with these options.
                let line = format!("set -Eeo pipefail\nshopt -s nullglob\n{functions}. \"$1\"");
                Launch::at(site, "bash").arguments(["-c", &line, "docker-entrypoint.sh", &path])
            }
            Kind::Sql => shell(site, functions, "process_file \"$1\"", &path),
            // Unpacked before it is read: a pipe would hide the unpacker's failure, and the client would be content
            // with half of a broken archive.
            Kind::Packed(unpack) => {
                let unpacked = "\"$TMPDIR/init.sql\"";
                let lines = format!("{unpack} \"$1\" > {unpacked}\nprocess_file {unpacked}");
                shell(site, functions, &lines, &path)
            }
        }
    }
}

/// Runs lines that may call the functions, with the script's path as their first argument.
fn shell(site: &Site, functions: &str, lines: &str, path: &str) -> Launch {
    let lines = format!("set -e\n{functions}{lines}");
    Launch::at(site, "sh").arguments(["-c", &lines, "init", path])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_order() {
        for (name, executable, expected) in [
            ("a.sql", true, Some(Kind::Sql)),
            ("a.sql.gz", false, Some(Kind::Packed("gzip -dc"))),
            ("a.sh", true, Some(Kind::Executed)),
            ("a.sh", false, Some(Kind::Sourced)),
            ("README.md", false, None),
            ("a.sql.bak", false, None),
        ] {
            assert_eq!(kind(name, executable), expected, "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        for name in ["20-b.sql", "notes.txt", "10-a.sh"] {
            testyard_sys::files::write(&folder.path().join(name), name.as_bytes()).unwrap();
        }
        let single = folder.path().join("20-b.sql");
        let mount = |source: &Path, target: &str| Mount {
            source: Some(source.to_owned()),
            target: target.to_owned(),
            read_only: true,
        };
        let mounts = [
            mount(folder.path(), "/docker-entrypoint-initdb.d"),
            mount(&single, "/docker-entrypoint-initdb.d/15-c.sql"),
        ];
        let names: Vec<String> =
            found(&mounts, &mut Ledger::default()).unwrap().into_iter().map(|s| s.name).collect();
        assert_eq!(names, ["10-a.sh", "15-c.sql", "20-b.sql"]);
    }
}
