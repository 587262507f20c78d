//! Reads a journal back, whatever state it was left in.

use std::fs;
use std::io;

use testyard_model::{FORMAT, Record, RunState};

use crate::{JournalError, RunFolder, line};

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
    let path = folder.events();
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Journal::default()),
        Err(error) => return Err(JournalError::file(&path, "reading the events")(error)),
    };
    let text = String::from_utf8_lossy(&bytes);
    // What stands after the last line end is half a line, and no more than a killed supervisor leaves.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut lines = whole.lines();
    let mut journal = Journal::default();
    let Some(first) = lines.next() else { return Ok(journal) };
    match line::decode_head(first) {
        Ok(head) if head.format > FORMAT => {
            return Err(JournalError::Newer { path, found: head.format, known: FORMAT });
        }
        Ok(_) => {}
        Err(what) => {
            journal.damage = Some((1, what));
            return Ok(journal);
        }
    }
    for (text, number) in lines.zip(1..) {
        let damage = match line::decode_record(text) {
            Ok(record) if record.number == number => {
                journal.records.push(record);
                continue;
            }
            Ok(record) => format!("event {} where {number} belongs", record.number),
            Err(what) => what,
        };
        journal.damage = Some((number + 1, damage));
        break;
    }
    Ok(journal)
}
