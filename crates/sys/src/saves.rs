//! Hears of files that are written, moved and removed in folders that are watched.
//!
//! What lives here: the system's own notices, as paths. What does not: which folders are worth watching, and what a
//! change means. Linux gives notice by inotify, macOS by FSEvents.

use std::io;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something happened to this file or folder; it may be gone.
    Path(PathBuf),
    /// More happened than could be told: anything may have changed.
    Lost,
}

/// Folders that are watched; what lies in their folders is not, unless those are watched too.
#[derive(Debug)]
pub struct Saves {
    watcher: RecommendedWatcher,
    notices: UnboundedReceiver<Notice>,
}

impl Saves {
    /// Watches nothing yet.
    pub fn new() -> io::Result<Saves> {
        let (sender, notices) = unbounded_channel();
        let hear = move |heard: notify::Result<Event>| {
            for notice in heard.map_or_else(|_| vec![Notice::Lost], told) {
                // Nobody listens any more when this fails.
                let _ = sender.send(notice);
            }
        };
        let watcher = RecommendedWatcher::new(hear, Config::default()).map_err(failed)?;
        Ok(Saves { watcher, notices })
    }

    /// Watches a folder too. Watching one again changes nothing.
    pub fn add(&mut self, folder: &Path) -> io::Result<()> {
        self.watcher.watch(folder, RecursiveMode::NonRecursive).map_err(failed)
    }

    /// Waits for the next notice. May be cancelled and called again.
    pub async fn next(&mut self) -> Notice {
        match self.notices.recv().await {
            Some(notice) => notice,
            // The watcher holds the other end for as long as this lives.
            None => std::future::pending().await,
        }
    }
}

fn failed(error: notify::Error) -> io::Error {
    match error.kind {
        notify::ErrorKind::Io(error) => error,
        _ => io::Error::other(error),
    }
}

/// The paths of an event that may have changed something. Reading a file does not, nor does another permission or time.
fn told(event: Event) -> Vec<Notice> {
    if event.need_rescan() {
        return vec![Notice::Lost];
    }
    let changes = match event.kind {
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Any | EventKind::Create(_) | EventKind::Remove(_) | EventKind::Other => true,
    };
    if changes { event.paths.into_iter().map(Notice::Path).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::Duration;

    use super::*;

    async fn heard(saves: &mut Saves, path: &Path) {
        let wanted = Notice::Path(path.to_owned());
        let wait = async { while saves.next().await != wanted {} };
        tokio::time::timeout(Duration::from_secs(20), wait).await.expect("a notice");
    }

    #[tokio::test]
    async fn what_changes_is_heard_and_what_is_read_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let mut saves = Saves::new().unwrap();
        saves.add(&root).unwrap();
        let path = root.join("a.py");
        crate::files::write_atomic(&path, b"1").unwrap();
        heard(&mut saves, &path).await;
        fs::remove_file(&path).unwrap();
        heard(&mut saves, &path).await;
        fs::create_dir(root.join("inside")).unwrap();
        heard(&mut saves, &root.join("inside")).await;
        saves.add(&root.join("inside")).unwrap();
        let other = root.join("inside/b.py");
        File::create(&other).unwrap();
        heard(&mut saves, &other).await;
        while tokio::time::timeout(Duration::from_millis(200), saves.next()).await.is_ok() {}
        fs::read(&other).unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(300), saves.next()).await.is_err());
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_cannot_be_watched() {
        assert!(Saves::new().unwrap().add(Path::new("/no/such/folder")).is_err());
    }
}
