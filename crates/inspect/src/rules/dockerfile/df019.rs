//! What looks like an array is run by a shell.
//!
//! An array that is not JSON (single quotes, no quotes, a comma too many) is no error for the builder: it is handed to `/bin/sh`, which
//! looks for a program named `['python',`. The image builds; the container never starts.
//!
//! Fires:
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! CMD ['python', 'app.py']
//! ```
//!
//! Fine: `CMD ["python", "app.py"]`, and a shell's own test `[ -f x ] && …`.
//!
//! Help: write the array with double quotes.

use testyard_project::dockerfile::{Command, Kind, Passage};

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF019", "what looks like an array is run by a shell", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for instruction in file.stages.iter().flat_map(|stage| &stage.instructions) {
            let command = match &instruction.kind {
                Kind::Run(command) | Kind::Cmd(command) | Kind::Entrypoint(command) => Some(command),
                Kind::Healthcheck(command) => command.as_ref(),
                _ => None,
            };
            if let Some(Command::Shell { text, heredocs }) = command
                && heredocs.is_empty()
                && is_broken_array(text)
            {
                found
                    .at(file.place(text.spot(0)), "this array is not JSON, so a shell runs it as text")
                    .help("put every part between double quotes, with commas between them only");
            }
        }
    }
}

/// Whether a text can only have been meant as an array. A shell's test has a blank behind its bracket, and no comma
/// between quotes.
fn is_broken_array(text: &Passage) -> bool {
    let text = text.text.trim();
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return false };
    let listed = ["\",", "',", "\" ,", "' ,"].iter().any(|mark| inner.contains(mark));
    let tight = inner.starts_with(['"', '\'', '\u{201c}']);
    let words = inner.starts_with(|c: char| c.is_alphanumeric() || c == '/') && inner.contains(", ");
    tight || listed || words
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn arrays_that_are_none() {
        for line in [
            "CMD ['a', 'b']",
            "ENTRYPOINT ['a']",
            "CMD [\"a\", \"b\",]",
            "CMD [a, b]",
            "RUN [ \"a\", 'b' ]",
            "HEALTHCHECK CMD ['a']",
        ] {
            fires(RULE, &[("Dockerfile", &format!("FROM a:1\n{line}\n"))]);
        }
        for line in [
            "CMD [\"a\", \"b\"]",
            "RUN [ -f x ]",
            "RUN [ \"$A\" = 'b' ]",
            "RUN [[ -f x ]]",
            "RUN [ -f x ] && y",
            "CMD a [b]",
        ] {
            holds(RULE, &[("Dockerfile", &format!("FROM a:1\n{line}\n"))]);
        }
    }
}
