//! Suites run by real processes: pytest where an interpreter with it can be had, and shell commands.

#![allow(clippy::unwrap_used, reason = "what is in the way of a test ends the test")]

mod absence;
mod commands;
mod crashes;
mod matrix;
mod outcomes;
mod python;
mod stops;
mod yard;
