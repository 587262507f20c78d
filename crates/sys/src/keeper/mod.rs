//! The keeper: a small process that starts every other process and takes them all with it when it goes.
//!
//! The supervisor re-executes its own binary as a keeper and speaks to it over a socket pair (`wire`). Where the
//! kernel allows namespaces, the keeper is PID 1 of its own: when it dies, for whatever reason, the kernel removes
//! every process, mount and network inside. When the supervisor dies, the socket closes and the keeper ends
//! itself. Nothing has to be remembered for things to be cleaned up.
//!
//! What lives here: both ends of that socket ([`Keeper`] for the supervisor, `serve` for the process) and the
//! words they share. What does not: what is started and why.
//!
//! On macOS there are no namespaces and no sub-reaper: a keeper there kills the process groups it started, and a
//! process that left its group is found by nobody. [`Facts`] say so.

mod door;
mod error;
mod facts;
mod handle;
mod link;
mod options;
mod serve;
mod start;
mod wire;

pub use error::KeeperError;
pub use facts::{Facts, NotRootMeans};
pub use handle::Keeper;
pub use options::{HostEntry, Isolation, Network, Options, this_program};

/// The first argument that turns this binary into a keeper.
const KEEPER_ARGUMENT: &str = "__keeper";

/// Serves as a keeper, and never returns, when this process was started as one; else does nothing.
///
/// Call it first thing in `main`, before any thread exists: the keeper forks and changes namespaces, which only a
/// process with a single thread may do.
pub fn serve_if_keeper() {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == KEEPER_ARGUMENT) {
        std::process::exit(serve::main());
    }
}
