//! The terminal while the whole of it is used, and how it is given back: by leaving, by an error, by a panic.

use std::io::{self, BufWriter, Stderr, stderr};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::style::force_color_output;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

/// Whether the terminal is used as a whole at the moment. A panic may end that from another thread.
static OPEN: AtomicBool = AtomicBool::new(false);

/// The terminal as a whole; dropping it gives it back.
pub(super) struct FullScreen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
}

/// Gives the terminal back when it is dropped.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        give_back();
    }
}

impl FullScreen {
    /// Takes the terminal. Standard error is written to; keys are read from standard input, or from the terminal itself
    /// where that is something else.
    pub(super) fn open(colour: bool) -> io::Result<FullScreen> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            // What a panic says must not be lost with the other screen.
            std::panic::set_hook(Box::new(move |panic| {
                give_back();
                before(panic);
            }));
        });
        enable_raw_mode()?;
        OPEN.store(true, Ordering::SeqCst);
        let guard = Guard;
        execute!(stderr(), EnterAlternateScreen)?;
        // Whether there is colour was decided before; what draws asks the environment again.
        force_color_output(colour);
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::new(stderr())))?;
        std::mem::forget(guard);
        Ok(FullScreen { terminal })
    }

    /// Leaves a terminal that went away: what draws would complain to it of that, and fail in doing so.
    pub(super) fn abandon(self) {
        OPEN.store(false, Ordering::SeqCst);
        std::mem::forget(self);
    }

    /// Whether it was not given back meanwhile.
    pub(super) fn is_open(&self) -> bool {
        OPEN.load(Ordering::SeqCst)
    }

    /// What draws.
    pub(super) fn terminal(&mut self) -> &mut Terminal<CrosstermBackend<BufWriter<Stderr>>> {
        &mut self.terminal
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        give_back();
    }
}

fn give_back() {
    if OPEN.swap(false, Ordering::SeqCst) {
        // A terminal that went away needs nothing back.
        let _ = execute!(stderr(), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}
