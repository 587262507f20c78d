//! Bringing an environment up: settle, lay out the network, start the keeper, bring every service to ready.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures_util::future;
use testyard_model::plan::Plan;
use testyard_model::{CheckId, Emit, Event, Phase, Provision, RunId};
use testyard_sys::host;
use testyard_sys::keeper::{Isolation, Keeper, Options};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::bring::{self, Shared, Stage};
use crate::engine::{Part, Role, Up, native};
use crate::environment::{Environment, EnvironmentError, clear};
use crate::file::{EnvironmentFile, ServiceEntry, ServiceState};
use crate::network::{Layout, Settled, forward};
use crate::settle::settle;
use crate::{account, order, scratch, tools};

/// The least memory, in bytes, with which half of it may hold the services' data.
const ENOUGH: u64 = 1 << 30;

/// What an environment is brought up from.
pub struct UpRequest<'a> {
    /// The run it belongs to.
    pub run: RunId,
    /// The plan.
    pub plan: &'a Plan,
    /// The services to bring up; what they depend on comes with them.
    pub wanted: Vec<String>,
    /// The program for each native service, or the check that failed to provide it.
    pub provisions: BTreeMap<String, Result<Provision, CheckId>>,
    /// The run's folder; logs go to `logs/` in it. It exists.
    pub run_folder: PathBuf,
    /// The user's cache folder, for golden data directories.
    pub cache: PathBuf,
    /// The binary to run as the keeper.
    pub program: PathBuf,
    /// The environment of this process. Services do not get it, as containers do not; its search path is where the
    /// tools of health checks are looked for last.
    pub variables: BTreeMap<String, String>,
    /// Becomes 1 or more when the run is cancelled.
    pub cancel: watch::Receiver<u8>,
}

/// Brings the services up. A service that fails does not make this fail: it is among [`Environment::broken`], and its
/// check tells why. When this returns, every service is either ready or broken.
pub async fn up(request: UpRequest<'_>, emit: Arc<dyn Emit>) -> Result<Environment, EnvironmentError> {
    let services = order::closure(request.plan, &request.wanted);
    let mut cancel = request.cancel.clone();
    let parts = tokio::select! {
        biased;
        _ = cancelled(&mut cancel) => return Err(EnvironmentError::Cancelled),
        parts = settle(&request, services) => parts,
    };
    let layout = Layout::decide(parts.iter().filter_map(Part::tenant).collect());
    let (keeper, mut file) = start(&request, &layout).await?;
    let settled = layout.settle(&keeper).await;
    tell_differences(&keeper, &settled, emit.as_ref());
    let Settled { reached, rewriter, forwards, block, .. } = settled;
    describe(&mut file, &parts, &keeper);
    file.rewritten_by(&rewriter);
    let mut tasks = JoinSet::new();
    for (listener, to) in forwards {
        tasks.spawn(forward(listener, to, keeper.clone()));
    }
    let planned = |part: &Part| (part.plan.name.clone(), watch::channel(Stage::Planned).0);
    let shared = Arc::new(Shared {
        keeper,
        emit,
        masker: request.plan.masker(),
        scratch: file.scratch.clone(),
        run_folder: request.run_folder,
        cache: request.cache,
        search: request.variables.get("PATH").cloned().unwrap_or_default(),
        reached,
        stages: parts.iter().map(planned).collect(),
        file: Mutex::new(file),
        afterwards: Mutex::default(),
    });
    shared.note(|_| ());
    let brought = tokio::select! {
        biased;
        _ = cancelled(&mut cancel) => None,
        brought = bring_all(&shared, parts) => Some(brought),
    };
    let cancelled = brought.is_none();
    let environment = Environment::new(shared, brought.unwrap_or_default(), rewriter, tasks, block);
    if cancelled {
        environment.down().await;
        return Err(EnvironmentError::Cancelled);
    }
    Ok(environment)
}

/// Starts the keeper in folders of the run. What must be known to sweep after us is written before.
async fn start(
    request: &UpRequest<'_>,
    layout: &Layout,
) -> Result<(Keeper, EnvironmentFile), EnvironmentError> {
    let scratch = scratch::folder(&request.run_folder, request.run.as_str());
    prepare_folders(&request.run_folder, &scratch)?;
    let file = EnvironmentFile::new(request.run.as_str(), &request.run_folder.join("door"), &scratch);
    file.write(&request.run_folder).map_err(in_folder(&request.run_folder))?;
    match Keeper::start(options(request, layout, &file)).await {
        Ok(keeper) => {
            open_scratch(&keeper, &scratch);
            account::provide(&keeper, &scratch).await;
            Ok((keeper, file))
        }
        Err(error) => {
            clear(&scratch);
            Err(error.into())
        }
    }
}

/// Tells once what differs for tests as well: a test that needs the world fails in a private network.
fn tell_differences(keeper: &Keeper, settled: &Settled, emit: &dyn Emit) {
    let facts = keeper.facts();
    let note = |message| emit.emit(Event::Note { phase: Phase::Services, message });
    if let (Some(reason), true) = (&settled.private, facts.private_network) {
        note(format!("services and tests have a network of their own, without the world outside: {reason}"));
    }
    if !facts.private_hosts && !settled.reached.is_empty() {
        let why = facts.refusals.first().map_or_else(String::new, |why| format!(": {why}"));
        note(format!(
            "service names cannot be given here, so variables that name services are rewritten{why}"
        ));
    }
}

async fn bring_all(shared: &Arc<Shared>, parts: Vec<Part>) -> BTreeMap<String, Result<Up, CheckId>> {
    let all = parts.into_iter().enumerate().map(|(number, part)| async move {
        let name = part.plan.name.clone();
        (name, bring::bring(shared, number, part).await)
    });
    future::join_all(all).await.into_iter().collect()
}

async fn cancelled(cancel: &mut watch::Receiver<u8>) {
    if cancel.wait_for(|level| *level > 0).await.is_err() {
        // Nobody is left who could cancel.
        future::pending::<()>().await;
    }
}

fn options(request: &UpRequest<'_>, layout: &Layout, file: &EnvironmentFile) -> Options {
    Options {
        program: request.program.clone(),
        run: request.run.to_string(),
        hosts: layout.hosts(),
        network: layout.network(),
        isolation: Isolation::Allowed,
        scratch_bytes: scratch_bytes(request.plan),
        scratch_fallback: file.scratch.clone(),
        door: Some(file.door.clone()),
    }
}

/// How much of the memory the services' data may take: what the project says, else half of it. A tmpfs takes only
/// what is written, so this is a bound and not a cost.
fn scratch_bytes(plan: &Plan) -> Option<u64> {
    let half = || host::memory().filter(|bytes| *bytes >= ENOUGH).map(|bytes| bytes / 2);
    plan.limits.memory.or_else(half)
}

fn prepare_folders(run_folder: &Path, scratch: &Path) -> Result<(), EnvironmentError> {
    let logs = run_folder.join("logs");
    std::fs::create_dir_all(&logs).map_err(in_folder(&logs))?;
    scratch::make(scratch).map_err(in_folder(scratch))
}

fn in_folder(path: &Path) -> impl FnOnce(io::Error) -> EnvironmentError + use<> {
    let path = path.to_owned();
    |source| EnvironmentError::Folder { path, source }
}

/// Lets a server that runs as another user reach its own folder below. Where it cannot be done, such a server says so
/// when it starts.
fn open_scratch(keeper: &Keeper, scratch: &Path) {
    let _ = std::fs::set_permissions(keeper.outside(scratch), std::fs::Permissions::from_mode(0o711));
}

/// Writes down what is known of the services before they come up, and makes their tools callable.
fn describe(file: &mut EnvironmentFile, parts: &[Part], keeper: &Keeper) {
    let scripts = file.scratch.join("tools");
    file.private_hosts = keeper.facts().private_hosts;
    file.private_network = keeper.facts().private_network;
    for part in parts {
        if let Role::Native(settled) = &part.role {
            let mut new = tools::folders(keeper, &scripts, &settled.provision);
            new.retain(|folder| !file.path.contains(folder));
            file.path.extend(new);
        }
        let native = matches!(part.role, Role::Native(_));
        file.services.push(ServiceEntry {
            name: part.plan.name.clone(),
            engine: part.plan.engine,
            state: ServiceState::Starting,
            program: String::new(),
            address: String::new(),
            published: Vec::new(),
            log: native.then(|| native::log_of(&part.plan.name)),
        });
    }
}
