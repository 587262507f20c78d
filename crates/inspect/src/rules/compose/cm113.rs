//! A health check runs without the shell it is written for.
//!
//! After `CMD` each word is an argument of one program. A whole line in one word is looked for as a program of that name,
//! and never found: the service never becomes healthy. Operators such as `||` and variables are handed to the program as
//! they stand.
//!
//! Fires:
//!
//! ```yaml
//! services:
//!   api:
//!     image: example/api:1
//!     healthcheck: {test: ["CMD", "curl -f http://localhost/"]}
//! ```
//!
//! Fine: `["CMD", "curl", "-f", "http://localhost/"]`, `["CMD-SHELL", "curl -f http://localhost/ || exit 1"]`, or a string.
//!
//! Help: write `CMD-SHELL`, or one word for each argument. An operator or a variable is a warning.
//!
//! Source: the reference of `healthcheck`.

use testyard_model::Severity;
use testyard_project::compose::service::HealthTest;

use super::each::{self, Once};
use super::probe;
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-CM113", "a health check lacks its shell", Error, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene) {
        let Some(HealthTest::Program(words)) = service.healthcheck.as_ref().map(|check| &check.test) else {
            continue;
        };
        let Some((what, severity)) = wrong(words) else { continue };
        let place = probe::place(service);
        if once.first(place, &service.name) {
            let message = format!("the health check of `{}` has no shell: {what}", service.name);
            let help = "write `[\"CMD-SHELL\", \"the whole line\"]`, or one word for each argument";
            found.at(place, message).severity(severity).help(help).basis(set.basis());
        }
    }
}

/// What a program and its arguments have in them that only a shell understands.
fn wrong(words: &[String]) -> Option<(String, Severity)> {
    let first = words.first()?;
    if probe::is_shell(first) {
        return None;
    }
    if words.len() == 1 && first.trim().contains(' ') {
        return Some((format!("there is no program of the name `{first}`"), Severity::Error));
    }
    let operator = words.iter().find(|word| matches!(word.as_str(), "||" | "&&" | "|" | ";"));
    if let Some(operator) = operator {
        return Some((format!("`{operator}` is an argument of `{first}`"), Severity::Warning));
    }
    let variable = words.iter().find(|word| is_variable(word))?;
    Some((format!("`{variable}` reaches `{first}` as it stands"), Severity::Warning))
}

/// Whether a word is nothing but a variable.
fn is_variable(word: &str) -> bool {
    let name = word.strip_prefix('$').unwrap_or_default();
    let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    #[test]
    fn words_that_need_a_shell() {
        let compose =
            |test: &str| format!("services:\n  a:\n    image: x\n    healthcheck:\n      test: [{test}]\n");
        for (test, severity) in [
            ("CMD, curl -f http://localhost/", Severity::Error),
            ("CMD, curl, -f, http://localhost/, '||', exit, '1'", Severity::Warning),
            ("CMD, pg_isready, -U, $$POSTGRES_USER", Severity::Warning),
        ] {
            let found = fires(RULE, &[("compose.yaml", &compose(test))]);
            assert_eq!((found.len(), found[0].severity, found[0].place.line), (1, severity, 5), "{test}");
        }
        for test in [
            "CMD, curl, -f, http://localhost/",
            "CMD-SHELL, curl -f http://localhost/ || exit 1",
            "CMD, sh, -c, 'a || b $$C'",
            "CMD, /health",
            "CMD, redis-cli, -a, 'pa$$ss', ping",
        ] {
            holds(RULE, &[("compose.yaml", &compose(test))]);
        }
    }
}
