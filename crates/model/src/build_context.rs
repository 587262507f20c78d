//! What a build is sent of its context, and a proposal to send it less.

use serde::{Deserialize, Serialize};

/// What one build is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextListing {
    /// The Dockerfile, relative to the project.
    pub dockerfile: String,
    /// The stage that is asked for; the last one when there is none.
    pub target: Option<String>,
    /// The context, relative to the project; `.` for its root.
    pub context: String,
    /// How the context is known: a compose file's service, a workflow's line, `inferred`.
    pub basis: String,
    /// The ignore file that applies, relative to the project.
    pub ignore_file: Option<String>,
    /// All bytes that the ignore file lets through. The contents of `.git` are not counted.
    pub bytes: u64,
    /// The bytes that the build's own sources cover: what BuildKit transfers.
    pub needed_bytes: u64,
    /// Every file that is let through, the largest first.
    pub files: Vec<SentFile>,
}

/// One file of a context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    /// Its path, relative to the context.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Whether a source of the build covers it.
    pub needed: bool,
}

/// A proposed ignore file that was tried on every build it would apply to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IgnoreProposal {
    /// Where it belongs, relative to the project.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What the context sends now, in bytes.
    pub bytes_before: u64,
    /// What it would send, in bytes.
    pub bytes_after: u64,
    /// How many builds it was tried on.
    pub builds: usize,
    /// How many of their sources are found now, each of which is still found with it.
    pub sources: usize,
    /// Patterns that were not proposed because a source would not be found any more.
    pub dropped: Vec<String>,
}
