//! A Dockerfile cannot be read.
//!
//! No builder gets past this line. One finding a file: what follows the first error is not judged. Templates (files with
//! lines that start with `{{`, `{%` or `<%`, or an error in a line that holds one) are left alone.
//!
//! Fires: a misspelled instruction, `ENV A=1 B`, `COPY` without a destination, a heredoc that is never ended, two stages
//! of one name, `FROM a b`.
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! RUM pip install flask
//! ```
//!
//! Fine: `RUN pip install flask`.
//!
//! Help: correct the line. The rules are those of BuildKit's own Dockerfile frontend.

use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF001", "a Dockerfile cannot be read", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        let Some(error) = &file.error else { continue };
        let text = file.path.to_str().and_then(|path| scene.text(path)).unwrap_or_default();
        if is_template(text, error.spot.line) {
            continue;
        }
        let draft = found.at(file.place(error.spot), &error.message);
        if let Some(help) = &error.help {
            draft.help(help);
        }
    }
}

/// Whether something else makes the Dockerfile from this text: a line starts with a template's mark, or the one that cannot
/// be read holds one.
fn is_template(text: &str, line: u32) -> bool {
    let marks = ["{{", "{%", "{#", "<%", "%%", "@@"];
    let starts = |line: &str| marks.iter().any(|mark| line.trim_start().starts_with(mark));
    let wrong = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    text.lines().any(starts) || marks[..4].iter().any(|mark| wrong.contains(mark))
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn one_finding_a_file_and_none_for_templates() {
        let found = fires(RULE, &[("Dockerfile", "FROM a\nRUM x\nRUM y\n")]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].place.line, found[0].help.as_deref()), (2, Some("did you mean `RUN`?")));
        holds(RULE, &[("Dockerfile", "FROM a\nRUN x\n")]);
        holds(RULE, &[("Dockerfile", "FROM a\n{% if x %}\nRUN x\n{% endif %}\n")]);
        holds(RULE, &[("Dockerfile", "FROM postgres:{{ cookiecutter.version }}\n")]);
    }
}
