//! The program in a terminal of its own, driven as a person would.
//!
//! What it writes there is kept in a file and never shown as it is: escape sequences must not reach the terminal of
//! whoever runs the tests.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::{Project, wait_until};

/// What takes the terminal's other screen.
pub const ENTER: &str = "\u{1b}[?1049h";

/// What gives the first one back.
pub const LEAVE: &str = "\u{1b}[?1049l";

/// A program in a terminal.
pub struct Terminal {
    driver: Child,
    log: PathBuf,
    _folder: tempfile::TempDir,
}

/// How a program left its terminal.
#[derive(Debug)]
pub struct Left {
    /// Its exit code.
    pub code: i32,
    /// Whether the terminal shows again what is typed.
    pub cooked: bool,
    /// All that was written, escape sequences included.
    pub written: String,
}

impl Terminal {
    /// Starts the program in this project's folder, in a terminal of that size.
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    pub fn of(project: &Project, arguments: &[&str], columns: u16, rows: u16) -> Terminal {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("written");
        let inner = project.command(arguments);
        let mut outer = Command::new("python3");
        outer.args(["-c", include_str!("pty.py")]).arg(&log).arg(columns.to_string()).arg(rows.to_string());
        outer.arg(inner.get_program()).args(inner.get_args()).current_dir(project.path());
        outer.env("TERM", "xterm-256color");
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        let driver =
            outer.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 can be started");
        Terminal { driver, log, _folder: folder }
    }

    /// All that was written so far.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until this was written, or, while the whole screen is used, until it stands there.
    pub fn shows(&self, text: &str) {
        let shown = || {
            let written = self.written();
            match written.rsplit_once(ENTER) {
                Some((_, drawn)) if !drawn.contains(LEAVE) => screen(drawn).contains(text),
                _ => written.contains(text),
            }
        };
        wait_until(&format!("the terminal to show {text:?}"), || shown().then_some(()));
    }

    /// Waits until this was written so many times.
    pub fn shows_times(&self, text: &str, times: usize) {
        let what = format!("the terminal to show {text:?} {times} times");
        wait_until(&what, || (self.written().matches(text).count() >= times).then_some(()));
    }

    /// Types.
    pub fn types(&mut self, keys: &str) {
        let hex: String = keys.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.say(&format!("type {hex}"));
    }

    /// Sends the program a signal, by its name without `SIG`.
    pub fn signals(&mut self, name: &str) {
        self.say(&format!("signal {name}"));
    }

    fn say(&mut self, line: &str) {
        let input = self.driver.stdin.as_mut().expect("standard input is piped");
        writeln!(input, "{line}").and_then(|()| input.flush()).expect("the driver reads");
    }

    /// Waits until the program has ended.
    pub fn left(mut self) -> Left {
        wait_until("the program in the terminal to end", || self.driver.try_wait().ok().flatten());
        let mut said = String::new();
        if let Some(output) = &mut self.driver.stdout {
            std::io::Read::read_to_string(output, &mut said).expect("the driver says how it ended");
        }
        let (code, state) = said.trim().split_once(' ').unwrap_or_default();
        Left { code: code.parse().unwrap_or(-1), cooked: state == "cooked", written: self.written() }
    }
}

impl Left {
    /// The last line that was written.
    pub fn last_line(&self) -> &str {
        self.written.trim_end().lines().last().unwrap_or_default()
    }

    /// Fails unless it ended with this code and gave the terminal back, the last line of which has this text.
    #[track_caller]
    pub fn ended(&self, code: i32, text: &str) -> &Left {
        let fits = self.code == code && self.cooked && self.last_line().contains(text);
        let last: String =
            self.last_line().chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect();
        assert!(fits, "wanted {code} and {text:?}, got {} (cooked: {}), …{last:?}", self.code, self.cooked);
        self
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Without its driver the terminal hangs up, and the program ends as well.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The screen that was drawn, as text: cursor movements are followed, colours are dropped.
fn screen(drawn: &str) -> String {
    let mut rows: BTreeMap<usize, BTreeMap<usize, char>> = BTreeMap::new();
    let (mut row, mut column) = (1, 1);
    let mut rest = drawn;
    while let Some(sign) = rest.chars().next() {
        rest = &rest[sign.len_utf8()..];
        if sign != '\u{1b}' {
            rows.entry(row).or_default().insert(column, sign);
            column += 1;
            continue;
        }
        let Some(end) = rest.find(|c: char| c.is_ascii_alphabetic()) else { break };
        let (words, more) = rest.split_at(end);
        let mut numbers = words.trim_start_matches('[').split(';').map(|word| word.parse().unwrap_or(1));
        match more.as_bytes()[0] {
            b'H' => (row, column) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1)),
            b'J' => rows.clear(),
            _ => {}
        }
        rest = &more[1..];
    }
    let line = |cells: BTreeMap<usize, char>| -> String {
        let last = cells.keys().next_back().copied().unwrap_or(0);
        (1..=last).map(|at| cells.get(&at).copied().unwrap_or(' ')).collect()
    };
    rows.into_values().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_what_was_drawn_last() {
        let drawn = "\u{1b}[1;1H\u{1b}[1mone\u{1b}[0m\u{1b}[1;5Htwo\u{1b}[2;1Hthree\u{1b}[1;5H\u{1b}[?25lsix";
        assert_eq!(screen(drawn), "one six\nthree");
    }
}
