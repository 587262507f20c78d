//! What has to hold before a change goes in.

use crate::{fuzz, shell};

/// How many inputs each fuzz target is given: a few seconds' worth, the same ones every time.
const INPUTS: u32 = 3_000;

/// Runs every check, the cheap ones first; the tests come last, so that their summary ends the output.
pub(crate) fn run() -> Result<(), String> {
    shell::run(&["cargo", "fmt", "--all", "--check"])?;
    shell::run(&["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    let docs = ["cargo", "doc", "--workspace", "--no-deps", "--locked", "--document-private-items"];
    eprintln!("\n$ {}", docs.join(" "));
    shell::check(shell::command(&docs).env("RUSTDOCFLAGS", "-D warnings"), "cargo doc")?;
    licences()?;
    fuzz::run(&fuzz::Limit::Inputs(INPUTS))?;
    shell::run(&["cargo", "test", "--workspace", "--locked"])
}

/// Licences, sources and bans of the dependency tree. Advisories need a database from the network and are left to
/// `cargo deny check advisories`.
fn licences() -> Result<(), String> {
    if !shell::is_there(&["cargo", "deny", "--version"]) {
        shell::run(&["cargo", "install", "cargo-deny", "--locked"])?;
    }
    shell::run(&["cargo", "deny", "--locked", "check", "licenses", "bans", "sources"])
}
