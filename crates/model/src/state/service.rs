//! Services, as far as a run has come.

use serde::{Deserialize, Serialize};

use crate::event::ServiceReport;

/// How far a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceStage {
    /// Not started.
    Planned,
    /// Its process runs; it has not answered rightly yet.
    Starting,
    /// It is up.
    Ready,
    /// It ended by itself, or never became ready.
    Broken,
    /// It was taken down.
    Stopped,
}

impl ServiceStage {
    /// The word that reports print.
    pub fn word(self) -> &'static str {
        match self {
            ServiceStage::Planned => "planned",
            ServiceStage::Starting => "starting",
            ServiceStage::Ready => "ready",
            ServiceStage::Broken => "broken",
            ServiceStage::Stopped => "stopped",
        }
    }
}

/// A planned service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceState {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub stage: ServiceStage,
    /// When its process started, in milliseconds since the run started.
    pub started_ms: Option<u64>,
    /// All about it, once it was ready.
    pub report: Option<ServiceReport>,
    /// Why it is broken.
    pub evidence: Vec<String>,
    /// Whether it was ever ready.
    pub was_ready: bool,
}

impl ServiceState {
    pub(super) fn new(name: &str) -> ServiceState {
        ServiceState {
            name: name.to_owned(),
            stage: ServiceStage::Planned,
            started_ms: None,
            report: None,
            evidence: Vec::new(),
            was_ready: false,
        }
    }

    pub(super) fn start(&mut self, at: u64) {
        self.stage = ServiceStage::Starting;
        self.started_ms = Some(at);
    }

    pub(super) fn ready(&mut self, report: &ServiceReport) {
        self.stage = ServiceStage::Ready;
        self.was_ready = true;
        self.report = Some(report.clone());
    }

    pub(super) fn broke(&mut self, evidence: &[String]) {
        self.stage = ServiceStage::Broken;
        self.evidence = evidence.to_vec();
    }

    /// A broken service stays broken: that it was cleared away afterwards does not mend it.
    pub(super) fn stopped(&mut self) {
        if self.stage != ServiceStage::Broken {
            self.stage = ServiceStage::Stopped;
        }
    }
}
