//! The keeper with real processes, namespaces and signals, with and without isolation.

#![allow(clippy::unwrap_used, reason = "in a test, it is the assertion")]

mod door;
mod ends;
mod isolation;
mod ordinary_user;
mod processes;
mod support;
