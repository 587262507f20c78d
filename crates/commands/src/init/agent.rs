//! A section for coding agents: how this project's tests are run, where agents look for such things.
//!
//! The files are the project's own. Only what stands between the two marks is written, everything else stays byte for byte
//! as it is.

use std::fs;
use std::path::Path;

use super::site::{Draft, Site};
use super::yaml::fill;
use crate::CommandError;

const BEGIN: &str = "<!-- testyard: begin -->";
const END: &str = "<!-- testyard: end -->";

/// Where every agent looks.
const COMMON: &str = "AGENTS.md";

/// Where one of them looks instead. It is only written to where the project has it.
const OTHER: &str = "CLAUDE.md";

/// The section. Words between `@` signs are filled in.
const SECTION: &str = "\
## Running the tests

Testyard brings up the services the tests need and runs them to a verdict.@where@

- `testyard run --detach` starts a run in the background and returns at once; the same request attaches to the run that
  goes on. `testyard run --detach @example@` runs a part.
- `testyard wait --for 100s` waits for it and exits as the run does; repeat it while it exits with 7 (still running).
- Exit codes: 0 passed, 1 failed, 2 usage or configuration, 3 blocked, 4 no tests, 5 lost, 6 cancelled, 75 another run
  goes on. The last line on standard error repeats the verdict.
- `testyard failures` shows what failed, grouped by what went wrong; `testyard logs --run RUN NAME` what a service printed.
- *Blocked* (3) means the infrastructure did not hold: the tests did not fail, so do not change them for it. The check
  that blocked the rest is named.
- `testyard check` and `testyard collect` find what will break without starting anything.
- `testyard mcp` serves the same over the Model Context Protocol.
";

/// The files with the section in them. They are written also where they exist.
pub(super) fn drafts(site: &Site) -> Result<Vec<Draft>, CommandError> {
    let names = [Some(COMMON), site.repository.join(OTHER).exists().then_some(OTHER)];
    let names = match names {
        // What the one says is told to all by the other, where that is the same file by another name.
        [Some(common), Some(other)] if is_same(&site.repository, common, other) => vec![common],
        [common, other] => common.into_iter().chain(other).collect(),
    };
    names.into_iter().map(|name| draft(site, name)).collect()
}

fn is_same(folder: &Path, one: &str, other: &str) -> bool {
    match (folder.join(one).canonicalize(), folder.join(other).canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn draft(site: &Site, name: &str) -> Result<Draft, CommandError> {
    // A link is followed: it is the file behind it that is written anew.
    let path = site.repository.join(name);
    let path = path.canonicalize().unwrap_or(path);
    let before = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(CommandError::Usage {
                message: format!("{}: {error}", path.display()),
                help: "a section can only be written into a text file in UTF-8".to_owned(),
            });
        }
    };
    let text = with_section(&before, &section(site)).ok_or_else(|| CommandError::Usage {
        message: format!(
            "{}: the marks `{BEGIN}` and `{END}` do not stand there once each, in this order",
            path.display()
        ),
        help: "remove both and what is between them, or put the missing one back".to_owned(),
    })?;
    Ok(Draft { path, text })
}

fn section(site: &Site) -> String {
    let place = match site.prefix.as_str() {
        "" => String::new(),
        prefix => format!(" Run it in `{prefix}`, or with `--project {prefix}`."),
    };
    let example = site.parts().first().map_or("tests/test_file.py", |name| *name).to_owned();
    fill(SECTION, &[("where", place), ("example", example)])
}

/// The text with the section in the place of the old one, or at its end; none when the marks are not what was written.
fn with_section(before: &str, section: &str) -> Option<String> {
    // The file's own line ends.
    let line_end = if before.contains("\r\n") { "\r\n" } else { "\n" };
    let written = format!("{BEGIN}\n{section}{END}").replace('\n', line_end);
    match (before.matches(BEGIN).count(), before.matches(END).count()) {
        (0, 0) => {
            let gap = match before {
                "" => "",
                text if text.ends_with('\n') => line_end,
                _ => &line_end.repeat(2),
            };
            Some(format!("{before}{gap}{written}{line_end}"))
        }
        (1, 1) => {
            let (head, rest) = before.split_once(BEGIN)?;
            let (_, tail) = rest.split_once(END)?;
            Some(format!("{head}{written}{tail}"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let check = |before: &str, expected: Option<&str>| {
            let after = with_section(before, "new\n");
            assert_eq!(after.as_deref(), expected, "{before:?}");
            if let Some(after) = after {
                assert_eq!(with_section(&after, "new\n").as_deref(), Some(after.as_str()), "twice");
            }
        };
        let block = |section: &str| format!("{BEGIN}\n{section}\n{END}");
        check("", Some(&format!("{}\n", block("new"))));
        check("# A\n", Some(&format!("# A\n\n{}\n", block("new"))));
        check("# A", Some(&format!("# A\n\n{}\n", block("new"))));
        check(&format!("a \n{}\t\n\nb", block("old")), Some(&format!("a \n{}\t\n\nb", block("new"))));
        check("a\r\n", Some(&format!("a\r\n\r\n{}\r\n", block("new").replace('\n', "\r\n"))));
        check(BEGIN, None);
        check(&format!("{END} {BEGIN}"), None);
        check(&format!("{0} {0}", block("old")), None);
    }

    #[test]
    fn the_section_is_short() {
        assert!(SECTION.lines().count() <= 18, "{}", SECTION.lines().count());
    }
}
