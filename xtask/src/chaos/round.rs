//! One round: a project, a run, what hits it, and what is told of it afterwards.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::blow::Blow;
use super::truth::{self, Ended};
use super::{Arena, Dice};
use crate::{bench, shell};

/// Tests that leave a mark, one that leaves a process behind, and some that take a while.
const TESTS: &str = "\
import pathlib, subprocess, time, pytest

def mark(name):
    with open('done', 'a') as file: file.write(name + '\\n')

def test_leaves():
    subprocess.Popen(['setsid', 'sleep', '300'])
    mark('leaves')

@pytest.mark.parametrize('n', range(6))
def test_takes(n):
    time.sleep(0.04)
    mark(str(n))
";

/// How many those are.
pub(crate) const COUNT: u64 = 7;

/// Every other project needs a service.
const COMPOSE: &str = "services:\n  cache:\n    image: redis\n";

pub(crate) struct Round {
    pub(crate) blow: Blow,
    service: bool,
    /// For which of its processes, where it may be any.
    which: u64,
}

impl Round {
    pub(crate) fn new(number: u64, seed: u64, whole_ms: u64) -> Round {
        let mut dice = Dice(seed.wrapping_mul(0x1_0000_0001).wrapping_add(number));
        // The first ones, which tell how long a run takes, are hit by nothing.
        let blow = if whole_ms == 0 { Blow::None } else { Blow::roll(&mut dice, whole_ms) };
        Round { blow, service: number.is_multiple_of(2), which: dice.roll(u64::MAX) }
    }

    /// Starts a run, hits it, and looks whether what is told is true. Returns how it ended.
    pub(crate) fn fight(&self, arena: &Arena) -> Result<Ended, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let yard = Yard { arena, folder: folder.path() };
        bench::put(yard.folder, "pytest.ini", "[pytest]\n")?;
        bench::put(yard.folder, "test_chaos.py", TESTS)?;
        if self.service {
            bench::put(yard.folder, "docker-compose.test.yml", COMPOSE)?;
        }
        let written = self.hit(&yard)?;
        let ended = truth::look(&yard, self.blow, written)?;
        truth::nothing_left(&yard)?;
        Ok(ended)
    }

    /// Starts the run and hits it. Returns how many results were written down at that moment.
    fn hit(&self, yard: &Yard) -> Result<u64, String> {
        match self.blow {
            Blow::None => yard.start(&[]).map(|_| 0),
            Blow::Starter(at) => {
                let mut starter = yard.spawn(&["run", "--detach"])?;
                pause(at);
                // It may have ended, which is no harm.
                let _ = starter.kill();
                let _ = starter.wait();
                // Whatever became of that start, the next one finds its run or makes one.
                yard.start(&[]).map(|_| 0)
            }
            Blow::Crowd(many) => {
                let starts: Result<Vec<Child>, String> =
                    (0..many).map(|_| yard.spawn(&["run", "--detach", "--format", "json"])).collect();
                let mut runs = Vec::new();
                for start in starts? {
                    let output = start.wait_with_output().map_err(|error| error.to_string())?;
                    runs.push(run_of(&output)?);
                }
                runs.dedup();
                if runs.len() == 1 { Ok(0) } else { Err(format!("one request, {runs:?}")) }
            }
            Blow::Queue => {
                yard.start(&[])?;
                yard.start(&["--queue", "test_chaos.py"]).map(|_| 0)
            }
            Blow::Replace(at) => {
                let first = yard.start(&[])?;
                pause(at);
                yard.start(&["--replace", "test_chaos.py"])?;
                truth::look_at(yard, &first, self.blow, 0)?;
                Ok(0)
            }
            Blow::Cancel(at, many) => {
                let run = yard.start(&[])?;
                pause(at);
                let written = truth::results(yard, &run);
                let cancels: Result<Vec<Child>, String> =
                    (0..many).map(|_| yard.spawn(&["cancel", &run])).collect();
                for mut cancel in cancels? {
                    let status = cancel.wait().map_err(|error| error.to_string())?;
                    if !status.success() {
                        return Err(format!("cancel ended with {status}"));
                    }
                }
                Ok(written)
            }
            Blow::Supervisor(at) => self.signal(yard, at, |supervisor, _| kill("KILL", supervisor)),
            Blow::End(at, later) => self.signal(yard, at, |supervisor, _| {
                kill("TERM", supervisor);
                pause(later);
                kill("KILL", supervisor);
            }),
            Blow::Freeze(at, later) => self.signal(yard, at, |supervisor, _| {
                kill("STOP", supervisor);
                pause(later);
                kill("CONT", supervisor);
            }),
            Blow::Other(at) => self.signal(yard, at, |supervisor, run| {
                let others: Vec<u32> =
                    truth::processes(run).into_iter().filter(|pid| pid.to_string() != supervisor).collect();
                if let Some(pid) = others.get(self.which as usize % others.len().max(1)) {
                    kill("KILL", &pid.to_string());
                }
            }),
        }
    }

    fn signal(&self, yard: &Yard, at: u64, blow: impl FnOnce(&str, &str)) -> Result<u64, String> {
        let run = yard.start(&[])?;
        let supervisor = yard.plan(&run)?["pid"].to_string();
        pause(at);
        let written = truth::results(yard, &run);
        // Only while it is that very process: a number may be given to another one.
        if yard.is_going(&run)? {
            blow(&supervisor, &run);
        }
        Ok(written)
    }
}

fn pause(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

fn kill(signal: &str, pid: &str) {
    // It may have ended meanwhile.
    let _ = shell::command(&["kill", &format!("-{signal}"), pid]).stderr(Stdio::null()).status();
}

fn run_of(output: &Output) -> Result<String, String> {
    let document: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("the start said {}", String::from_utf8_lossy(&output.stderr)))?;
    document["run"].as_str().map(str::to_owned).ok_or_else(|| format!("no run in {document}"))
}

/// One round's project and the program in it.
pub(crate) struct Yard<'a> {
    pub(crate) arena: &'a Arena,
    pub(crate) folder: &'a Path,
}

impl Yard<'_> {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = bench::command(&self.arena.program, self.folder, Some(&self.arena.venv), words);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn spawn(&self, words: &[&str]) -> Result<Child, String> {
        self.command(words).spawn().map_err(|error| error.to_string())
    }

    /// Runs a verb to its end; one that does not come to it within two minutes is wrong.
    pub(crate) fn ask(&self, words: &[&str]) -> Result<Output, String> {
        let began = Instant::now();
        let output = self.command(words).output().map_err(|error| error.to_string())?;
        let took = began.elapsed();
        if took > Duration::from_secs(120) {
            return Err(format!("{words:?} took {} s", took.as_secs()));
        }
        Ok(output)
    }

    fn start(&self, more: &[&str]) -> Result<String, String> {
        run_of(&self.ask(&[&["run", "--detach", "--format", "json"], more].concat())?)
    }

    fn plan(&self, run: &str) -> Result<Value, String> {
        let text = std::fs::read(self.run(run).join("plan.json")).map_err(|error| error.to_string())?;
        serde_json::from_slice(&text).map_err(|error| error.to_string())
    }

    fn is_going(&self, run: &str) -> Result<bool, String> {
        Ok(self.ask(&["status", run, "--exit-code"])?.status.code() == Some(7))
    }

    /// The folder of a run.
    pub(crate) fn run(&self, run: &str) -> std::path::PathBuf {
        self.folder.join(".testyard/runs").join(run)
    }
}
