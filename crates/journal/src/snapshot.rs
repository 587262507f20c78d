//! The folded state of a long journal, so that whoever asks how a run stands does not fold it all again.
//!
//! An index and nothing more: it says up to which byte of the journal it was folded and what checksum those bytes have.
//! Where that does not hold, or the file is missing or of another version, the journal is folded from its first event.

use std::borrow::Cow;
use std::io;

use serde::ser::{Error, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use testyard_model::state::TestState;
use testyard_model::{FORMAT, Outcome, RunState};
use testyard_sys::files;

use crate::RunFolder;

/// Rises when the shape of this file changes.
const SHAPE: u32 = 1;

/// Journals with fewer events are folded faster than a snapshot is worth.
const LEAST: u64 = 4_096;

/// How many bytes of a journal a snapshot stands for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extent {
    bytes: u64,
    hasher: crc32fast::Hasher,
    /// The last event in the newest snapshot.
    kept: u64,
}

impl Extent {
    /// More of the journal was written.
    pub(crate) fn grow(&mut self, line: &[u8]) {
        self.bytes += line.len() as u64;
        self.hasher.update(line);
    }

    /// Whether so much happened since the newest snapshot that another one is due: an eighth of everything, so that all
    /// of them together cost less than the events do.
    pub(crate) fn is_due(&self, last_number: u64) -> bool {
        last_number - self.kept >= LEAST.max(last_number / 8)
    }

    /// Whether a last one is worth while, at the end.
    pub(crate) fn is_worth_while(&self, last_number: u64) -> bool {
        last_number >= LEAST && last_number > self.kept
    }

    /// Keeps the state that the journal folds to so far. What cannot be written is folded again by whoever asks.
    pub(crate) fn keep(&mut self, state: &mut RunState, folder: &RunFolder) {
        self.kept = state.last_number;
        let _ = self.write(state, folder);
    }

    fn write(&self, state: &mut RunState, folder: &RunFolder) -> io::Result<()> {
        // Everything but the tests is small, and JSON fits whatever shape it has.
        let tests: Vec<Vec<TestState>> =
            state.suites.iter_mut().map(|suite| std::mem::take(&mut suite.tests)).collect();
        let rest = serde_json::to_string(state);
        let version = Cow::Borrowed(env!("CARGO_PKG_VERSION"));
        let (bytes, crc) = (self.bytes, self.hasher.clone().finalize());
        let written = rest.map_err(io::Error::from).and_then(|rest| {
            let rest = Cow::Owned(rest);
            let suites = tests.iter().map(|tests| Rows(tests)).collect();
            let snapshot = Snapshot { shape: SHAPE, format: FORMAT, version, bytes, crc, rest, suites };
            // Written as it is made: all of it at once would be as large as what it stands for.
            files::replace_with(&folder.snapshot(), |file| {
                postcard::to_io(&snapshot, file).map(drop).map_err(io::Error::other)
            })
        });
        for (suite, tests) in state.suites.iter_mut().zip(tests) {
            suite.tests = tests;
        }
        written
    }
}

/// The state that the first bytes of a journal fold to, and how many bytes those are.
pub(crate) fn read(folder: &RunFolder, journal: &[u8]) -> Option<(RunState, usize)> {
    let file = std::fs::read(folder.snapshot()).ok()?;
    let snapshot: Snapshot<'_, Vec<Row<'_>>> = postcard::from_bytes(&file).ok()?;
    let known = (snapshot.shape, snapshot.format, snapshot.version.as_ref())
        == (SHAPE, FORMAT, env!("CARGO_PKG_VERSION"));
    let bytes = usize::try_from(snapshot.bytes).ok()?;
    let same = journal.get(..bytes).is_some_and(|first| crc32fast::hash(first) == snapshot.crc);
    if !known || !same {
        return None;
    }
    let mut state: RunState = serde_json::from_str(&snapshot.rest).ok()?;
    for (suite, rows) in state.suites.iter_mut().zip(snapshot.suites) {
        suite.restore(rows.into_iter().map(Row::test).collect::<Option<_>>()?);
    }
    Some((state, bytes))
}

#[derive(Serialize, Deserialize)]
struct Snapshot<'a, S> {
    shape: u32,
    format: u32,
    #[serde(borrow)]
    version: Cow<'a, str>,
    /// The journal up to here.
    bytes: u64,
    /// Its checksum.
    crc: u32,
    /// The state without its tests, as JSON.
    #[serde(borrow)]
    rest: Cow<'a, str>,
    /// The tests of each suite.
    suites: Vec<S>,
}

/// Tests that are written row by row.
struct Rows<'a>(&'a [TestState]);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut rows = to.serialize_seq(Some(self.0.len()))?;
        for test in self.0 {
            rows.serialize_element(&Row::of(test).map_err(S::Error::custom)?)?;
        }
        rows.end()
    }
}

/// One test.
#[derive(Serialize, Deserialize)]
enum Row<'a> {
    /// One that left nothing, like most: its id, when it began, how long it took, and how it ended.
    Plain(&'a str, Option<u64>, Option<f64>, Ending),
    /// Any other, as JSON.
    Odd(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Ending {
    Open,
    Passed,
    Failed,
    Flaky,
}

impl<'a> Row<'a> {
    fn of(test: &'a TestState) -> serde_json::Result<Row<'a>> {
        let ending = match &test.outcome {
            // One that runs has a worker, which no short row holds.
            _ if test.left_something() || test.worker.is_some() => None,
            None => Some(Ending::Open),
            Some(Outcome::Passed) => Some(Ending::Passed),
            Some(Outcome::Failed) => Some(Ending::Failed),
            Some(Outcome::Flaky) => Some(Ending::Flaky),
            Some(Outcome::Skipped { .. } | Outcome::Blocked { .. } | Outcome::Error { .. }) => None,
        };
        Ok(match ending {
            Some(ending) => Row::Plain(test.id.as_str(), test.started_ms, test.duration_ms, ending),
            None => Row::Odd(serde_json::to_string(test)?),
        })
    }

    fn test(self) -> Option<TestState> {
        let (id, started_ms, duration_ms, ending) = match self {
            Row::Plain(id, started_ms, duration_ms, ending) => (id, started_ms, duration_ms, ending),
            Row::Odd(text) => return serde_json::from_str(&text).ok(),
        };
        let outcome = match ending {
            Ending::Open => None,
            Ending::Passed => Some(Outcome::Passed),
            Ending::Failed => Some(Outcome::Failed),
            Ending::Flaky => Some(Outcome::Flaky),
        };
        let mut test = TestState::new(&id.into());
        (test.started_ms, test.duration_ms, test.outcome) = (started_ms, duration_ms, outcome);
        Some(test)
    }
}
