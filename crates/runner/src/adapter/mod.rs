//! Adapters: each speaks to one test framework, and only it knows that framework's formats.

pub(crate) mod command;
pub(crate) mod pytest;
