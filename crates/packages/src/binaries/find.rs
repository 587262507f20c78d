//! Looking at programs where they lie: their executables, their version, their extensions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use testyard_model::{Product, Provision};
use testyard_sys::which::is_executable;

use super::glob;
use super::product::{Known, VersionFrom};
use super::version;
use crate::context::Context;
use crate::tool;

/// How long a program may take to print its version, on a machine that is busy with other things.
const VERSION_WITHIN: Duration = Duration::from_secs(20);

/// The server's executable in a folder, when it is there with the tools it cannot do without.
pub(super) fn server(known: &Known, folder: &Path) -> Option<PathBuf> {
    let there = |name: &&str| is_executable(&folder.join(name));
    let server = known.servers.iter().find(|name| there(name))?;
    known.tools.iter().all(there).then(|| folder.join(server))
}

/// The version of a server, as it says itself. `Err` says what it said instead.
pub(super) async fn version(
    context: &Context,
    known: &Known,
    server: &Path,
    variables: &BTreeMap<String, String>,
) -> Result<String, Vec<String>> {
    match &known.version {
        VersionFrom::Folder { prefix, .. } => of_folder(server, prefix)
            .ok_or_else(|| vec![format!("{} is not in a versioned folder", server.display())]),
        VersionFrom::Output { arguments, marker, contains } => {
            let answer = tool::ask(context, server, arguments, variables, VERSION_WITHIN)
                .await
                .map_err(|error| vec![error])?;
            let text = answer.lines.join("\n");
            if contains.is_some_and(|(word, must)| text.contains(word) != must) {
                return Err(vec![format!("{} is another program", server.display())]);
            }
            // The exit code says nothing here: some programs print their version only with an error.
            version::after(&text, marker).ok_or(answer.lines)
        }
    }
}

fn of_folder(server: &Path, prefix: &str) -> Option<String> {
    let name = server.parent()?.parent()?.file_name()?.to_str()?;
    version::after(name.strip_prefix(prefix).unwrap_or(name), "").filter(|number| {
        // `/usr/sbin` and its like tell nothing.
        name == format!("{prefix}{number}") || name == number
    })
}

/// Proves that a program that was unpacked runs with these variables. `Err` says what it printed instead.
pub(super) async fn proves(
    context: &Context,
    known: &Known,
    variables: &BTreeMap<String, String>,
) -> Result<(), Vec<String>> {
    let VersionFrom::Folder { proof: (tool, arguments), .. } = &known.version else { return Ok(()) };
    let answer = tool::ask(context, Path::new(tool), arguments, variables, VERSION_WITHIN)
        .await
        .map_err(|error| vec![error])?;
    if answer.ok { Ok(()) } else { Err(answer.lines) }
}

/// The variables that a program needs to run from where it lies: the caller's own with its folders in front.
pub(super) fn variables(context: &Context, provision: &Provision) -> BTreeMap<String, String> {
    let mut variables = context.variables.clone();
    let mut prefix = |name: &str, folders: &[PathBuf]| {
        let before = folders.iter().cloned();
        let after: Vec<PathBuf> =
            variables.get(name).map(|value| std::env::split_paths(value).collect()).unwrap_or_default();
        let all = before.chain(after.into_iter().filter(|folder| !folder.as_os_str().is_empty()));
        if let Ok(joined) = std::env::join_paths(all)
            && !joined.is_empty()
        {
            variables.insert(name.to_owned(), joined.to_string_lossy().into_owned());
        }
    };
    prefix("PATH", &provision.bin);
    prefix("LD_LIBRARY_PATH", &provision.libraries);
    variables.extend(provision.environment.clone());
    variables
}

/// Which of the wanted extensions are not there. Only PostgreSQL has any.
pub(super) fn missing_extensions(product: Product, wanted: &[String], bin: &[PathBuf]) -> Vec<String> {
    if product != Product::PostgreSql {
        return wanted.to_vec();
    }
    let folders: Vec<PathBuf> = bin.iter().flat_map(|bin| extension_folders(bin)).collect();
    let there = |name: &String| folders.iter().any(|folder| folder.join(format!("{name}.control")).is_file());
    wanted.iter().filter(|name| !there(name)).cloned().collect()
}

/// Where the extensions of a PostgreSQL may lie: the layouts of its own build, of Debian, Red Hat and Homebrew.
fn extension_folders(bin: &Path) -> Vec<PathBuf> {
    let named = |at: Option<&Path>| at.and_then(Path::file_name).map(PathBuf::from).unwrap_or_default();
    let above = bin.parent().unwrap_or(bin);
    let share = above.join("share");
    let debian = bin.ancestors().nth(4).map(|usr| usr.join("share/postgresql").join(named(bin.parent())));
    let mut shares = vec![share.clone(), share.join("postgresql"), share.join(named(bin.parent()))];
    shares.extend(debian);
    // Homebrew's `opt/postgresql@16` has its share folder two levels up.
    shares.extend(bin.ancestors().nth(3).map(|prefix| prefix.join("share").join(named(bin.parent()))));
    shares.extend(glob::folders(&share.join("postgresql*")));
    shares.into_iter().map(|share| share.join("extension")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_folders() {
        let check = |server: &str, version: Option<&str>| {
            assert_eq!(of_folder(Path::new(server), "rabbitmq_server-").as_deref(), version, "{server}");
        };
        check("/usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8/sbin/rabbitmq-server", Some("3.10.8"));
        check("/opt/homebrew/Cellar/rabbitmq/3.13.7/sbin/rabbitmq-server", Some("3.13.7"));
        check("/usr/sbin/rabbitmq-server", None);
        check("/srv/app2/sbin/rabbitmq-server", None);
    }

    #[test]
    fn extensions_are_found_in_each_layout() {
        let check = |bin: &str, share: &str| {
            let top = tempfile::tempdir().unwrap();
            let bin = top.path().join(bin);
            std::fs::create_dir_all(&bin).unwrap();
            let extensions = top.path().join(share).join("extension");
            std::fs::create_dir_all(&extensions).unwrap();
            std::fs::File::create(extensions.join("vector.control")).unwrap();
            let wanted = ["vector".to_owned(), "postgis".to_owned()];
            assert_eq!(missing_extensions(Product::PostgreSql, &wanted, &[bin]), ["postgis"], "{share}");
        };
        check("usr/lib/postgresql/16/bin", "usr/share/postgresql/16");
        check("pginstall/bin", "pginstall/share/postgresql");
        check("usr/pgsql-16/bin", "usr/pgsql-16/share");
        check("opt/postgresql@16/bin", "share/postgresql@16");
    }
}
