//! Asking a program a question, where nothing else runs yet: no keeper, no async.
//!
//! What lives here: [`output`] for short questions to tools such as `git`. What does not: anything of a run; those
//! processes are a keeper's.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{Output, Stdio};

/// Variables by which a caller's own `git` call (a hook, an alias) would lead a question about another folder astray.
const MISLEADING: [&str; 6] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX"];

/// Runs a program to its end in a folder and keeps what it printed. Standard input is empty; the environment is this
/// process's own, in the C locale, with `variables` over it.
///
/// # Errors
/// When the program cannot be started. A program that fails says so in the output's status.
pub fn output(
    program: impl AsRef<OsStr>,
    arguments: &[OsString],
    folder: &Path,
    variables: &[(&str, &str)],
) -> io::Result<Output> {
    // The one place where a process is started without a keeper: it is waited for, and belongs to no run.
    #[allow(clippy::disallowed_methods)]
    let mut command = std::process::Command::new(program);
    for name in MISLEADING {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_prints_is_kept() {
        let script = "printf \"$WORD $PWD\"; printf oops >&2; exit 3";
        let arguments = ["-c", script].map(OsString::from);
        let done = output("sh", &arguments, Path::new("/"), &[("WORD", "said")]).unwrap();
        assert_eq!(done.status.code(), Some(3));
        assert_eq!((done.stdout, done.stderr), (b"said /".to_vec(), b"oops".to_vec()));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error() {
        assert!(output("testyard-no-such-program", &[], Path::new("/"), &[]).is_err());
    }
}
