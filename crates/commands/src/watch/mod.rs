//! `testyard watch`: a run as it is seen from another process, from any moment on.

mod log;

use testyard_journal::{Follower, RunFolder, Spec, standing};
use testyard_model::secret::Masker;
use testyard_model::{RunState, Standing};

use crate::runs::Told;
use crate::{CommandError, Context, plan, registry};

pub use log::LogTail;

/// A run that is looked at again and again. Looking changes nothing about it.
#[derive(Debug)]
pub struct Watched {
    context: Context,
    folder: RunFolder,
    follower: Follower,
    state: RunState,
    standing: Standing,
    masker: Masker,
    /// When it started.
    spec: Option<Spec>,
    /// Why nothing more of its journal is read.
    trouble: Option<String>,
}

impl Watched {
    /// The run of that name or unique prefix, or the newest, as it is now.
    pub fn open(context: &Context, run: Option<&str>) -> Result<Watched, CommandError> {
        let folder = context.runs().find(run)?;
        let mut watched = Watched {
            context: context.clone(),
            follower: Follower::of(&folder),
            spec: Spec::read(&folder).ok(),
            folder,
            state: RunState::default(),
            standing: Standing::Running,
            masker: plan::masker(context),
            trouble: None,
        };
        watched.look()?;
        Ok(watched)
    }

    /// Takes in what happened since the last look. Never waits.
    pub fn look(&mut self) -> Result<(), CommandError> {
        if self.standing != Standing::Running {
            return Ok(());
        }
        // Asked first: what is written after the answer is still read.
        let now = standing(&self.folder)?;
        if now == Standing::Running {
            self.follow();
            return Ok(());
        }
        self.standing = now;
        // A supervisor that was killed while it was watched leaves work to whoever notices first.
        if now == Standing::Lost {
            registry::settle_dead_runs(&self.context);
        }
        let told = Told::read(self.folder.clone())?;
        self.trouble = told.damage.first().cloned();
        self.state = told.state;
        Ok(())
    }

    fn follow(&mut self) {
        if self.trouble.is_some() {
            return;
        }
        match self.follower.new_records() {
            Ok(records) => records.iter().for_each(|record| self.state.apply(record)),
            // The run itself goes on; its end is still seen.
            Err(error) => self.trouble = Some(format!("{error}; nothing after it is shown")),
        }
    }

    /// Its events so far, folded.
    pub fn state(&self) -> &RunState {
        &self.state
    }

    /// How it stands.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// What is wrong with its files.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Its folder.
    pub fn folder(&self) -> &RunFolder {
        &self.folder
    }

    /// The time now on the run's own clock, in milliseconds since it started. It stands still once the run has ended, and
    /// never lies before the last event.
    pub fn clock_ms(&self) -> u64 {
        let going = self.spec.as_ref().filter(|_| self.standing == Standing::Running);
        going.and_then(Spec::elapsed_ms).unwrap_or_default().max(self.state.now_ms)
    }

    /// The logs there are by now: those of suites, of services, and what else was kept, but for those of single tests, of
    /// which there may be thousands. Names of files in the run's `logs/`.
    pub fn logs(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.logs()).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> =
            names.filter(|name| name.ends_with(".log") && !name.starts_with("test-")).collect();
        let rank = |name: &str| match name {
            _ if name.starts_with("suite-") => 0,
            _ if name.starts_with("service-") => 1,
            _ => 2,
        };
        names.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
        names
    }

    /// The end of one of its logs, secrets masked.
    pub fn log(&self, name: &str) -> LogTail {
        LogTail::of(self.folder.logs().join(name), self.masker.clone())
    }
}

/// The log of a service in a run's `logs/`.
pub fn service_log(service: &str) -> String {
    format!("service-{service}.log")
}
