//! The recorder: numbers, masks, writes, folds and shows events, in this order.

use std::fs;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use testyard_model::secret::{MASK, Masker};
use testyard_model::{
    CheckId, Emit, Event, Exit, FORMAT, Phase, Plan, Record, RunId, RunState, Verdict, View,
};
use testyard_sys::files::Appender;
use testyard_sys::lock::Lock;

use crate::{JournalError, OutcomeFile, RunFolder, Spec, Store, line, logs};

/// What is set aside for a full disk: room for the events of a few thousand tests and the outcome.
const RESERVE_BYTES: usize = 256 * 1024;

/// Records one run. Holding it is holding the run's lock.
pub struct Recorder {
    folder: RunFolder,
    run: RunId,
    started: Instant,
    started_unix_ms: u64,
    masker: Masker,
    inner: Mutex<Inner>,
    _lock: Lock,
}

struct Inner {
    file: Appender,
    state: RunState,
    views: Vec<Box<dyn View>>,
    /// The first event that could not be written, in words.
    trouble: Option<String>,
}

impl Recorder {
    /// Opens a new run in a project's store: folder, lock, plan, and an empty journal. What the masker knows is in none
    /// of them.
    pub fn open(
        store: &Store,
        plan: &Plan,
        masker: Masker,
        views: Vec<Box<dyn View>>,
    ) -> Result<Recorder, JournalError> {
        let now = Timestamp::now();
        let started_unix_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let (folder, lock) = store.create_run(now)?;
        let run = folder.run();
        let begun = Spec::new(&run, started_unix_ms, plan, &masker)
            .write(&folder)
            .and_then(|()| start_events(&folder));
        let file = begun.inspect_err(|_| {
            // On a full disk: a run that could not even begin is told as an error, not as one that was lost.
            let _ = testyard_sys::files::remove_tree(folder.path());
        })?;
        store.point_latest_at(&run)?;
        let inner = Inner { file, state: RunState::default(), views, trouble: None };
        let started = Instant::now();
        Ok(Recorder { folder, run, started, started_unix_ms, masker, inner: Mutex::new(inner), _lock: lock })
    }

    /// The run's folder.
    pub fn folder(&self) -> &RunFolder {
        &self.folder
    }

    /// The run.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// When the run started, in milliseconds since 1970 UTC.
    pub fn started_unix_ms(&self) -> u64 {
        self.started_unix_ms
    }

    /// Milliseconds since the run started, by the clock its events are timed with.
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// What the secrets of this run look like in a text that somebody else wrote.
    pub fn masker(&self) -> &Masker {
        &self.masker
    }

    /// Asks the state a question.
    pub fn with_state<T>(&self, ask: impl FnOnce(&RunState) -> T) -> T {
        ask(&self.lock().state)
    }

    /// The first event that could not be written, if any: such a run must not pass.
    pub fn trouble(&self) -> Option<String> {
        self.lock().trouble.clone()
    }

    /// Writes the outcome. The run is final from then on.
    pub fn finish(
        &self,
        verdict: Verdict,
        blocked_by: Option<CheckId>,
        reason: &str,
    ) -> Result<OutcomeFile, JournalError> {
        let outcome = OutcomeFile {
            format: FORMAT,
            run: self.run.clone(),
            verdict,
            exit: Exit::from(verdict).code(),
            blocked_by,
            reason: self.masker.mask(reason),
            counts: self.with_state(RunState::counts),
            started_unix_ms: self.started_unix_ms,
            elapsed_ms: self.now_ms(),
        };
        let inner = self.lock();
        // The events are the source of truth: they have to be on the disk before the outcome says so.
        inner.file.sync().map_err(JournalError::file(&self.folder.events(), "writing the events"))?;
        drop(inner);
        outcome.write_once(&self.folder)?;
        Ok(outcome)
    }

    /// Masks the secrets of this run in its raw logs, which services and tests wrote themselves.
    pub fn mask_logs(&self) -> Result<(), JournalError> {
        logs::mask(&self.folder, &self.masker)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A view that panicked must not stop the journal.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The event without secrets, and its JSON.
    fn masked(&self, event: Event) -> (Event, String) {
        let text = serde_json::to_string(&event).unwrap_or_default();
        let masked = self.masker.mask(&text);
        if masked == text {
            return (event, text);
        }
        match serde_json::from_str(&masked) {
            Ok(event) => (event, masked),
            Err(_) => {
                // A secret that looks like JSON itself. Better an event less than a secret told.
                let note =
                    Event::Note { phase: Phase::Test, message: format!("an event was left out: {MASK}") };
                let text = serde_json::to_string(&note).unwrap_or_default();
                (note, text)
            }
        }
    }
}

impl Emit for Recorder {
    fn emit(&self, event: Event) {
        let (event, text) = self.masked(event);
        let mut guard = self.lock();
        let inner = &mut *guard;
        // Timed under the lock, so that numbers and times rise together.
        let record = Record { number: inner.state.last_number + 1, at_ms: self.now_ms(), event };
        let body = format!("{{\"number\":{},\"at_ms\":{},\"event\":{text}}}", record.number, record.at_ms);
        if let Err(error) =
            write_or_give_up_reserve(&mut inner.file, line::seal(&body).as_bytes(), &self.folder)
        {
            inner.trouble.get_or_insert_with(|| format!("{}: {error}", self.folder.events().display()));
        }
        inner.state.apply(&record);
        for view in &mut inner.views {
            view.see(&record, &inner.state);
        }
    }
}

/// Creates the journal with its first line, and the reserve beside it.
fn start_events(folder: &RunFolder) -> Result<Appender, JournalError> {
    let path = folder.events();
    let head = line::encode(&line::Head { format: FORMAT }).map_err(io::Error::from);
    let file = head.and_then(|head| {
        let mut file = Appender::open(&path)?;
        file.append(head.as_bytes()).map(|()| file)
    });
    // Real blocks, not a hole: a sparse file would set nothing aside. No room for it is no reason not to start.
    let _ = testyard_sys::files::write(&folder.reserve(), vec![0x20; RESERVE_BYTES]);
    file.map_err(JournalError::file(&path, "writing the events"))
}

/// Writes a line; when the disk is full, gives up the reserve and tries once more.
///
/// A line that was written in part is cut off again: half a line in the middle would end the journal for its readers.
fn write_or_give_up_reserve(file: &mut Appender, bytes: &[u8], folder: &RunFolder) -> io::Result<()> {
    let before = file.len()?;
    let Err(error) = file.append(bytes) else { return Ok(()) };
    file.truncate(before)?;
    if error.kind() != io::ErrorKind::StorageFull || fs::remove_file(folder.reserve()).is_err() {
        return Err(error);
    }
    file.append(bytes)
}
