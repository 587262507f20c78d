//! Reads a journal back, whatever state it was left in.

use std::fs;
use std::io;

use testyard_model::{FORMAT, Record, RunState};

use crate::{JournalError, RunFolder, line, snapshot};

/// The events of a run, as far as they are whole.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    /// Every whole event up to the first damaged line.
    pub records: Vec<Record>,
    /// What is wrong with the first line that could not be read. A supervisor that was killed may leave half a last
    /// line; that is no damage, and is not told here.
    pub damage: Option<(u64, String)>,
}

impl Journal {
    /// The state these events fold into.
    pub fn state(&self) -> RunState {
        RunState::of(&self.records)
    }
}

/// Reads the journal of a run. A missing or empty one is a run that died before its first event.
///
/// # Errors
/// When the file cannot be read, or was written in a newer format.
pub fn read(folder: &RunFolder) -> Result<Journal, JournalError> {
    let bytes = bytes(folder)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = whole(&text).lines();
    let Some(first) = lines.next() else { return Ok(Journal::default()) };
    match line::decode_head(first) {
        Ok(head) if head.format > FORMAT => {
            let path = folder.events();
            Err(JournalError::Newer { path, found: head.format, known: FORMAT })
        }
        Ok(_) => Ok(events(lines, 1)),
        Err(what) => Ok(Journal { records: Vec::new(), damage: Some((1, what)) }),
    }
}

/// The state that the journal of a run folds to, and its damage as in [`Journal`]. For a long journal most of that was
/// kept by whoever wrote it.
///
/// # Errors
/// As [`read`].
pub fn state(folder: &RunFolder) -> Result<(RunState, Option<(u64, String)>), JournalError> {
    let bytes = bytes(folder)?;
    let Some((mut state, kept)) = snapshot::read(folder, &bytes) else {
        let journal = read(folder)?;
        return Ok((journal.state(), journal.damage));
    };
    let text = String::from_utf8_lossy(&bytes[kept..]);
    let journal = events(whole(&text).lines(), state.last_number + 1);
    journal.records.iter().for_each(|record| state.apply(record));
    Ok((state, journal.damage))
}

fn bytes(folder: &RunFolder) -> Result<Vec<u8>, JournalError> {
    let path = folder.events();
    match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(JournalError::file(&path, "reading the events")),
    }
}

/// What stands after the last line end is half a line, and no more than a killed supervisor leaves.
fn whole(text: &str) -> &str {
    text.rfind('\n').map_or("", |end| &text[..end])
}

/// The events of these lines, which are numbered from `first` on, up to the first that cannot be read.
fn events<'a>(lines: impl Iterator<Item = &'a str>, first: u64) -> Journal {
    let mut journal = Journal::default();
    for (text, number) in lines.zip(first..) {
        let damage = match line::decode_record(text) {
            Ok(record) if record.number == number => {
                journal.records.push(record);
                continue;
            }
            Ok(record) => format!("event {} where {number} belongs", record.number),
            Err(what) => what,
        };
        // The first line is no event.
        journal.damage = Some((number + 1, damage));
        break;
    }
    journal
}
