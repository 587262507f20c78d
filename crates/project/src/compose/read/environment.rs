//! `environment` over `env_file`, and `labels` over `label_file`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use testyard_model::secret;

use super::at::At;
use super::keys;
use crate::compose::codes;
use crate::compose::dotenv;
use crate::compose::findings::{Findings, Problem};
use crate::compose::load::Loader;
use crate::compose::service::Service;
use crate::compose::tree::{Spot, Value};

pub(super) fn read(
    at: &At<'_>,
    service: &mut Service,
    loader: &mut Loader,
    variables: &BTreeMap<String, String>,
) {
    let written = at.get("environment").map(|at| pairs(&at, &mut loader.findings)).unwrap_or_default();
    for file in at.get("env_file").map(|at| env_files(&at, &mut loader.findings)).unwrap_or_default() {
        let own = |name: &str| written.get(name).cloned().flatten();
        let lookup = |name: &str| variables.get(name).cloned().or_else(|| own(name));
        service.environment.extend(from_file(&file, &lookup, loader));
    }
    for (name, value) in written {
        match value {
            Some(value) => {
                service.environment.insert(name, value);
            }
            None => {
                service.environment.remove(&name);
                service.unset.push(name);
            }
        }
    }
    labels(at, service, loader);
}

fn labels(at: &At<'_>, service: &mut Service, loader: &mut Loader) {
    for path in at.get("label_file").map(|at| at.items(&mut loader.findings)).unwrap_or_default() {
        let Some(text) = path.text(&mut loader.findings) else { continue };
        let file = EnvFile { path: PathBuf::from(text), required: true, raw: false, spot: path.spot() };
        let known = service.labels.clone();
        let lookup = |name: &str| known.get(name).cloned();
        service.labels.extend(from_file(&file, &lookup, loader));
    }
    let written = at.get("labels").map(|at| pairs(&at, &mut loader.findings)).unwrap_or_default();
    service.labels.extend(written.into_iter().map(|(name, value)| (name, value.unwrap_or_default())));
}

/// A mapping of names to values, where numbers and booleans become the text that reaches the container.
pub(super) fn pairs(at: &At<'_>, findings: &mut Findings) -> BTreeMap<String, Option<String>> {
    let mut pairs = BTreeMap::new();
    for (name, at) in at.entries(findings) {
        if matches!(at.node.value, Value::Null) {
            pairs.insert(name.to_owned(), None);
        } else if let Some(value) = at.text_or_number(findings) {
            rewritten(&at, &value, findings);
            pairs.insert(name.to_owned(), Some(value));
        }
    }
    pairs
}

/// Warns of a number that is not what was written: `1.10` becomes `1.1`.
fn rewritten(at: &At<'_>, value: &str, findings: &mut Findings) {
    let Some(text) = at.node.as_text().filter(|text| *text != value) else { return };
    if text.eq_ignore_ascii_case(value) {
        return;
    }
    let name = at.path.rsplit('.').next().unwrap_or(&at.path);
    let (message, text) = if secret::is_secret_name(name) {
        (format!("`{}` is a number to YAML, which writes it in another way", at.path), "…")
    } else {
        (format!("`{}` is a number to YAML: `{text}` becomes `{value}`", at.path), text)
    };
    findings.push(
        Problem::warning(codes::REWRITTEN_NUMBER, at.spot(), message).help(format!("write `\"{text}\"`")),
    );
}

struct EnvFile {
    path: PathBuf,
    required: bool,
    raw: bool,
    spot: Spot,
}

fn env_files(at: &At<'_>, findings: &mut Findings) -> Vec<EnvFile> {
    let mut files = Vec::new();
    for item in at.items(findings) {
        item.known(keys::ENV_FILE, findings);
        let Some(path) = item.get("path") else {
            let message = format!("`{}` has no `path`", item.path);
            findings
                .push(Problem::error(codes::MISSING_KEY, item.spot(), message).help("add `path: file.env`"));
            continue;
        };
        let Some(text) = path.text(findings) else { continue };
        let required = item.get("required").and_then(|at| at.boolean(findings)).unwrap_or(true);
        let raw = item.get("format").and_then(|at| format(&at, findings)).unwrap_or(false);
        files.push(EnvFile { path: PathBuf::from(text), required, raw, spot: path.spot() });
    }
    files
}

/// Whether a format is `raw`.
fn format(at: &At<'_>, findings: &mut Findings) -> Option<bool> {
    match at.text(findings)?.as_str() {
        "" => Some(false),
        "raw" => Some(true),
        other => at.bad(format!("`{other}` is no format of environment files, only `raw` is"), findings),
    }
}

/// What Portainer names the file that it makes of a stack's variables; it never stands in a repository. Source:
/// Portainer's documentation, "Add a new stack".
const OF_PORTAINER: &str = "stack.env";

/// What is wrong with an environment file that cannot be read.
fn missing(file: &EnvFile, why: &str, loader: &Loader) -> Problem {
    let shown = loader.shown(&file.path);
    let message = format!("the environment file `{}` cannot be read: {why}", shown.display());
    if file.path.ends_with(OF_PORTAINER) {
        let help = "Portainer makes it of the stack's variables; outside of Portainer, make the file";
        return Problem::warning(codes::UNREADABLE, file.spot, message).help(help);
    }
    let help = loader.template_help(&file.path).unwrap_or_else(|| {
        "make the file, correct the path, or write `required: false` beside it".to_owned()
    });
    Problem::error(codes::UNREADABLE, file.spot, message).help(help)
}

fn from_file(
    file: &EnvFile,
    lookup: &dyn Fn(&str) -> Option<String>,
    loader: &mut Loader,
) -> BTreeMap<String, String> {
    match loader.side_file(&file.path) {
        Ok((number, text)) => {
            let done = if file.raw { dotenv::parse_raw(&text) } else { dotenv::parse(&text, lookup) };
            loader.dotenv_remarks(number, &done);
            done.variables
        }
        Err(why) => {
            if file.required {
                let problem = missing(file, &why, loader);
                loader.findings.push(problem);
            }
            BTreeMap::new()
        }
    }
}
