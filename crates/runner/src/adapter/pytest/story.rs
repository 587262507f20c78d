//! What a pytest process told about itself, apart from its tests.

/// The facts of one process.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// `Python 3.12.1, pytest 8.4.2`, once it is there.
    pub(super) versions: Option<String>,
    /// The interpreter, when it has no pytest.
    pub(super) no_pytest: Option<String>,
    /// It has collected and waits.
    pub(super) ready: bool,
    /// Tests that its arguments left out.
    pub(super) deselected: u64,
    /// After how many failures it stops; 0 for never.
    pub(super) maxfail: u64,
    /// It was told to collect and run nothing.
    pub(super) collect_only: bool,
    /// What broke in pytest itself.
    pub(super) internal: Option<String>,
    /// What interrupted the session.
    pub(super) interrupted: Option<String>,
    /// Why it stopped before its last test.
    pub(super) stopped: Option<String>,
    /// The session came to its end.
    pub(super) ended: bool,
    /// How many warnings there were.
    pub(super) warnings: u64,
}

impl Story {
    /// Whether the process ended in a way it chose itself, so that there is nothing to start again.
    pub(super) fn is_over(&self) -> bool {
        self.ended || self.internal.is_some() || self.interrupted.is_some()
    }

    /// Facts for the suite's evidence.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.versions.iter().cloned().collect();
        for (count, one, many) in [
            (self.deselected, "test was deselected", "tests were deselected"),
            (self.warnings, "warning", "warnings"),
        ] {
            if count > 0 {
                lines.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        lines
    }
}
