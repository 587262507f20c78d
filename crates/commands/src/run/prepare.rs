//! The phase `prepare`: the suites' Python and their set-up commands.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use testyard_environment::Environment;
use testyard_model::plan::SuitePlan;
use testyard_model::{CheckId, Event, Outcome, Phase};
use testyard_packages::{PythonEnvironment, prepare};
use testyard_sys::process::{Command, Stdio};

use super::Course;
use super::services::no_environment;

/// How long one set-up command may take where its suite sets no limit: a migration of years runs in less.
const SETUP_LIMIT: Duration = Duration::from_secs(600);

/// How many of the last lines of a set-up command are shown when it fails.
const SHOWN_LINES: usize = 20;

/// What the suites run with.
pub(crate) struct Ready {
    /// The suites' Python; none where no suite needs one.
    pub(crate) python: Option<PythonEnvironment>,
    /// What keeps each suite from running, by suite.
    pub(crate) blocked: BTreeMap<String, CheckId>,
}

/// What became of the Python: there, not needed, or missing by that check.
pub(crate) type Python = Result<Option<PythonEnvironment>, CheckId>;

impl Course {
    /// Makes the Python environment. Goes on at the same time as the services come up: neither needs the other.
    pub(crate) async fn python(&self) -> Python {
        let Some(plan) = self.plan.python.as_ref().filter(|_| !self.plan.suites.is_empty()) else {
            return Ok(None);
        };
        self.emit(Event::PhaseStarted { phase: Phase::Prepare });
        let context = self.packages(self.keeper.clone());
        match self.cancel.unless(prepare(plan, &context)).await {
            Some(Ok(python)) => Ok(Some(python)),
            Some(Err(failure)) => Err(failure.check),
            None => Ok(None),
        }
    }

    /// Runs each suite's set-up commands, and finds out what keeps suites from running.
    pub(crate) async fn prepare(&self, services: Option<&Arc<Environment>>, python: Python) -> Ready {
        if self.plan.suites.is_empty() {
            return Ready { python: None, blocked: BTreeMap::new() };
        }
        if self.plan.python.is_none() {
            self.emit(Event::PhaseStarted { phase: Phase::Prepare });
        }
        let mut blocked = BTreeMap::new();
        let installed = python.as_ref().ok().and_then(Option::as_ref);
        for suite in &self.plan.suites {
            let by = match blocker(suite, services, &python) {
                Some(check) => Some(check),
                None => self.set_up(suite, services, installed).await,
            };
            blocked.extend(by.map(|check| (suite.name.clone(), check)));
        }
        let outcome = self.outcome_of(blocked.values().find(|check| check.as_str().starts_with("prepare/")));
        self.emit(Event::PhaseFinished { phase: Phase::Prepare, outcome });
        Ready { python: python.unwrap_or_default(), blocked }
    }

    /// Runs a suite's set-up commands in their order, as far as they succeed. Returns the one that broke.
    async fn set_up(
        &self,
        suite: &SuitePlan,
        services: Option<&Arc<Environment>>,
        python: Option<&PythonEnvironment>,
    ) -> Option<CheckId> {
        let services = services?;
        for (number, line) in suite.setup.iter().enumerate() {
            let check = CheckId::of(Phase::Prepare, format_args!("{} {line}", suite.name));
            let title = format!("{line} (set-up of '{}')", suite.name);
            self.emit(Event::CheckStarted { check: check.clone(), title });
            let log = format!("setup-{}-{}.log", suite.name.replace('/', "-"), number + 1);
            let run = self.set_up_line(suite, services, python, line, &log);
            let (outcome, evidence) = match self.cancel.unless(run).await {
                Some(Ok(())) => (Outcome::Passed, Vec::new()),
                Some(Err(evidence)) => (Outcome::Failed, evidence),
                None => (self.left(), Vec::new()),
            };
            let passed = outcome == Outcome::Passed;
            self.emit(Event::CheckFinished { check: check.clone(), outcome, evidence });
            if !passed {
                return Some(check);
            }
        }
        None
    }

    /// Runs one set-up command where the services are reachable. Its output is kept; what decides is returned.
    async fn set_up_line(
        &self,
        suite: &SuitePlan,
        services: &Arc<Environment>,
        python: Option<&PythonEnvironment>,
        line: &str,
        log: &str,
    ) -> Result<(), Vec<String>> {
        let path = self.recorder.folder().logs().join(log);
        let say = |error: &dyn std::fmt::Display| vec![format!("{}: {error}", path.display())];
        let output = File::create(&path).map_err(|error| say(&error))?;
        let errors = output.try_clone().map_err(|error| say(&error))?;
        let command = Command::new("/bin/sh")
            .args(["-c", line])
            .envs(&self.suite_environment(suite, Some(services), python))
            .cwd(&suite.folder)
            .stdout(Stdio::File(output))
            .stderr(Stdio::File(errors));
        let mut child = services.keeper().spawn(command).await.map_err(|error| vec![error.to_string()])?;
        let limit = suite.timeout_ms.map_or(SETUP_LIMIT, Duration::from_millis);
        let told = match tokio::time::timeout(limit, child.wait()).await {
            Ok(exit) if exit.is_success() => return Ok(()),
            Ok(exit) => format!("`{line}` ended with {exit}"),
            Err(_) => format!("`{line}` did not end within {} s", limit.as_secs()),
        };
        let text = std::fs::read(&path).unwrap_or_default();
        let text = self.recorder.masker().mask(&String::from_utf8_lossy(&text));
        let lines: Vec<&str> = text.lines().collect();
        let shown = lines[lines.len().saturating_sub(SHOWN_LINES)..].iter().map(|line| (*line).to_owned());
        Err(std::iter::once(told).chain(shown).chain([format!("all of it: logs/{log}")]).collect())
    }

    /// The complete environment of a suite's processes: the caller's, then Python's, then the suite's own, with names
    /// and ports rewritten where they cannot be honoured.
    pub(crate) fn suite_environment(
        &self,
        suite: &SuitePlan,
        services: Option<&Arc<Environment>>,
        python: Option<&PythonEnvironment>,
    ) -> BTreeMap<String, String> {
        let mut variables = self.context.variables.clone();
        if let Some(python) = python {
            variables.extend(python.variables.clone());
        }
        variables.extend(suite.environment.clone());
        services.map_or(variables.clone(), |up| up.variables(&variables))
    }
}

/// What keeps a suite from running before anything of its own was tried: its services first, for without them nothing
/// else matters, then its Python.
fn blocker(suite: &SuitePlan, services: Option<&Arc<Environment>>, python: &Python) -> Option<CheckId> {
    let Some(services) = services else { return Some(no_environment()) };
    let broken = services.broken();
    if let Some(check) = suite.services.iter().find_map(|name| broken.get(name)) {
        return Some(check.clone());
    }
    python.as_ref().err().filter(|_| suite.python).cloned()
}
