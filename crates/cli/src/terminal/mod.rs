//! The terminal: what standard error is, and the views that write to it while a run goes on.

mod brief;
mod lines;
mod live;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

use console::Term;
use testyard_model::View;
use testyard_report::Style;
use testyard_report::ci::{System, harmless};
use testyard_report::terminal::Size;

use crate::arguments::Colour;

/// Columns that lines are laid out for where nobody tells how many there are.
const COLUMNS: usize = 100;

/// What standard error can do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    /// Whether the cursor may be moved.
    pub(crate) moves: bool,
    /// How text may be dressed.
    pub(crate) style: Style,
    /// The CI system that reads it, when it is written for one.
    pub(crate) ci: Option<System>,
    /// Whether a coding agent reads it.
    pub(crate) agent: bool,
}

impl Screen {
    /// Looks at standard error and at the variables that speak about it.
    pub(crate) fn of(colour: Colour, variables: &BTreeMap<String, String>) -> Screen {
        let set = |name: &str| variables.get(name).is_some_and(|value| !value.is_empty());
        let terminal =
            std::io::stderr().is_terminal() && variables.get("TERM").is_none_or(|kind| kind != "dumb");
        let colour = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !set("NO_COLOR") && !set("CI"),
        };
        let style = Style { colour, ascii: !speaks_unicode(variables) };
        Screen { moves: terminal && !set("CI"), style, ci: None, agent: false }
    }

    /// The same for a coding agent: nothing moves, and nothing is coloured unless somebody asked for it.
    pub(crate) fn for_agent(self, colour: Colour) -> Screen {
        let style = Style { colour: colour == Colour::Always, ..self.style };
        Screen { moves: false, style, agent: true, ..self }
    }

    /// How wide and high it is now.
    pub(crate) fn size(self) -> Size {
        match Term::stderr().size_checked() {
            Some((height, width)) => Size { width: usize::from(width), height: usize::from(height) },
            None => Size { width: COLUMNS, height: usize::MAX },
        }
    }

    /// The views for a run that is watched from here.
    pub(crate) fn views(self) -> Vec<Box<dyn View>> {
        match self.ci {
            None if self.agent => vec![Box::new(brief::Brief)],
            None if self.moves => vec![Box::new(live::Live::start(self))],
            ci => vec![Box::new(lines::Lines::new(ci.unwrap_or(System::Plain), self.style))],
        }
    }

    /// Prints lines to standard error. They may quote what others wrote: where that could be a command, it is kept from
    /// being one.
    pub(crate) fn print(self, lines: &[String]) {
        match self.ci {
            Some(System::Github) => lines.iter().for_each(|line| say(harmless(line))),
            _ => lines.iter().for_each(say),
        }
    }
}

/// Prints a line to standard error. Unlike `eprintln!` it does not panic when the reader has gone away or the disk
/// behind it is full: a run whose words nobody reads still goes to its end and cleans up.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Whether the locale can show more than ASCII; the first of these that is set decides, as POSIX has it. Where none is
/// set, as in most CI, UTF-8 is what reads the output.
fn speaks_unicode(variables: &BTreeMap<String, String>) -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variables.get(*name).filter(|v| !v.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_says_whether_unicode_reads() {
        let check = |variables: &[(&str, &str)], expected| {
            let variables =
                variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            assert_eq!(speaks_unicode(&variables), expected, "{variables:?}");
        };
        check(&[], true);
        check(&[("LANG", "en_US.UTF-8")], true);
        check(&[("LANG", "C")], false);
        check(&[("LC_ALL", "POSIX"), ("LANG", "en_US.UTF-8")], false);
        check(&[("LC_ALL", ""), ("LANG", "C.utf8")], true);
    }
}
