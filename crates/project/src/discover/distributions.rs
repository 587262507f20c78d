//! The distributions that a project declares, by their names: what an environment made from its files would hold.

use std::collections::BTreeSet;
use std::path::Path;

use testyard_model::plan::{Install, InstallKind};
use toml_edit::{Document, Item};

use super::ini;

/// How many requirement files may name one another.
const DEPTH: usize = 16;

/// What the files of a project declare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// The names, as PyPI compares them: in lower case, with `-` between the words.
    pub names: BTreeSet<String>,
    /// Whether that is all that will be installed: every declaration is a lock.
    pub locked: bool,
}

/// What these declarations name; nothing where one of them cannot be read for all that it brings.
pub fn declared(install: &[Install]) -> Option<Declared> {
    if install.is_empty() {
        return None;
    }
    let mut declared = Declared { names: BTreeSet::new(), locked: true };
    for one in install {
        let locked = match &one.kind {
            InstallKind::Requirements => of_requirements(&one.file, &mut declared.names, DEPTH)?,
            InstallKind::Listed { requirements } => {
                requirements.iter().try_for_each(|line| add(line, &mut declared.names))?;
                false
            }
            InstallKind::UvLock { .. } | InstallKind::PoetryLock { .. } => {
                of_lock(&one.file, &mut declared.names)?;
                true
            }
            InstallKind::Project { .. } => {
                of_project(&one.file, &mut declared.names)?;
                false
            }
        };
        declared.locked &= locked;
    }
    Some(declared)
}

/// A name as PyPI compares it. Source: "Names and normalization" of the Python packaging specifications.
fn normalized(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// Adds what one requirement asks for; nothing when it does not say its name.
fn add(requirement: &str, names: &mut BTreeSet<String>) -> Option<()> {
    let is_of_name = |sign: char| sign.is_ascii_alphanumeric() || "-_.".contains(sign);
    let name: String = requirement.chars().take_while(|sign| is_of_name(*sign)).collect();
    let rest = requirement[name.len()..].trim_start();
    // What a name is followed by: nothing, extras, a version, a marker, an address. A path or an address is no name.
    let follows = rest.is_empty() || rest.starts_with(['[', '<', '>', '=', '!', '~', ';', '@', '(', ',']);
    if name.starts_with(|sign: char| sign.is_ascii_alphanumeric()) && follows {
        names.insert(normalized(&name));
        return Some(());
    }
    let egg = requirement.split_once("#egg=")?.1;
    names.insert(normalized(egg.split(['&', '[', ' ']).next().unwrap_or(egg)));
    Some(())
}

/// Adds a requirement file. Says whether it is a lock: written by a resolver, which notes what each pin is there for.
fn of_requirements(file: &Path, names: &mut BTreeSet<String>, depth: usize) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    let text = std::fs::read_to_string(file).ok()?;
    let mut locked = text.contains("# via");
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    for line in joined.lines() {
        let line = line.split(" #").next().unwrap_or(line).trim();
        let after = |options: &[&str]| {
            let rest = options.iter().find_map(|option| line.strip_prefix(option))?;
            rest.starts_with([' ', '=']).then(|| rest.trim_start_matches([' ', '=']))
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(other) = after(&["-r", "--requirement"]).or_else(|| line.strip_prefix("-r")) {
            locked &= of_requirements(&file.parent()?.join(other.trim()), names, depth)?;
        } else if let Some(place) = after(&["-e", "--editable"]) {
            // The project's own code: its packages lie in the project, and what it asks for is not known here.
            if !place.starts_with('.') {
                add(place, names)?;
            }
            locked = false;
        } else if !line.starts_with('-') {
            locked &= line.contains("==");
            add(line, names)?;
        }
    }
    Some(locked)
}

/// Adds what a `uv.lock` or `poetry.lock` pins: a table `[[package]]` each.
fn of_lock(file: &Path, names: &mut BTreeSet<String>) -> Option<()> {
    let text = std::fs::read_to_string(file).ok()?;
    let document = Document::parse(text).ok()?;
    let packages = document.get("package")?.as_array_of_tables()?;
    let found = packages.iter().filter_map(|package| package.get("name")?.as_str());
    names.extend(found.map(normalized));
    Some(())
}

/// Adds what a project declares, with all of its extras and groups. A `setup.py` would have to be run.
fn of_project(file: &Path, names: &mut BTreeSet<String>) -> Option<()> {
    let folder = file.parent()?;
    let text = std::fs::read_to_string(folder.join("pyproject.toml")).unwrap_or_default();
    let document = Document::parse(text.as_str()).ok()?;
    let dynamic = document.get("project").and_then(|project| project.get("dynamic"));
    let is_dynamic = |key: &str| {
        dynamic.and_then(Item::as_array).into_iter().flatten().any(|one| one.as_str() == Some(key))
    };
    let setup_py = std::fs::read_to_string(folder.join("setup.py")).unwrap_or_default();
    if setup_py.contains("_require") || is_dynamic("dependencies") || is_dynamic("optional-dependencies") {
        return None;
    }
    let at =
        |path: &[&str]| path.iter().try_fold(document.as_item(), |item, key| item.as_table_like()?.get(key));
    each(at(&["project", "dependencies"]), names)?;
    each(at(&["tool", "uv", "dev-dependencies"]), names)?;
    for tables in [&["project", "optional-dependencies"][..], &["dependency-groups"]] {
        let tables = at(tables).and_then(Item::as_table_like);
        tables.iter().flat_map(|table| table.iter()).try_for_each(|(_, list)| each(Some(list), names))?;
    }
    let mut of_poetry = |item: Option<&Item>| {
        let table = item.and_then(Item::as_table_like);
        let keys = table.iter().flat_map(|table| table.iter()).map(|(name, _)| normalized(name));
        names.extend(keys.filter(|name| name != "python"));
    };
    of_poetry(at(&["tool", "poetry", "dependencies"]));
    of_poetry(at(&["tool", "poetry", "dev-dependencies"]));
    let groups = at(&["tool", "poetry", "group"]).and_then(Item::as_table_like);
    groups.iter().flat_map(|table| table.iter()).for_each(|(_, group)| of_poetry(group.get("dependencies")));
    of_setup_cfg(folder, names)
}

/// Adds the requirements of a list; tables such as `{include-group = "test"}` name what is declared elsewhere.
fn each(list: Option<&Item>, names: &mut BTreeSet<String>) -> Option<()> {
    let all = list.and_then(Item::as_array).into_iter().flatten().filter_map(|one| one.as_str());
    all.into_iter().try_for_each(|line| add(line.trim(), names))
}

fn of_setup_cfg(folder: &Path, names: &mut BTreeSet<String>) -> Option<()> {
    let text = std::fs::read_to_string(folder.join("setup.cfg")).unwrap_or_default();
    let Ok(ini) = ini::parse(&text) else { return None };
    let extras = ini.section("options.extras_require").into_iter().flat_map(|section| &section.keys);
    let own = ini.section("options").and_then(|section| section.get("install_requires"));
    let mut lines = extras.map(|key| key.value.as_str()).chain(own).flat_map(str::lines).map(str::trim);
    lines.by_ref().filter(|line| !line.is_empty() && !line.starts_with('#')).try_for_each(|line| {
        // `file: requirements.txt` names a file instead.
        if line.starts_with("file:") { None } else { add(line, names) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn of(files: &[(&str, &str)], file: &str, kind: InstallKind) -> Option<String> {
        let folder = testing::folder(files);
        let install = Install { file: folder.path().join(file), kind, required: true };
        let found = declared(&[install])?;
        let names: Vec<String> = found.names.into_iter().collect();
        Some(format!("{}{}", names.join(" "), if found.locked { " (locked)" } else { "" }))
    }

    #[test]
    fn requirement_files_name_distributions_and_one_another() {
        let text = "# a\n-r base.txt\nPyYAML[x] >= 6 ; python_version > '3'\nnats_py@https://a.b/c.whl # why\n\
                    git+https://a.b/c#egg=Some.Thing\n-e .\n--hash=x\nuvicorn==1 \\\n    --hash=sha256:a\n";
        let files = [("requirements.txt", text), ("base.txt", "redis\n")];
        assert_eq!(
            of(&files, "requirements.txt", InstallKind::Requirements).as_deref(),
            Some("nats-py pyyaml redis some-thing uvicorn")
        );
    }

    #[test]
    fn what_a_resolver_wrote_is_a_lock() {
        let text = "anyio==4.1\n    # via starlette\nstarlette==1.0\n";
        let locked = of(&[("r.txt", text)], "r.txt", InstallKind::Requirements);
        assert_eq!(locked.as_deref(), Some("anyio starlette (locked)"));
        let open = of(&[("r.txt", &format!("{text}redis\n"))], "r.txt", InstallKind::Requirements);
        assert_eq!(open.as_deref(), Some("anyio redis starlette"));
    }

    #[test]
    fn nothing_is_known_of_what_does_not_say_its_name() {
        for text in ["./wheels/a.whl\n", "https://a.b/c.whl\n", "-r missing.txt\n"] {
            assert_eq!(of(&[("r.txt", text)], "r.txt", InstallKind::Requirements), None, "{text}");
        }
    }

    #[test]
    fn locks_and_projects() {
        let lock = "version = 1\n[[package]]\nname = \"Redis\"\nversion = \"5\"\n";
        let kind = InstallKind::UvLock { member: None, groups: Vec::new(), extras: Vec::new() };
        assert_eq!(of(&[("uv.lock", lock)], "uv.lock", kind).as_deref(), Some("redis (locked)"));
        let kind = || InstallKind::Project { groups: Vec::new(), extras: Vec::new() };
        let project = "[project]\nname = \"a\"\ndependencies = [\"fastapi>=1\"]\n[project.optional-dependencies]\n\
                       x = [\"redis\"]\n[dependency-groups]\ntest = [\"pytest\", {include-group = \"x\"}]\n";
        let found = of(&[("pyproject.toml", project)], "pyproject.toml", kind());
        assert_eq!(found.as_deref(), Some("fastapi pytest redis"));
        let cfg = "[options]\ninstall_requires =\n    psycopg\n[options.extras_require]\nx = httpx\n";
        assert_eq!(of(&[("setup.cfg", cfg)], "setup.cfg", kind()).as_deref(), Some("httpx psycopg"));
        let script = "setup(install_requires=['a'])";
        assert_eq!(of(&[("setup.py", script)], "setup.py", kind()), None);
    }
}
