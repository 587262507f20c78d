//! `volumes`, `tmpfs`, `secrets` and `configs` of a service.

use std::path::PathBuf;

use super::at::At;
use super::keys;
use crate::compose::codes;
use crate::compose::files;
use crate::compose::findings::{Findings, Problem};
use crate::compose::service::{FileMount, Service, Tmpfs, VolumeKind, VolumeMount};
use crate::compose::tree::Kind;
use crate::compose::tree::Value;

pub(super) fn read(at: &At<'_>, service: &mut Service, findings: &mut Findings) {
    let volumes = at.get("volumes").map(|at| at.items(findings)).unwrap_or_default();
    service.volumes = volumes.iter().filter_map(|at| volume(at, findings)).collect();
    let tmpfs = at.get("tmpfs").map(|at| at.items(findings)).unwrap_or_default();
    service.tmpfs = tmpfs.iter().filter_map(|at| self::tmpfs(at, findings)).collect();
    service.secrets = mounts(at, "secrets", "/run/secrets/", findings);
    service.configs = mounts(at, "configs", "/", findings);
}

fn volume(at: &At<'_>, findings: &mut Findings) -> Option<VolumeMount> {
    at.map(findings)?;
    at.known(keys::MOUNT, findings);
    let word = required(at, "type", "bind`, `volume` or `tmpfs", findings)?;
    let source = at.get("source").and_then(|at| at.text(findings));
    let part = |part: &str, key: &str| at.get(part).and_then(|at| at.get(key));
    let kind = match (word.as_str(), source) {
        ("bind", Some(source)) => VolumeKind::Bind(PathBuf::from(source)),
        ("bind", None) => {
            required(at, "source", "./folder", findings)?;
            return None;
        }
        ("volume", source) => VolumeKind::Volume(source),
        ("tmpfs", _) => VolumeKind::Tmpfs(part("tmpfs", "size").and_then(|at| at.bytes(findings))),
        ("npipe" | "cluster" | "image", source) => VolumeKind::Other(word, source),
        _ => return at.get("type")?.bad(format!("`{word}` is no type of a volume"), findings),
    };
    let target = required(at, "target", "/path/in/the/container", findings)?;
    let nested = match kind {
        VolumeKind::Other(..) => "image",
        _ => "volume",
    };
    Some(VolumeMount {
        create_host_path: part("bind", "create_host_path")
            .and_then(|at| at.boolean(findings))
            .unwrap_or(true),
        kind,
        target: files::clean(target.as_ref()).to_string_lossy().into_owned(),
        read_only: at.get("read_only").and_then(|at| at.boolean(findings)).unwrap_or(false),
        subpath: part(nested, "subpath").and_then(|at| at.text(findings)),
        place: findings.place(at.spot()),
    })
}

/// The text of a key that must be there.
fn required(at: &At<'_>, key: &str, example: &str, findings: &mut Findings) -> Option<String> {
    match at.get(key) {
        Some(at) => at.text(findings),
        None => {
            let message = format!("`{}` has no `{key}`", at.path);
            let help = format!("add `{key}:` with `{example}`");
            findings.push(Problem::error(codes::MISSING_KEY, at.spot(), message).help(help));
            None
        }
    }
}

fn tmpfs(at: &At<'_>, findings: &mut Findings) -> Option<Tmpfs> {
    let text = at.text(findings)?;
    let (target, options) = text.split_once(':').unwrap_or((&text, ""));
    Some(Tmpfs { target: target.to_owned(), options: options.to_owned(), place: findings.place(at.spot()) })
}

/// Secrets or configs. A target that is no absolute path is a name in the usual folder.
fn mounts(at: &At<'_>, key: &str, folder: &str, findings: &mut Findings) -> Vec<FileMount> {
    let items = at.get(key).map(|at| at.items(findings)).unwrap_or_default();
    items.iter().filter_map(|at| mount(at, folder, findings)).collect()
}

fn mount(at: &At<'_>, folder: &str, findings: &mut Findings) -> Option<FileMount> {
    at.map(findings)?;
    at.known(keys::FILE_MOUNT, findings);
    let source = required(at, "source", "name", findings)?;
    let target = at.get("target").and_then(|at| at.text(findings)).unwrap_or_else(|| source.clone());
    let target = if target.starts_with('/') { target } else { format!("{folder}{target}") };
    let mode = at.get("mode").and_then(|at| mode(&at, findings));
    Some(FileMount { source, target, mode, place: findings.place(at.spot()) })
}

/// Permission bits: a number, which YAML reads as octal after a leading zero, or octal digits in quotes.
fn mode(at: &At<'_>, findings: &mut Findings) -> Option<u32> {
    match &at.node.value {
        Value::Scalar(scalar) if scalar.kind == Kind::String => u32::from_str_radix(&scalar.text, 8)
            .ok()
            .or_else(|| at.bad(format!("`{}` is no octal number", scalar.text), findings)),
        _ => at.integer(findings),
    }
}
