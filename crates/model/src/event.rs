//! Events: what happened in a run, numbered and timed, written before it is shown.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::collection::CollectionNumbers;
use crate::fidelity::Ledger;
use crate::finding::Finding;
use crate::gate::GateResult;
use crate::id::{CheckId, RunId, TestId};
use crate::outcome::{Outcome, Verdict};
use crate::phase::Phase;
use crate::plan::Engine;

/// The version of the event format. It rises when the meaning of something written before changes; a program
/// refuses journals of a higher version.
pub const FORMAT: u32 = 1;

/// One event in its place: what a journal line holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 1, without gaps.
    pub number: u64,
    /// Milliseconds since the run started, by a clock that never goes back.
    pub at_ms: u64,
    /// What happened.
    pub event: Event,
}

/// Takes events. Whoever does something worth knowing is given one of these; the journal stands behind it.
pub trait Emit: Send + Sync {
    /// Numbers, writes and shows one event, in this order.
    fn emit(&self, event: Event);
}

/// A service of a run, once it is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceReport {
    /// Its name.
    pub name: String,
    /// What brought it up.
    pub engine: Engine,
    /// The program's name as people write it.
    pub product: String,
    /// The program's full version.
    pub version: String,
    /// Where it is reached, `host:port`, from within the run.
    pub address: String,
    /// The published ports, `localhost:5433 -> 5432`.
    pub published: Vec<String>,
    /// From its start to the first right answer, in milliseconds.
    pub ready_ms: u64,
    /// What was honoured, emulated or refused.
    pub ledger: Ledger,
    /// Its log, relative to the run folder.
    pub log: Option<PathBuf>,
}

/// How long a test took and what it left.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The first line of what went wrong, or nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The traceback and captured output, shortened to its head and tail.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The whole of it, relative to the run folder, where it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<PathBuf>,
}

/// Something that happened in a run. Closed on purpose: every view handles every kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The first event of every run.
    RunStarted {
        /// The run.
        run: RunId,
        /// The project's name.
        project: String,
        /// Wall-clock time, in milliseconds since 1970 UTC.
        unix_ms: u64,
        /// The planned services.
        services: Vec<String>,
        /// The planned suites.
        suites: Vec<String>,
        /// The engine and why it was chosen.
        engine: String,
        /// Testyard's version.
        testyard: String,
        /// The machine, as reports name it: system, processor, cores, memory.
        host: Vec<(String, String)>,
    },
    /// A phase began.
    PhaseStarted {
        /// Which.
        phase: Phase,
    },
    /// A phase ended.
    PhaseFinished {
        /// Which.
        phase: Phase,
        /// How.
        outcome: Outcome,
    },
    /// Something worth telling once, such as a service that is left out or why an engine was chosen.
    Note {
        /// The phase it belongs to.
        phase: Phase,
        /// What, in one line.
        message: String,
    },
    /// Inspection found something.
    Found {
        /// What and where.
        finding: Finding,
    },
    /// A check began: an install, a provision, a set-up command, a service's way to ready.
    CheckStarted {
        /// Which.
        check: CheckId,
        /// What it does, in a few words.
        title: String,
    },
    /// A check is waited for.
    Waiting {
        /// Which.
        check: CheckId,
        /// For what.
        message: String,
        /// How long so far, in milliseconds.
        elapsed_ms: u64,
    },
    /// A check ended.
    CheckFinished {
        /// Which.
        check: CheckId,
        /// How.
        outcome: Outcome,
        /// The decisive lines of what it printed, or a line that says what it did.
        evidence: Vec<String>,
    },
    /// A service's process was started.
    ServiceStarted {
        /// Which.
        service: String,
    },
    /// A service answered rightly and its health check holds.
    ServiceReady {
        /// All about it.
        service: ServiceReport,
    },
    /// A service ended by itself, in the middle of the run.
    ServiceDied {
        /// Which.
        service: String,
        /// How: its exit and its last log lines.
        evidence: Vec<String>,
    },
    /// A service was taken down.
    ServiceStopped {
        /// Which.
        service: String,
    },
    /// A suite began.
    SuiteStarted {
        /// Which.
        suite: String,
    },
    /// What the files of a suite said before anything was up.
    Forecast {
        /// Which suite.
        suite: String,
        /// How much of what there is.
        numbers: CollectionNumbers,
    },
    /// Tests of a suite became known. May come more than once for one suite.
    Collected {
        /// Which suite.
        suite: String,
        /// The tests, in the order they will run.
        tests: Vec<TestId>,
    },
    /// A file could not be collected.
    CollectionFailed {
        /// Which suite.
        suite: String,
        /// The file or node.
        path: String,
        /// Failed, or blocked when its services are not there.
        outcome: Outcome,
        /// What its import or collection said.
        evidence: Evidence,
    },
    /// A test began.
    TestStarted {
        /// Its suite.
        suite: String,
        /// Which.
        test: TestId,
        /// The worker, from 0.
        worker: u32,
    },
    /// A test ended.
    TestFinished {
        /// Its suite.
        suite: String,
        /// Which.
        test: TestId,
        /// How.
        outcome: Outcome,
        /// Set-up, call and teardown together, in milliseconds with fractions.
        duration_ms: f64,
        /// What it left. Empty for most.
        #[serde(default)]
        evidence: Evidence,
    },
    /// A suite ended.
    SuiteFinished {
        /// Which.
        suite: String,
        /// How.
        outcome: Outcome,
        /// What its runner said that belongs to no test.
        evidence: Vec<String>,
    },
    /// A gate was judged.
    GateJudged {
        /// Which, and how.
        result: GateResult,
    },
    /// Somebody asked the run to stop.
    CancelRequested {
        /// Who or what: `Ctrl-C`, `SIGTERM`.
        by: String,
    },
    /// The verdict. The last event of a run, but for what teardown still says.
    VerdictReached {
        /// How the run ended.
        verdict: Verdict,
        /// The check that blocked it, when it is blocked.
        blocked_by: Option<CheckId>,
        /// Why, in one line.
        reason: String,
    },
}
