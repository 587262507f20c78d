//! Running the rules over a scene.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use testyard_model::{Cause, Finding, Inspection, Severity, Tally, Wish};
use testyard_project::config::CheckConfig;

use crate::linter::{Linter, LinterError};
use crate::reader;
use crate::rule::Rule;
use crate::rules;
use crate::scene::Scene;
use crate::sink::Sink;
use crate::suppress;

/// The most threads that rules run on: they share what they read, so more of them only wait.
const THREADS: usize = 4;
/// The rule that says which wishes are not met.
const WISHES: &str = "TY-SH017";

/// What is to be inspected.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files and folders, relative to the root; everything when empty.
    pub paths: Vec<String>,
    /// Whether the machine is inspected too.
    pub host: bool,
    /// Linters to run as well.
    pub with: Vec<Linter>,
}

/// Runs the rules over a scene.
///
/// # Errors
/// When a linter that is to be run as well is not installed or does not work.
pub fn check(scene: &Scene, request: &Request) -> Result<Inspection, LinterError> {
    let started = Instant::now();
    let config = scene.check_config();
    let wanted = |rule: &&Rule| selected(config, rule.code) && (request.host || rule.family() != "HR");
    let rules: Vec<&Rule> = rules::all().filter(wanted).collect();
    let (mut findings, causes) = run(scene, &rules);
    for linter in &request.with {
        findings.extend(linter.run(scene)?);
    }
    findings.retain(|finding| selected(config, &finding.code));
    let run: Vec<&str> = rules.iter().map(|rule| rule.code).collect();
    let mut findings = suppress::lay_over(scene, findings, &run);
    findings.retain(|finding| request.covers(finding));
    for finding in &mut findings {
        finding.severity = weight(config, finding);
    }
    findings.sort_by(|a, b| (&a.place, &a.code, &a.message).cmp(&(&b.place, &b.code, &b.message)));
    findings.dedup();
    let mut inspection =
        Inspection { findings, causes, wishes: request.wishes(scene, &run), summary: Tally::default() };
    inspection.settle();
    inspection.summary.files = scene.read_files().count();
    inspection.summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(inspection)
}

impl Request {
    fn covers(&self, finding: &Finding) -> bool {
        self.covers_path(&finding.place.path)
    }

    fn covers_path(&self, covered: &Path) -> bool {
        let inside = |path: &String| path.is_empty() || covered.starts_with(path);
        self.paths.is_empty() || self.paths.iter().any(inside)
    }

    /// What is required of the scripts that are looked at, when the rule about it ran.
    fn wishes(&self, scene: &Scene, run: &[&str]) -> Vec<Wish> {
        let mut wishes = if run.contains(&WISHES) { rules::wishes(scene) } else { Vec::new() };
        wishes.retain(|wish| self.covers_path(Path::new(&wish.script)));
        wishes
    }
}

/// Runs rules on a few threads. What they find stands in the order of the rules, whoever was first.
fn run(scene: &Scene, rules: &[&Rule]) -> (Vec<Finding>, Vec<Cause>) {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<(Vec<Finding>, Vec<Cause>)>> =
        (0..=rules.len()).map(|_| Mutex::default()).collect();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(result) = results.get(at) else { return };
            let found = match rules.get(at) {
                Some(rule) => {
                    let mut sink = Sink::new(rule, scene);
                    (rule.check)(scene, &mut sink);
                    sink.finish()
                }
                None => (reader::findings(scene), Vec::new()),
            };
            *result.lock().unwrap_or_else(PoisonError::into_inner) = found;
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let results = results.into_iter().map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner));
    let (findings, causes): (Vec<_>, Vec<_>) = results.unzip();
    (findings.into_iter().flatten().collect(), causes.into_iter().flatten().collect())
}

/// Whether the settings want a code: `select` names codes or their beginnings (`TY-DF`), `ignore` takes some away.
fn selected(config: &CheckConfig, code: &str) -> bool {
    let names = |list: &[String]| list.iter().any(|name| code.starts_with(name.as_str()));
    (config.select.is_empty() || names(&config.select)) && !names(&config.ignore)
}

/// The weight the settings give a code, else the finding's own.
fn weight(config: &CheckConfig, finding: &Finding) -> Severity {
    config.severity.get(&finding.code).copied().unwrap_or(finding.severity)
}

#[cfg(test)]
mod tests {
    use crate::fixture::scene;

    use super::*;

    const OLD: &str = "version: '3'\nservices: {a: {image: x}, b: {image: x}}\n";

    fn codes(files: &[(&str, &str)], request: &Request) -> Vec<String> {
        let (scene, _folder) = scene(files);
        let found = check(&scene, request).unwrap().findings;
        let found = found.into_iter().filter(|finding| finding.code == "TY-CM050");
        found.map(|finding| format!("{} {}", finding.place.path.display(), finding.severity.word())).collect()
    }

    #[test]
    fn the_settings_select_and_weigh() {
        let check = |toml: &str, expected: &[&str]| {
            let found = codes(&[("compose.yaml", OLD), ("testyard.toml", toml)], &Request::default());
            assert_eq!(found, expected, "{toml}");
        };
        check("", &["compose.yaml note"]);
        check("[check]\nselect = [\"TY-CM\"]", &["compose.yaml note"]);
        check("[check]\nselect = [\"TY-DF\"]", &[]);
        check("[check]\nignore = [\"TY-CM050\"]", &[]);
        check("[check]\nseverity = { TY-CM050 = \"error\" }", &["compose.yaml error"]);
    }

    #[test]
    fn paths_narrow_what_is_told() {
        let files = [("a/compose.yaml", OLD), ("ab/compose.yaml", OLD)];
        let request = Request { paths: vec!["a".to_owned()], ..Request::default() };
        assert_eq!(codes(&files, &request), ["a/compose.yaml note"]);
        assert_eq!(codes(&files, &Request::default()).len(), 2);
    }
}
