//! What the packages of an environment say of themselves. Source: the Python packaging user guide, "Recording installed
//! projects", "Core metadata" and "Entry points".

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::cache::Witness;

/// A package that is installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Distribution {
    /// Its name, as it writes it.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// What it needs in every case, normalised; what it needs under a condition is left out.
    pub(crate) requires: Vec<String>,
    /// The plugins of pytest it has: the name of each, and its module.
    pub(crate) plugins: Vec<(String, String)>,
    /// The first parts of the modules it brings.
    pub(crate) modules: BTreeSet<String>,
}

/// The packages of an environment.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    pub(crate) distributions: Vec<Distribution>,
}

impl Metadata {
    /// Reads the packages in a folder of them.
    pub(super) fn of(site: &Path, witness: &Witness) -> Metadata {
        let entries = fs::read_dir(site).into_iter().flatten().flatten().map(|entry| entry.path());
        let infos = entries.filter(|path| path.extension().is_some_and(|kind| kind == "dist-info"));
        let mut distributions: Vec<Distribution> =
            infos.filter_map(|path| distribution(&path, witness)).collect();
        distributions.sort_by(|a, b| a.name.cmp(&b.name));
        Metadata { distributions }
    }

    /// The package that brings a module, by the module's first part.
    pub(crate) fn providing(&self, module: &str) -> Option<&Distribution> {
        self.distributions.iter().find(|one| one.modules.contains(module))
    }

    /// The package of a name, in any spelling.
    pub(crate) fn named(&self, name: &str) -> Option<&Distribution> {
        let name = normal(name);
        self.distributions.iter().find(|one| normal(&one.name) == name)
    }

    /// What a package needs and does not have.
    pub(crate) fn lacking<'d>(&'d self, distribution: &'d Distribution) -> impl Iterator<Item = &'d str> {
        distribution.requires.iter().map(String::as_str).filter(|name| self.named(name).is_none())
    }

    /// The first package that needs a package of this name.
    pub(crate) fn wanting(&self, name: &str) -> Option<&Distribution> {
        let name = normal(name);
        self.distributions.iter().find(|one| one.requires.contains(&name))
    }

    /// The plugins of pytest, each with its module.
    pub(crate) fn plugins(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.distributions.iter().flat_map(|one| &one.plugins);
        all.map(|(name, module)| (name.as_str(), module.as_str()))
    }
}

fn distribution(folder: &Path, witness: &Witness) -> Option<Distribution> {
    ["METADATA", "entry_points.txt", "RECORD"].iter().for_each(|name| witness.see(&folder.join(name)));
    let metadata = fs::read_to_string(folder.join("METADATA")).ok()?;
    let head = metadata.split("\n\n").next().unwrap_or_default();
    let field = |name: &str| {
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_default().trim()
    };
    let entry_points = fs::read_to_string(folder.join("entry_points.txt")).unwrap_or_default();
    let record = fs::read_to_string(folder.join("RECORD")).unwrap_or_default();
    Some(Distribution {
        name: field("Name").to_owned(),
        version: field("Version").to_owned(),
        requires: head.lines().filter_map(|line| required(line.strip_prefix("Requires-Dist:")?)).collect(),
        plugins: plugins(&entry_points),
        modules: record.lines().filter_map(top_module).map(str::to_owned).collect(),
    })
}

/// The name of a requirement that holds in every case.
fn required(requirement: &str) -> Option<String> {
    let unconditional = !requirement.contains(';');
    let is_of_name = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let name = requirement.trim().split(|sign| !is_of_name(sign)).next().unwrap_or_default();
    (unconditional && !name.is_empty()).then(|| normal(name))
}

/// The plugins in a file of entry points: the lines below `[pytest11]`.
fn plugins(entry_points: &str) -> Vec<(String, String)> {
    let below = entry_points.lines().map(str::trim).skip_while(|line| *line != "[pytest11]").skip(1);
    let own = below.take_while(|line| !line.starts_with('['));
    let pairs = own.filter_map(|line| line.split_once('='));
    let module = |value: &str| value.split([':', '[']).next().unwrap_or_default().trim().to_owned();
    pairs.map(|(name, value)| (name.trim().to_owned(), module(value))).collect()
}

/// The first part of the module that a line of a record is about.
fn top_module(line: &str) -> Option<&str> {
    let path = line.split(',').next()?;
    let first = path.split('/').next()?;
    if path == first {
        let stem = first.split('.').next()?;
        let is_module = [".py", ".so", ".pyd"].iter().any(|end| first.ends_with(end));
        return is_module.then_some(stem);
    }
    let is_package = !first.starts_with('.') && first != "__pycache__" && !first.contains('.');
    is_package.then_some(first)
}

/// A name as packages are compared by. Source: PEP 503.
fn normal(name: &str) -> String {
    let mut normal = String::new();
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_lowercase());
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_hold_or_are_conditional() {
        assert_eq!(required(" Foo_Bar.baz[x]<2,>=1.6"), Some("foo-bar-baz".to_owned()));
        assert_eq!(required(" pluggy (>=1)"), Some("pluggy".to_owned()));
        assert_eq!(required(" colorama; sys_platform == 'win32'"), None);
        assert_eq!(required(" attrs>=23; extra == 'dev'"), None);
    }

    #[test]
    fn plugins_are_named_with_their_modules() {
        let text = "[console_scripts]\na = b:c\n\n[pytest11]\nxdist = xdist.plugin\nxdist.looponfail=xdist.looponfail\n[other]\nd = e\n";
        let expected = [("xdist", "xdist.plugin"), ("xdist.looponfail", "xdist.looponfail")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(plugins(text), expected);
    }

    #[test]
    fn records_name_modules() {
        for (line, expected) in [
            ("requests/api.py,sha256=x,1", Some("requests")),
            ("six.py,sha256=x,1", Some("six")),
            ("_cffi_backend.cpython-311-x86_64-linux-gnu.so,,", Some("_cffi_backend")),
            ("_pytest/main.py,,", Some("_pytest")),
            ("../../../bin/pytest,,", None),
            ("requests-2.dist-info/METADATA,,", None),
            ("__pycache__/six.cpython-311.pyc,,", None),
        ] {
            assert_eq!(top_module(line), expected, "{line}");
        }
    }
}
