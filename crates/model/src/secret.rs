//! Masking: passwords, tokens and keys never reach a log, a report or an event.
//!
//! Two rules cover what is met in practice: the value of a variable whose name says that it is secret, and the
//! password inside a URL, wherever it stands in a text.

use std::collections::BTreeMap;

/// What stands in the place of a secret.
pub const MASK: &str = "****";

/// Endings and parts of variable names whose values are secret. Matched without regard to case.
const SECRET_NAMES: [&str; 9] =
    ["password", "passwd", "secret", "token", "api_key", "apikey", "_key", "credential", "private"];

/// Whether a variable of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // POSTGRES_PASSWORD_FILE names a file: the path is no secret and is needed to understand a failure.
    !name.ends_with("_file")
        && (SECRET_NAMES.iter().any(|part| name.contains(part)) || name.ends_with("_pass"))
}

/// The value of a variable as it may be shown.
pub fn mask_value(name: &str, value: &str) -> String {
    if is_secret_name(name) && !value.is_empty() { MASK.to_owned() } else { mask_urls(value) }
}

/// The variables as they may be shown.
pub fn mask_map(variables: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    variables.iter().map(|(name, value)| (name.clone(), mask_value(name, value))).collect()
}

/// Replaces the password of every `scheme://user:password@host` in a text.
pub fn mask_urls(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        shown.push_str(before);
        let authority_end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\''))
            .unwrap_or(after.len());
        let (authority, tail) = after.split_at(authority_end);
        match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?.0, host))) {
            Some((user, host)) => {
                shown.push_str(user);
                shown.push(':');
                shown.push_str(MASK);
                shown.push('@');
                shown.push_str(host);
            }
            None => shown.push_str(authority),
        }
        rest = tail;
    }
    shown.push_str(rest);
    shown
}

/// Replaces known secret values wherever they stand in a text, for output that others wrote.
///
/// Only values that look like real secrets are replaced there: at least eight characters with both letters and
/// digits. Test files are full of passwords such as `postgres` or `secret`; masking those words everywhere would make
/// a report unreadable (`****-test` for `postgres-test`) and hides nothing worth hiding.
#[derive(Clone, Default)]
pub struct Masker {
    values: Vec<String>,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masker({} values)", self.values.len())
    }
}

impl Masker {
    /// Learns the secret values among these variables.
    pub fn learn(&mut self, variables: &BTreeMap<String, String>) {
        let secret = variables.iter().filter(|(name, value)| is_secret_name(name) && looks_secret(value));
        self.values.extend(secret.map(|(_, value)| value.clone()));
        // Longest first, so that a secret which contains another is masked whole.
        self.values.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.values.dedup();
    }

    /// The text without any secret value or URL password.
    pub fn mask(&self, text: &str) -> String {
        let text = mask_urls(text);
        self.values.iter().fold(text, |text, value| {
            if text.contains(value.as_str()) { text.replace(value.as_str(), MASK) } else { text }
        })
    }
}

/// Whether a value can be told from an ordinary word.
fn looks_secret(value: &str) -> bool {
    value.len() >= 8
        && value.chars().any(|c| c.is_ascii_digit())
        && value.chars().any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_secret() {
        for name in
            ["POSTGRES_PASSWORD", "AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "api_key", "RABBITMQ_DEFAULT_PASS"]
        {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["POSTGRES_USER", "PATH", "POSTGRES_PASSWORD_FILE", "KEYBOARD", "MONKEY", "COMPASS"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn url_passwords() {
        let check = |text: &str, shown: &str| assert_eq!(mask_urls(text), shown);
        check("postgresql://me:hunter2@db:5432/x", "postgresql://me:****@db:5432/x");
        check("a redis://:pw@r/0 and http://h/p?x=a:b@c", "a redis://:****@r/0 and http://h/p?x=a:b@c");
        check("amqp://u:p@ss@host", "amqp://u:****@host");
        check("no url: a:b@c", "no url: a:b@c");
        check("postgresql://me@db", "postgresql://me@db");
    }

    #[test]
    fn known_values_vanish_from_foreign_text() {
        let mut masker = Masker::default();
        masker.learn(&BTreeMap::from([
            ("DB_PASSWORD".to_owned(), "c0rrect-horse".to_owned()),
            ("SHORT_TOKEN".to_owned(), "postgres".to_owned()),
            ("USER".to_owned(), "somebody12".to_owned()),
        ]));
        assert_eq!(
            masker.mask("login somebody12 c0rrect-horse postgres-test"),
            "login somebody12 **** postgres-test"
        );
        assert!(!format!("{masker:?}").contains("horse"));
    }
}
