//! How a service is made and run: `build`, `command`, `entrypoint`, `pull_policy`, `logging` and the rest of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::at::At;
use super::{environment, keys, units, words};
use crate::compose::canonical::is_remote;
use crate::compose::codes;
use crate::compose::files;
use crate::compose::findings::{Findings, Problem};
use crate::compose::service::{Build, InlineOrFile, Logging, PullPolicy, Service};
use crate::compose::tree::Value;

pub(super) fn read(at: &At<'_>, service: &mut Service, findings: &mut Findings) {
    service.build = at.get("build").and_then(|at| build(&at, findings));
    service.pull_policy = at.get("pull_policy").and_then(|at| pull_policy(&at, findings));
    service.entrypoint = at.get("entrypoint").and_then(|at| words(&at, findings));
    service.command = at.get("command").and_then(|at| words(&at, findings));
    service.init = at.get("init").and_then(|at| at.boolean(findings));
    service.stop_grace_period = at.get("stop_grace_period").and_then(|at| at.duration(findings));
    service.logging = at.get("logging").and_then(|at| logging(&at, findings));
}

fn build(at: &At<'_>, findings: &mut Findings) -> Option<Build> {
    at.map(findings)?;
    at.known(keys::BUILD, findings);
    let mut text = |key: &str| at.get(key).and_then(|at| at.text(findings));
    let context = text("context")?;
    let (file, inline, target) = (text("dockerfile"), text("dockerfile_inline"), text("target"));
    if file.is_some() && inline.is_some() {
        let message = format!("`{}` has both `dockerfile` and `dockerfile_inline`", at.path);
        findings.push(Problem::error(codes::EXCLUSIVE_KEYS, at.spot(), message).help("keep one of them"));
    }
    let dockerfile = match inline {
        Some(text) => InlineOrFile::Inline(text),
        None => InlineOrFile::File(dockerfile(&context, file.as_deref().unwrap_or("Dockerfile"))),
    };
    let args = at.get("args").map(|at| environment::pairs(&at, findings)).unwrap_or_default();
    let args = args.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    Some(Build { context, dockerfile, target, args, place: findings.place(at.spot()) })
}

/// A Dockerfile's path is relative to its context.
fn dockerfile(context: &str, file: &str) -> PathBuf {
    if is_remote(context) { PathBuf::from(file) } else { files::clean(&Path::new(context).join(file)) }
}

/// A command: a list is taken word by word, a string is split. Empty means none at all, not even the image's.
fn words(at: &At<'_>, findings: &mut Findings) -> Option<Vec<String>> {
    if let Value::List(_) = at.node.value {
        return Some(at.texts(findings));
    }
    let line = at.text(findings)?;
    let Some(split) = words::split(&line) else {
        let help = "close the quote, or write the command as a list";
        let message = format!("`{}` has a quote that is never closed", at.path);
        findings.push(Problem::error(codes::BAD_VALUE, at.spot(), message).help(help));
        return None;
    };
    if let Some(operator) = split.cut_at {
        let message =
            format!("`{}` ends at `{operator}`: no shell reads it, and compose drops the rest", at.path);
        let help = "write `sh -c '…'` around the whole line";
        findings.push(Problem::warning(codes::UNUSED_WORDS, at.spot(), message).help(help));
    }
    Some(split.words)
}

fn pull_policy(at: &At<'_>, findings: &mut Findings) -> Option<PullPolicy> {
    const DAY: Duration = Duration::from_secs(86_400);
    let text = at.text(findings)?;
    Some(match text.as_str() {
        "always" => PullPolicy::Always,
        "never" => PullPolicy::Never,
        "missing" | "if_not_present" => PullPolicy::Missing,
        "build" => PullPolicy::Build,
        "daily" => PullPolicy::Every(DAY),
        "weekly" => PullPolicy::Every(DAY * 7),
        other => match other.strip_prefix("every_").and_then(units::duration) {
            Some(every) => PullPolicy::Every(every),
            None => return at.bad(format!("`{other}` is no pull policy"), findings),
        },
    })
}

fn logging(at: &At<'_>, findings: &mut Findings) -> Option<Logging> {
    at.map(findings)?;
    at.known(keys::LOGGING, findings);
    let options = at.get("options").map(|at| environment::pairs(&at, findings)).unwrap_or_default();
    Some(Logging {
        driver: at.get("driver").and_then(|at| at.text(findings)),
        options: options.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect(),
    })
}
