//! `testyard runs` and what `status` and `report` share: a run as its folder tells it.

use testyard_journal::{OutcomeFile, RunFolder, Spec, Store, read, standing};
use testyard_model::state::{Header, VerdictState};
use testyard_model::{Exit, Plan, RunState, Standing, Verdict};

use testyard_report::Progress;

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
    /// What is wrong with its files, and where.
    pub damage: Vec<String>,
    /// What is told only while it goes on; filled by whoever tells it then, see [`crate::status`].
    pub progress: Option<Progress>,
}

impl Told {
    /// Reads a run.
    pub fn read(folder: RunFolder) -> Result<Told, CommandError> {
        // First how it stands: events that are written after the answer only make the picture newer.
        let standing = standing(&folder)?;
        let (mut state, found) = read::state(&folder)?;
        let spec = Spec::read(&folder).ok();
        let mut damage: Vec<String> = found.iter().map(|found| told_of(&folder, found)).collect();
        let outcome = OutcomeFile::read(&folder).unwrap_or_else(|error| {
            damage.push(format!("{error}; the run counts as lost"));
            None
        });
        complete(&mut state, spec.as_ref());
        if standing == Standing::Running {
            // Its last event may be long ago.
            let elapsed_ms = spec.as_ref().and_then(Spec::elapsed_ms);
            state.now_ms = elapsed_ms.unwrap_or_default().max(state.now_ms);
        }
        settle(&mut state, standing, outcome.as_ref());
        let plan = spec.map(|spec| spec.plan);
        Ok(Told { state, damage, folder, standing, outcome, plan, progress: None })
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

fn told_of(folder: &RunFolder, (line, what): &(u64, String)) -> String {
    format!("{}:{line}: {what}; what follows was not read", folder.events().display())
}

/// What a damaged journal no longer says and the plan still does: which run it was.
fn complete(state: &mut RunState, spec: Option<&Spec>) {
    if let (None, Some(spec)) = (&state.header, spec) {
        let engine = &spec.plan.engine;
        state.header = Some(Header {
            run: spec.run.clone(),
            project: spec.plan.project.name.clone(),
            unix_ms: spec.started_unix_ms,
            engine: format!("{}: {}", engine.engine.word(), engine.reason),
            testyard: String::new(),
            host: Vec::new(),
        });
    }
}

/// How a run ended is what its outcome says. Where that is missing it was lost, whatever its events had come to: its
/// supervisor died before everything was removed and written.
fn settle(state: &mut RunState, standing: Standing, outcome: Option<&OutcomeFile>) {
    match (standing, outcome, &state.verdict) {
        (Standing::Running, ..) | (_, None, None) => {}
        (_, Some(outcome), _) => {
            state.verdict = Some(VerdictState {
                verdict: outcome.verdict,
                blocked_by: outcome.blocked_by.clone(),
                reason: outcome.reason.clone(),
            });
        }
        (_, None, Some(_)) => {
            let reason = "there is no outcome: the supervisor died before it wrote one".to_owned();
            state.verdict = Some(VerdictState { verdict: Verdict::Lost, blocked_by: None, reason });
        }
    }
}

/// The run of that name or unique prefix, or the newest.
pub fn find(store: &Store, name: Option<&str>) -> Result<Told, CommandError> {
    Told::read(store.find(name)?)
}

/// What `row` makes of every run, the newest first. One whose folder cannot be read is left out. Each is let go of before
/// the next is read: all of them may be much.
pub fn runs<T>(context: &Context, row: impl Fn(&Told) -> T) -> Result<Vec<T>, CommandError> {
    let told = context.runs().runs()?.into_iter().filter_map(|folder| Told::read(folder).ok());
    Ok(told.map(|told| row(&told)).collect())
}
