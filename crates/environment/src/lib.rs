//! Brings services up, watches them and takes them down.
//!
//! What lives here: the engines (`engine`), the recipes of well-known images ([`recipe`]), the probes that ask a
//! service whether it is ready ([`probe`]), golden data directories, the addresses and names by which tests reach
//! services. What does not: where programs come from (`packages`), and what a project wrote (`project`).
//!
//! [`up()`] is the way in, [`Environment`] what it returns.

mod account;
mod bring;
mod engine;
mod environment;
mod file;
#[cfg(test)]
mod fixture;
mod golden;
mod health;
mod launch;
mod log;
mod network;
mod order;
pub mod probe;
mod ready;
pub mod recipe;
mod refusal;
mod scratch;
mod settle;
mod tools;
mod up;
pub mod workshop;

pub use environment::{Environment, EnvironmentError};
pub use file::{EnvironmentFile, ServiceEntry, ServiceState};
pub use refusal::Refusal;
pub use up::{UpRequest, up};
