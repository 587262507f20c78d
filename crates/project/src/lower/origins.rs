//! Where each setting of a plan came from.

use testyard_model::plan::Origin;

use crate::source::Source;

/// Collects origins.
#[derive(Debug, Default)]
pub(super) struct Origins(pub(super) Vec<Origin>);

impl Origins {
    /// Notes one setting, its value in words and where it came from.
    pub(super) fn note(&mut self, key: impl Into<String>, value: impl Into<String>, from: &Source) {
        self.0.push(Origin { key: key.into(), value: value.into(), from: from.to_string() });
    }

    /// Notes one setting that discovery decided, and why.
    pub(super) fn found(&mut self, key: impl Into<String>, value: impl Into<String>, why: impl Into<String>) {
        self.note(key, value, &Source::Discovered(why.into()));
    }
}
