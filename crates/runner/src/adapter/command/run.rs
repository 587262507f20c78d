//! Running the command and gathering what it left.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use testyard_sys::process::{Child, Command, Exit, Stdio};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

use super::case::Case;
use super::tap::Tap;
use super::{CommandWorker, junit, results, shell};
use crate::lookout::Alarm;
use crate::stop::{self, Manners};

/// How long a stream may stay open once the command has ended: something it left behind may hold it for ever.
const DRAIN: Duration = Duration::from_secs(1);

/// What came of a command.
#[derive(Default)]
pub(super) struct Ran {
    /// How it ended; none when it never began.
    pub(super) exit: Option<Exit>,
    /// What stopped it.
    pub(super) alarm: Option<Alarm>,
    /// How long it took, in milliseconds.
    pub(super) duration_ms: f64,
    /// The tests it reported.
    pub(super) cases: Vec<Case>,
    /// What is wrong beyond its tests.
    pub(super) trouble: Option<String>,
    /// What is worth knowing.
    pub(super) notes: Vec<String>,
}

impl CommandWorker {
    /// Runs the command to its end.
    pub(super) async fn run(&mut self) -> Ran {
        let before = results::snapshot(&self.launch.suite.folder, &self.junit);
        self.lookout.limit(self.launch.suite.timeout_ms.map(Duration::from_millis));
        let began = Instant::now();
        let mut ran = match self.spawn().await {
            Ok((child, log)) => self.watch(child, log).await,
            Err(why) => return Ran { trouble: Some(why), ..Ran::default() },
        };
        ran.duration_ms = began.elapsed().as_secs_f64() * 1000.0;
        if let Some(Alarm::Late(limit)) = ran.alarm {
            ran.trouble = Some(format!("timed out after {} s", limit.as_secs_f64()));
        }
        if !self.junit.is_empty() {
            self.read_junit(&before, &mut ran);
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

    /// Waits for the end, reading TAP meanwhile.
    async fn watch(&mut self, mut child: Child, log: File) -> Ran {
        let reader = child.take_stdout().map(|stream| tokio::spawn(read_tap(stream, log)));
        let waited = tokio::select! {
            exit = child.wait() => Ok(exit),
            alarm = self.lookout.alarm() => Err(alarm),
        };
        let mut ran = Ran::default();
        match waited {
            Ok(exit) => ran.exit = Some(exit),
            Err(alarm) => {
                ran.exit = Some(stop::stop(&mut child, Manners::Command, &alarm, &mut self.lookout).await);
                ran.alarm = Some(alarm);
            }
        }
        if let Some(reader) = reader {
            match tokio::time::timeout(DRAIN, reader).await {
                Ok(Ok((cases, trouble))) => (ran.cases, ran.trouble) = (cases, trouble),
                _ => ran.trouble = Some("its standard output stayed open after its end".to_owned()),
            }
        }
        ran
    }

    fn read_junit(&self, before: &results::Snapshot, ran: &mut Ran) {
        let after = results::snapshot(&self.launch.suite.folder, &self.junit);
        let files = results::changed(before, &after);
        if files.is_empty() {
            let patterns = self.junit.join("`, `");
            ran.trouble.get_or_insert(format!("it wrote no result file that matches `{patterns}`"));
        }
        for path in files {
            let shown = path.strip_prefix(&self.launch.suite.folder).unwrap_or(&path).display();
            let text = std::fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            match text
                .map_err(|error| error.to_string())
                .and_then(|text| junit::read(&text).map_err(|e| e.to_string()))
            {
                Ok(cases) => {
                    ran.notes.push(format!("{} tests in {shown}", cases.len()));
                    ran.cases.extend(cases);
                }
                Err(error) => {
                    ran.trouble.get_or_insert(format!("cannot read the result file {shown}: {error}"));
                }
            }
        }
    }
}

/// Reads TAP to its end, and writes what it reads to the log.
async fn read_tap(mut stream: pipe::Receiver, mut log: File) -> (Vec<Case>, Option<String>) {
    let (mut tap, mut cases) = (Tap::default(), Vec::new());
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
        while let Some(end) = left.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = left.drain(..=end).collect();
            cases.extend(tap.line(&String::from_utf8_lossy(&line)));
        }
        if count == 0 {
            cases.extend(tap.take());
            return (cases, tap.trouble());
        }
    }
}
