//! The raw logs of a run, which services and tests wrote themselves: secrets are masked in them when the run ends, and
//! they are the first to go on a full disk.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use testyard_model::secret::Masker;
use testyard_sys::files::Appender;

use crate::{JournalError, RunFolder};

/// How much of one line is held at once, in bytes: output without line ends may be of any length.
const LONGEST_LINE: u64 = 1 << 20;

/// Masks what the masker knows, and URL passwords, in every log of a run. A log without secrets is left alone.
pub fn mask(folder: &RunFolder, masker: &Masker) -> Result<(), JournalError> {
    let Ok(entries) = fs::read_dir(folder.logs()) else { return Ok(()) };
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        mask_file(&path, masker).map_err(JournalError::file(&path, "masking a log"))?;
    }
    Ok(())
}

/// Empties every raw log of a run: on a full disk its events are worth more. Whoever writes to one goes on at its new end.
/// Returns how many bytes that gave back.
pub(crate) fn drop_raw(folder: &RunFolder) -> u64 {
    let entries = fs::read_dir(folder.logs()).into_iter().flatten().flatten();
    let emptied = entries.map(|entry| {
        let size = entry.metadata().map_or(0, |about| about.len());
        let file = File::options().write(true).open(entry.path());
        // One that cannot be emptied gives nothing back; the next one may.
        if file.and_then(|file| file.set_len(0)).is_ok() { size } else { 0 }
    });
    emptied.sum()
}

/// Masks one file. Line by line, for a log may be larger than memory.
fn mask_file(path: &Path, masker: &Masker) -> io::Result<()> {
    let mut has_secrets = false;
    each_line(path, |line| {
        has_secrets |= masker.mask(line) != line;
        Ok(())
    })?;
    if !has_secrets {
        return Ok(());
    }
    let fresh = path.with_extension("masked");
    let written = write_masked(path, &fresh, masker).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        // What matters is the first error.
        let _ = fs::remove_file(&fresh);
    }
    written
}

fn write_masked(path: &Path, fresh: &Path, masker: &Masker) -> io::Result<()> {
    let mut file = Appender::open(fresh)?;
    file.truncate(0)?;
    each_line(path, |line| file.append(masker.mask(line).as_bytes()))
}

/// Reads a file line by line, line ends included. Bytes that are no text are replaced.
fn each_line(path: &Path, mut take: impl FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    while reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? > 0 {
        take(&String::from_utf8_lossy(&line))?;
        line.clear();
    }
    Ok(())
}
