//! Running the tools of others: pip, uv, apt, and the programs that were found.
//!
//! A short question ([`ask`]) is captured whole. Work that may take long ([`Work`]) is followed line by line: each
//! line is masked, kept in a log, and shown as what is being waited for.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use testyard_model::secret::Masker;
use testyard_sys::process::{Child, Command, Exit, Signal, Stdio, output};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use crate::context::Context;
use crate::progress::Check;

/// How long a tool that ran out of time may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// How long the streams of an ended tool may stay open, held by something it left behind.
const DRAIN: Duration = Duration::from_secs(1);

/// How many lines of a tool's output are kept in memory; the log holds all of them.
const KEPT: usize = 4000;

/// What a tool answered to a short question.
pub(crate) struct Answer {
    /// It ended with code 0 in time.
    pub(crate) ok: bool,
    /// Its standard output.
    pub(crate) stdout: String,
    /// Its standard output and standard error, by lines.
    pub(crate) lines: Vec<String>,
}

/// Asks a tool a short question. `Err` says why it could not be asked.
pub(crate) async fn ask(
    context: &Context,
    program: &Path,
    arguments: &[&str],
    variables: &BTreeMap<String, String>,
    limit: Duration,
) -> Result<Answer, String> {
    let command =
        Command::new(program).args(arguments).envs(variables.iter().map(|(n, v)| (n.clone(), v.clone())));
    let output = output(&context.keeper, command, limit).await.map_err(|error| error.to_string())?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let mut lines: Vec<String> =
        stdout.lines().chain(stderr.lines()).map(|line| context.masker.mask(line)).collect();
    if output.timed_out {
        lines.push(format!("{} timed out after {} s", program.display(), limit.as_secs()));
    }
    Ok(Answer { ok: output.exit.is_success() && !output.timed_out, stdout, lines })
}

/// What work is done for: who is told, and where its output is kept.
#[derive(Clone, Copy)]
pub(crate) struct Job<'a> {
    pub(crate) context: &'a Context,
    pub(crate) check: &'a Check<'a>,
    pub(crate) log: &'a Log,
}

/// Work of a tool that may take long.
pub(crate) struct Work {
    /// The tool.
    pub(crate) program: PathBuf,
    /// Its arguments.
    pub(crate) arguments: Vec<OsString>,
    /// Its complete environment.
    pub(crate) variables: BTreeMap<String, String>,
    /// The folder it runs in.
    pub(crate) folder: PathBuf,
    /// How long it may take.
    pub(crate) limit: Duration,
}

/// How a tool's work went.
pub(crate) struct Done {
    /// It ended with code 0 in time.
    pub(crate) ok: bool,
    /// What it printed, masked; the first lines are left out when there are very many.
    pub(crate) lines: Vec<String>,
}

impl Work {
    /// The command line, as it is shown and logged.
    pub(crate) fn shown(&self) -> String {
        let words = self.arguments.iter().map(|argument| argument.to_string_lossy().into_owned());
        std::iter::once(self.program.display().to_string()).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Does the work, and keeps what the tool prints in the job's log.
    pub(crate) async fn run(self, job: Job<'_>) -> Done {
        job.log.line(&format!("$ {}", self.shown()));
        let done = match self.start(job.context).await {
            Ok(child) => self.follow(child, job).await,
            Err(error) => Done { ok: false, lines: vec![format!("error: {error}")] },
        };
        if !done.ok
            && let Some(last) = done.lines.last()
        {
            job.log.line(&format!("failed: {last}"));
        }
        done
    }

    async fn start(&self, context: &Context) -> Result<Child, String> {
        let command = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name.clone(), value.clone())))
            .cwd(&self.folder)
            .stdout(Stdio::Pipe)
            .stderr(Stdio::Pipe);
        context.keeper.spawn(command).await.map_err(|error| error.to_string())
    }

    async fn follow(&self, mut child: Child, job: Job<'_>) -> Done {
        let name = self.program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let lines = Mutex::new(Vec::new());
        let (stdout, stderr) = (child.take_stdout(), child.take_stderr());
        let reading = async {
            tokio::join!(read(stdout, &name, &lines, job), read(stderr, &name, &lines, job));
        };
        let ending = async {
            let in_time = tokio::time::timeout(self.limit, child.wait()).await;
            // Also when it ended by itself: what it left in its session goes with it.
            let exit = child.stop(Signal::TERM, GRACE).await;
            in_time.map_err(|_| exit)
        };
        let ended = job.check.watch(both(reading, ending)).await;
        let mut lines = lines.into_inner().unwrap_or_else(PoisonError::into_inner);
        lines.extend(self.how_it_ended(&name, ended));
        Done { ok: ended.is_ok_and(Exit::is_success), lines }
    }

    /// What the output does not tell by itself.
    fn how_it_ended(&self, name: &str, ended: Result<Exit, Exit>) -> Option<String> {
        match ended {
            Ok(Exit::Code(_)) => None,
            Ok(other) => Some(format!("error: {name} ended by {other}")),
            Err(_) => Some(format!("error: {name} timed out after {} s", self.limit.as_secs_f32())),
        }
    }
}

/// Reads until the tool has ended, and then for as long as what it printed last may still be on its way.
async fn both<T>(reading: impl Future<Output = ()>, ending: impl Future<Output = T>) -> T {
    tokio::pin!(reading, ending);
    tokio::select! {
        ended = &mut ending => {
            // Whatever holds the streams open longer than this is not the tool.
            let _ = tokio::time::timeout(DRAIN, reading).await;
            ended
        }
        () = &mut reading => ending.await,
    }
}

async fn read(stream: Option<impl AsyncRead + Unpin>, name: &str, lines: &Mutex<Vec<String>>, job: Job<'_>) {
    let Some(stream) = stream else { return };
    let mut reader = BufReader::new(stream);
    let mut bytes = Vec::new();
    // A tool may print bytes that are no text; they are shown as well as can be.
    while reader.read_until(b'\n', &mut bytes).await.is_ok_and(|count| count > 0) {
        let line = job.log.line(String::from_utf8_lossy(&bytes).trim_end());
        bytes.clear();
        if !line.trim().is_empty() {
            job.check.now(format!("{name}: {}", line.trim()));
        }
        let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= KEPT {
            lines.drain(..KEPT / 2);
        }
        lines.push(line);
    }
}

/// The log of one check. Secrets are masked before they reach the disk.
pub(crate) struct Log {
    path: PathBuf,
    masker: Masker,
    file: Mutex<Option<File>>,
}

impl Log {
    /// The log `<name>.log` in the context's log folder. It is created with its first line.
    pub(crate) fn open(context: &Context, name: &str) -> Log {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' };
        let path = context.log_folder.join(format!("{}.log", name.chars().map(plain).collect::<String>()));
        Log { path, masker: context.masker.clone(), file: Mutex::new(None) }
    }

    /// Writes a line, and returns it as it was written. A log that cannot be written does not stop the work: its
    /// decisive lines are kept as evidence anyway.
    pub(crate) fn line(&self, line: &str) -> String {
        let shown = self.masker.mask(line);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = self.create().ok();
        }
        if file.as_mut().is_some_and(|file| writeln!(file, "{shown}").is_err()) {
            *file = None;
        }
        shown
    }

    fn create(&self) -> io::Result<File> {
        self.path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        OpenOptions::new().create(true).append(true).open(&self.path)
    }

    /// A line of evidence that tells where the log is, when there is one.
    pub(crate) fn pointer(&self) -> Option<String> {
        let there = self.file.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        there.then(|| format!("log: {}", self.path.display()))
    }
}
