//! The layers of settings, one over the other: the file, the caller's environment, the command line.
//!
//! Each layer puts checked values under their keys; a later layer replaces what an earlier one said. What is wrong is
//! collected, so that one call tells everything.

use std::collections::BTreeMap;

use testyard_model::Finding;
use toml_edit::Key;

use super::kind::Value;
use super::schema::{self, Node};
use crate::codes;
use crate::source::{Source, Sourced};

/// Everything that was set, and what was wrong with it.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// The values by their keys. A suite's keys begin with `suite` and its name.
    pub(super) values: BTreeMap<Vec<String>, Sourced<Value>>,
    /// The suites of the file in their order, with the places of their tables.
    pub(super) suites: Vec<Sourced<String>>,
    /// What is wrong.
    pub(super) findings: Vec<Finding>,
}

impl Settings {
    /// Puts one value given as text under its key.
    fn set_text(&mut self, path: Vec<String>, text: &str, source: Source) {
        match schema::lookup(&path) {
            Node::Leaf(kind) => match kind.parse(text, &source) {
                Some(value) => {
                    self.values.insert(path, Sourced::new(value, source));
                }
                None => {
                    let message = format!("`{}` cannot be {text:?}", path.join("."));
                    let finding = source.error(codes::WRONG_VALUE, message);
                    self.findings.push(finding.help(format!("it takes {}", kind.expected())));
                }
            },
            Node::Table => {
                let message = format!("`{}` is a table, not one setting", path.join("."));
                let help = "name a key within it";
                self.findings.push(source.error(codes::UNKNOWN_KEY, message).help(help));
            }
            Node::Unknown { depth, help } => {
                let message = format!("unknown key `{}`", path[..=depth].join("."));
                self.findings.push(source.error(codes::UNKNOWN_KEY, message).help(help));
            }
        }
    }

    /// Lays the caller's `TESTYARD_…` variables over what is there. Variables whose name does not begin with a
    /// section belong to somebody else.
    pub(super) fn lay_variables(&mut self, variables: &BTreeMap<String, String>) {
        let mut names: Vec<String> = self.suites.iter().map(|suite| suite.value.clone()).collect();
        names.push(super::DISCOVERED_SUITE.to_owned());
        let attached = self.values.keys().filter(|path| path.len() > 2 && path[0] == "environment");
        names.extend(attached.map(|path| path[2].clone()).collect::<Vec<_>>());
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for (name, text) in variables.iter().filter(|(name, _)| of_a_section(name)) {
            let source = Source::Variable(name.clone());
            match schema::path_of_variable(name, &names) {
                Some(path) => self.set_text(path, text, source),
                None => {
                    let known: Vec<String> = schema::KEYS
                        .iter()
                        .map(|(key, _)| format!("TESTYARD_{}", schema::spelled(&key.replace("*", "NAME"))))
                        .collect();
                    let near = crate::nearest::nearest(name, known.iter().map(String::as_str));
                    let help = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => {
                            "a setting's variable is its key in capitals: TESTYARD_PYTHON_AS_OF".to_owned()
                        }
                    };
                    let finding = source.error(codes::UNKNOWN_KEY, format!("no setting is spelled `{name}`"));
                    self.findings.push(finding.help(help));
                }
            }
        }
    }

    /// Lays `--set KEY=VALUE` over what is there.
    pub(super) fn lay_overrides(&mut self, overrides: &[(String, String)]) {
        for (key, text) in overrides {
            let source = Source::CommandLine(key.clone());
            match Key::parse(key) {
                Ok(parts) => {
                    let path = parts.iter().map(|part| part.get().to_owned()).collect();
                    self.set_text(path, text, source);
                }
                Err(_) => {
                    let finding = source.error(codes::UNKNOWN_KEY, format!("`{key}` is not a key"));
                    self.findings
                        .push(finding.help("write SECTION.KEY=VALUE, such as python.as-of=2025-11-30"));
                }
            }
        }
    }
}

/// Whether a variable's name begins with `TESTYARD_` and the name of a section.
fn of_a_section(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("TESTYARD_") else { return false };
    schema::sections().iter().any(|section| {
        rest.strip_prefix(&schema::spelled(section))
            .is_some_and(|left| left.starts_with('_') && left.len() > 1)
    })
}
