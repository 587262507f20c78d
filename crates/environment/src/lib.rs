//! Brings services up, watches them and takes them down.
