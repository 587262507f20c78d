//! What the person at the terminal has chosen: which pane has the keys, what is marked in it, what is asked.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use testyard_model::Standing;

use super::pane::Pane;
use super::seen::Seen;

/// What the keys mean at the moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// They move and choose.
    #[default]
    Looking,
    /// The list of keys is shown; any of them closes it.
    Help,
    /// The run is to be cancelled, if it is confirmed.
    Confirming,
}

/// What a key asks for beyond what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing.
    Nothing,
    /// Leave the view.
    Leave,
    /// Cancel the run.
    Cancel,
}

/// All that is chosen.
#[derive(Debug, Clone)]
pub(crate) struct Ui {
    /// The pane that has the keys.
    pub(crate) focus: Pane,
    /// What the keys mean.
    pub(crate) mode: Mode,
    /// How far each pane is scrolled: the number of what has to be in view. None shows its beginning, or its newest end.
    pub(crate) places: [Option<usize>; Pane::ALL.len()],
    /// The log that is shown; the first of them when none was chosen.
    pub(crate) log: Option<String>,
    /// What is to be said in place of the keys.
    pub(crate) said: Option<String>,
}

impl Default for Ui {
    fn default() -> Ui {
        Ui { focus: Pane::Failures, mode: Mode::Looking, places: [None; _], log: None, said: None }
    }
}

impl Ui {
    /// What has to be in view in a pane.
    pub(crate) fn place(&self, pane: Pane) -> Option<usize> {
        self.places[pane as usize]
    }

    /// Takes a key. `page` is how many rows the focused pane has.
    pub(crate) fn press(&mut self, key: KeyEvent, seen: &Seen<'_>, page: usize) -> Wish {
        self.said = None;
        // In raw mode the terminal sends no signal for it.
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            return Wish::Leave;
        }
        match std::mem::take(&mut self.mode) {
            Mode::Help => return Wish::Nothing,
            Mode::Confirming if key.code == KeyCode::Char('y') => return Wish::Cancel,
            Mode::Confirming => {
                self.said = Some("not cancelled".to_owned());
                return Wish::Nothing;
            }
            Mode::Looking => {}
        }
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => return Wish::Leave,
            KeyCode::Char('?') => self.mode = Mode::Help,
            KeyCode::Char('c') if seen.standing == Standing::Running => self.mode = Mode::Confirming,
            KeyCode::Char('c') => self.said = Some("the run has ended already".to_owned()),
            KeyCode::Tab => self.turn_to(seen, 1),
            KeyCode::BackTab => self.turn_to(seen, Pane::ALL.len() - 1),
            KeyCode::Enter => self.open_log(seen),
            KeyCode::Left | KeyCode::Char('h') => self.other_log(seen, false),
            KeyCode::Right | KeyCode::Char('l') => self.other_log(seen, true),
            code => self.scroll(code, seen, page),
        }
        Wish::Nothing
    }

    /// Gives the keys to the next pane that has anything to show.
    fn turn_to(&mut self, seen: &Seen<'_>, step: usize) {
        for _ in Pane::ALL {
            self.focus = Pane::ALL[(self.focus as usize + step) % Pane::ALL.len()];
            if seen.has(self.focus) {
                return;
            }
        }
    }

    fn scroll(&mut self, code: KeyCode, seen: &Seen<'_>, page: usize) {
        let page = page.max(1);
        let range = seen.range(self.focus);
        let Some(last) = range.end.checked_sub(1) else { return };
        let follows = self.focus.shows_its_end();
        let marks = self.focus.marks();
        let now = self.place(self.focus).unwrap_or(if follows { last } else { range.start }).min(last);
        // Where nothing is marked, what is in view is told by its last row.
        let first = if marks { range.start } else { (range.start + page - 1).min(last) };
        let unmarked = self.place(self.focus).is_none() && marks;
        let to = match code {
            KeyCode::Up | KeyCode::Down | KeyCode::Char('j' | 'k') if unmarked => now,
            KeyCode::Down | KeyCode::Char('j') => now.max(if marks { 0 } else { first }) + 1,
            KeyCode::Up | KeyCode::Char('k') => now.saturating_sub(1),
            KeyCode::PageDown => now.max(if marks { 0 } else { first }) + page,
            KeyCode::PageUp => now.saturating_sub(page),
            KeyCode::Home | KeyCode::Char('g') => first,
            KeyCode::End | KeyCode::Char('G') => last + 1,
            _ => return,
        };
        // Beyond the end of what grows there, the newest is followed again.
        let place = if follows && to > last { None } else { Some(to.clamp(first, last)) };
        self.places[self.focus as usize] = place;
        if self.focus == Pane::Services {
            self.show_log(place.and_then(|at| seen.service_log(at)));
        }
    }

    /// Shows the log of what is marked, and gives it the keys.
    fn open_log(&mut self, seen: &Seen<'_>) {
        let Some(at) = self.place(self.focus) else { return };
        let log = match self.focus {
            Pane::Services => seen.service_log(at),
            Pane::Failures => seen.failure_log(at),
            Pane::Phases | Pane::Workers | Pane::Log => None,
        };
        match log {
            Some(log) => {
                self.show_log(Some(log));
                self.focus = Pane::Log;
            }
            None => self.said = Some("it has no log of its own".to_owned()),
        }
    }

    fn other_log(&mut self, seen: &Seen<'_>, next: bool) {
        let count = seen.logs.len();
        let Some(before) = count.checked_sub(1) else { return };
        let shown = seen.log.map(|log| log.name.as_str());
        let at = seen.logs.iter().position(|name| Some(name.as_str()) == shown).unwrap_or(0);
        let step = if next { 1 } else { before };
        self.show_log(Some(seen.logs[(at + step) % count].clone()));
    }

    fn show_log(&mut self, log: Option<String>) {
        if log.is_some() && log != self.log {
            self.log = log;
            self.places[Pane::Log as usize] = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::fixture::{self, Scene};

    fn press(ui: &mut Ui, scene: &Scene, keys: &[KeyCode]) -> Wish {
        let press = |key: &KeyCode| ui.press(KeyEvent::from(*key), &scene.seen(), 2);
        keys.iter().map(press).last().unwrap_or(Wish::Nothing)
    }

    const fn key(letter: char) -> KeyCode {
        KeyCode::Char(letter)
    }

    #[test]
    fn leaving() {
        let scene = fixture::testing();
        let mut ui = Ui::default();
        assert_eq!(press(&mut ui, &scene, &[key('q')]), Wish::Leave);
        assert_eq!(press(&mut ui, &scene, &[KeyCode::Esc]), Wish::Leave);
        assert_eq!(press(&mut ui, &scene, &[key('?'), key('q')]), Wish::Nothing);
        let stop = KeyEvent::new(key('c'), KeyModifiers::CONTROL);
        assert_eq!(ui.press(stop, &scene.seen(), 2), Wish::Leave);
    }

    #[test]
    fn cancelling_is_confirmed() {
        let scene = fixture::testing();
        let mut ui = Ui::default();
        assert_eq!(press(&mut ui, &scene, &[key('c')]), Wish::Nothing);
        assert_eq!(ui.mode, Mode::Confirming);
        assert_eq!(press(&mut ui, &scene, &[key('n')]), Wish::Nothing);
        assert_eq!(press(&mut ui, &scene, &[key('y')]), Wish::Nothing);
        assert_eq!(press(&mut ui, &scene, &[key('c'), key('y')]), Wish::Cancel);
        let ended = fixture::failed();
        assert_eq!(press(&mut ui, &ended, &[key('c'), key('y')]), Wish::Nothing);
    }

    #[test]
    fn panes_are_turned_to_and_scrolled() {
        let scene = fixture::failed();
        let mut ui = Ui::default();
        press(&mut ui, &scene, &[key('j')]);
        assert_eq!(ui.place(Pane::Failures), Some(2), "the newest is marked first");
        press(&mut ui, &scene, &[KeyCode::PageUp, KeyCode::PageUp]);
        assert_eq!(ui.place(Pane::Failures), Some(0));
        press(&mut ui, &scene, &[KeyCode::End]);
        assert_eq!(ui.place(Pane::Failures), None);
        press(&mut ui, &scene, &[KeyCode::Tab]);
        assert_eq!(ui.focus, Pane::Log);
        press(&mut ui, &scene, &[KeyCode::Up]);
        assert_eq!(ui.place(Pane::Log), Some(scene.seen().range(Pane::Log).end - 2));
        press(&mut ui, &scene, &[KeyCode::Tab, KeyCode::Tab]);
        // Nothing runs any more, so there are no workers to turn to.
        assert_eq!(ui.focus, Pane::Services);
        press(&mut ui, &scene, &[key('j'), key('j')]);
        assert_eq!((ui.place(Pane::Services), ui.log.as_deref()), (Some(1), Some("service-redis-test.log")));
        assert_eq!(ui.place(Pane::Log), None, "another log is shown from its end");
        press(&mut ui, &scene, &[KeyCode::BackTab]);
        assert_eq!(ui.focus, Pane::Phases);
    }

    #[test]
    fn the_log_of_a_failure_is_opened() {
        let scene = fixture::failed();
        let mut ui = Ui::default();
        press(&mut ui, &scene, &[key('k'), key('k'), KeyCode::Enter]);
        assert_eq!((ui.focus, ui.log.as_deref()), (Pane::Log, Some("test-unit-0001-fails.log")));
        press(&mut ui, &scene, &[KeyCode::Right]);
        assert_eq!(ui.log.as_deref(), Some("service-redis-test.log"));
    }
}
