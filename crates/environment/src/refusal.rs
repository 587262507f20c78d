//! Why a service cannot be given as its project asks for it.
//!
//! A refusal is not a defect and not an error of Testyard: it ends one service, whose check then shows it.

use std::fmt;

/// Why a service cannot be given: one line that says it, and the lines that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    why: String,
    shown: Vec<String>,
}

impl Refusal {
    /// A refusal for a reason: lower case, no full stop.
    pub fn new(why: impl Into<String>) -> Refusal {
        Refusal { why: why.into(), shown: Vec::new() }
    }

    /// The same refusal with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl fmt::Display) -> Refusal {
        self.shown.push(format!("help: {help}"));
        self
    }

    /// The same refusal with lines that show what happened, such as the end of a log.
    #[must_use]
    pub fn showing(mut self, lines: impl IntoIterator<Item = String>) -> Refusal {
        self.shown.extend(lines);
        self
    }

    /// The reason alone.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// Everything, as a check's evidence: the reason first.
    pub fn evidence(&self) -> Vec<String> {
        std::iter::once(self.why.clone()).chain(self.shown.iter().cloned()).collect()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Refusal {}
