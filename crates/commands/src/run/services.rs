//! The phases `provide` and `services`: programs, then what runs on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::join_all;
use testyard_environment::{Environment, UpRequest, up};
use testyard_model::plan::{Engine, ServicePlan};
use testyard_model::{CheckId, Event, Outcome, Phase, Provision, Want};
use testyard_packages::provide;

use super::Course;

/// What each service's program turned out to be: there, or missing by that check.
type Provisions = BTreeMap<String, Result<Provision, CheckId>>;

impl Course {
    /// Brings up what the planned suites need. None when nothing is needed, or the run is to stop.
    pub(crate) async fn services(&self) -> Option<Arc<Environment>> {
        let wanted = self.wanted();
        if self.plan.suites.is_empty() {
            return None;
        }
        self.bring_up(wanted).await
    }

    /// Brings up these services, and the room that suites run in even when there are none.
    pub(crate) async fn bring_up(&self, wanted: Vec<String>) -> Option<Arc<Environment>> {
        let provisions = self.provide(&wanted).await?;
        self.emit(Event::PhaseStarted { phase: Phase::Services });
        let request = UpRequest {
            run: self.recorder.run().clone(),
            plan: &self.plan,
            wanted,
            provisions,
            run_folder: self.recorder.folder().path().to_owned(),
            cache: self.context.cache.clone(),
            program: self.context.program.clone(),
            variables: self.context.variables.clone(),
            cancel: self.cancel.level(),
        };
        let environment = match up(request, self.emitter()).await {
            Ok(environment) => Some(Arc::new(environment)),
            Err(error) => {
                let evidence = vec![error.to_string()];
                let outcome = if self.is_cancelled() { self.left() } else { Outcome::Failed };
                self.emit(Event::CheckFinished { check: no_environment(), outcome, evidence });
                None
            }
        };
        let first_broken = environment.as_ref().and_then(|up| up.broken().into_values().next());
        let first_broken = first_broken.or_else(|| environment.is_none().then(no_environment));
        let outcome = self.outcome_of(first_broken.as_ref());
        self.emit(Event::PhaseFinished { phase: Phase::Services, outcome });
        environment
    }

    /// The services that the planned suites use, with those they depend on, in the plan's order.
    fn wanted(&self) -> Vec<String> {
        let mut wanted: BTreeSet<&str> =
            self.plan.suites.iter().flat_map(|suite| &suite.services).map(String::as_str).collect();
        loop {
            let before = wanted.len();
            let users = self.plan.services.iter().filter(|service| wanted.contains(service.name.as_str()));
            let needed: Vec<&str> =
                users.flat_map(|user| &user.depends_on).map(|on| on.service.as_str()).collect();
            wanted.extend(needed);
            if wanted.len() == before {
                break;
            }
        }
        let planned = self.plan.services.iter().map(|service| service.name.clone());
        planned.filter(|name| wanted.contains(name.as_str())).collect()
    }

    /// Finds or fetches the programs, each one once, all at the same time. None when the run is to stop.
    async fn provide(&self, wanted: &[String]) -> Option<Provisions> {
        let native =
            |service: &&ServicePlan| wanted.contains(&service.name) && service.engine == Engine::Native;
        let services: Vec<&ServicePlan> = self.plan.services.iter().filter(native).collect();
        self.emit(Event::PhaseStarted { phase: Phase::Provide });
        let wants: BTreeSet<&Want> = services.iter().filter_map(|service| service.want.as_ref()).collect();
        let context = self.packages(self.keeper.clone());
        let fetched = join_all(wants.into_iter().map(|want| {
            let context = &context;
            async move { (want, provide(want, context).await.map_err(|failure| failure.check)) }
        }));
        let found = self.cancel.unless(fetched).await;
        let found: Option<BTreeMap<_, _>> = found.map(|found| found.into_iter().collect());
        let missing = found.iter().flat_map(BTreeMap::values).find_map(|found| found.as_ref().err());
        self.emit(Event::PhaseFinished { phase: Phase::Provide, outcome: self.outcome_of(missing) });
        let found = found?;
        let of = |service: &ServicePlan| found.get(service.want.as_ref()?).cloned();
        Some(services.into_iter().filter_map(|service| Some((service.name.clone(), of(service)?))).collect())
    }

    /// What the room of packages is given.
    pub(crate) fn packages(&self, keeper: testyard_sys::keeper::Keeper) -> testyard_packages::Context {
        testyard_packages::Context {
            keeper,
            emit: self.emitter(),
            cache: self.context.cache.clone(),
            variables: self.context.variables.clone(),
            log_folder: self.recorder.folder().logs(),
            masker: self.recorder.masker().clone(),
            offline: self.offline || self.plan.python.as_ref().is_some_and(|python| python.offline),
        }
    }

    /// Takes everything down.
    pub(crate) async fn teardown(&self, environment: Option<Arc<Environment>>) {
        self.emit(Event::PhaseStarted { phase: Phase::Teardown });
        // Whoever still held it would only hold up its end: dropped, it ends as well.
        if let Some(environment) = environment.and_then(Arc::into_inner) {
            environment.down().await;
        }
        self.keeper.shutdown().await;
        let scratch = self.recorder.folder().scratch();
        let outcome = match testyard_sys::files::remove_tree(&scratch) {
            Ok(()) => Outcome::Passed,
            Err(error) => Outcome::Error { why: format!("{}: {error}", scratch.display()) },
        };
        self.emit(Event::PhaseFinished { phase: Phase::Teardown, outcome });
    }
}

/// The check that blocks everything when there is no place to run anything in.
pub(crate) fn no_environment() -> CheckId {
    CheckId::of(Phase::Services, "environment")
}
