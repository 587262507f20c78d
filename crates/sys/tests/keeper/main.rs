//! The keeper with real processes, namespaces and signals, with and without isolation.

mod door;
mod ends;
mod isolation;
mod ordinary_user;
mod processes;
mod support;
