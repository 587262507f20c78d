//! Runs other programs the way a person at a prompt would, and stops at the first that fails.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// A program with its arguments, in the workspace's folder.
#[allow(clippy::disallowed_methods, reason = "a build helper is no run: nothing it starts outlives it")]
pub(crate) fn command(line: &[&str]) -> Command {
    let mut command = Command::new(line[0]);
    command.args(&line[1..]).current_dir(root());
    command
}

/// Says what is run, runs it, and fails as it does.
pub(crate) fn run(line: &[&str]) -> Result<(), String> {
    eprintln!("\n$ {}", line.join(" "));
    check(&mut command(line), &line.join(" "))
}

/// Runs a prepared command and fails as it does.
pub(crate) fn check(command: &mut Command, what: &str) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{what}` ended with {status}")),
        Err(error) => Err(format!("`{what}` cannot be started: {error}")),
    }
}

/// Whether a program answers.
pub(crate) fn is_there(line: &[&str]) -> bool {
    command(line).output().is_ok_and(|output| output.status.success())
}
