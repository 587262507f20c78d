//! The `testyard` command line: arguments, terminal, exit code. What a verb does lives in `testyard_commands`.

// These macros panic when nobody reads any more: `terminal::say` and `Desk::result` do not.
#![deny(clippy::print_stderr, clippy::print_stdout)]

mod agent;
mod arguments;
mod log;
mod problem;
mod session;
mod supervisor;
mod terminal;
mod verb;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Arguments;

/// Reading Python is mostly making and dropping small trees on several threads, which is where the C library's own
/// allocator is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // This program is also its own keeper and its own supervisor; both are told from their first argument, before
    // anything else happens.
    testyard_sys::keeper::serve_if_keeper();
    if let Some(code) = supervisor::serve_if_supervisor() {
        return code;
    }
    match Arguments::try_parse() {
        Ok(arguments) => verb::run(arguments),
        Err(error) => verb::refuse(&error),
    }
}
