//! The recorder: numbers, masks, writes, folds and shows events, in this order.

use std::fs;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use testyard_model::secret::{MASK, Masker};
use testyard_model::{
    CheckId, Emit, Event, Exit, FORMAT, Phase, Plan, Record, RunId, RunState, Verdict, View,
};
use testyard_sys::files::Appender;
use testyard_sys::lock::Lock;

use crate::snapshot::Extent;
use crate::timeline::Watch;
use crate::{JournalError, OutcomeFile, RunFolder, Spec, Store, line, logs};

/// What is set aside for events on a full disk: those of a few hundred tests.
const RESERVE_BYTES: usize = 256 * 1024;

/// What is set aside for the outcome alone.
const LAST_RESERVE_BYTES: usize = 16 * 1024;

/// Records one run. Holding it is holding the run's lock.
pub struct Recorder {
    folder: RunFolder,
    run: RunId,
    started: Instant,
    started_unix_ms: u64,
    masker: Masker,
    inner: Mutex<Inner>,
    watch: Arc<Watch>,
    _lock: Lock,
}

struct Inner {
    file: Appender,
    state: RunState,
    views: Vec<Box<dyn View>>,
    /// How much of the journal is written.
    extent: Extent,
    /// The first event that could not be written, in words.
    trouble: Option<String>,
}

impl Inner {
    /// Keeps the state beside the journal. One that has a gap folds to another state than this.
    fn keep_state(&mut self, folder: &RunFolder) {
        if self.trouble.is_none() {
            self.extent.keep(&mut self.state, folder);
        }
    }
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
        let begin = |folder: &RunFolder, run: &RunId| {
            Spec::new(run, started_unix_ms, plan, &masker).write(folder)?;
            start_events(folder)
        };
        let (folder, lock, (file, extent)) = store.create_run(now, begin)?;
        let run = folder.run();
        // A convenience: nothing is found by it, and no run is lost for want of it.
        store.point_latest_at(&run);
        let inner = Inner { file, state: RunState::default(), views, extent, trouble: None };
        let started = Instant::now();
        let watch = Arc::new(Watch::new(&folder, started));
        Ok(Recorder {
            folder,
            run,
            started,
            started_unix_ms,
            masker,
            inner: Mutex::new(inner),
            watch,
            _lock: lock,
        })
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
        let mut inner = self.lock();
        if inner.extent.is_worth_while(inner.state.last_number) {
            inner.keep_state(&self.folder);
        }
        // The events are the source of truth: they have to be on the disk before the outcome says so.
        inner.file.sync().map_err(JournalError::file(&self.folder.events(), "writing the events"))?;
        drop(inner);
        outcome.write_once(&self.folder)?;
        Ok(outcome)
    }

    /// Looks at the raw logs, see [`crate::timeline`].
    pub fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    /// Masks the secrets of this run in its raw logs, which services and tests wrote themselves.
    pub fn mask_logs(&self) -> Result<(), JournalError> {
        self.watch.look();
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
        if let Some(dropped) = self.record(&mut guard, event, &text) {
            let message =
                format!("the disk is full: {dropped} bytes of raw logs were dropped to write this down");
            let event = Event::Note { phase: Phase::Test, message };
            let text = serde_json::to_string(&event).unwrap_or_default();
            // Whatever it drops now was said a moment ago.
            let _ = self.record(&mut guard, event, &text);
        }
    }
}

impl Recorder {
    /// Numbers, writes, folds and shows one event. Returns how many bytes of raw logs had to go for it, where any had.
    fn record(&self, inner: &mut Inner, event: Event, text: &str) -> Option<u64> {
        // Timed under the lock, so that numbers and times rise together.
        let record = Record { number: inner.state.last_number + 1, at_ms: self.now_ms(), event };
        let body = format!("{{\"number\":{},\"at_ms\":{},\"event\":{text}}}", record.number, record.at_ms);
        let line = line::seal(&body);
        let written = write_or_make_room(&mut inner.file, line.as_bytes(), &self.folder);
        let dropped = written.unwrap_or_else(|error| {
            inner.trouble.get_or_insert_with(|| format!("{}: {error}", self.folder.events().display()));
            None
        });
        tracing::info!(target: "testyard::event", run = %self.run, number = record.number, at_ms = record.at_ms, "{text}");
        inner.extent.grow(line.as_bytes());
        inner.state.apply(&record);
        if inner.extent.is_due(record.number) {
            inner.keep_state(&self.folder);
        }
        for view in &mut inner.views {
            view.see(&record, &inner.state);
        }
        dropped
    }
}

/// Creates the journal with its first line, and the reserves beside it.
fn start_events(folder: &RunFolder) -> Result<(Appender, Extent), JournalError> {
    let path = folder.events();
    let head = line::encode(&line::Head { format: FORMAT }).map_err(io::Error::from);
    let file = head.and_then(|head| {
        let mut file = Appender::open(&path)?;
        file.append(head.as_bytes())?;
        let mut extent = Extent::default();
        extent.grow(head.as_bytes());
        Ok((file, extent))
    });
    // Real blocks, not a hole: a sparse file would set nothing aside. No room for it is no reason not to start.
    let _ = testyard_sys::files::write(&folder.reserve(), vec![0x20; RESERVE_BYTES]);
    let _ = testyard_sys::files::write(&folder.last_reserve(), vec![0x20; LAST_RESERVE_BYTES]);
    file.map_err(JournalError::file(&path, "writing the events"))
}

/// Writes a line. On a full disk raw logs are given up for it, and the reserve when that is not enough. Returns how many
/// bytes of logs had to go.
///
/// A line that was written in part is cut off again: half a line in the middle would end the journal for its readers.
fn write_or_make_room(file: &mut Appender, bytes: &[u8], folder: &RunFolder) -> io::Result<Option<u64>> {
    let before = file.len()?;
    let mut append = || file.append(bytes).inspect_err(|_| drop(file.truncate(before)));
    let full = |error: &io::Error| error.kind() == io::ErrorKind::StorageFull;
    let mut dropped = None;
    let mut written = append();
    if written.as_ref().is_err_and(full) {
        dropped = Some(logs::drop_raw(folder)).filter(|bytes| *bytes > 0);
        written = append();
    }
    if written.as_ref().is_err_and(full) && fs::remove_file(folder.reserve()).is_ok() {
        written = append();
    }
    written.map(|()| dropped)
}
