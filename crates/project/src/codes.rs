//! The codes of the findings this room makes outside of compose files.
//!
//! `TY-CF` is about `testyard.toml` and what overrides it, `TY-PT` about pytest's configuration, `TY-PR` about the
//! project as a whole. Codes are public: they are never reused for something else.

/// A file is not TOML.
pub const TOML_SYNTAX: &str = "TY-CF001";
/// A key is not known.
pub const UNKNOWN_KEY: &str = "TY-CF002";
/// A value has the wrong type or shape.
pub const WRONG_VALUE: &str = "TY-CF003";
/// A suite has no name, no command, or the name of another.
pub const BAD_SUITE: &str = "TY-CF004";
/// A service, suite or path that is named is not there.
pub const UNKNOWN_NAME: &str = "TY-CF005";
/// A file that is named is not there or cannot be read.
pub const MISSING_FILE: &str = "TY-CF006";
/// Suites need each other in a circle.
pub const CIRCLE: &str = "TY-CF007";
/// What is asked for is not part of this version.
pub const NOT_YET: &str = "TY-CF008";
/// A requirement file beside the required ones was recognised but is not read.
pub const UNREAD_DEPENDENCIES: &str = "TY-PR003";

/// A file with pytest's configuration cannot be read.
pub const PYTEST_UNREADABLE: &str = "TY-PT001";
/// Two tables of pytest's configuration stand in one `pyproject.toml`.
pub const PYTEST_TWO_TABLES: &str = "TY-PT002";
/// More than one folder has a pytest configuration of its own; one of them is used.
pub const PYTEST_MANY: &str = "TY-PT003";

/// Nothing to test was found.
pub const NOTHING_FOUND: &str = "TY-PR001";
/// The project uses a language whose tests need a written suite.
pub const OTHER_LANGUAGE: &str = "TY-PR002";
/// A suite names a service that nothing here can bring up.
pub const CANNOT_PROVIDE: &str = "TY-PR004";

/// This file's own text: the codes with what they mean, for whoever explains them.
pub const TEXT: &str = include_str!("codes.rs");
