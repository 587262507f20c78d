//! What inspection says about one place in one file.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing breaks by it.
    Note,
    /// Something may break, or is not what it seems.
    Warning,
    /// Something will break.
    Error,
}

impl Severity {
    /// The word that reports print.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place in a file that somebody wrote. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the project where it lies inside it.
    pub path: PathBuf,
    /// The line, from 1; 0 when the finding is about the file as a whole.
    pub line: u32,
    /// The column, from 1, in characters; 0 when the finding is about the whole line.
    pub column: u32,
}

impl Place {
    /// A whole file.
    pub fn file(path: impl Into<PathBuf>) -> Place {
        Place { path: path.into(), line: 0, column: 0 }
    }

    /// One position in a file.
    pub fn at(path: impl Into<PathBuf>, line: u32, column: u32) -> Place {
        Place { path: path.into(), line, column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        Ok(())
    }
}

/// What is wrong, or worth knowing, at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's code, `TY-` and a family of two letters and a number, such as `TY-CM001`.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it stands.
    pub place: Place,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The text of the line it stands in, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What the finding rests on, where that is not the file alone: `docker-compose.yml: service api`, `inferred`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// The id of the one cause behind this finding and others, see [`crate::inspection::Cause`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Finding {
    /// A finding without help and source line.
    pub fn new(code: &str, severity: Severity, place: Place, message: impl Into<String>) -> Finding {
        Finding {
            code: code.to_owned(),
            severity,
            place,
            message: message.into(),
            help: None,
            source: None,
            basis: None,
            cause: None,
        }
    }

    /// The same finding with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// The same finding with the text of its line.
    #[must_use]
    pub fn source(mut self, line: impl Into<String>) -> Finding {
        self.source = Some(line.into());
        self
    }
}
