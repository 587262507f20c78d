//! What is said of something that is not there, and what it could have been.

use strsim::levenshtein;
use testyard_model::collection::CauseKind;

use super::Search;
use crate::diagnose::{Trouble, distribution, elsewhere};
use crate::project::Module;
use crate::repair::Repair;

impl Search<'_, '_> {
    pub(in crate::diagnose) fn missing_name(&self, module: &Module, name: &str) -> Trouble {
        let top = module.path.split_once('/').map_or("", |(top, _)| top);
        let moved = elsewhere::module_with(self.project, top, name, &module.path);
        let nearest = nearest(name, module.body.names.iter().map(|(name, _)| name.as_str()));
        let (hint, fix) = match &moved {
            Some(moved) => (format!("; `{moved}` has it"), format!("import `{name}` from `{moved}`")),
            None => (meant(nearest), format!("define `{name}` there, or correct the import")),
        };
        let repair = match moved {
            Some(to) => Repair::Import { name: Some(name.to_owned()), to },
            None => Repair::StubName { path: module.path.clone(), name: name.to_owned() },
        };
        Trouble {
            kind: CauseKind::MissingName,
            name: format!("{}:{name}", module.path),
            message: format!("{} has no `{name}`{hint}", module.path),
            fix,
            chain: Vec::new(),
            repair: Some(repair),
        }
    }

    pub(super) fn missing_module(&self, path: &str, written: &str) -> Trouble {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let names = self.names_in(folder);
        let nearest = nearest(name, names.iter().map(String::as_str));
        let top = path.split_once('/').map_or("", |(top, _)| top);
        let moved = match nearest {
            Some(_) => None,
            None => elsewhere::module_called(self.project, top, name),
        };
        let (hint, fix) = match &moved {
            Some(moved) => (format!("; there is `{moved}`"), format!("import `{moved}` instead")),
            None => (meant(nearest), "add the module, or correct the import".to_owned()),
        };
        Trouble {
            kind: CauseKind::MissingModule,
            name: written.to_owned(),
            message: format!("the project has no module `{written}`: neither {path}.py nor {path}/{hint}"),
            fix,
            chain: Vec::new(),
            repair: Some(match moved {
                Some(to) => Repair::Import { name: None, to },
                None => Repair::StubModule { path: format!("{path}.py") },
            }),
        }
    }

    /// The modules and packages in a folder of the project.
    fn names_in(&self, folder: &str) -> Vec<String> {
        let listing = self.project.tree.listing(folder);
        let names = listing
            .entries()
            .filter_map(|(name, is_folder)| name.strip_suffix(".py").or(is_folder.then_some(name)));
        names.filter(|name| !name.starts_with(['.', '_'])).map(str::to_owned).collect()
    }

    pub(super) fn missing_inside(&self, module: &str, parts: usize) -> Trouble {
        let there: Vec<&str> = module.split('.').take(parts).collect();
        let there = there.join(".");
        Trouble {
            kind: CauseKind::MissingModule,
            name: module.to_owned(),
            message: format!("`{there}` as it is installed has no module `{module}`"),
            fix: format!(
                "install a version of {} that has it",
                distribution::of(module.split('.').next().unwrap_or(module))
            ),
            chain: Vec::new(),
            repair: None,
        }
    }

    pub(super) fn missing_package(&self, package: &str) -> Trouble {
        let distribution = distribution::of(package);
        let file = self.project.settings.requirements.as_deref();
        let wanting = self.world.and_then(|world| world.metadata().wanting(&distribution));
        let wanted = wanting.map_or_else(String::new, |by| format!("; {} {} needs it", by.name, by.version));
        Trouble {
            kind: CauseKind::MissingPackage,
            name: package.to_owned(),
            message: format!("`{package}` is not installed{wanted}"),
            fix: match file {
                Some(file) => format!("add `{distribution}` to {file}"),
                None => format!("install `{distribution}`"),
            },
            chain: Vec::new(),
            repair: file.map(|file| Repair::Require { file: file.to_owned(), distribution }),
        }
    }
}

pub(super) fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The name that differs least from what was written, when it differs little.
pub(crate) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let close = |name: &&str| *name != wanted && levenshtein(wanted, name) <= (wanted.len() / 3).min(3);
    names.filter(close).min_by_key(|name| levenshtein(wanted, name))
}
