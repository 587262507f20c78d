//! Shared helpers of the tests that drive the binary: a project in a temporary folder, the program, what it said.

pub mod mcp;
mod terminal;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub use terminal::{ENTER, LEAVE, Left, Terminal};

/// The workspace's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}

/// The program under test, built first: cargo does not build another package's binary for a test.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
pub fn testyard() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "testyard-cli", "--message-format", "short"])
            .current_dir(root())
            .status();
        assert!(built.expect("cargo can be started").success(), "the program does not build");
        target().join("debug/testyard")
    })
}

/// Where cargo builds, told from where this test was built.
fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    let deps = test.parent().expect("…/target/debug/deps");
    deps.parent().and_then(Path::parent).expect("…/target").to_owned()
}

/// The cache that all tests share, apart from the user's own: what is fetched is fetched once.
pub fn cache() -> PathBuf {
    target().join("test-cache")
}

/// A project in a temporary folder of its own.
pub struct Project {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

impl Project {
    /// A project of these files: name and text.
    pub fn of(files: &[(&str, &str)]) -> Project {
        Project::within(&std::env::temp_dir(), files)
    }

    /// The same in a folder below this one: on a file system of the test's own.
    pub fn within(folder: &Path, files: &[(&str, &str)]) -> Project {
        let folder = tempfile::tempdir_in(folder).expect("a temporary folder");
        let project = Project { folder, variables: BTreeMap::new() };
        files.iter().for_each(|(name, text)| project.write(name, text));
        project
    }

    /// A copy of one of the bundled examples, without what earlier runs left in it.
    pub fn example(name: &str) -> Project {
        let project = Project::of(&[]);
        copy(&root().join("examples").join(name), project.path());
        project
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes one of its files.
    #[allow(clippy::disallowed_methods, reason = "a fixture in a temporary folder")]
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
    }

    /// Sets a variable for every later call.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// The program with these arguments, in this project's folder.
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(testyard());
        command
            .args(arguments)
            .current_dir(self.path())
            .env("TESTYARD_CACHE_DIR", cache())
            // The caller's own environment must not stand in for the one that is to be prepared.
            .env_remove("VIRTUAL_ENV")
            .env_remove("NO_COLOR")
            .env_remove("CI")
            // Nor must whoever runs these tests.
            .env_remove("AI_AGENT")
            .env_remove("CLAUDECODE")
            .env_remove("CURSOR_AGENT")
            .env_remove("CODEX_SANDBOX")
            .env_remove("GEMINI_CLI")
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITHUB_STEP_SUMMARY")
            .env_remove("GITHUB_WORKSPACE")
            .env_remove("GITLAB_CI")
            .envs(&self.variables)
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub fn testyard(&self, arguments: &[&str]) -> Said {
        Said::of(self.command(arguments).output().expect("the program can be started"))
    }

    /// Starts the program and leaves it running, its output thrown away.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program can be started")
    }

    /// The folder of the newest run, once there is one.
    pub fn latest(&self) -> Option<PathBuf> {
        fs::canonicalize(self.path().join(".testyard/latest")).ok()
    }

    /// Waits until the newest run's journal holds this text.
    pub fn wait_for_event(&self, text: &str) -> PathBuf {
        wait_until(&format!("an event with {text}"), || {
            let folder = self.latest()?;
            fs::read_to_string(folder.join("events.jsonl")).ok()?.contains(text).then_some(folder)
        })
    }
}

/// What the program said and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// Results.
    pub stdout: String,
    /// Progress.
    pub stderr: String,
}

impl Said {
    /// Reads a finished process.
    pub fn of(output: Output) -> Said {
        Said {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The one JSON document on standard output.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: not one document: {self:?}"))
    }

    /// The last line on standard error.
    pub fn last_line(&self) -> &str {
        self.stderr.trim_end().lines().last().unwrap_or_default()
    }

    /// Fails, showing everything, unless the program ended with this code and its last line has this text.
    #[track_caller]
    pub fn ended(&self, code: i32, text: &str) -> &Said {
        let fits = self.code == code && self.last_line().contains(text);
        assert!(fits, "wanted {code} and '{text}', got {}\n{}\n{}", self.code, self.stdout, self.stderr);
        self
    }
}

/// Waits, up to two minutes, until something is there.
pub fn wait_until<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited two minutes for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The processes that carry this run's id in their environment: `pid command`.
pub fn processes_of(run: &str) -> Vec<String> {
    let marker = format!("TESTYARD_RUN={run}");
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    pids.filter_map(|entry| {
        let environment = fs::read(entry.path().join("environ")).ok()?;
        let marked = environment.split(|byte| *byte == 0).any(|variable| variable == marker.as_bytes());
        let command = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default().replace('\0', " ");
        marked.then(|| format!("{} {command}", entry.file_name().to_string_lossy()))
    })
    .collect()
}

/// Asserts that nothing of a run is left: no process, no mount, no scratch folder.
#[track_caller]
pub fn assert_nothing_left(run: &Path) {
    let name = run.file_name().expect("a run folder has a name").to_string_lossy();
    // A killed process is still listed for a moment, until its parent has taken note.
    wait_until("the run's processes to be gone", || processes_of(&name).is_empty().then_some(()));
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    assert!(!mounts.contains(&*name), "a mount of the run is left:\n{mounts}");
}

#[allow(clippy::disallowed_methods, reason = "a fixture in a temporary folder")]
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the folder can be made");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())).flatten() {
        let name = entry.file_name();
        if [".testyard", ".venv", "__pycache__", ".pytest_cache"].iter().any(|left| name == *left) {
            continue;
        }
        let target = to.join(&name);
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}
