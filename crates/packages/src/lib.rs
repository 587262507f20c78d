//! Service programs and Python environments: what a run needs from package indexes and archives.
//!
//! What lives here: finding or fetching the programs that services run ([`provide`]), and making the Python
//! environment that suites run in ([`prepare`]). What does not: how a service is configured or started, and what a
//! project declares; both come as words of the model.
//!
//! Everything is fetched with the user's own tools (pip, uv, apt) and with their own configuration, so that indexes,
//! mirrors, proxies and certificates that work for them work here.

mod attempt;
mod binaries;
mod context;
mod decisive;
mod installer;
mod progress;
mod python;
mod tool;

pub use binaries::{Entry, entries, provide, provide_from, verify};
pub use context::{Context, Failure};
pub use python::{PythonEnvironment, prepare};
