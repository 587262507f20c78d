//! `testyard watch`: the whole screen for one run, from any moment of it on, until the one who looks leaves.
//!
//! What lives here: the terminal, its keys, and where everything lies on it. What is said of a run's parts is `report`'s;
//! how a run is followed is that of `commands`.

mod draw;
#[cfg(test)]
mod fixture;
mod full_screen;
mod layout;
mod pane;
mod seen;
mod ui;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyEventKind};
use ratatui::layout::Rect;
use testyard_commands::background;
use testyard_commands::watch::{LogTail, Watched};
use testyard_commands::{CommandError, Context};
use testyard_report::Style;
use testyard_report::parts::{Parts, log_line};
use testyard_sys::terminal::{Waited, wait_for_keys};
use tokio::task::JoinHandle;

use full_screen::FullScreen;
use layout::Layout;
use seen::{Log, Seen};
use ui::{Ui, Wish};

/// How often everything is drawn while no key is pressed, and how late a signal is noticed at most.
const TICK: Duration = Duration::from_millis(100);

/// A run being stopped from here.
type Stopping = JoinHandle<Result<(), CommandError>>;

/// The view of one run.
pub(crate) struct Watch<'a> {
    context: &'a Context,
    watched: &'a mut Watched,
    style: Style,
    ui: Ui,
    log: Option<(Log, LogTail)>,
    stopping: Option<Stopping>,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(context: &'a Context, watched: &'a mut Watched, style: Style) -> Watch<'a> {
        Watch { context, watched, style, ui: Ui::default(), log: None, stopping: None }
    }

    /// Shows the run until it is left, by a key or because `ended` says that this process is to end. Needs a runtime; it
    /// blocks the thread it is on.
    pub(crate) async fn show(mut self, ended: &AtomicBool) -> Result<Option<Stopping>, CommandError> {
        let mut screen = FullScreen::open(self.style.colour).map_err(no_terminal)?;
        while screen.is_open() && !ended.load(Ordering::SeqCst) {
            self.watched.look()?;
            self.hear_of_stopping().await;
            if let Err(error) = self.draw(&mut screen) {
                if wait_for_keys(Duration::ZERO).is_ok_and(|waited| waited == Waited::Gone) {
                    screen.abandon();
                    break;
                }
                return Err(no_terminal(error));
            }
            let waited = wait_for_keys(TICK).map_err(no_terminal)?;
            let typed = match waited {
                Waited::Gone => {
                    screen.abandon();
                    break;
                }
                Waited::Nothing => false,
                Waited::Typed => true,
                Waited::Elsewhere => event::poll(TICK).map_err(no_terminal)?,
            };
            if typed && self.take_events(&screen).map_err(no_terminal)? {
                break;
            }
        }
        Ok(self.stopping)
    }

    fn draw(&mut self, screen: &mut FullScreen) -> io::Result<()> {
        let logs = self.watched.logs();
        self.read_log(&logs);
        let seen = self.seen(&logs);
        screen.terminal().draw(|frame| draw::draw(&seen, &self.ui, frame.area(), frame.buffer_mut()))?;
        Ok(())
    }

    /// Takes what was typed, all that waits. Says whether the view is left.
    fn take_events(&mut self, screen: &FullScreen) -> io::Result<bool> {
        while event::poll(Duration::ZERO)? {
            let Event::Key(key) = event::read()? else { continue };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            let logs = self.watched.logs();
            let (columns, rows) = ratatui::crossterm::terminal::size()?;
            let mut ui = self.ui.clone();
            let seen = self.seen(&logs);
            let page = Layout::of(Rect::new(0, 0, columns, rows), &seen, &ui).page(ui.focus);
            let wish = ui.press(key, &seen, page);
            self.ui = ui;
            match wish {
                Wish::Leave => return Ok(true),
                Wish::Cancel => self.cancel(),
                Wish::Nothing => {}
            }
            if !screen.is_open() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn seen<'s>(&'s self, logs: &'s [String]) -> Seen<'s> {
        let now_ms = self.watched.clock_ms();
        Seen {
            parts: Parts { state: self.watched.state(), style: self.style, now_ms },
            standing: self.watched.standing(),
            logs,
            log: self.log.as_ref().map(|(log, _)| log),
            trouble: self.watched.trouble(),
        }
    }

    /// Takes in what was added to the log that is shown.
    fn read_log(&mut self, logs: &[String]) {
        let Some(name) = self.ui.log.as_ref().or(logs.first()) else { return };
        if self.log.as_ref().is_none_or(|(log, _)| log.name != *name) {
            self.log = Some((Log { name: name.clone(), ..Log::default() }, self.watched.log(name)));
        }
        if let Some((log, tail)) = &mut self.log
            && tail.look()
        {
            log.first = tail.first();
            log.lines = tail.lines().iter().map(|line| log_line(line)).collect();
        }
    }

    /// Stops the run as `testyard cancel` does, while it goes on being shown.
    fn cancel(&mut self) {
        if self.stopping.is_some() {
            return;
        }
        let (context, run) = (self.context.clone(), self.watched.folder().run());
        self.stopping =
            Some(tokio::spawn(
                async move { background::cancel(&context, Some(run.as_str())).await.map(drop) },
            ));
    }

    /// What came of that, once something did.
    async fn hear_of_stopping(&mut self) {
        let Some(stopping) = self.stopping.take_if(|stopping| stopping.is_finished()) else { return };
        let said = match stopping.await {
            Ok(done) => done.err().map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        self.ui.said = said.map(|error| format!("it could not be cancelled: {error}"));
    }
}

/// What there is to say where the terminal cannot be used.
pub(crate) fn no_terminal(why: impl std::fmt::Display) -> CommandError {
    CommandError::Usage {
        message: format!("there is no terminal to show the run on: {why}"),
        help: "`testyard tail -f` shows what happens in it line by line".to_owned(),
    }
}
