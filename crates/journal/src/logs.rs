//! The raw logs of a run, which services and tests wrote themselves: secrets are masked in them when the run ends, and
//! they are the first to go on a full disk.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use testyard_model::secret::Masker;
use testyard_sys::files;

use crate::timeline::{self, Mark};
use crate::{JournalError, RunFolder};

/// How much of one line is held at once, in bytes: output without line ends may be of any length.
const LONGEST_LINE: u64 = 1 << 20;

/// Masks what the masker knows, and URL passwords, in every log of a run, and says where a log was cut. One that needs
/// neither is left alone.
pub fn mask(folder: &RunFolder, masker: &Masker) -> Result<(), JournalError> {
    let Ok(entries) = fs::read_dir(folder.logs()) else { return Ok(()) };
    let mut marks = timeline::read(folder);
    let (mut moved, mut failed) = (false, None);
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let of_log = marks.iter_mut().filter(|mark| mark.log == name).collect();
        match mask_file(&path, masker, of_log) {
            Ok(anew) => moved |= anew,
            Err(error) => {
                // Better no log than one that tells secrets; and the others are masked all the same.
                let _ = File::options().write(true).open(&path).and_then(|file| file.set_len(0));
                failed.get_or_insert(JournalError::file(&path, "masking a log")(error));
            }
        }
    }
    if moved {
        let path = folder.timeline();
        timeline::rewrite(folder, &marks).map_err(JournalError::file(&path, "masking a log"))?;
    }
    failed.map_or(Ok(()), Err)
}

/// What a log holds, or a part of it; where it was cut, how much is missing. Nothing for one that is not there.
pub fn read_part(path: &Path, part: Range<u64>) -> Result<String, JournalError> {
    let failed = JournalError::file(path, "reading a log");
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        opened => opened.map_err(JournalError::file(path, "reading a log"))?,
    };
    text_of(&file, part).map_err(failed)
}

fn text_of(file: &File, part: Range<u64>) -> io::Result<String> {
    let mut text = String::new();
    let mut end = part.start;
    for data in files::data(file)? {
        let (from, to) = (data.start.max(part.start), data.end.min(part.end));
        if from >= to {
            continue;
        }
        if from > end {
            text += &left_out(from - end);
        }
        let mut reader = BufReader::new(file);
        reader.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        reader.take(to - from).read_to_end(&mut bytes)?;
        text += &String::from_utf8_lossy(&bytes);
        end = to;
    }
    Ok(text)
}

/// Empties every raw log of a run: on a full disk its events are worth more. Whoever writes to one goes on at its new end.
/// Returns how many bytes that gave back.
pub(crate) fn drop_raw(folder: &RunFolder) -> u64 {
    let entries = fs::read_dir(folder.logs()).into_iter().flatten().flatten();
    let emptied = entries.map(|entry| {
        // What it takes on the disk: one that was cut is longer than that.
        let size = entry.metadata().map_or(0, |about| about.blocks() * 512);
        let file = File::options().write(true).open(entry.path());
        // One that cannot be emptied gives nothing back; the next one may.
        if file.and_then(|file| file.set_len(0)).is_ok() { size } else { 0 }
    });
    emptied.sum()
}

/// Masks one file, and moves its marks to where the same text stands afterwards. Line by line, for a log may be larger
/// than memory. Returns whether it was written anew.
fn mask_file(path: &Path, masker: &Masker, marks: Vec<&mut Mark>) -> io::Result<bool> {
    let mut is_clean = true;
    each_line(path, |line| {
        is_clean &= matches!(line, Line::Text(text, _) if masker.mask(text) == *text);
        Ok(())
    })?;
    if is_clean {
        return Ok(false);
    }
    files::replace_with(path, |fresh| write_masked(path, fresh, masker, marks)).map(|()| true)
}

fn write_masked(
    path: &Path,
    fresh: &mut impl Write,
    masker: &Masker,
    mut marks: Vec<&mut Mark>,
) -> io::Result<()> {
    marks.sort_by_key(|mark| mark.bytes);
    let mut marks = marks.into_iter().peekable();
    let (mut from, mut to) = (0, 0);
    each_line(path, |line| {
        let (text, length) = match line {
            Line::Text(text, length) => (masker.mask(text), *length),
            Line::Hole(length) => (left_out(*length), *length),
        };
        (from, to) = (from + length, to + text.len() as u64);
        while let Some(mark) = marks.next_if(|mark| mark.bytes <= from) {
            mark.bytes = to;
        }
        fresh.write_all(text.as_bytes())
    })
}

/// What stands for the middle of a log that was cut.
fn left_out(bytes: u64) -> String {
    format!("\n… {bytes} bytes left out …\n")
}

/// A line of a log with its end, and how long it is there, or a part that was cut out of it.
enum Line<'a> {
    Text(&'a str, u64),
    Hole(u64),
}

/// Reads a file line by line. Bytes that are no text are replaced.
fn each_line(path: &Path, mut take: impl FnMut(&Line<'_>) -> io::Result<()>) -> io::Result<()> {
    let file = File::open(path)?;
    let mut end = 0;
    for part in files::data(&file)? {
        if part.start > end {
            take(&Line::Hole(part.start - end))?;
        }
        let mut reader = BufReader::new(&file);
        reader.seek(SeekFrom::Start(part.start))?;
        let mut reader = reader.take(part.end - part.start);
        let mut line = Vec::new();
        while reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)? > 0 {
            take(&Line::Text(&String::from_utf8_lossy(&line), line.len() as u64))?;
            line.clear();
        }
        end = part.end;
    }
    Ok(())
}
