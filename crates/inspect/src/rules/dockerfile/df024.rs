//! An array is written as for a shell.
//!
//! An `ENTRYPOINT` or `CMD` in the form of an array starts the program itself. No shell replaces variables, joins commands or
//! splits words in it: the program is handed the text `$PORT`, and a program named `python app.py` does not exist.
//!
//! Fires: a variable or an operator in an array whose program is no shell, and an `ENTRYPOINT` of one part with a blank in it.
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! ENTRYPOINT ["gunicorn", "--bind", "0.0.0.0:$PORT", "app"]
//! ```
//!
//! Fine: `["sh", "-c", "exec gunicorn --bind 0.0.0.0:$PORT app"]`, a text without brackets, and a `CMD` beside an
//! `ENTRYPOINT`, which may do anything with it.
//!
//! Help: use the form without brackets, or `["sh", "-c", "…"]`.

use testyard_project::dockerfile::{Command, Dockerfile, Kind, Stage, Word};

use crate::dockerfile::stage::Ancestry;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF024", "an array is written as for a shell", Warning, check);

/// Programs that take commands, variables or templates in their arguments.
const SHELLS: [&str; 20] = [
    "sh",
    "bash",
    "ash",
    "dash",
    "zsh",
    "ksh",
    "env",
    "eval",
    "cmd",
    "powershell",
    "pwsh",
    "tini",
    "dumb-init",
    "node",
    "perl",
    "ruby",
    "awk",
    "entr",
    "nodemon",
    "dotenv",
];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        for stage in &file.stages {
            within(file, stage, found);
        }
    }
}

fn within(file: &Dockerfile, stage: &Stage, found: &mut Sink<'_>) {
    let ancestry = Ancestry::of(file, stage);
    let has_entrypoint = ancestry.instructions().any(|one| matches!(one.kind, Kind::Entrypoint(_)));
    for instruction in stage.own() {
        let (words, entrypoint) = match &instruction.kind {
            Kind::Entrypoint(Command::Exec(words)) => (words, true),
            // Without an entrypoint here or in the image, a command is started as it stands.
            Kind::Cmd(Command::Exec(words)) if !has_entrypoint && ancestry.is_plain() => (words, false),
            _ => continue,
        };
        let Some((word, what)) = shellish(words, entrypoint) else { continue };
        found
            .at(file.place(word.spot), format!("no shell reads this array: {what}"))
            .help("use the form without brackets, or `[\"sh\", \"-c\", \"…\"]`");
    }
}

/// The first part of an array that only a shell would understand, and what happens to it.
fn shellish(words: &[Word], entrypoint: bool) -> Option<(&Word, String)> {
    let program = &words.first()?.text;
    if words.len() == 1 {
        let blank = entrypoint && program.contains(' ') && !program.contains(['\\', '/']);
        return blank.then(|| (&words[0], format!("a program named `{program}` is looked for")));
    }
    let name = program.rsplit('/').next().unwrap_or_default();
    if SHELLS.contains(&name) || name.ends_with(".sh") || words.iter().any(|word| word.text == "-c") {
        return None;
    }
    let word = words[1..].iter().find(|word| is_operator(&word.text) || has_variable(&word.text))?;
    Some((word, format!("`{}` is handed on as it stands", word.text)))
}

fn is_operator(text: &str) -> bool {
    matches!(text, "&&" | "||" | "|" | ">" | ">>" | ";" | "2>&1")
}

/// Whether a text holds `$NAME` or `${NAME}` with a name in capitals, as variables of the environment have.
fn has_variable(text: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let rest = text[at + 1..].trim_start_matches('{');
        let name: &str = &rest[..rest
            .find(|c: char| !(c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()))
            .unwrap_or(rest.len())];
        name.len() >= 2 && name.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn arrays_without_a_shell() {
        for line in [
            r#"ENTRYPOINT ["gunicorn", "--bind", "0.0.0.0:$PORT"]"#,
            r#"CMD ["uvicorn", "app", "--port", "${PORT}"]"#,
            r#"CMD ["alembic", "upgrade", "head", "&&", "python", "app.py"]"#,
            r#"ENTRYPOINT ["python app.py"]"#,
        ] {
            fires(RULE, &[("Dockerfile", &format!("FROM python:3.12\n{line}\n"))]);
        }
        for line in [
            r#"ENTRYPOINT ["sh", "-c", "a $PORT && b"]"#,
            "ENTRYPOINT gunicorn --bind 0.0.0.0:$PORT",
            "ENTRYPOINT [\"./start.sh\"]\nCMD [\"a\", \"$PORT\"]",
            r#"CMD ["grep", "x$"]"#,
            r#"CMD ["python", "app.py"]"#,
        ] {
            holds(RULE, &[("Dockerfile", &format!("FROM python:3.12\n{line}\n"))]);
        }
        holds(RULE, &[("Dockerfile", "FROM ours:1\nCMD [\"a\", \"$PORT\"]\n")]);
    }
}
