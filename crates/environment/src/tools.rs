//! The programs that come with services, for people and tests: `psql`, `redis-cli`.
//!
//! An unpacked program finds its libraries by variables that the commands of a project must not get: their own
//! programs would load those libraries too. So each such program gets a small script that sets them for it alone.

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testyard_model::Provision;
use testyard_sys::files;
use testyard_sys::keeper::Keeper;

/// The folders to search for the programs of a provision, as processes of the run see them. Scripts are written below
/// `folder`, which goes with the run, where the programs need variables; where that cannot be done, the programs' own
/// folders have to do.
pub(crate) fn folders(keeper: &Keeper, folder: &Path, provision: &Provision) -> Vec<PathBuf> {
    of(folder, |folder| keeper.outside(folder), provision)
}

/// As [`folders`]; `outside` gives the path of a folder for this process.
fn of(folder: &Path, outside: impl Fn(&Path) -> PathBuf, provision: &Provision) -> Vec<PathBuf> {
    if provision.libraries.is_empty() && provision.environment.is_empty() {
        return provision.bin.clone();
    }
    let name = provision.root.parent().and_then(Path::file_name).unwrap_or(provision.root.as_os_str());
    let scripts = folder.join(name);
    match write(&outside(&scripts), provision) {
        Ok(()) => vec![scripts],
        Err(_) => provision.bin.clone(),
    }
}

fn write(scripts: &Path, provision: &Provision) -> io::Result<()> {
    std::fs::create_dir_all(scripts)?;
    let variables = variables(provision);
    // The first folder that has a program wins, as on a search path.
    for bin in provision.bin.iter().rev() {
        for entry in std::fs::read_dir(bin)?.flatten() {
            let program = entry.path();
            let runs = |data: std::fs::Metadata| data.is_file() && data.permissions().mode() & 0o111 != 0;
            if !program.metadata().is_ok_and(runs) {
                continue;
            }
            let script = scripts.join(entry.file_name());
            let text = format!("#!/bin/sh\n{variables}exec {} \"$@\"\n", quoted(&program.to_string_lossy()));
            files::write(&script, text)?;
            std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755))?;
        }
    }
    Ok(())
}

/// Lines that set what the programs need.
fn variables(provision: &Provision) -> String {
    let mut lines = String::new();
    let libraries: Vec<String> =
        provision.libraries.iter().map(|folder| folder.to_string_lossy().into_owned()).collect();
    if !libraries.is_empty() {
        let more = "${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}";
        lines.push_str(&format!("export LD_LIBRARY_PATH={}{more}\n", quoted(&libraries.join(":"))));
    }
    for (name, value) in &provision.environment {
        lines.push_str(&format!("export {name}={}\n", quoted(value)));
    }
    lines
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use testyard_model::Product;
    use testyard_model::product::Source;

    use super::*;

    fn provision(root: &Path, libraries: Vec<PathBuf>) -> Provision {
        Provision {
            product: Product::Redis,
            version: "7.0.15".to_owned(),
            source: Source::Debian,
            root: root.to_owned(),
            bin: vec![root.join("usr/bin")],
            libraries,
            environment: BTreeMap::from([("WORD".to_owned(), "it's one".to_owned())]),
            missing_extensions: Vec::new(),
        }
    }

    #[test]
    fn a_program_gets_its_variables_and_the_caller_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("redis-7-debian/root");
        std::fs::create_dir_all(root.join("usr/bin")).unwrap();
        let program = root.join("usr/bin/tell");
        files::write(&program, "#!/bin/sh\necho \"$LD_LIBRARY_PATH $WORD $1\"\n").unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        files::write(&root.join("usr/bin/notes.txt"), "no program").unwrap();
        let provision = provision(&root, vec![PathBuf::from("/its/lib")]);
        let found = of(&folder.path().join("tools"), Path::to_owned, &provision);
        assert_eq!(found, [folder.path().join("tools/redis-7-debian")]);
        let script = std::fs::read_to_string(found[0].join("tell")).unwrap();
        assert!(script.contains("export LD_LIBRARY_PATH='/its/lib'${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\n"));
        assert!(
            script.contains("export WORD='it'\\''s one'\n") && script.ends_with("tell' \"$@\"\n"),
            "{script}"
        );
        assert!(!found[0].join("notes.txt").exists());
    }

    #[test]
    fn programs_that_need_nothing_are_found_where_they_are() {
        let mut plain = provision(Path::new("/"), Vec::new());
        plain.environment.clear();
        assert_eq!(of(Path::new("/nowhere"), Path::to_owned, &plain), plain.bin);
    }
}
