//! Fixtures that tests ask for and nobody has: neither the project nor any plugin of the environment.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use testyard_model::collection::CauseKind;

use super::{Trouble, conftests, search::words};
use crate::collect::Unmet;
use crate::project::Project;
use crate::world::{Found, World};

/// Packages whose fixtures are made from other names.
const MAKERS: [&str; 4] = ["pytest_factoryboy", "pytest_bdd", "pytest_cases", "pytest_generate_tests"];
/// How much of the plugins' code is looked through, in bytes.
const MOST: usize = 16 << 20;

/// The tests that cannot run: file, id, line and why. Without an environment nobody knows what plugins have.
pub(super) fn missing<'u>(
    project: &Project<'_>,
    world: Option<&World>,
    unmet: impl Iterator<Item = (&'u str, &'u Unmet)>,
) -> Vec<(String, String, u32, Trouble)> {
    let Some(world) = world else { return Vec::new() };
    // Most projects have nothing unmet but pytest's own fixtures, whose code is looked through once.
    let plugins: OnceCell<HashSet<String>> = OnceCell::new();
    let is_missing = |(file, unmet): &(&str, &Unmet)| {
        let known = plugins.get_or_init(|| words(&plugins_text(project, world)).map(str::to_owned).collect());
        !known.contains(&unmet.fixture) && !conftests_may(project, file, &unmet.fixture)
    };
    let each = unmet
        .filter(is_missing)
        .map(|(file, unmet)| (file.to_owned(), unmet.test.clone(), unmet.line, trouble(unmet)));
    each.collect()
}

fn trouble(unmet: &Unmet) -> Trouble {
    let name = &unmet.fixture;
    let (meant, fix) = match &unmet.near {
        Some(near) => (format!("; did you mean `{near}`?"), format!("ask for `{near}`, or define `{name}`")),
        None => (String::new(), format!("define `{name}`, or install the plugin that has it")),
    };
    Trouble {
        kind: CauseKind::MissingFixture,
        name: name.clone(),
        message: format!("nothing defines the fixture `{name}`{meant}"),
        fix,
        chain: Vec::new(),
        repair: None,
    }
}

/// Whether a conftest file above a test speaks of the name, or makes fixtures in ways that are not read.
fn conftests_may(project: &Project<'_>, file: &str, name: &str) -> bool {
    let texts = conftests(file)
        .into_iter()
        .chain([file.to_owned()])
        .filter_map(|path| Some((fs::read_to_string(project.settings.root.join(&path)).ok()?, path)));
    texts.into_iter().any(|(text, path)| {
        MAKERS.iter().any(|maker| text.contains(maker))
            || path != file && words(&text).any(|word| word == name)
    })
}

/// The code of pytest and of all its plugins: a fixture of theirs is named in it.
fn plugins_text(project: &Project<'_>, world: &World) -> String {
    let mut text = String::new();
    let modules = world.metadata().plugins().map(|(_, module)| module.to_owned());
    let packages = modules.filter_map(|module| module.split('.').next().map(str::to_owned));
    let mut packages: Vec<String> = packages.chain(["_pytest".to_owned()]).collect();
    packages.sort();
    packages.dedup();
    for package in packages {
        match (world.folder(&package), world.find(&package)) {
            (Some(folder), _) => add_folder(world, &folder, &mut text, 6),
            (None, Found::Source(file)) => add_file(world, &file, &mut text),
            _ => {}
        }
    }
    // Plugins of the project are named where they are asked for, and may lie anywhere.
    let named = project.settings.options.iter().map(|word| word.trim_start_matches("-p"));
    for name in named.filter(|name| !name.starts_with('-')) {
        let path = name.replace('.', "/");
        add_file(world, &project.settings.root.join(format!("{path}.py")), &mut text);
        add_folder(world, &project.settings.root.join(path), &mut text, 3);
    }
    text
}

fn add_folder(world: &World, folder: &Path, text: &mut String, depth: usize) {
    world.see(folder);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = entries.collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && depth > 0 {
            add_folder(world, &path, text, depth - 1);
        } else if path.extension().is_some_and(|kind| kind == "py" || kind == "pyi") {
            add_file(world, &path, text);
        }
    }
}

fn add_file(world: &World, file: &Path, text: &mut String) {
    if let Some(more) = world.text(file).filter(|more| text.len() + more.len() < MOST) {
        text.push_str(&more);
        text.push('\n');
    }
}
