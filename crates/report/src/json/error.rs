//! The document of a verb that could not do what it was asked.

use serde::Serialize;
use testyard_model::{Exit, Finding};

use super::document;

/// What is wrong, what to do, the places in the user's files, and the exit code: `error: {message, help, findings}`,
/// `exit`.
pub fn error(message: &str, help: Option<&str>, findings: &[Finding], exit: Exit) -> String {
    #[derive(Serialize)]
    struct Wrong<'a> {
        message: &'a str,
        help: Option<&'a str>,
        findings: &'a [Finding],
    }
    #[derive(Serialize)]
    struct Failed<'a> {
        error: Wrong<'a>,
        exit: u8,
    }
    document(Failed { error: Wrong { message, help, findings }, exit: exit.code() })
}

#[cfg(test)]
mod tests {
    use testyard_model::{Place, Severity};

    use super::*;

    #[test]
    fn the_places_are_in_it() {
        let finding =
            Finding::new("TY-CF001", Severity::Error, Place::at("testyard.toml", 3, 1), "unknown key");
        let text = error("unknown key", None, &[finding], Exit::Usage);
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&document["format"], &document["exit"]), (&1.into(), &2.into()));
        assert_eq!(document["error"]["findings"][0]["place"]["line"], 3);
    }
}
