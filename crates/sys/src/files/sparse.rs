//! Files with holes: what lies in the middle of a file that others still write to can be given back to the disk.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;

/// Gives back what a part of a file takes on the disk. The file keeps its length, and whoever appends to it goes on; the
/// part reads as zeros.
///
/// # Errors
/// Where the file system, or the system, cannot do that.
#[cfg(target_os = "linux")]
pub fn punch(path: &Path, part: Range<u64>) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    let file = File::options().write(true).open(path)?;
    let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    Ok(fallocate(&file, flags, part.start, part.end.saturating_sub(part.start))?)
}

/// See above: this system cannot.
#[cfg(not(target_os = "linux"))]
pub fn punch(_path: &Path, _part: Range<u64>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The parts of a file that hold data, in their order. The whole file where the file system does not tell.
pub fn data(file: &File) -> io::Result<Vec<Range<u64>>> {
    let length = file.metadata()?.len();
    Ok(tell(file, length).unwrap_or_else(|_| std::iter::once(0..length).collect()))
}

#[cfg(target_os = "linux")]
fn tell(file: &File, length: u64) -> io::Result<Vec<Range<u64>>> {
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;
    let mut parts = Vec::new();
    let mut at = 0;
    while at < length {
        let start = match seek(file, SeekFrom::Data(at)) {
            // Nothing but a hole follows.
            Err(Errno::NXIO) => break,
            found => found?,
        };
        let end = seek(file, SeekFrom::Hole(start))?.min(length);
        parts.push(start..end);
        at = end;
    }
    Ok(parts)
}

#[cfg(not(target_os = "linux"))]
fn tell(_file: &File, _length: u64) -> io::Result<Vec<Range<u64>>> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_punched_file_keeps_its_ends_and_can_be_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut file = File::options().create(true).append(true).read(true).open(&path).unwrap();
        file.write_all(&vec![b'x'; 1 << 20]).unwrap();
        if punch(&path, 64 << 10..960 << 10).is_err() {
            // The file system of this folder has no holes: then the whole file is data.
            assert_eq!(data(&file).unwrap().len(), 1);
            return;
        }
        file.write_all(b"end").unwrap();
        assert_eq!(data(&file).unwrap(), [0..64 << 10, 960 << 10..(1 << 20) + 3]);
    }
}
