//! How long each log of a run was at which time: by it, what a service printed while a test ran is found again.
//!
//! Services and suites write their logs themselves; somebody looks at them again and again and notes how long they are.
//! Whoever looks also keeps them from growing without end.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use testyard_sys::files::{self, Appender};

use crate::RunFolder;

/// How often somebody looks: what is closer together than this cannot be told apart.
pub const LOOKS_EVERY: Duration = Duration::from_millis(50);

/// How many bytes of a log are kept at its beginning, and as many at its end.
pub const KEPT: u64 = 16 << 20;

/// A log is cut again when it grew by so much.
const STEP: u64 = 4 << 20;

/// Holes are made of whole blocks.
const BLOCK: u64 = 4 << 10;

/// A log was so long then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Milliseconds since the run started.
    pub at_ms: u64,
    /// The file's name in the folder of the logs.
    pub log: String,
    /// How many bytes it had.
    pub bytes: u64,
}

/// Looks at the logs of one run.
#[derive(Debug)]
pub struct Watch {
    folder: RunFolder,
    /// When the run started.
    started: Instant,
    seen: Mutex<Seen>,
}

/// What was seen of the logs so far.
#[derive(Debug, Default)]
struct Seen {
    /// How long each was, and up to where it was cut.
    logs: BTreeMap<String, (u64, u64)>,
    file: Option<Appender>,
}

impl Watch {
    /// One that has not looked yet.
    pub(crate) fn new(folder: &RunFolder, started: Instant) -> Watch {
        Watch { folder: folder.clone(), started, seen: Mutex::default() }
    }

    /// Notes which logs grew, and cuts those that are too long.
    pub fn look(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let at_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        for entry in fs::read_dir(self.folder.logs()).into_iter().flatten().flatten() {
            let Ok(about) = entry.metadata() else { continue };
            let log = entry.file_name().to_string_lossy().into_owned();
            let (bytes, cut) = seen.logs.get(&log).copied().unwrap_or_default();
            // The output of one test is written at once and read with the test.
            if !about.is_file() || about.len() == bytes || log.starts_with("test-") {
                continue;
            }
            // One that got shorter was given up on a full disk, and begins anew.
            let cut = if about.len() < bytes { 0 } else { cut };
            let cut = shorten(&entry.path(), about.len(), cut);
            seen.logs.insert(log.clone(), (about.len(), cut));
            // On a full disk there is no timeline; everything else is worth more.
            let _ = seen.note(&self.folder, &Mark { at_ms, log, bytes: about.len() });
        }
    }
}

impl Seen {
    fn note(&mut self, folder: &RunFolder, mark: &Mark) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(Appender::open(&folder.timeline())?),
        };
        file.append(line(mark)?.as_bytes())
    }
}

/// Gives back the middle of a log that is too long. Returns up to where it is cut.
fn shorten(path: &Path, length: u64, cut: u64) -> u64 {
    let end = length.saturating_sub(KEPT) / BLOCK * BLOCK;
    if end < KEPT.max(cut) + STEP {
        return cut;
    }
    // Where the file system has no holes, the log grows; it is not tried at every look.
    let _ = files::punch(path, KEPT..end);
    end
}

fn line(mark: &Mark) -> serde_json::Result<String> {
    Ok(serde_json::to_string(mark)? + "\n")
}

/// The marks of a run, in their order. Half a line at the end is none.
pub fn read(folder: &RunFolder) -> Vec<Mark> {
    let text = fs::read_to_string(folder.timeline()).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Writes marks anew.
pub(crate) fn rewrite(folder: &RunFolder, marks: &[Mark]) -> io::Result<()> {
    let lines = marks.iter().map(line).collect::<serde_json::Result<String>>()?;
    files::replace(&folder.timeline(), lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_are_cut_in_their_middle_now_and_then() {
        let none = Path::new("/not/there");
        assert_eq!(shorten(none, 2 * KEPT + STEP - 1, 0), 0);
        let cut = shorten(none, 2 * KEPT + STEP, 0);
        assert_eq!(cut, KEPT + STEP);
        assert_eq!(shorten(none, 2 * KEPT + STEP + 5, cut), cut);
        assert_eq!(shorten(none, 2 * KEPT + 2 * STEP + 5, cut), KEPT + 2 * STEP);
    }
}
