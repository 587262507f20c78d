//! Brings services up, watches them and takes them down.
//!
//! What lives here: the engines (`engine`), the recipes of well-known images ([`recipe`]), the probes that ask a
//! service whether it is ready ([`probe`]), golden data directories, the addresses and names by which tests reach
//! services. What does not: where programs come from (`packages`), and what a project wrote (`project`).

mod log;
pub mod probe;
pub mod recipe;
mod refusal;
pub mod workshop;

pub use refusal::Refusal;
