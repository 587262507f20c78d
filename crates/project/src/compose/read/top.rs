//! The resources of the top level: volumes, networks, secrets, configs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use testyard_model::Place;

use super::at::At;
use super::{environment, keys, section};
use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};
use crate::compose::load::Loader;
use crate::compose::project::{Material, MaterialSource, Network, Volume};
use crate::compose::tree::Value;

/// Reads every entry of a top-level key with one reader.
pub(super) fn all<T>(
    root: &At<'_>,
    key: &str,
    loader: &mut Loader,
    read: fn(&str, Place, &At<'_>, &mut Findings) -> Option<T>,
) -> Vec<T> {
    let entries = section(root, key, loader);
    let findings = &mut loader.findings;
    entries
        .into_iter()
        .filter_map(|(name, spot, at)| read(name, findings.place(spot), &at, findings))
        .collect()
}

pub(super) fn volume(key: &str, place: Place, at: &At<'_>, findings: &mut Findings) -> Option<Volume> {
    check(at, keys::VOLUME, findings);
    Some(Volume {
        key: key.to_owned(),
        name: text(at, "name", findings),
        external: boolean(at, "external", findings),
        driver: text(at, "driver", findings),
        driver_opts: pairs(at, "driver_opts", findings),
        labels: pairs(at, "labels", findings),
        place,
    })
}

pub(super) fn network(key: &str, place: Place, at: &At<'_>, findings: &mut Findings) -> Option<Network> {
    check(at, keys::NETWORK, findings);
    let plan = at.get("ipam").and_then(|at| at.get("config"));
    let entries = plan.map(|at| at.items(findings)).unwrap_or_default();
    let subnets = entries.iter().filter_map(|at| at.get("subnet")?.text(findings)).collect();
    Some(Network {
        key: key.to_owned(),
        name: text(at, "name", findings),
        external: boolean(at, "external", findings),
        internal: boolean(at, "internal", findings),
        driver: text(at, "driver", findings),
        driver_opts: pairs(at, "driver_opts", findings),
        subnets,
        labels: pairs(at, "labels", findings),
        place,
    })
}

pub(super) fn material(key: &str, place: Place, at: &At<'_>, findings: &mut Findings) -> Option<Material> {
    check(at, keys::MATERIAL, findings);
    let name = text(at, "name", findings);
    let mut sources = Vec::new();
    if boolean(at, "external", findings) {
        sources.push(MaterialSource::External);
    }
    sources.extend(text(at, "file", findings).map(|path| MaterialSource::File(PathBuf::from(path))));
    sources.extend(text(at, "environment", findings).map(MaterialSource::Environment));
    sources.extend(text(at, "content", findings).map(MaterialSource::Content));
    if sources.len() > 1 {
        let message = format!("`{}` has more than one source", at.path);
        let help = "keep one of `file`, `environment`, `content` and `external`";
        findings.push(Problem::error(codes::EXCLUSIVE_KEYS, at.spot(), message).help(help));
    }
    if sources.is_empty() {
        let message = format!("`{}` has neither `file` nor `environment`", at.path);
        let help = "add `file: path`, `environment: VARIABLE`, or `external: true`";
        findings.push(Problem::error(codes::MISSING_KEY, at.spot(), message).help(help));
    }
    Some(Material { key: key.to_owned(), name, from: sources.into_iter().next()?, place })
}

/// An entry is a mapping, or nothing at all.
fn check(at: &At<'_>, known: &[&str], findings: &mut Findings) {
    if !matches!(at.node.value, Value::Null) && at.map(findings).is_some() {
        at.known(known, findings);
    }
}

fn text(at: &At<'_>, key: &str, findings: &mut Findings) -> Option<String> {
    at.get(key).and_then(|at| at.text(findings))
}

fn boolean(at: &At<'_>, key: &str, findings: &mut Findings) -> bool {
    at.get(key).and_then(|at| at.boolean(findings)).unwrap_or(false)
}

fn pairs(at: &At<'_>, key: &str, findings: &mut Findings) -> BTreeMap<String, String> {
    let pairs = at.get(key).map(|at| environment::pairs(&at, findings)).unwrap_or_default();
    pairs.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect()
}
