//! The codes of the findings about compose files.
//!
//! Codes are public: they are never reused for something else. Below 10 a file cannot be read as it stands, below 30 a
//! value is wrong, below 50 files or services do not fit together, from 50 on something is not what it seems.

/// A file is not YAML.
pub const SYNTAX: &str = "TY-CM001";
/// A file cannot be read.
pub const UNREADABLE: &str = "TY-CM002";
/// A document is empty or not a mapping.
pub const NOT_A_MAPPING: &str = "TY-CM003";
/// Aliases unfold to more than anybody writes, or refer to themselves.
pub const ALIAS_BOUND: &str = "TY-CM004";
/// A key stands twice in one mapping.
pub const DUPLICATE_KEY: &str = "TY-CM005";
/// A key is not a string.
pub const KEY_NOT_STRING: &str = "TY-CM006";
/// A merge key `<<` holds something other than mappings.
pub const BAD_MERGE_KEY: &str = "TY-CM007";
/// A place that is neither inside the project nor on this machine.
pub const REMOTE: &str = "TY-CM008";

/// A key is not known.
pub const UNKNOWN_KEY: &str = "TY-CM010";
/// A value has the wrong type.
pub const WRONG_TYPE: &str = "TY-CM011";
/// A value has the right type and no meaning.
pub const BAD_VALUE: &str = "TY-CM012";
/// A port is malformed.
pub const BAD_PORT: &str = "TY-CM013";
/// A volume is malformed.
pub const BAD_VOLUME: &str = "TY-CM014";
/// A key that must be there is missing.
pub const MISSING_KEY: &str = "TY-CM015";
/// Keys that exclude each other stand together.
pub const EXCLUSIVE_KEYS: &str = "TY-CM016";

/// An interpolation is malformed.
pub const BAD_INTERPOLATION: &str = "TY-CM020";
/// A variable that is required is not set.
pub const REQUIRED_VARIABLE: &str = "TY-CM021";
/// A variable is not set; a blank stands in for it.
pub const UNSET_VARIABLE: &str = "TY-CM022";
/// A line of an environment file is malformed.
pub const BAD_ENV_LINE: &str = "TY-CM023";

/// Two files give one key values that cannot be merged.
pub const CANNOT_MERGE: &str = "TY-CM030";
/// `extends` names a service or file that is not there.
pub const BAD_EXTENDS: &str = "TY-CM031";
/// `extends` leads back to itself.
pub const EXTENDS_CYCLE: &str = "TY-CM032";
/// `include` is malformed or names a file that is not there.
pub const BAD_INCLUDE: &str = "TY-CM033";
/// `include` leads back to itself.
pub const INCLUDE_CYCLE: &str = "TY-CM034";
/// A service refers to a service, network, volume, secret or config that is not defined.
pub const UNDEFINED: &str = "TY-CM035";
/// Services depend on each other in a circle.
pub const DEPENDS_CYCLE: &str = "TY-CM036";
/// A service has neither an image nor a build.
pub const NO_IMAGE: &str = "TY-CM037";
/// A service needs one that the active profiles leave out.
pub const INACTIVE_DEPENDENCY: &str = "TY-CM038";
/// Two mounts of one service have one target.
pub const DUPLICATE_TARGET: &str = "TY-CM039";

/// The obsolete key `version`.
pub const OBSOLETE_VERSION: &str = "TY-CM050";
/// A number that YAML rewrites stands where its text counts.
pub const REWRITTEN_NUMBER: &str = "TY-CM051";
/// A part of a command line has no effect: no shell sees it, or the shell does not run it.
pub const UNUSED_WORDS: &str = "TY-CM052";

/// This file's own text: the codes with what they mean, for whoever explains them.
pub const TEXT: &str = include_str!("codes.rs");
