//! What has to be true of a run, whatever hit it.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::blow::Blow;
use super::round::{COUNT, Yard};

/// How a run ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ended {
    pub(crate) verdict: String,
    pub(crate) elapsed_ms: u64,
}

/// Waits for every run of a project and looks at each. Returns how the newest ended.
pub(crate) fn look(yard: &Yard<'_>, blow: Blow, written: u64) -> Result<Ended, String> {
    let newest = ask(yard, &["wait", "--for", "60s"])?["run"].as_str().unwrap_or_default().to_owned();
    let mut newest_ended = Ended::default();
    for run in runs(yard) {
        // Nothing hits the one that replaced another.
        let unhurt = matches!(blow, Blow::Replace(_)) && run == newest;
        let told = look_at(yard, &run, if unhurt { Blow::None } else { blow }, written)?;
        if run == newest {
            newest_ended = told;
        }
    }
    Ok(newest_ended)
}

fn runs(yard: &Yard) -> Vec<String> {
    let entries = fs::read_dir(yard.folder.join(".testyard/runs")).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}

/// Holds what is told of a run against what can be known of it.
pub(crate) fn look_at(yard: &Yard, run: &str, blow: Blow, written: u64) -> Result<Ended, String> {
    let told = ask(yard, &["wait", run, "--for", "60s"])?;
    let verdict = told["verdict"].as_str().unwrap_or("running").to_owned();
    let wrong = |what: &str| Err(format!("{run}: {what}: {}", summary(&told)));
    let counts = |word: &str| told["counts"][word].as_u64().unwrap_or(0);
    if verdict == "passed" {
        let marks = fs::read_to_string(yard.folder.join("done")).unwrap_or_default();
        if counts("passed") != COUNT || counts("total") != COUNT || (marks.lines().count() as u64) < COUNT {
            return wrong("passed, although not every test did");
        }
    } else if !blow.allows(&verdict) {
        return wrong("that cannot be what happened");
    }
    let settled: u64 =
        ["passed", "failed", "flaky", "skipped", "blocked", "error"].iter().map(|word| counts(word)).sum();
    if settled < written {
        return wrong(&format!("{written} results were written down before"));
    }
    // Told twice, it is told the same, and by its exit code too.
    let again = ask(yard, &["status", run, "--exit-code"])?;
    if again["verdict"] != told["verdict"]
        || again["exit"] != told["exit"]
        || again["counts"] != told["counts"]
    {
        return wrong(&format!("asked again it is {}", summary(&again)));
    }
    if !yard.run(run).join("outcome.json").exists() {
        return wrong("nothing was written of its end");
    }
    Ok(Ended { verdict, elapsed_ms: told["elapsed_ms"].as_u64().unwrap_or(0) })
}

fn summary(told: &Value) -> String {
    format!("{} {} {} {}", told["verdict"], told["exit"], told["reason"], told["counts"])
}

/// Asks a verb that judges; its exit code has to be the one in its document.
fn ask(yard: &Yard, words: &[&str]) -> Result<Value, String> {
    let output = yard.ask(&[words, &["--format", "json"]].concat())?;
    let said = || String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    let document: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{words:?}: {error}: {}", said()))?;
    let code = output.status.code().unwrap_or(-1);
    if document["exit"] != code {
        return Err(format!("{words:?} ended with {code} and says {}", document["exit"]));
    }
    let last = said();
    let last = last.lines().last().unwrap_or_default();
    if !last.ends_with(&format!("exit={code}")) {
        return Err(format!("{words:?} ended with {code} and its last line is {last}"));
    }
    Ok(document)
}

/// How many results of tests a run has written down.
pub(crate) fn results(yard: &Yard, run: &str) -> u64 {
    let text = fs::read_to_string(yard.run(run).join("events.jsonl")).unwrap_or_default();
    // Half a line at the end is none yet.
    let whole = &text[..text.rfind('\n').unwrap_or(0)];
    whole.matches("\"kind\":\"test_finished\"").count() as u64
}

/// Nothing of any run is left: no process, no mount, no folder of services.
pub(crate) fn nothing_left(yard: &Yard) -> Result<(), String> {
    for run in runs(yard) {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !processes(&run).is_empty() {
            if Instant::now() > deadline {
                return Err(format!("{run}: processes are left: {:?}", processes(&run)));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
        if mounts.contains(&run) {
            return Err(format!("{run}: a mount is left"));
        }
        for scratch in [
            format!("/tmp/testyard-{run}").into(),
            yard.run(&run).join("services"),
            yard.run(&run).join("tools"),
        ] {
            if std::path::Path::new(&scratch).exists() {
                return Err(format!("{run}: {} is left", scratch.display()));
            }
        }
    }
    Ok(())
}

/// The processes that carry a run's mark.
pub(crate) fn processes(run: &str) -> Vec<u32> {
    let marker = format!("TESTYARD_RUN={run}");
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let marked = pids.filter_map(|entry| {
        let environment = fs::read(entry.path().join("environ")).ok()?;
        let marked = environment.split(|byte| *byte == 0).any(|variable| variable == marker.as_bytes());
        marked.then(|| entry.file_name().to_string_lossy().parse().ok())?
    });
    marked.collect()
}
