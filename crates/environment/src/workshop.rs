//! Running the tools of one service: what a recipe needs to make initial data.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use testyard_model::secret::Masker;
use testyard_sys::keeper::{Keeper, NotRootMeans};
use testyard_sys::process::{self, Child, Command, RunAs, Stdio};

use crate::Refusal;
use crate::launch::{Launch, Site};
use crate::log;
use crate::ready::{self, Doing};

/// How many of the last lines of a log are shown as evidence.
pub(crate) const SHOWN_LINES: usize = 20;

/// Runs the tools of one service inside the run's keeper, and keeps what they print in the service's log.
pub struct Workshop {
    /// Where the service runs.
    pub site: Site,
    pub(crate) keeper: Keeper,
    pub(crate) log: PathBuf,
    pub(crate) limit: Duration,
    pub(crate) masker: Masker,
    /// The caller's search path, for tools that the service's own does not have.
    pub(crate) search: String,
    pub(crate) doing: Doing,
}

impl Workshop {
    /// Says what is being done, for whoever waits: `initialising the data directory`.
    pub fn doing(&self, what: impl Into<String>) {
        ready::doing(&self.doing, what.into());
    }

    /// Where it is said.
    pub(crate) fn progress(&self) -> Doing {
        self.doing.clone()
    }

    /// What was said last.
    pub(crate) fn said(&self) -> String {
        ready::said(&self.doing)
    }

    pub(crate) fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    /// How long one tool may take.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Runs a tool to its end and returns what it wrote to standard output. `what` names it in the refusal that any
    /// exit code but 0 becomes. The input is written to a file of the run folder first.
    pub async fn run(&self, what: &str, launch: &Launch, input: Option<&str>) -> Result<Vec<u8>, Refusal> {
        let mut command = self.command(launch)?;
        if let Some(input) = input {
            command.stdin = Stdio::File(self.input(input)?);
        }
        let output = process::output(&self.keeper, command, self.limit)
            .await
            .map_err(|error| Refusal::new(format!("{what}: {error}")))?;
        let printed = [output.stderr.as_slice(), output.stdout.as_slice()].concat();
        log::append(&self.log, &printed).map_err(|error| self.io(&self.log, error))?;
        if output.timed_out {
            let limit = self.limit.as_secs_f32();
            return Err(
                Refusal::new(format!("{what} did not end within {limit} s")).showing(self.last(&printed))
            );
        }
        if !output.exit.is_success() {
            return Err(
                Refusal::new(format!("{what} ended with {}", output.exit)).showing(self.last(&printed))
            );
        }
        Ok(output.stdout)
    }

    /// Starts a process that goes on, its output going to the service's log. Dropped, it is killed.
    pub async fn start(&self, launch: &Launch) -> Result<Child, Refusal> {
        let mut command = self.command(launch)?;
        let open = || log::open(&self.log).map_err(|error| self.io(&self.log, error));
        (command.stdout, command.stderr) = (Stdio::File(open()?), Stdio::File(open()?));
        self.keeper.spawn(command).await.map_err(|error| Refusal::new(error.to_string()))
    }

    /// The last lines of the service's log, without secrets.
    pub fn last_lines(&self) -> Vec<String> {
        self.masked(log::tail(&self.log, SHOWN_LINES))
    }

    /// The lines without secrets.
    pub(crate) fn masked(&self, lines: Vec<String>) -> Vec<String> {
        lines.iter().map(|line| self.masker.mask(line)).collect()
    }

    /// Writes a file that the service may read and nobody else, in the run folder or the data directory.
    pub fn write(&self, path: &Path, text: &str, run_as: RunAs) -> Result<(), Refusal> {
        let outside = self.keeper.outside(path);
        let written = File::options()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&outside)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| self.give(&outside, run_as));
        written.map_err(|error| self.io(path, error))
    }

    /// Writes a script that anybody may run.
    pub(crate) fn script(&self, path: &Path, text: &str) -> Result<(), Refusal> {
        use std::os::unix::fs::PermissionsExt;
        let outside = self.keeper.outside(path);
        let written = testyard_sys::files::write(&outside, text)
            .and_then(|()| std::fs::set_permissions(&outside, std::fs::Permissions::from_mode(0o755)));
        written.map_err(|error| self.io(path, error))
    }

    /// Makes a folder that the service may write and nobody else, unless it is there.
    pub fn folder(&self, path: &Path, run_as: RunAs) -> Result<(), Refusal> {
        use std::os::unix::fs::DirBuilderExt;
        let outside = self.keeper.outside(path);
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&outside);
        made.and_then(|()| self.give(&outside, run_as)).map_err(|error| self.io(path, error))
    }

    /// Gives everything below a folder to whoever the service runs as, where that is another user.
    pub async fn give_all(&self, folder: &Path, run_as: RunAs) -> Result<(), Refusal> {
        let (RunAs::NotRoot, NotRootMeans::SetUid { uid, gid }) = (run_as, self.keeper.not_root()) else {
            return Ok(());
        };
        let mut chown = Launch::at(&self.site, "chown");
        chown.arguments = vec!["-R".into(), format!("{uid}:{gid}"), folder.display().to_string()];
        self.run("giving the data to the server's user", &chown, None).await.map(drop)
    }

    /// Only the set-uid way needs other owners: in the others the server sees our files as its own.
    fn give(&self, outside: &Path, run_as: RunAs) -> std::io::Result<()> {
        match (run_as, self.keeper.not_root()) {
            (RunAs::NotRoot, NotRootMeans::SetUid { uid, gid }) => {
                std::os::unix::fs::chown(outside, Some(uid), Some(gid))
            }
            _ => Ok(()),
        }
    }

    /// The launch as a command, its files written and its streams still closed.
    pub(crate) fn command(&self, launch: &Launch) -> Result<Command, Refusal> {
        for (path, text) in &launch.files {
            self.write(path, text, launch.run_as)?;
        }
        Ok(Command::new(&launch.program)
            .args(&launch.arguments)
            .envs(launch.environment.clone())
            .cwd(&launch.folder)
            .run_as(launch.run_as))
    }

    fn input(&self, text: &str) -> Result<File, Refusal> {
        let path = self.site.run.join("input");
        self.write(&path, text, RunAs::Same)?;
        let outside = self.keeper.outside(&path);
        let file = File::open(&outside).and_then(|file| std::fs::remove_file(&outside).map(|()| file));
        file.map_err(|error| self.io(&path, error))
    }

    fn last(&self, printed: &[u8]) -> Vec<String> {
        self.masked(log::last_lines(printed, SHOWN_LINES))
    }

    fn io(&self, path: &Path, error: std::io::Error) -> Refusal {
        Refusal::new(format!("{}: {error}", path.display()))
    }
}
