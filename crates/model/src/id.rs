//! Names of runs, checks and tests.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident($text:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $text);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                self.0.as_ref()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text.into())
            }
        }
    };
}

name! {
    /// A run's name, `YYYYMMDD-HHMMSS-xxxx` in UTC: it sorts by time, and any unique prefix names the run.
    RunId(String)
}

name! {
    /// A check's name, `phase/what`, such as `services/postgres-test` or `prepare/requirements.txt`.
    CheckId(String)
}

name! {
    /// A test's name within its suite, as its framework writes it: `tests/test_a.py::test_b[1]`. A clone shares the text:
    /// a suite of a hundred thousand tests names each of them in several places.
    TestId(Arc<str>)
}

impl CheckId {
    /// The check `what` of a phase.
    pub fn of(phase: crate::Phase, what: impl fmt::Display) -> CheckId {
        CheckId(format!("{}/{what}", phase.word()))
    }
}
