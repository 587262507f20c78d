//! Locks between processes, on files.
//!
//! A lock belongs to the open file: the kernel lets go of it when its holder ends, however it ends, and no child
//! inherits it, because the file closes on exec. What does not live here: who holds a lock; whoever wants to name the
//! holder writes that down elsewhere.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// [`is_locked`] holds the lock itself for a moment; a try that meets it is repeated before it gives up.
const TRIES: usize = 5;
/// Much longer than that moment.
const BETWEEN_TRIES: Duration = Duration::from_millis(2);
/// How often a waiting process asks. There is no notification that async code could wait for without a thread.
const POLL: Duration = Duration::from_millis(20);

/// An exclusive lock, held until it is dropped or this process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// The same lock for a process that is to be started: nobody else gets it before that one lets go of it, too.
    pub fn share(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

/// Takes the lock on this file, which is created when missing, or returns `None` when somebody else holds it.
pub fn try_lock(path: &Path) -> io::Result<Option<Lock>> {
    for _ in 1..TRIES {
        if let Some(lock) = try_once(path)? {
            return Ok(Some(lock));
        }
        thread::sleep(BETWEEN_TRIES);
    }
    try_once(path)
}

/// Waits for the lock on this file, for as long as it takes.
pub async fn lock(path: &Path) -> io::Result<Lock> {
    loop {
        if let Some(lock) = try_once(path)? {
            return Ok(lock);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Whether somebody, this process included, holds the lock on this file.
pub fn is_locked(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    // Shared, so that two who only look do not see each other.
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn try_once(path: &Path) -> io::Result<Option<Lock>> {
    let file = File::options().create(true).truncate(false).read(true).write(true).open(path)?;
    match file.try_lock() {
        // Somebody may have removed the file meanwhile: a lock on a file without a name guards nothing.
        Ok(()) if is_at(&file, path)? => Ok(Some(Lock { file })),
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let ours = file.metadata()?;
    match path.metadata() {
        Ok(there) => Ok((there.dev(), there.ino()) == (ours.dev(), ours.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        assert!(!is_locked(&path).unwrap(), "there is no file yet");
        let held = try_lock(&path).unwrap().unwrap();
        assert!(is_locked(&path).unwrap());
        assert!(try_lock(&path).unwrap().is_none());
        drop(held);
        assert!(!is_locked(&path).unwrap());
        assert!(try_lock(&path).unwrap().is_some());
    }

    #[test]
    fn a_removed_file_holds_nobody_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let _old = try_lock(&path).unwrap().unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(try_lock(&path).unwrap().is_some());
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        assert!(try_lock(Path::new("/nonexistent/lock")).is_err());
    }

    #[tokio::test]
    async fn waiting_ends_when_the_holder_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = try_lock(&path).unwrap().unwrap();
        let waiting = tokio::spawn({
            let path = path.clone();
            async move { lock(&path).await.map(drop) }
        });
        tokio::time::sleep(POLL * 2).await;
        assert!(!waiting.is_finished());
        drop(held);
        waiting.await.unwrap().unwrap();
    }
}
