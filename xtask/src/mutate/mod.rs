//! Whether the rules see what they claim to see: healthy projects are broken in one way at a time, and each mutant must
//! be found; the healthy ones must stay silent.

mod dockerfile;
mod healthy;
mod ignore;
mod lines;
mod pytest;
mod script;
mod workflow;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use testyard_inspect::{Request, Scene};
use testyard_model::{Finding, Severity};

/// A project's files by their paths. A path that ends in `*` is executable.
type Files = BTreeMap<String, String>;

/// A project broken in one way.
struct Mutant {
    /// What was done, in words.
    what: String,
    /// The codes of which one must be found.
    codes: &'static [&'static str],
    /// The project.
    files: Files,
}

/// How many mutants of one kind were made and seen.
#[derive(Default)]
struct Score {
    made: usize,
    seen: usize,
}

/// Breaks every healthy project in every way, and prints what was seen.
///
/// # Errors
/// When a mutant was not seen, or a healthy project was not silent.
pub(crate) fn run() -> Result<(), String> {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let (mut missed, mut alarms) = (Vec::new(), Vec::new());
    for (name, files) in healthy::projects()? {
        let calm = grave(&inspect(&files)?);
        alarms.extend(calm.iter().map(|finding| format!("{name}: {finding}")));
        for mutant in mutants(&files) {
            let seen = inspect(&mutant.files)?
                .iter()
                .any(|one| mutant.codes.contains(&one.code.as_str()) && !calm.contains(&shown(one)));
            let score = scores.entry(mutant.codes[0]).or_default();
            score.made += 1;
            score.seen += usize::from(seen);
            if !seen {
                missed.push(format!("{name}: {} ({})", mutant.what, mutant.codes.join(" or ")));
            }
        }
    }
    tell(&scores, &missed, &alarms);
    if missed.is_empty() && alarms.is_empty() {
        Ok(())
    } else {
        Err(format!("{} mutants were not seen, {} false alarms", missed.len(), alarms.len()))
    }
}

fn mutants(files: &Files) -> Vec<Mutant> {
    [dockerfile::mutants, ignore::mutants, yaml::mutants, script::mutants, pytest::mutants, workflow::mutants]
        .into_iter()
        .flat_map(|make| make(files))
        .collect()
}

fn tell(scores: &BTreeMap<&str, Score>, missed: &[String], alarms: &[String]) {
    for (code, score) in scores {
        println!("  {code}  {:>4} of {:>4} seen", score.seen, score.made);
    }
    let made: usize = scores.values().map(|score| score.made).sum();
    let seen: usize = scores.values().map(|score| score.seen).sum();
    println!("{seen} of {made} mutants seen, {} false alarms", alarms.len());
    missed.iter().for_each(|mutant| println!("  missed: {mutant}"));
    alarms.iter().for_each(|alarm| println!("  false alarm: {alarm}"));
}

/// What is found in some files.
fn inspect(files: &Files) -> Result<Vec<Finding>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    for (path, text) in files {
        put(folder.path(), path, text).map_err(|error| format!("{path}: {error}"))?;
    }
    let scene = Scene::open(folder.path(), BTreeMap::new(), &[]);
    let inspection =
        testyard_inspect::check(&scene, &Request::default()).map_err(|error| error.to_string())?;
    Ok(inspection.findings)
}

#[allow(clippy::disallowed_methods, reason = "a fixture in a temporary folder")]
fn put(root: &Path, path: &str, text: &str) -> std::io::Result<()> {
    let place = root.join(path.trim_end_matches('*'));
    std::fs::create_dir_all(place.parent().unwrap_or(root))?;
    std::fs::write(&place, text)?;
    let mode = if path.ends_with('*') { 0o755 } else { 0o644 };
    std::fs::set_permissions(&place, PermissionsExt::from_mode(mode))
}

/// The errors and warnings, in words.
fn grave(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().filter(|one| one.severity >= Severity::Warning).map(shown).collect()
}

fn shown(finding: &Finding) -> String {
    format!("{} {}: {}", finding.place, finding.code, finding.message)
}
