//! `testyard runs` and what `status` and `report` share: a run as its folder tells it.

use testyard_journal::{Journal, OutcomeFile, RunFolder, Spec, Store, read, standing};
use testyard_model::{Exit, Plan, RunState, Standing};

use crate::{CommandError, Context};

/// A run, as its folder tells it.
#[derive(Debug)]
pub struct Told {
    /// Its folder.
    pub folder: RunFolder,
    /// Its events, folded.
    pub state: RunState,
    /// How it stands.
    pub standing: Standing,
    /// How it ended, once it has.
    pub outcome: Option<OutcomeFile>,
    /// What it was going to do; none when its supervisor died before that was written.
    pub plan: Option<Plan>,
    /// What is wrong with its journal: the line and the reason.
    pub damage: Option<(u64, String)>,
}

impl Told {
    /// Reads a run.
    pub fn read(folder: RunFolder) -> Result<Told, CommandError> {
        // First how it stands: events that are written after the answer only make the picture newer.
        let standing = standing(&folder)?;
        let journal: Journal = read::read(&folder)?;
        let plan = Spec::read(&folder).ok().map(|spec| spec.plan);
        let outcome = OutcomeFile::read(&folder)?;
        Ok(Told { state: journal.state(), damage: journal.damage, folder, standing, outcome, plan })
    }

    /// The code the run ended with, or ends with as it stands.
    pub fn exit(&self) -> Exit {
        match (self.standing, &self.outcome) {
            (Standing::Running, _) => Exit::Running,
            (Standing::Final, Some(outcome)) => Exit::from(outcome.verdict),
            (Standing::Lost | Standing::Final, _) => Exit::Lost,
        }
    }
}

/// The run of that name or unique prefix, or the newest.
pub fn find(store: &Store, name: Option<&str>) -> Result<Told, CommandError> {
    Told::read(store.find(name)?)
}

/// Every run, the newest first. One whose folder cannot be read is left out.
pub fn runs(context: &Context) -> Result<Vec<Told>, CommandError> {
    Ok(context.runs().runs()?.into_iter().filter_map(|folder| Told::read(folder).ok()).collect())
}
