//! The services of a run, while they are up.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use testyard_model::{CheckId, Event};
use testyard_sys::keeper::Keeper;
use testyard_sys::ports::LoopbackBlock;
use testyard_sys::process::Child;
use testyard_sys::{files, keeper};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::bring::Shared;
use crate::engine::Up;
use crate::file::ServiceState;
use crate::network::rewrite::Rewriter;
use crate::{log, ready};

/// How many of the last log lines of a service that died are shown.
const SHOWN_LINES: usize = 20;

/// How long taking down waits for what is done for later runs.
const AFTERWARDS: Duration = Duration::from_secs(10);

/// The services of a run, while they are up. Dropping it ends the keeper, and with it every service; what lies on
/// disk is left for [`Environment::down`], or for whoever sweeps after the run.
pub struct Environment {
    shared: Arc<Shared>,
    up: BTreeMap<String, Up>,
    broken: BTreeMap<String, CheckId>,
    rewriter: Rewriter,
    deaths: watch::Receiver<Vec<String>>,
    /// Set when services end on purpose.
    leaving: watch::Sender<bool>,
    /// Forwarders and watchers; they end with it.
    tasks: JoinSet<()>,
    _block: Option<LoopbackBlock>,
}

impl Environment {
    pub(crate) fn new(
        shared: Arc<Shared>,
        brought: BTreeMap<String, Result<Up, CheckId>>,
        rewriter: Rewriter,
        mut tasks: JoinSet<()>,
        block: Option<LoopbackBlock>,
    ) -> Environment {
        let (leaving, _) = watch::channel(false);
        let (dead, deaths) = watch::channel(Vec::new());
        let dead = Arc::new(dead);
        let (mut up, mut broken) = (BTreeMap::new(), BTreeMap::new());
        for (name, result) in brought {
            match result {
                Ok(mut service) => {
                    if let Some(child) = service.child.take() {
                        tasks.spawn(watch(
                            shared.clone(),
                            name.clone(),
                            child,
                            leaving.subscribe(),
                            dead.clone(),
                        ));
                    }
                    up.insert(name, service);
                }
                Err(check) => {
                    broken.insert(name, check);
                }
            }
        }
        Environment { shared, up, broken, rewriter, deaths, leaving, tasks, _block: block }
    }

    /// What starts processes beside the services, with their names and network.
    pub fn keeper(&self) -> &Keeper {
        &self.shared.keeper
    }

    /// The services that are not there, each with the check that broke first.
    pub fn broken(&self) -> BTreeMap<String, CheckId> {
        self.broken.clone()
    }

    /// The variables as processes beside the services need them: unchanged, unless names or ports could not be had.
    pub fn variables(&self, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        self.rewriter.variables(given)
    }

    /// The services that ended by themselves so far, in the order in which they did.
    pub fn deaths(&self) -> watch::Receiver<Vec<String>> {
        self.deaths.clone()
    }

    /// Asks each of these services whether it still answers, in its own protocol and within milliseconds; the first
    /// that does not is returned. Services that never came up count as well, those that are not known do not.
    pub async fn verify(&self, services: &[String]) -> Option<String> {
        for name in services {
            if self.broken.contains_key(name) || self.deaths.borrow().contains(name) {
                return Some(name.clone());
            }
            let Some(up) = self.up.get(name) else { continue };
            if ready::once(up.probe.as_ref(), up.address, &self.shared.keeper).await.is_err() {
                return Some(name.clone());
            }
        }
        None
    }

    /// Takes everything down: kills the services, whose data nobody needs any more, and removes what the environment
    /// created.
    pub async fn down(mut self) {
        // A copy that is nearly done is worth more than the second it still takes.
        let mut afterwards = std::mem::take(
            &mut *self.shared.afterwards.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
        );
        let _ =
            tokio::time::timeout(AFTERWARDS, async { while afterwards.join_next().await.is_some() {} }).await;
        afterwards.shutdown().await;
        self.leaving.send_replace(true);
        self.tasks.shutdown().await;
        self.shared.keeper.shutdown().await;
        clear(&self.shared.scratch);
        self.shared.note(|file| {
            for name in self.up.keys() {
                file.set(name, ServiceState::Stopped);
            }
        });
        for service in self.up.into_keys() {
            self.shared.emit.emit(Event::ServiceStopped { service });
        }
    }
}

/// Removes the scratch folder. What cannot be removed now is found by its name when the run is swept.
pub(crate) fn clear(scratch: &Path) {
    let _ = files::remove_tree(scratch);
}

/// Waits for the end of a service, and tells of it unless it was meant.
async fn watch(
    shared: Arc<Shared>,
    service: String,
    mut child: Child,
    mut leaving: watch::Receiver<bool>,
    deaths: Arc<watch::Sender<Vec<String>>>,
) {
    let exit = tokio::select! {
        biased;
        // An error means that the environment was dropped, which is meant as well.
        _ = leaving.wait_for(|leaving| *leaving) => return,
        exit = child.wait() => exit,
    };
    let log = shared.run_folder.join(crate::engine::native::log_of(&service));
    let mut evidence = vec![format!("{service} ended with {exit}")];
    evidence.extend(log::tail(&log, SHOWN_LINES).iter().map(|line| shared.masker.mask(line)));
    shared.note(|file| file.set(&service, ServiceState::Broken));
    shared.emit.emit(Event::ServiceDied { service: service.clone(), evidence });
    // After the event: whoever is woken by this finds it in the journal.
    deaths.send_modify(|deaths| deaths.push(service));
}

/// What the environment itself failed at; a service that fails does not.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// There is no keeper, so nothing can be started.
    #[error(transparent)]
    Keeper(#[from] keeper::KeeperError),
    /// The run folder or the scratch folder cannot be used.
    #[error("{}: {source}", path.display())]
    Folder {
        /// Which.
        path: std::path::PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The run was cancelled while services came up; all of them are gone again.
    #[error("cancelled while the services came up")]
    Cancelled,
}
