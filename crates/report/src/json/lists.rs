//! The documents of `ps` and `runs`, and their rows.

use serde::Serialize;
use testyard_model::Counts;
use testyard_model::collection::CollectionNumbers;
use testyard_model::state::{ServiceStage, ServiceState};

use super::document;
use crate::Subject;
use crate::text;

/// One service of `ps`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PsRow {
    /// Its name.
    pub name: String,
    /// What brought it up; nothing until it was ready.
    pub engine: Option<String>,
    /// How far it is: `planned`, `starting`, `ready`, `broken`, `stopped`.
    pub state: String,
    /// `healthy`, `starting` or `unhealthy`; nothing for what does not run.
    pub health: Option<String>,
    /// Where it is reached from within the run.
    pub address: Option<String>,
    /// Its published ports, `localhost:5433 -> 5432`.
    pub published: Vec<String>,
}

impl PsRow {
    /// The row of a service of a run.
    pub fn of(service: &ServiceState) -> PsRow {
        let health = match service.stage {
            ServiceStage::Ready => Some("healthy"),
            ServiceStage::Starting => Some("starting"),
            ServiceStage::Broken => Some("unhealthy"),
            ServiceStage::Planned | ServiceStage::Stopped => None,
        };
        let report = service.report.as_ref();
        PsRow {
            name: service.name.clone(),
            engine: report.map(|report| report.engine.word().to_owned()),
            state: service.stage.word().to_owned(),
            health: health.map(str::to_owned),
            address: report.map(|report| report.address.clone()),
            published: report.map(|report| report.published.clone()).unwrap_or_default(),
        }
    }
}

/// The document of `ps`.
pub fn ps(services: &[PsRow]) -> String {
    #[derive(Serialize)]
    struct Ps<'a> {
        services: &'a [PsRow],
    }
    document(Ps { services })
}

/// One run of `runs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunsRow {
    /// The run.
    pub run: String,
    /// How it stands.
    pub state: &'static str,
    /// Its verdict; nothing while running.
    pub verdict: Option<&'static str>,
    /// When it started, RFC 3339 in UTC.
    pub started: Option<String>,
    /// From its first event to its last, in milliseconds.
    pub elapsed_ms: u64,
    /// How many of its tests ended how.
    pub counts: Counts,
    /// What its files said before anything was up; nothing where they were not read.
    pub forecast: Option<CollectionNumbers>,
}

impl RunsRow {
    /// The row of a run.
    pub fn of(subject: &Subject<'_>) -> RunsRow {
        RunsRow {
            run: subject.run().to_owned(),
            state: subject.standing.word(),
            verdict: Some(subject.verdict()).filter(|word| *word != "running"),
            started: subject.state.header.as_ref().and_then(|header| text::moment(header.unix_ms)),
            elapsed_ms: subject.state.now_ms,
            counts: subject.state.counts(),
            forecast: subject.state.forecast(),
        }
    }
}

/// The answer of `run --detach`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DetachedRow {
    /// The run.
    pub run: String,
    /// Whether it was going on already.
    pub attached: bool,
    /// How long the newest run took that came to its end, in milliseconds; null where there is none.
    pub estimate_ms: Option<u64>,
    /// How long it can last: `machine`, or `session` where everything ends with the session of whoever started it.
    pub durability: &'static str,
    /// The command that waits for it.
    pub next: String,
}

/// The document of `run --detach`.
pub fn detached(row: &DetachedRow) -> String {
    document(row)
}

/// The document of `runs`; the newest first, as the caller orders them.
pub fn runs(runs: &[RunsRow]) -> String {
    #[derive(Serialize)]
    struct Runs<'a> {
        runs: &'a [RunsRow],
    }
    document(Runs { runs })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn of_services() {
        let state = fixture::state(&fixture::blocked());
        let rows: Vec<PsRow> = state.services.iter().map(PsRow::of).collect();
        insta::assert_snapshot!(ps(&rows), @r#"
        {
          "format": 1,
          "services": [
            {
              "name": "postgres-test",
              "engine": null,
              "state": "broken",
              "health": "unhealthy",
              "address": null,
              "published": []
            },
            {
              "name": "redis-test",
              "engine": null,
              "state": "planned",
              "health": null,
              "address": null,
              "published": []
            }
          ]
        }
        "#);
    }

    #[test]
    fn of_runs() {
        let state = fixture::state(&fixture::passing());
        insta::assert_snapshot!(runs(&[RunsRow::of(&fixture::subject(&state))]), @r#"
        {
          "format": 1,
          "runs": [
            {
              "run": "20261120-143022-k3f9",
              "state": "final",
              "verdict": "passed",
              "started": "2026-11-20T14:30:22Z",
              "elapsed_ms": 2200,
              "counts": {
                "total": 3,
                "passed": 3,
                "failed": 0,
                "flaky": 0,
                "skipped": 0,
                "blocked": 0,
                "error": 0
              },
              "forecast": null
            }
          ]
        }
        "#);
    }
}
