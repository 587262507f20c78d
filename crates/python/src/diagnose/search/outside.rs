//! The names that installed packages have.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use testyard_model::collection::CauseKind;

use super::missing::{meant, nearest};
use super::{Search, words};
use crate::diagnose::{Trouble, distribution, elsewhere, is_of_every_module};
use crate::read::{self, Import};
use crate::world::Found;

/// A module of the environment.
pub(super) struct Outside {
    text: String,
    names: BTreeSet<String>,
    /// Whether it may have names that are written nowhere.
    open: bool,
}

impl Search<'_, '_> {
    /// The first name of an import that a package of the environment does not have.
    pub(in crate::diagnose) fn outside_names(&self, import: &Import) -> Option<Trouble> {
        let world = self.world?;
        if import.names.is_empty() {
            return None;
        }
        let Found::Source(source) = world.find(&import.from.module) else { return None };
        let found = self.outside(source).filter(|found| !found.open)?;
        let module = &import.from.module;
        let missing = import.names.iter().find(|name| {
            !found.names.contains(name.as_str())
                && !is_of_every_module(name)
                && !may_bind(&found.text, name)
                && matches!(world.find(&format!("{module}.{name}")), Found::Missing(_))
        })?;
        let package = module.split('.').next().unwrap_or(module);
        let nearest = nearest(missing, found.names.iter().map(String::as_str));
        let distribution = world.metadata().providing(package);
        let moved = world
            .folder(package)
            .and_then(|folder| elsewhere::module_with(self.project, &folder.to_string_lossy(), missing, ""));
        let (hint, fix) = match moved {
            Some(moved) => (format!("; `{moved}` has it"), format!("import `{missing}` from `{moved}`")),
            None => {
                let named = distribution.map_or_else(|| distribution::of(package), |one| one.name.clone());
                (
                    meant(nearest),
                    format!("install a version of {named} that has it, or import what this one has"),
                )
            }
        };
        let version = distribution.map_or_else(String::new, |one| format!(" {}", one.version));
        Some(Trouble {
            kind: CauseKind::MissingName,
            name: format!("{module}.{missing}"),
            message: format!("`{module}`{version} as it is installed has no `{missing}`{hint}"),
            fix,
            chain: Vec::new(),
            repair: None,
        })
    }

    fn outside(&self, source: PathBuf) -> Option<Rc<Outside>> {
        if let Some(known) = self.outside.borrow().get(&source) {
            return known.clone();
        }
        let read = self.world.and_then(|world| world.text(&source)).and_then(|text| {
            let read = read::read(&text, self.project.settings.version).ok()?;
            let open = read.dynamic || !read.body.stars.is_empty() || read.body.last("__getattr__").is_some();
            let names = read.body.names.into_iter().map(|(name, _)| name).collect();
            Some(Rc::new(Outside { text, names, open }))
        });
        self.outside.borrow_mut().insert(source, read.clone());
        read
    }
}

/// Whether a text may bind a name in a way that is not read: by `global`, by `:=`, or as a text.
fn may_bind(text: &str, name: &str) -> bool {
    let is_global =
        |line: &str| line.trim_start().starts_with("global ") && words(line).any(|word| word == name);
    text.lines().any(is_global)
        || [format!("{name} :="), format!("\"{name}\""), format!("'{name}'")]
            .iter()
            .any(|sign| text.contains(sign))
}
