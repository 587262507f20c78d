//! The live view: lines that stay scroll by above a frame that is drawn anew ten times a second.
//!
//! Events only fold and mark; drawing is done by a thread of its own, so that a slow terminal never slows a run.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use console::Term;
use testyard_model::{Record, RunState, View};
use testyard_report::{Style, terminal};

use super::Screen;

/// The time between two drawings: fast enough to look alive, slow enough to cost nothing.
const TICK: Duration = Duration::from_millis(100);

/// Draws while a run goes on; dropping it clears the frame.
pub(super) struct Live {
    shared: Arc<Shared>,
    style: Style,
    drawer: Option<JoinHandle<()>>,
}

struct Shared {
    picture: Mutex<Picture>,
    ended: Condvar,
}

/// What is to be drawn.
#[derive(Default)]
struct Picture {
    state: RunState,
    /// Lines that are to stay, not yet printed.
    scrolling: Vec<String>,
    /// The run's own clock: when the last event came, and what its time was.
    last_event: Option<(Instant, u64)>,
    ended: bool,
}

impl Picture {
    /// The time now, in milliseconds since the run started.
    fn now_ms(&self) -> u64 {
        self.last_event.map_or(0, |(when, at)| at + u64::try_from(when.elapsed().as_millis()).unwrap_or(0))
    }
}

impl Live {
    pub(super) fn start(screen: Screen) -> Live {
        let shared = Arc::new(Shared { picture: Mutex::default(), ended: Condvar::new() });
        let drawer = std::thread::spawn({
            let shared = shared.clone();
            move || draw_until_ended(&shared, screen)
        });
        Live { shared, style: screen.style, drawer: Some(drawer) }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Picture> {
        self.picture.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl View for Live {
    fn see(&mut self, record: &Record, state: &RunState) {
        let lines = terminal::scroll(record, state, self.style);
        let mut picture = self.shared.lock();
        picture.state.apply(record);
        picture.scrolling.extend(lines);
        picture.last_event = Some((Instant::now(), record.at_ms));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.ended.notify_all();
        if let Some(drawer) = self.drawer.take() {
            // A drawer that panicked has nothing more to clear.
            let _ = drawer.join();
        }
    }
}

fn draw_until_ended(shared: &Shared, screen: Screen) {
    let terminal = Term::stderr();
    let mut drawn = 0;
    let mut picture = shared.lock();
    loop {
        let ended = picture.ended;
        let scrolling = std::mem::take(&mut picture.scrolling);
        let frame = if ended {
            Vec::new()
        } else {
            terminal::frame(&picture.state, screen.size(), screen.style, picture.now_ms())
        };
        drop(picture);
        show(&terminal, drawn, &scrolling, &frame);
        drawn = frame.len();
        if ended {
            return;
        }
        let waited = shared.ended.wait_timeout_while(shared.lock(), TICK, |picture| !picture.ended);
        picture = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(guard, _)| guard);
    }
}

/// Replaces the frame that was drawn by lines that stay and a new frame. One write, so that nothing flickers.
fn show(terminal: &Term, drawn: usize, scrolling: &[String], frame: &[String]) {
    let mut text = String::new();
    if drawn > 0 {
        // Up to the frame's first line, clear that, then from the next one to the end of the screen. Not in one: some
        // terminals take what is cleared from the very top into what can be scrolled back to.
        text.push_str(&format!("\x1b[{drawn}A\r\x1b[K\x1b[B\x1b[J\x1b[A"));
    }
    for line in scrolling.iter().chain(frame) {
        text.push_str(line);
        text.push('\n');
    }
    if !text.is_empty() {
        // A terminal that went away is no reason to end a run.
        let _ = terminal.write_str(&text);
    }
}
