//! Masking: passwords, tokens and keys never reach a log, a report or an event.
//!
//! Three rules cover what is met in practice: the value of a variable whose name says that it is secret, what follows
//! such an option of a command, and the password inside a URL, wherever it stands in a text.

use std::collections::BTreeMap;

/// What stands in the place of a secret.
pub const MASK: &str = "****";

/// Endings and parts of variable names whose values are secret. Matched without regard to case.
const SECRET_NAMES: [&str; 9] =
    ["password", "passwd", "secret", "token", "api_key", "apikey", "_key", "credential", "private"];

/// Options whose values are secret although their names are none of [`SECRET_NAMES`]: those of Redis.
const SECRET_OPTIONS: [&str; 3] = ["requirepass", "masterauth", "pass"];

/// Endings of variables that name a place. POSTGRES_PASSWORD_FILE is a path: no secret, and needed to understand a
/// failure.
const PLACES: [&str; 3] = ["_file", "_path", "_dir"];

/// Whether a variable of this name holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !PLACES.iter().any(|ending| name.ends_with(ending))
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

/// Whether a word of a command is an option that a secret follows, such as `--requirepass` or `--admin-password`.
fn is_secret_option(word: &str) -> bool {
    let name = word.trim_start_matches('-');
    name.len() < word.len() && (SECRET_OPTIONS.contains(&name) || is_secret_name(&name.replace('-', "_")))
}

/// The secret in a word of a command: what stands after the `=` of such an option, or the word that follows one.
fn secret_in<'a>(word: &'a str, before: Option<&str>) -> Option<&'a str> {
    match word.split_once('=') {
        Some((option, value)) if is_secret_option(option) => Some(value),
        _ => before
            .filter(|before| !before.contains('=') && is_secret_option(before) && !word.starts_with('-'))
            .map(|_| word),
    }
}

/// Every word of a command with the one before it.
fn with_before<'a>(words: &[&'a str]) -> Vec<(&'a str, Option<&'a str>)> {
    let before = std::iter::once(None).chain(words.iter().copied().map(Some));
    words.iter().copied().zip(before).collect()
}

/// A command's words as they may be shown.
pub fn mask_words(words: &[String]) -> Vec<String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let shown = with_before(&words).into_iter().map(|(word, before)| match secret_in(word, before) {
        Some(secret) => format!("{}{MASK}", &word[..word.len() - secret.len()]),
        None => mask_urls(word),
    });
    shown.collect()
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
        let secret = variables.iter().filter(|(name, _)| is_secret_name(name));
        self.learn_values(secret.map(|(_, value)| value.as_str()));
    }

    /// Learns the secrets among a command's words, also where a word is itself a line for a shell.
    pub fn learn_words(&mut self, words: &[String]) {
        let whole: Vec<&str> = words.iter().map(String::as_str).collect();
        let split: Vec<&str> = words.iter().flat_map(|word| word.split_whitespace()).collect();
        for words in [whole, split] {
            let secret = with_before(&words).into_iter().filter_map(|(word, before)| secret_in(word, before));
            self.learn_values(secret);
        }
    }

    fn learn_values<'a>(&mut self, values: impl Iterator<Item = &'a str>) {
        // By the line: texts are masked by the line, and no line of a private key may be shown.
        for line in values.flat_map(str::lines).filter(|line| looks_secret(line)) {
            self.values.push(line.to_owned());
            // As it stands in JSON, which is what events and plans are masked as.
            let json = serde_json::Value::from(line).to_string();
            self.values.push(json[1..json.len() - 1].to_owned());
        }
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
        for name in [
            "SSL_KEY_PATH",
            "POSTGRES_USER",
            "PATH",
            "POSTGRES_PASSWORD_FILE",
            "KEYBOARD",
            "MONKEY",
            "COMPASS",
        ] {
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
    fn secrets_of_commands() {
        let check = |line: &str, shown: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(mask_words(&words).join(" "), shown);
        };
        check("redis-server --requirepass s3same-open --port 1", "redis-server --requirepass **** --port 1");
        check(
            "serve --admin-password=x --db redis://:x@h",
            "serve --admin-password=**** --db redis://:****@h",
        );
        check(
            "serve --password-file /run/x --pass-through=1 token",
            "serve --password-file /run/x --pass-through=1 token",
        );

        let mut masker = Masker::default();
        masker.learn_words(&[
            "sh".to_owned(),
            "-c".to_owned(),
            "exec x --requirepass s3same-open".to_owned(),
        ]);
        assert_eq!(masker.mask("AUTH s3same-open, exec x"), "AUTH ****, exec x");
    }

    #[test]
    fn secrets_vanish_from_json_and_by_the_line() {
        let mut masker = Masker::default();
        let key = "-----BEGIN\nMIIEvQIBADANBg1\n-----END";
        let variables = [("DB_PASSWORD", "qu\"ote\\d-1"), ("PRIVATE_KEY", key)];
        masker.learn(&variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        let json = serde_json::to_string(&format!("{} {key}", variables[0].1)).unwrap();
        assert_eq!(masker.mask(&json), "\"**** -----BEGIN\\n****\\n-----END\"");
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
