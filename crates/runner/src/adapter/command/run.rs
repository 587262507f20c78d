//! Running the command and gathering what it left.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use testyard_model::{CheckId, Phase};
use testyard_sys::process::{Child, Command, Exit, Signal, Stdio};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::case::Case;
use super::tap::Tap;
use super::{CommandWorker, junit, results, shell};
use crate::lookout::Alarm;
use crate::stop::{self, Manners};

/// How long a stream may stay open once the command has ended: something it left behind may hold it for ever.
const DRAIN: Duration = Duration::from_secs(1);

/// What came of a command, apart from its tests.
#[derive(Default)]
pub(super) struct Ran {
    /// How it ended; none when it never began.
    pub(super) exit: Option<Exit>,
    /// What stopped it.
    pub(super) alarm: Option<Alarm>,
    /// How long it took, in milliseconds.
    pub(super) duration_ms: f64,
    /// What is wrong beyond its tests.
    pub(super) trouble: Option<String>,
    /// What is worth knowing.
    pub(super) notes: Vec<String>,
}

impl CommandWorker {
    /// Runs the command to its end, and tells the tests it reports.
    pub(super) async fn run(&mut self) -> Ran {
        let before = results::snapshot(&self.launch.suite.folder, &self.junit);
        self.lookout.limit(self.launch.suite.timeout_ms.map(Duration::from_millis));
        let began = Instant::now();
        let mut ran = match self.spawn().await {
            Ok((child, log)) => self.watch(child, log).await,
            Err(why) => return Ran { trouble: Some(why), ..Ran::default() },
        };
        ran.duration_ms = began.elapsed().as_secs_f64() * 1000.0;
        match &ran.alarm {
            Some(Alarm::Late(limit)) => {
                ran.trouble = Some(format!("timed out after {} s", limit.as_secs_f64()));
            }
            Some(Alarm::Died(service)) => self.dead = Some(CheckId::of(Phase::Services, service)),
            _ if ran.exit == Some(Exit::Lost) => self.dead = Some(CheckId::of(Phase::Services, "keeper")),
            _ => {}
        }
        if !self.junit.is_empty() {
            let cases = self.read_junit(&before, &mut ran);
            self.tell(cases).await;
        }
        ran
    }

    async fn spawn(&self) -> Result<(Child, File), String> {
        let suite = &self.launch.suite;
        let line = shell::line(&suite.command, &suite.arguments)
            .ok_or_else(|| format!("suite `{}` has no command to run", suite.name))?;
        let log = self.log.open().map_err(|error| format!("cannot write the log: {error}"))?;
        let copy =
            || log.try_clone().map(Stdio::File).map_err(|error| format!("cannot write the log: {error}"));
        let variables = self.launch.environment.iter().chain(&line.variables);
        let command = Command::new(&line.program)
            .args(&line.arguments)
            .envs(variables.map(|(name, value)| (OsString::from(name), OsString::from(value))))
            .cwd(&suite.folder)
            .stdout(if self.tap { Stdio::Pipe } else { copy()? })
            .stderr(copy()?);
        let spawned = self.launch.keeper.spawn(command).await;
        let child = spawned.map_err(|error| format!("cannot start `{}`: {error}", line.program))?;
        Ok((child, log))
    }

    /// Waits for the end, and tells the tests of a TAP stream as they come.
    async fn watch(&mut self, mut child: Child, log: File) -> Ran {
        let (sender, mut cases) = mpsc::unbounded_channel();
        let reader = child.take_stdout().map(|stream| tokio::spawn(read_tap(stream, log, sender)));
        let mut ran = Ran::default();
        while ran.exit.is_none() {
            tokio::select! {
                Some(case) = cases.recv() => self.tell(vec![case]).await,
                exit = child.wait() => ran.exit = Some(exit),
                alarm = self.lookout.alarm() => {
                    ran.exit = Some(stop::stop(&mut child, Manners::Command, &alarm, &mut self.lookout).await);
                    ran.alarm = Some(alarm);
                }
            }
        }
        // What the command left running must not disturb the next suite.
        child.signal(Signal::KILL).await;
        while let Ok(Some(case)) = timeout(DRAIN, cases.recv()).await {
            self.tell(vec![case]).await;
        }
        if let Some(reader) = reader {
            ran.trouble = match timeout(DRAIN, reader).await {
                Ok(trouble) => trouble.unwrap_or_default(),
                Err(_) => Some("its standard output stayed open after its end".to_owned()),
            };
        }
        ran
    }

    /// The results in the files that the command wrote.
    fn read_junit(&self, before: &results::Snapshot, ran: &mut Ran) -> Vec<Case> {
        let folder = &self.launch.suite.folder;
        let files = results::changed(before, &results::snapshot(folder, &self.junit));
        if files.is_empty() {
            let patterns = self.junit.join("`, `");
            ran.trouble.get_or_insert(format!("it wrote no result file that matches `{patterns}`"));
        }
        let mut cases = Vec::new();
        for path in files {
            let shown = path.strip_prefix(folder).unwrap_or(&path).display();
            match read_file(&path) {
                Ok(read) => {
                    ran.notes.push(format!("{} results in {shown}", read.len()));
                    cases.extend(read);
                }
                Err(error) => {
                    ran.trouble.get_or_insert(format!("cannot read the result file {shown}: {error}"));
                }
            }
        }
        cases
    }
}

fn read_file(path: &Path) -> Result<Vec<Case>, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    junit::read(&String::from_utf8_lossy(&bytes)).map_err(|error| error.to_string())
}

/// Reads TAP to its end, hands on every test, and writes what it reads to the log. Returns what is wrong with it.
async fn read_tap(
    mut stream: pipe::Receiver,
    mut log: File,
    cases: mpsc::UnboundedSender<Case>,
) -> Option<String> {
    let mut tap = Tap::default();
    let (mut buffer, mut left) = (vec![0; 16 << 10], Vec::new());
    loop {
        let count = match stream.read(&mut buffer).await {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // A pipe that cannot be read any more is at its end.
            Err(_) => 0,
        };
        // The log is for people; the results do not depend on it.
        let _ = log.write_all(&buffer[..count]);
        left.extend_from_slice(&buffer[..count]);
        if count == 0 && !left.is_empty() {
            left.push(b'\n');
        }
        let mut found = Vec::new();
        while let Some(end) = left.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = left.drain(..=end).collect();
            found.extend(tap.line(&String::from_utf8_lossy(&line)));
        }
        if count == 0 {
            found.extend(tap.take());
        }
        for case in found {
            // Nobody listens any more once the suite is over.
            let _ = cases.send(case);
        }
        if count == 0 {
            return tap.trouble();
        }
    }
}
