//! Reading what a project asks of a service: variables, their `_FILE` variants, mounts, keys nobody acts on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use testyard_model::plan::{Mount, ServicePlan};
use testyard_model::{Fidelity, Ledger, secret};

use crate::Refusal;

/// The environment and mounts of one service, read by its recipe. It remembers what was read, so that the rest can be
/// told in the ledger by [`Asked::finish`].
pub struct Asked<'a> {
    service: &'a ServicePlan,
    ledger: &'a mut Ledger,
    variables: BTreeSet<String>,
    mounts: BTreeSet<String>,
}

impl<'a> Asked<'a> {
    /// Begins to read.
    pub fn new(service: &'a ServicePlan, ledger: &'a mut Ledger) -> Asked<'a> {
        Asked { service, ledger, variables: BTreeSet::new(), mounts: BTreeSet::new() }
    }

    /// The ledger, for what a recipe has to say itself.
    pub fn ledger(&mut self) -> &mut Ledger {
        self.ledger
    }

    /// The value of a variable that the recipe honours. Empty counts as not given, as in the images' own scripts.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let value = self.raw(name)?;
        self.ledger.note(format!("environment.{name}"), Fidelity::Honoured, secret::mask_value(name, &value));
        Some(value)
    }

    /// The same for a variable that may instead be given by a file, named by `<name>_FILE`. Both is an error, as it
    /// is in the images.
    pub fn text_or_file(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let by_file = format!("{name}_FILE");
        let (value, file) = (self.text(name), self.raw(&by_file));
        let file = match (value, file) {
            (Some(_), Some(_)) => {
                return Err(
                    Refusal::new(format!("both {name} and {by_file} are set")).help("keep one of them")
                );
            }
            (value, None) => return Ok(value),
            (None, Some(file)) => file,
        };
        let path = self.host_path(&file).ok_or_else(|| {
            Refusal::new(format!("{by_file} names {file}, which no mount, secret or config provides"))
        })?;
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Refusal::new(format!("{by_file}: cannot read {}: {error}", path.display())))?;
        self.ledger.note(format!("environment.{by_file}"), Fidelity::Honoured, file);
        // The images read it by "$(< file)", which drops the newlines at its end.
        Ok(Some(text.trim_end_matches('\n').to_owned()))
    }

    /// Notes how a variable is met by other means than its value.
    pub fn note(&mut self, name: &str, how: Fidelity, detail: impl Into<String>) {
        if self.service.environment.contains_key(name) {
            self.variables.insert(name.to_owned());
            self.ledger.note(format!("environment.{name}"), how, detail);
        }
    }

    /// The path on this machine of a path in the container, when a mount provides it.
    pub fn host_path(&mut self, container: &str) -> Option<PathBuf> {
        let (mount, path) = self.resolve(container)?;
        let (target, source) = (mount.target.clone(), path.display().to_string());
        if self.mounts.insert(target.clone()) {
            self.ledger.note(format!("volumes.{target}"), Fidelity::Honoured, format!("read from {source}"));
        }
        Some(path)
    }

    /// The path on this machine when the container's path is provided by a mount; the text itself else. For command
    /// line flags, whose values may be paths.
    pub fn translate(&mut self, text: &str) -> String {
        let path = text.starts_with('/').then(|| self.host_path(text)).flatten();
        path.map_or_else(|| text.to_owned(), |path| path.display().to_string())
    }

    /// The mounts at a container folder or beneath it, in the order of the project.
    pub fn mounts_under(&mut self, folder: &str) -> Vec<Mount> {
        let found = self.service.mounts.iter().filter(|mount| Path::new(&mount.target).starts_with(folder));
        let found: Vec<Mount> = found.cloned().collect();
        self.mounts.extend(found.iter().map(|mount| mount.target.clone()));
        found
    }

    /// Storage for data at a container folder: fresh storage is what a run gives anyway, the data of a folder on this
    /// machine is never used, because a run must neither depend on it nor change it.
    pub fn storage(&mut self, folder: &str) {
        for mount in self.mounts_under(folder) {
            match mount.source {
                None => self.ledger.note(
                    format!("volumes.{}", mount.target),
                    Fidelity::Honoured,
                    "fresh storage for this run",
                ),
                Some(source) => self.ledger.note(
                    format!("volumes.{}", mount.target),
                    Fidelity::Refused,
                    format!("the data in {} is left alone; the run starts with fresh data", source.display()),
                ),
            }
        }
    }

    /// Notes everything that the recipe did not read: variables are passed on, mounts and keys have no effect.
    pub fn finish(self) {
        for (name, value) in &self.service.environment {
            if !self.variables.contains(name) {
                let shown = format!("passed on: {}", secret::mask_value(name, value));
                self.ledger.note(format!("environment.{name}"), Fidelity::Honoured, shown);
            }
        }
        for mount in &self.service.mounts {
            if !self.mounts.contains(&mount.target) {
                let (how, detail) = match &mount.source {
                    None => (Fidelity::Emulated, "the server has its own fresh storage".to_owned()),
                    Some(source) => {
                        (Fidelity::Refused, format!("{} is not shown to the server", source.display()))
                    }
                };
                self.ledger.note(format!("volumes.{}", mount.target), how, detail);
            }
        }
        for key in &self.service.unused_keys {
            let (how, detail) = unused(key);
            self.ledger.note(key.clone(), how, detail);
        }
    }

    fn raw(&mut self, name: &str) -> Option<String> {
        self.variables.insert(name.to_owned());
        self.service.environment.get(name).filter(|value| !value.is_empty()).cloned()
    }

    fn resolve(&self, container: &str) -> Option<(&'a Mount, PathBuf)> {
        let mounts =
            self.service.mounts.iter().filter(|mount| Path::new(container).starts_with(&mount.target));
        let mount = mounts.max_by_key(|mount| mount.target.len())?;
        let rest = Path::new(container).strip_prefix(&mount.target).ok()?;
        let source = mount.source.as_ref()?;
        Some((mount, if rest.as_os_str().is_empty() { source.clone() } else { source.join(rest) }))
    }
}

/// Keys whose absence cannot be seen by a test: they manage containers.
const ABOUT_CONTAINERS: [&str; 10] = [
    "restart",
    "container_name",
    "labels",
    "logging",
    "pull_policy",
    "platform",
    "init",
    "networks",
    "annotations",
    "attach",
];

fn unused(key: &str) -> (Fidelity, &'static str) {
    if ABOUT_CONTAINERS.contains(&key) || key.starts_with("x-") {
        (Fidelity::Emulated, "there is no container to apply it to")
    } else {
        (Fidelity::Refused, "not applied to a process of this machine")
    }
}
