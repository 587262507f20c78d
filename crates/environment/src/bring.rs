//! Bringing every service up along its dependencies, and telling about it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use testyard_model::plan::{Condition, Dependency, ServicePlan};
use testyard_model::secret::Masker;
use testyard_model::{CheckId, Emit, Event, Fidelity, Ledger, Outcome, Phase};
use testyard_sys::keeper::Keeper;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Refusal;
use crate::engine::native::{self, Ground};
use crate::engine::{Part, Role, Up};
use crate::file::{EnvironmentFile, ServiceState};
use crate::network::Reached;
use crate::ready::{self, Doing};

/// How often it is said what is waited for.
const TELL: Duration = Duration::from_secs(3);

/// What all services of an environment share.
pub(crate) struct Shared {
    pub(crate) keeper: Keeper,
    pub(crate) emit: Arc<dyn Emit>,
    pub(crate) masker: Masker,
    pub(crate) run_folder: PathBuf,
    pub(crate) cache: PathBuf,
    /// The caller's search path.
    pub(crate) search: String,
    pub(crate) scratch: PathBuf,
    pub(crate) reached: BTreeMap<String, Reached>,
    pub(crate) stages: BTreeMap<String, watch::Sender<Stage>>,
    pub(crate) file: Mutex<EnvironmentFile>,
    /// What is done for later runs.
    pub(crate) afterwards: Mutex<JoinSet<()>>,
}

/// How far a service is, for those that depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    Planned,
    Started,
    Ready,
    /// It will not come; by the check that broke first.
    Broken(CheckId),
}

impl Shared {
    fn stage(&self, service: &str, stage: Stage) {
        if let Some(sender) = self.stages.get(service) {
            sender.send_replace(stage);
        }
    }

    /// Notes in the environment file how far a service is. The file serves other processes; a disk that is full must
    /// not end the run, and the events say the same.
    pub(crate) fn note(&self, change: impl FnOnce(&mut EnvironmentFile)) {
        let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        change(&mut file);
        let _ = file.write(&self.run_folder);
    }
}

/// The check that stands for a service.
pub(crate) fn check_of(service: &str) -> CheckId {
    CheckId::of(Phase::Services, service)
}

/// Brings one service to ready, or finds out that it will not come; tells either. The error is the check that broke
/// first.
pub(crate) async fn bring(shared: &Shared, number: usize, part: Part) -> Result<Up, CheckId> {
    let Part { plan, role, mut ledger } = part;
    let (check, begin, doing) = (check_of(&plan.name), Instant::now(), Doing::default());
    shared.emit.emit(Event::CheckStarted { check: check.clone(), title: title(&plan, &role) });
    let work = async {
        ready::doing(&doing, "its dependencies".to_owned());
        dependencies(shared, &plan, &mut ledger).await?;
        start(shared, number, &plan, role, &mut ledger, &doing).await
    };
    let brought = telling(shared, &check, begin, &doing, work).await;
    match brought {
        Ok((up, said)) => Ok(succeed(shared, &check, up, ledger, said)),
        Err(broken) => Err(fail(shared, &plan.name, check, broken)),
    }
}

/// Why a service will not come.
enum Broken {
    /// By itself.
    Refused(Refusal),
    /// Because an earlier check broke.
    By(CheckId),
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Self {
        Broken::Refused(refusal)
    }
}

async fn start(
    shared: &Shared,
    number: usize,
    plan: &ServicePlan,
    role: Role,
    ledger: &mut Ledger,
    doing: &Doing,
) -> Result<(Up, String), Broken> {
    let started = || {
        shared.stage(&plan.name, Stage::Started);
        shared.emit.emit(Event::ServiceStarted { service: plan.name.clone() });
    };
    match role {
        Role::Blocked(by) => Err(Broken::By(by)),
        Role::Refused(refusal) => Err(Broken::Refused(refusal)),
        Role::Attached(target) => {
            started();
            let up = target.bring(plan, &shared.keeper, doing).await?;
            let said = format!("{} answers at {}", up.report.product, up.report.address);
            Ok((up, said))
        }
        Role::Native(settled) => {
            let reached = shared
                .reached
                .get(&plan.name)
                .ok_or_else(|| Refusal::new("it has no address: there are more services than addresses"))?;
            let afterwards = |work| {
                shared.afterwards.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).spawn(work);
            };
            let ground = Ground {
                afterwards: &afterwards,
                keeper: &shared.keeper,
                scratch: shared.scratch.join(number.to_string()),
                cache: &shared.cache,
                search: &shared.search,
                run_folder: &shared.run_folder,
                masker: &shared.masker,
                reached,
                doing: doing.clone(),
            };
            Ok(native::bring(&settled, plan, ground, ledger, started).await?)
        }
    }
}

/// Waits until everything the service depends on is as far as it asks.
async fn dependencies(shared: &Shared, plan: &ServicePlan, ledger: &mut Ledger) -> Result<(), Broken> {
    for dependency in &plan.depends_on {
        let what = format!("depends_on.{}", dependency.service);
        let Some(stage) = shared.stages.get(&dependency.service) else {
            ledger.note(what, Fidelity::Emulated, "not waited for: that service is not part of the run");
            continue;
        };
        if dependency.condition == Condition::ServiceCompletedSuccessfully {
            ledger.note(
                what,
                Fidelity::Emulated,
                "waited until it is ready: a server does not end by itself",
            );
        }
        match reached(stage.subscribe(), dependency).await {
            Stage::Broken(by) if dependency.required => return Err(Broken::By(by)),
            _ => {}
        }
    }
    Ok(())
}

async fn reached(mut stage: watch::Receiver<Stage>, dependency: &Dependency) -> Stage {
    let enough = |stage: &Stage| match stage {
        Stage::Planned => false,
        Stage::Started => dependency.condition == Condition::ServiceStarted,
        Stage::Ready | Stage::Broken(_) => true,
    };
    match stage.wait_for(enough).await {
        Ok(stage) => stage.clone(),
        // The senders outlive every service that waits.
        Err(_) => Stage::Ready,
    }
}

/// Does something, and says every few seconds what it is waiting for.
async fn telling<T>(
    shared: &Shared,
    check: &CheckId,
    begin: Instant,
    doing: &Doing,
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        match tokio::time::timeout(TELL, &mut work).await {
            Ok(done) => return done,
            Err(_) => shared.emit.emit(Event::Waiting {
                check: check.clone(),
                message: shared.masker.mask(&ready::said(doing)),
                elapsed_ms: ready::millis(begin),
            }),
        }
    }
}

fn title(plan: &ServicePlan, role: &Role) -> String {
    match role {
        Role::Native(settled) => format!("{} {}", settled.provision.product, settled.provision.version),
        Role::Attached(_) => "attached".to_owned(),
        Role::Refused(_) | Role::Blocked(_) => plan.image.clone().unwrap_or_else(|| plan.name.clone()),
    }
}

fn succeed(shared: &Shared, check: &CheckId, mut up: Up, mut ledger: Ledger, said: String) -> Up {
    if let Some(reached) = shared.reached.get(&up.report.name) {
        ledger.0.extend(reached.ledger.0.iter().cloned());
        let shown = |(port, target): &(u16, u16)| format!("localhost:{port} -> {target}");
        up.report.published = reached.published.iter().map(shown).collect();
    }
    up.report.ledger = ledger;
    let report = &up.report;
    shared.note(|file| {
        file.set(&report.name, ServiceState::Ready);
        if let Some(entry) = file.services.iter_mut().find(|entry| entry.name == report.name) {
            entry.program = format!("{} {}", report.product, report.version).trim_end().to_owned();
            entry.address.clone_from(&report.address);
            entry.published.clone_from(&report.published);
        }
    });
    shared.emit.emit(Event::ServiceReady { service: report.clone() });
    let passed = Outcome::Passed;
    shared.emit.emit(Event::CheckFinished { check: check.clone(), outcome: passed, evidence: vec![said] });
    shared.stage(&up.report.name, Stage::Ready);
    up
}

/// Tells that a service will not come. A service that broke by itself is the root of what follows; one that another
/// check broke names that check.
fn fail(shared: &Shared, service: &str, check: CheckId, broken: Broken) -> CheckId {
    let (outcome, evidence, root) = match broken {
        Broken::Refused(refusal) => {
            let evidence: Vec<String> =
                refusal.evidence().iter().map(|line| shared.masker.mask(line)).collect();
            (Outcome::Error { why: evidence[0].clone() }, evidence, check.clone())
        }
        Broken::By(by) => (Outcome::blocked(by.clone()), vec![format!("blocked by {by}")], by),
    };
    shared.note(|file| file.set(service, ServiceState::Broken));
    shared.emit.emit(Event::CheckFinished { check, outcome, evidence });
    shared.stage(service, Stage::Broken(root.clone()));
    root
}
