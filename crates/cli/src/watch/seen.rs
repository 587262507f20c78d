//! All that is drawn: a run at one moment, and the log that is shown beside it.

use std::ops::Range;

use testyard_commands::watch::service_log;
use testyard_model::{Phase, Standing};
use testyard_report::Line;
use testyard_report::parts::Parts;

use super::pane::Pane;

/// The end of a log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    /// The file in the run's `logs/`.
    pub(crate) name: String,
    /// The number of the first line that is known.
    pub(crate) first: usize,
    /// The lines from there on, made safe to show once, when they were read.
    pub(crate) lines: Vec<Line>,
}

/// A run as it is at the moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen<'a> {
    /// The run.
    pub(crate) parts: Parts<'a>,
    /// How it stands.
    pub(crate) standing: Standing,
    /// Its logs.
    pub(crate) logs: &'a [String],
    /// The one that is shown.
    pub(crate) log: Option<&'a Log>,
    /// What is wrong with its files.
    pub(crate) trouble: Option<&'a str>,
}

impl Seen<'_> {
    /// Whether a pane has anything to show.
    pub(crate) fn has(&self, pane: Pane) -> bool {
        match pane {
            Pane::Phases | Pane::Log => true,
            // What comes and goes keeps its place while the run goes on.
            Pane::Workers => self.standing == Standing::Running,
            Pane::Failures => self.standing == Standing::Running || !self.range(pane).is_empty(),
            Pane::Services => !self.range(pane).is_empty(),
        }
    }

    /// The numbers of what there is in a pane. Those of a log's lines do not start at 0 once its beginning is forgotten.
    pub(crate) fn range(&self, pane: Pane) -> Range<usize> {
        match pane {
            Pane::Phases => 0..Phase::ALL.len(),
            Pane::Services => 0..self.parts.state.services.len(),
            Pane::Workers => 0..self.parts.checks().len() + self.parts.state.running().count(),
            Pane::Failures => 0..self.parts.failures().len(),
            Pane::Log => self.log.map_or(0..0, |log| log.first..log.first + log.lines.len()),
        }
    }

    /// The log of a service, by its position.
    pub(crate) fn service_log(&self, at: usize) -> Option<String> {
        self.parts.state.services.get(at).map(|service| service_log(&service.name))
    }

    /// The log of a failure, by its position.
    pub(crate) fn failure_log(&self, at: usize) -> Option<String> {
        let log = self.parts.failures().into_iter().nth(at)?.log?;
        Some(log.file_name()?.to_string_lossy().into_owned())
    }
}
