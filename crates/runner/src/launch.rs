//! What a suite's worker is given.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use testyard_model::plan::{LeftOut, SuitePlan};
use testyard_model::secret::Masker;
use testyard_model::{CheckId, Emit};
use testyard_sys::keeper::Keeper;
use tokio::sync::watch;

/// Everything a worker needs to run one suite.
#[derive(Clone)]
pub struct SuiteLaunch {
    /// The suite.
    pub suite: SuitePlan,
    /// Starts its processes, among the services.
    pub keeper: Keeper,
    /// The Python that runs pytest. None: `python3` of the environment's `PATH`.
    pub interpreter: Option<PathBuf>,
    /// The complete environment of its processes.
    pub environment: BTreeMap<String, String>,
    /// The run's folder. Logs go to `logs/` in it.
    pub run_folder: PathBuf,
    /// Takes the events.
    pub emit: Arc<dyn Emit>,
    /// Tells whether the services still live.
    pub vitals: Arc<dyn Vitals>,
    /// Whether to go on: 0 go on, 1 stop gently, 2 stop now.
    pub cancel: watch::Receiver<u8>,
    /// What the suite cannot run without and does not have. Its tests are then only collected, and blocked.
    pub blocked_by: Option<CheckId>,
    /// Hides secrets in what tests print.
    pub masker: Masker,
}

/// What [`Vitals::verify`] returns: the name of a service that does not answer.
pub type Verification<'a> = Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>>;

/// Tells whether services still live. The room that brings them up stands behind it.
pub trait Vitals: Send + Sync {
    /// The services that have died so far.
    fn deaths(&self) -> watch::Receiver<Vec<String>>;

    /// Asks each of these services whether it still answers, and names one that does not. It is asked before a
    /// failure is believed, so it has to be quick.
    fn verify<'a>(&'a self, services: &'a [String]) -> Verification<'a>;

    /// The services that this run does without. A test that failed because one of them was not there says nothing
    /// about the project.
    fn left_out(&self) -> &[LeftOut] {
        &[]
    }
}
