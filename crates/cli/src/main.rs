//! The `testyard` command line.

fn main() {}
