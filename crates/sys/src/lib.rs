//! The machine, for everyone else.
//!
//! What lives here: starting and removing processes (through the [`keeper`]), locks, files that are written whole or
//! not at all, ports, `/proc`, namespaces, and what kind of host this is. What does not: any knowledge of runs,
//! services, tests or of a format somebody writes. This is the only room that may use `unsafe`, and the only one
//! with code that differs between platforms: Linux is the first home, and each module says what other systems get.

pub mod clock;
pub mod detach;
pub mod docker;
pub mod durability;
pub mod files;
pub mod host;
pub mod keeper;
pub mod lock;
pub mod ports;
pub mod process;
pub mod procfs;
pub mod resources;
pub mod saves;
pub mod signals;
pub mod sweep;
pub mod terminal;
pub mod tool;
pub mod which;

/// The environment variable that carries the run's id in every process a run starts, so that any later command can
/// find and remove what is left of it.
pub const RUN_MARKER: &str = "TESTYARD_RUN";

/// The environment variable that tells the keepers of one run apart: a keeper may only sweep what it started.
pub(crate) const KEEPER_MARKER: &str = "TESTYARD_KEEPER";
