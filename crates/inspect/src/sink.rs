//! Where a rule puts what it found.

use testyard_model::{Cause, Finding, Place, Severity};

use crate::rule::Rule;
use crate::scene::{File, Scene};

/// Where one rule puts its findings.
pub(crate) struct Sink<'a> {
    rule: &'a Rule,
    scene: &'a Scene,
    found: Vec<Finding>,
    causes: Vec<Cause>,
}

impl<'a> Sink<'a> {
    /// For one rule that looks at one scene.
    pub(crate) fn new(rule: &'a Rule, scene: &'a Scene) -> Sink<'a> {
        Sink { rule, scene, found: Vec::new(), causes: Vec::new() }
    }

    /// Notes a finding: where, and what is wrong in lower case without a full stop. The line's text and the severity
    /// of the rule are filled in. Say more on what is returned: `found.at(place, "…").help("…")`.
    pub(crate) fn at(&mut self, place: impl Into<Where>, message: impl Into<String>) -> Draft<'_> {
        let Where(place) = place.into();
        let mut finding = Finding::new(self.rule.code, self.rule.severity, place, message);
        finding.source = self.scene.shown_line(&finding.place);
        let at = self.found.len();
        self.found.push(finding);
        Draft(&mut self.found[at])
    }

    /// Registers the one cause behind several findings, which name it with [`Draft::cause`]. The id tells causes apart
    /// and stays the same from inspection to inspection: `context:docker/Dockerfile`.
    pub(crate) fn cause(&mut self, id: impl Into<String>, message: impl Into<String>) {
        let id = id.into();
        if self.causes.iter().all(|cause| cause.id != id) {
            self.causes.push(Cause { id, message: message.into(), findings: Vec::new() });
        }
    }

    /// What was put here.
    pub(crate) fn finish(self) -> (Vec<Finding>, Vec<Cause>) {
        (self.found, self.causes)
    }
}

/// A place, or a file as a whole.
pub(crate) struct Where(Place);

impl From<Place> for Where {
    fn from(place: Place) -> Where {
        Where(place)
    }
}

impl From<&Place> for Where {
    fn from(place: &Place) -> Where {
        Where(place.clone())
    }
}

impl From<&File> for Where {
    fn from(file: &File) -> Where {
        Where(Place::file(&file.path))
    }
}

/// A finding that was noted and may be told more.
pub(crate) struct Draft<'a>(&'a mut Finding);

impl Draft<'_> {
    /// What to do about it.
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// What it rests on, where that is not the file alone: `docker-compose.yml: service api`, `inferred`.
    pub(crate) fn basis(self, basis: impl Into<String>) -> Self {
        self.0.basis = Some(basis.into());
        self
    }

    /// Another weight than the rule's.
    pub(crate) fn severity(self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// The id of the cause behind it.
    pub(crate) fn cause(self, id: impl Into<String>) -> Self {
        self.0.cause = Some(id.into());
        self
    }
}
