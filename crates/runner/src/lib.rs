//! Runs suites through adapters, and judges what came out.
//!
//! What lives here: one worker a suite ([`Worker`]), the adapters that speak to test frameworks, and the [`gate`]s
//! that make a verdict of a run's state. What does not: bringing services up, installing anything, and showing
//! results; a worker is given what it needs in a [`SuiteLaunch`] and tells what happens in events.

mod absence;
mod adapter;
mod evidence;
mod files;
pub mod gate;
mod launch;
mod log;
mod lookout;
mod needs;
mod roll;
mod room;
mod stop;
mod words;
mod worker;

pub use launch::{SuiteLaunch, Verification, Vitals};
pub use log::suite_log;
pub use needs::unmet_need;
pub use worker::{SuiteOutcome, Worker};
