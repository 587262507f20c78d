//! Follows a journal that another process is writing.

use std::fs::File;
use std::io::{self, Read};

use testyard_model::Record;

use crate::{JournalError, RunFolder, line};

/// Reads a journal as it grows.
#[derive(Debug)]
pub struct Follower {
    folder: RunFolder,
    file: Option<File>,
    /// What was read and is not a whole line yet.
    partial: Vec<u8>,
    /// How many lines were read, the first line included.
    lines: u64,
}

impl Follower {
    /// Starts at the first event of a run. Its journal need not exist yet.
    pub fn of(folder: &RunFolder) -> Follower {
        Follower { folder: folder.clone(), file: None, partial: Vec::new(), lines: 0 }
    }

    /// The events that were written since the last call. Never waits.
    pub fn new_records(&mut self) -> Result<Vec<Record>, JournalError> {
        let path = self.folder.events();
        if self.file.is_none() {
            match File::open(&path) {
                Ok(file) => self.file = Some(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(JournalError::file(&path, "reading the events")(error)),
            }
        }
        if let Some(file) = &mut self.file {
            file.read_to_end(&mut self.partial).map_err(JournalError::file(&path, "reading the events"))?;
        }
        self.whole_lines()
    }

    fn whole_lines(&mut self) -> Result<Vec<Record>, JournalError> {
        let Some(end) = self.partial.iter().rposition(|byte| *byte == b'\n') else { return Ok(Vec::new()) };
        let rest = self.partial.split_off(end + 1);
        let whole = std::mem::replace(&mut self.partial, rest);
        let mut records = Vec::new();
        for text in String::from_utf8_lossy(&whole).lines() {
            self.lines += 1;
            if self.lines > 1 {
                records.push(line::decode_record(text).map_err(|what| JournalError::Damaged {
                    path: self.folder.events(),
                    line: self.lines,
                    what,
                })?);
            }
        }
        Ok(records)
    }
}
