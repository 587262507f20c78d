//! Packages held against what the project's requirement files declare, where there is no environment to look into.

use ruff_python_stdlib::sys::is_known_standard_library;
use testyard_model::collection::CauseKind;

use super::{Place, Search};
use crate::diagnose::{Trouble, distribution};
use crate::project::join;
use crate::repair::Repair;
use crate::settings::Declared;

/// The minor version whose standard library is taken for known where the project says none.
const MINOR: u8 = 13;

/// Words that a distribution's name may have around the name of its module: `python-dateutil`, `nats-py`.
const AROUND: [&str; 4] = ["python", "py", "lib", "django"];

impl Search<'_, '_> {
    /// What the project's declarations say of a top-level module that is not its own.
    pub(super) fn declared(&self, module: &str) -> Place {
        let settings = self.project.settings;
        let Some(declared) = &settings.declared else { return Place::Unknown };
        let minor = settings.version.and_then(|(_, minor)| u8::try_from(minor).ok()).unwrap_or(MINOR);
        if is_known_standard_library(minor, module)
            || is_declared(declared, module)
            || is_always_there(module)
            || self.lies_below(module)
        {
            return Place::Unknown;
        }
        let distribution = distribution::of(module);
        let file = settings.requirements.as_deref();
        let (kind, message) = match declared.locked {
            true => (CauseKind::MissingPackage, format!("`{module}` is not in the project's lock")),
            false => (
                CauseKind::UndeclaredPackage,
                format!(
                    "`{module}` is imported, and no requirement file names it: another package may bring it"
                ),
            ),
        };
        let trouble = Box::new(Trouble {
            kind,
            name: module.to_owned(),
            message,
            fix: match file {
                Some(file) => format!("add `{distribution}` to {file}"),
                None => format!("declare `{distribution}`"),
            },
            chain: Vec::new(),
            // A lock is written by its own tool.
            repair: file
                .filter(|file| !declared.locked || file.ends_with(".txt"))
                .map(|file| Repair::Require { file: file.to_owned(), distribution }),
        });
        if declared.locked { Place::Missing(trouble) } else { Place::Undeclared(trouble) }
    }

    /// Whether a folder of the root holds a module of this name: an installation may take it from there.
    fn lies_below(&self, module: &str) -> bool {
        let root = self.project.tree.listing("");
        let mut folders = root.entries().filter(|(_, is_folder)| *is_folder);
        folders.any(|(folder, _)| {
            let path = join(folder, module);
            self.project.has(&path) || self.project.tree.is_folder(&path)
        })
    }
}

/// Whether a declared distribution is known to bring a module, or is called as it.
fn is_declared(declared: &Declared, module: &str) -> bool {
    let module_words = words(module);
    let usual = words(&distribution::of(module));
    declared.names.iter().any(|name| {
        let compared = words(name);
        let bare: Vec<&str> = name.split('-').filter(|word| !AROUND.contains(word)).collect();
        compared == module_words
            || compared == usual
            || bare.concat() == module_words
            // A name that distributions share: `google`, `azure`, `opentelemetry`.
            || name.split_once('-').is_some_and(|(first, _)| first == module_words)
    })
}

/// A name in lower case, without the signs between its words.
fn words(name: &str) -> String {
    name.chars().filter(|sign| !matches!(sign, '-' | '_' | '.')).flat_map(char::to_lowercase).collect()
}

/// What every environment has beside the standard library, or what testing it brings.
fn is_always_there(module: &str) -> bool {
    matches!(
        module,
        "__future__" | "pytest" | "_pytest" | "pluggy" | "pip" | "setuptools" | "pkg_resources" | "__main__"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[&str], module: &str, expected: bool) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(is_declared(&Declared { names, locked: true }, module), expected, "{module}");
    }

    #[test]
    fn distributions_bring_modules_of_other_names() {
        check(&["pyyaml"], "yaml", true);
        check(&["python-dateutil"], "dateutil", true);
        check(&["nats-py"], "nats", true);
        check(&["psycopg2-binary"], "psycopg2", true);
        check(&["pytest-asyncio"], "pytest_asyncio", true);
        check(&["opentelemetry-api"], "opentelemetry", true);
        check(&["psycopg2"], "psycopg", false);
        check(&["redis"], "re", false);
    }
}
