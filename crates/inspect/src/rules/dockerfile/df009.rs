//! A secret stands in an image.
//!
//! What `ENV` or the default of an `ARG` holds is in the image and its history, readable by everyone who can pull it; removing it in
//! a later line does not help.
//!
//! Fires: a name that ends as secrets do with a written-out value, and texts that have the form of a token of AWS, GitHub, GitLab,
//! Slack or Stripe, or of a private key. The value is never shown.
//!
//! ```dockerfile
//! FROM python:3.12-slim
//! ENV DB_PASSWORD=hunter2
//! ```
//!
//! Fine: `ENV DB_PASSWORD=$FROM_ARG`, `DB_PASSWORD_FILE=/run/secrets/db`, and values that say that they are none
//! (`dummy`, `changeme`, `build-only`).
//!
//! Help: give it when the container starts, or to one `RUN` with `--mount=type=secret`; change a secret that was pushed.

use testyard_project::dockerfile::{Assignment, Dockerfile, Instruction, Kind};

use crate::dockerfile::shell;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-DF009", "a secret stands in an image", Warning, check);

/// How the names of secrets end.
const ENDINGS: [&str; 14] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "SECRET_KEY",
    "ENCRYPTION_KEY",
    "SIGNING_KEY",
    "SECRET_KEY_BASE",
    "CREDENTIALS",
    "PASSPHRASE",
];

/// What in a value says that it is no secret.
const PLACEHOLDERS: [&str; 16] = [
    "dummy",
    "placeholder",
    "fake",
    "example",
    "change",
    "unused",
    "none",
    "null",
    "build",
    "test",
    "xxx",
    "todo",
    "your",
    "not-",
    "not_",
    "<",
];

/// How tokens begin, and how many letters and digits follow at least.
const TOKENS: [(&str, usize); 8] = [
    ("AKIA", 16),
    ("ghp_", 36),
    ("gho_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("sk_live_", 20),
];

fn check(scene: &Scene, found: &mut Sink<'_>) {
    for file in scene.dockerfiles() {
        let stages = file.stages.iter().flat_map(|stage| &stage.instructions);
        for instruction in file.arguments.iter().chain(stages) {
            names(file, instruction, found);
            if let Some(what) = token(&shell::said(instruction)) {
                let message = format!("this looks like {what}");
                found.at(file.place(instruction.spot), message).help(HELP);
            }
        }
    }
}

const HELP: &str =
    "use `RUN --mount=type=secret`, or set it when the container starts; change it if it was pushed";

fn names(file: &Dockerfile, instruction: &Instruction, found: &mut Sink<'_>) {
    let (Kind::Env(list) | Kind::Arg(list)) = &instruction.kind else { return };
    for one in list.iter().filter(|one| is_secret(one)) {
        let message = format!("the value of `{}` is kept in the image", one.name.text);
        found.at(file.place(one.name.spot), message).help(HELP);
    }
}

fn is_secret(one: &Assignment) -> bool {
    let name = one.name.text.to_ascii_uppercase();
    let named = ENDINGS.iter().any(|ending| name.ends_with(ending)) && !name.contains("PUBLIC");
    named && one.value.as_ref().is_some_and(|value| is_literal(&value.text))
}

/// Whether a value is written out, and does not say that it is none.
fn is_literal(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    value.len() >= 4
        && !value.contains('$')
        && !value.starts_with('/')
        && !lower.starts_with("http")
        && !matches!(lower.as_str(), "true" | "false")
        && !value.chars().all(|c| c == value.chars().next().unwrap_or(c))
        && !PLACEHOLDERS.iter().any(|part| lower.contains(part))
}

/// What a token in a text is.
fn token(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let is_token = |(prefix, length): &(&str, usize)| {
        text.match_indices(prefix).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let body = &text[at + prefix.len()..];
            let end = body
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
                .unwrap_or(body.len());
            before.is_none_or(|c| !c.is_ascii_alphanumeric())
                && end >= *length
                && !body[..end].contains("EXAMPLE")
        })
    };
    TOKENS.iter().find(|token| is_token(token)).map(|_| "an access token")
}

#[cfg(test)]
mod tests {
    use crate::fixture::{fires, holds};

    use super::RULE;

    #[test]
    fn values_of_secret_names_and_tokens() {
        let found = fires(RULE, &[("Dockerfile", "FROM a:1\nENV X=1 DB_PASSWORD=hunter2\n")]);
        assert_eq!((found[0].place.line, found[0].place.column), (2, 9));
        assert!(!format!("{found:?}").contains("hunter2"));
        fires(RULE, &[("Dockerfile", "ARG API_KEY=\"a1b2c3d4\"\nFROM a:1\n")]);
        let token = format!("FROM a:1\nRUN curl -H 'Authorization: token ghp_{}' x\n", "a1B2".repeat(9));
        fires(RULE, &[("Dockerfile", &token)]);
        for line in [
            "ENV DB_PASSWORD=$X",
            "ENV DB_PASSWORD_FILE=/run/secrets/db",
            "ENV SECRET_KEY=dummy-for-build",
            "ARG TOKEN",
            "ENV TOKENIZERS_PARALLELISM=false MAX_TOKENS=4096",
            "ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
            "ENV DB_PASSWORD=\"\"",
            "RUN echo AKIAIOSFODNN7EXAMPLE",
        ] {
            holds(RULE, &[("Dockerfile", &format!("FROM a:1\n{line}\n"))]);
        }
    }
}
