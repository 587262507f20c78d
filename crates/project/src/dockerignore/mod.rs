//! Docker's ignore files: which files of a folder a build may see.
//!
//! What lives here: reading a `.dockerignore` with the line of every pattern, the matcher, and Go's `filepath.Match`,
//! by which `COPY` resolves wildcards. What does not: which ignore file belongs to which build, and walking folders.
//!
//! The rules are BuildKit's (moby/patternmatcher and its `ignorefile` package), also where they surprise: every pattern
//! is anchored at the context's root, `.gitignore`'s habits do not apply, and a pattern's brackets are a regular
//! expression's. The matcher is written from the described behaviour; no code of theirs is in it.
//!
//! The way of the data: `read` (lines → patterns) → `pattern` (a pattern → how it matches) → `matcher` (patterns in
//! order → included or not, and by which line).

mod clean;
mod expression;
mod go_match;
mod matcher;
mod pattern;
mod read;
#[cfg(test)]
mod tests;

pub use clean::clean;
pub use go_match::{BadPattern, GoMatch, has_wildcard};
pub use matcher::{Matcher, State};
pub use pattern::Pattern;
pub use read::{IgnoreFile, Line, Problem, ProblemKind};
