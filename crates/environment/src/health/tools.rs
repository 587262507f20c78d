//! Tools that take their server from arguments only, such as `redis-cli`.
//!
//! A small script of the same name, earlier on the search path, calls the tool with the service's address before the
//! user's own arguments, which win where they name another.

use std::path::{Path, PathBuf};

use testyard_sys::process::RunAs;

use crate::Refusal;
use crate::workshop::Workshop;

/// Writes the scripts, for those tools that are there, and returns their folder.
pub(super) fn write(tools: &[(String, Vec<String>)], workshop: &Workshop) -> Result<PathBuf, Refusal> {
    let folder = workshop.site.run.join("tools");
    workshop.folder(&folder, RunAs::Same)?;
    for (tool, arguments) in tools {
        if let Some(program) = find(tool, workshop) {
            workshop.script(&folder.join(tool), &script(&program, arguments))?;
        }
    }
    Ok(folder)
}

/// Where the tool lies: with the provision, or on the search path that the service's processes have.
fn find(tool: &str, workshop: &Workshop) -> Option<PathBuf> {
    let variables = workshop.site.variables();
    let folders = variables.get("PATH").map(String::as_str).unwrap_or_default();
    folders
        .split(':')
        .chain(workshop.search.split(':'))
        .map(|folder| Path::new(folder).join(tool))
        .find(|path| path.is_file())
}

fn script(program: &Path, arguments: &[String]) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let words = std::iter::once(program.display().to_string()).chain(arguments.iter().cloned());
    let words: Vec<String> = words.map(|word| quoted(&word)).collect();
    format!("#!/bin/sh\nexec {} \"$@\"\n", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_own_arguments_come_last() {
        let shown = script(Path::new("/opt/it's/redis-cli"), &["-h".into(), "127.0.0.2".into()]);
        assert_eq!(shown, "#!/bin/sh\nexec '/opt/it'\\''s/redis-cli' '-h' '127.0.0.2' \"$@\"\n");
    }
}
