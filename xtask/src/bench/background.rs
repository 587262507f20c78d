//! How fast a run in the background is started and told, and how much memory its supervisor holds.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{command, python, tell, testyard, timed, write};

/// How often each command is timed.
const TIMES: usize = 60;

/// Prints all of them.
pub(crate) fn run() -> Result<(), String> {
    let (program, venv) = (testyard()?, python()?);
    start(&program, &venv)?;
    println!("\n50,000 events: 25,000 tests, of which the last one goes on");
    long(&program, &venv, 25_000, true)?;
    println!("\n100,000 tests, of which the last one goes on");
    long(&program, &venv, 100_000, false)
}

/// How long `run --detach` takes on a small project.
fn start(program: &Path, venv: &Path) -> Result<(), String> {
    let project = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(project.path(), "pytest.ini", "[pytest]\n")?;
    write(project.path(), "test_a.py", "def test_a(): pass\n\n\ndef test_b(): pass\n")?;
    let mut times = Vec::new();
    for round in 0..=TIMES {
        let (took, _) = timed(&mut command(program, project.path(), Some(venv), &["run", "--detach"]))?;
        timed(&mut command(program, project.path(), Some(venv), &["wait"]))?;
        if round > 0 {
            times.push(took);
        }
    }
    println!("\nTwo tests in the background ({TIMES} starts)");
    tell("run --detach, 95th percentile", percentile(times, 95), "ms", Some(100.0));
    Ok(())
}

/// A run of so many tests of which the last one goes on: what `status` takes, or what the supervisor holds.
fn long(program: &Path, venv: &Path, tests: usize, time: bool) -> Result<(), String> {
    let project = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(project.path(), "pytest.ini", "[pytest]\n")?;
    let text = format!(
        "import os, time, pytest\n\n\n@pytest.mark.parametrize('number', range({}))\ndef test_many(number):\n    \
         assert number >= 0\n\n\ndef test_waits():\n    while not os.path.exists('go'):\n        time.sleep(0.05)\n",
        tests - 1
    );
    write(project.path(), "test_long.py", &text)?;
    timed(&mut command(program, project.path(), Some(venv), &["run", "--detach"]))?;
    let run = newest(project.path())?;
    wait_for_last(&run, tests)?;
    if time {
        let mut times = Vec::new();
        for round in 0..=TIMES {
            let status = &["status", "--format", "json"];
            let (took, _) = timed(&mut command(program, project.path(), Some(venv), status))?;
            if round > 0 {
                times.push(took);
            }
        }
        tell("status, 95th percentile", percentile(times, 95), "ms", Some(30.0));
    }
    tell("supervisor, memory while tests run", memory(&run, "VmRSS:")?, "MB", (!time).then_some(50.0));
    tell("supervisor, the most it ever held", memory(&run, "VmHWM:")?, "MB", None);
    write(project.path(), "go", "")?;
    timed(&mut command(program, project.path(), Some(venv), &["wait"])).map(drop)
}

fn newest(project: &Path) -> Result<std::path::PathBuf, String> {
    fs::canonicalize(project.join(".testyard/latest")).map_err(|error| error.to_string())
}

/// Waits until the journal says that every test but the last has ended.
fn wait_for_last(run: &Path, tests: usize) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(600);
    loop {
        let text = fs::read_to_string(run.join("events.jsonl")).unwrap_or_default();
        if text.matches("\"kind\":\"test_finished\"").count() == tests - 1 {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err("the tests did not come to their last one within ten minutes".to_owned());
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// The memory of a run's supervisor in megabytes, by one of the kernel's counts.
fn memory(run: &Path, count: &str) -> Result<f64, String> {
    let plan = fs::read(run.join("plan.json")).map_err(|error| error.to_string())?;
    let plan: serde_json::Value = serde_json::from_slice(&plan).map_err(|error| error.to_string())?;
    let status =
        fs::read_to_string(format!("/proc/{}/status", plan["pid"])).map_err(|error| error.to_string())?;
    let held = status.lines().find_map(|line| line.strip_prefix(count)?.trim().strip_suffix("kB"));
    let held: f64 = held.and_then(|number| number.trim().parse().ok()).ok_or("the kernel does not say")?;
    Ok(held * 1024.0 / 1e6)
}

fn percentile(mut times: Vec<f64>, percent: usize) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
