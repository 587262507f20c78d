//! What the plugin and the runner say to each other: one JSON document a line.
//!
//! Both ends come from one build, so this needs no version. Tests are named by their number in the order in which
//! the plugin told them.

use serde::{Deserialize, Serialize};

/// What the plugin says.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Message {
    /// pytest is there. The first message of every process.
    Hello { python: String, pytest: String },
    /// This interpreter has no pytest.
    NoPytest(String),
    /// A file or node could not be collected.
    Broken { path: String, message: String, text: String },
    /// A file left itself out as a whole.
    SkippedFile { path: String, why: String },
    /// Tests that will run, in their order. Several of these follow each other.
    Collected(Vec<String>),
    /// Collection is over; the plugin waits for an [`Order`].
    Ready { deselected: u64, maxfail: u64, collect_only: bool },
    /// A test that runs although it was not collected; it gets the next number.
    Also(String),
    /// A test begins.
    Start(usize),
    /// A test ended.
    Finish(Finish),
    /// pytest itself broke.
    Internal(String),
    /// Somebody or something interrupted the session: Ctrl-C, `pytest.exit()`.
    Interrupted(String),
    /// The session is over.
    End { warnings: u64, stopped: Option<String> },
}

/// How a test ended.
#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct Finish {
    /// Its number.
    pub(super) i: usize,
    /// How long set-up, call and teardown took together, in milliseconds.
    pub(super) ms: f64,
    /// Its outcome.
    #[serde(default)]
    pub(super) o: Ending,
    /// Why it was skipped, or what broke.
    #[serde(default)]
    pub(super) why: String,
    /// The first line of what went wrong.
    #[serde(default)]
    pub(super) message: String,
    /// Traceback and captured output.
    #[serde(default)]
    pub(super) detail: String,
}

/// The outcome of a test in pytest's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    /// It passed; the plugin says nothing in this case.
    #[default]
    Passed,
    /// Its body failed.
    Failed,
    /// It failed at first.
    Flaky,
    /// It was skipped, or failed as expected.
    Skipped,
    /// Its set-up or teardown failed.
    Error,
}

/// What the runner says.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// Run the tests: all of them, or those of these numbers.
    Go(Option<Vec<usize>>),
    /// Run none and end.
    Quit(bool),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plugins_lines_are_understood() {
        let check = |line: &str, expected: Message| {
            assert_eq!(serde_json::from_str::<Message>(line).unwrap(), expected);
        };
        check(r#"{"start":7}"#, Message::Start(7));
        let finish = Finish {
            i: 7,
            ms: 0.25,
            o: Ending::Passed,
            why: String::new(),
            message: String::new(),
            detail: String::new(),
        };
        check(r#"{"finish":{"i":7,"ms":0.250}}"#, Message::Finish(finish));
        check(r#"{"end": {"warnings": 2, "stopped": null}}"#, Message::End { warnings: 2, stopped: None });
    }

    #[test]
    fn orders_are_what_the_plugin_reads() {
        let check = |order: Order, line: &str| assert_eq!(serde_json::to_string(&order).unwrap(), line);
        check(Order::Go(None), r#"{"go":null}"#);
        check(Order::Go(Some(vec![1, 3])), r#"{"go":[1,3]}"#);
        check(Order::Quit(true), r#"{"quit":true}"#);
    }
}
