//! What a `pyproject.toml`, `setup.py` or `setup.cfg` says about dependencies: groups, extras, whether the project
//! itself can be installed.

use toml_edit::{Document, Item, TableLike};

use super::ini;

/// Names of groups and extras that hold what tests need.
const TEST_NAMES: [&str; 9] =
    ["test", "tests", "testing", "dev", "develop", "development", "ci", "unit", "integration"];

/// What the declaration says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Declaration {
    /// Whether it declares a project that can be installed.
    pub(super) project: bool,
    /// Whether it says how the project is built; without that an installation is a guess.
    pub(super) build_system: bool,
    /// Whether it is written for Poetry.
    pub(super) poetry: bool,
    /// Its dependency groups that tests need.
    pub(super) groups: Vec<String>,
    /// Its extras that tests need.
    pub(super) extras: Vec<String>,
    /// All of its extras.
    pub(super) every_extra: Vec<String>,
    /// The versions of Python it accepts, and the key that says so.
    pub(super) python: Option<(String, &'static str)>,
}

/// Reads a `pyproject.toml`. One that is not TOML declares nothing: pytest's reader says what is wrong with it.
pub(super) fn read(text: &str) -> Declaration {
    let Ok(document) = Document::parse(text) else { return Declaration::default() };
    let at =
        |path: &[&str]| path.iter().try_fold(document.as_item(), |item, key| item.as_table_like()?.get(key));
    let keys = |path: &[&str]| at(path).and_then(Item::as_table_like).map(keys).unwrap_or_default();
    let names = |path: &[&str]| for_tests(keys(path));
    let poetry =
        at(&["tool", "poetry", "dependencies"]).is_some() || at(&["tool", "poetry", "name"]).is_some();
    let mut groups = names(&["dependency-groups"]);
    groups.extend(names(&["tool", "poetry", "group"]));
    let old_dev =
        at(&["tool", "uv", "dev-dependencies"]).or_else(|| at(&["tool", "poetry", "dev-dependencies"]));
    if old_dev.is_some() {
        groups.push("dev".to_owned());
    }
    groups.extend(default_groups(at(&["tool", "uv", "default-groups"]), at(&["dependency-groups"])));
    groups.sort();
    groups.dedup();
    let mut every_extra = keys(&["project", "optional-dependencies"]);
    every_extra.extend(keys(&["tool", "poetry", "extras"]));
    let text = |path: &[&str], key: &'static str| Some((at(path)?.as_str()?.trim().to_owned(), key));
    let python = text(&["project", "requires-python"], "requires-python")
        .or_else(|| text(&["tool", "poetry", "dependencies", "python"], "python"));
    Declaration {
        python: python.filter(|(versions, _)| !versions.is_empty()),
        project: at(&["project"]).is_some() || poetry,
        build_system: at(&["build-system"]).is_some(),
        poetry,
        groups,
        extras: for_tests(every_extra.clone()),
        every_extra,
    }
}

/// The groups that a project wants wherever it is worked on, by its own word for uv: some of those it declares, or
/// `"all"`.
fn default_groups(wanted: Option<&Item>, declared: Option<&Item>) -> Vec<String> {
    let declared = declared.and_then(Item::as_table_like);
    let declared: Vec<&str> = declared.iter().flat_map(|table| table.iter()).map(|(name, _)| name).collect();
    let wanted = |name: &str| match wanted {
        Some(item) if item.as_str() == Some("all") => true,
        Some(item) => item.as_array().into_iter().flatten().any(|one| one.as_str() == Some(name)),
        None => false,
    };
    declared.into_iter().filter(|name| wanted(name)).map(str::to_owned).collect()
}

/// Adds what a `setup.cfg` says.
pub(super) fn add_setup_cfg(declaration: &mut Declaration, text: &str) {
    let Ok(ini) = ini::parse(text) else { return };
    declaration.project |= ini.section("metadata").is_some() || ini.section("options").is_some();
    let key = "python_requires";
    let python = ini.section("options").and_then(|section| section.get(key)).filter(|text| !text.is_empty());
    declaration.python =
        declaration.python.take().or_else(|| python.map(|versions| (versions.to_owned(), key)));
    if let Some(section) = ini.section("options.extras_require") {
        let names: Vec<String> = section.keys.iter().map(|key| key.name.clone()).collect();
        declaration.extras.extend(for_tests(names.clone()));
        declaration.every_extra.extend(names);
    }
}

fn keys(table: &dyn TableLike) -> Vec<String> {
    table.iter().map(|(name, _)| name.to_owned()).collect()
}

fn for_tests(mut names: Vec<String>) -> Vec<String> {
    names.retain(|name| TEST_NAMES.contains(&name.to_lowercase().as_str()));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = read(text);
        let mut shown = Vec::new();
        if found.project {
            shown.push("project".to_owned());
        }
        if found.build_system {
            shown.push("built".to_owned());
        }
        if found.poetry {
            shown.push("poetry".to_owned());
        }
        shown.extend(found.python.iter().map(|(versions, key)| format!("{key}{versions}")));
        shown.push(format!("groups={} extras={}", found.groups.join(","), found.extras.join(",")));
        assert_eq!(shown.join(" "), expected, "{text}");
    }

    #[test]
    fn groups_and_extras_for_tests() {
        check("[tool.black]\nline-length = 100\n", "groups= extras=");
        check(
            "[project]\nname = \"a\"\n[project.optional-dependencies]\ntest = []\ndocs = []\n[dependency-groups]\ndev = []\nlint = []\n",
            "project groups=dev extras=test",
        );
        check(
            "[build-system]\nrequires = []\n[tool.poetry]\nname = \"a\"\n[tool.poetry.group.test.dependencies]\npytest = \"*\"\n",
            "project built poetry groups=test extras=",
        );
        check(
            "[tool.poetry]\nname = \"a\"\n[tool.poetry.dev-dependencies]\npytest = \"*\"\n",
            "project poetry groups=dev extras=",
        );
        let groups = "[dependency-groups]\ntest = []\ndocs = []\npg = []\n[tool.uv]\ndefault-groups = ";
        check(&format!("{groups}[\"pg\", \"none\"]"), "groups=pg,test extras=");
        check(&format!("{groups}\"all\""), "groups=docs,pg,test extras=");
        check("not toml", "groups= extras=");
        check("[project]\nrequires-python = \">=3.9\"\n", "project requires-python>=3.9 groups= extras=");
        check("[project]\nrequires-python = \"\"\n", "project groups= extras=");
        check("[tool.poetry.dependencies]\npython = \"^3.9\"\n", "project poetry python^3.9 groups= extras=");
    }

    #[test]
    fn setup_cfg_extras() {
        let mut declaration = Declaration::default();
        add_setup_cfg(
            &mut declaration,
            "[metadata]\nname = a\n[options.extras_require]\ntests =\n  pytest\ndoc =\n  sphinx\n",
        );
        assert!(declaration.project);
        assert_eq!(declaration.extras, ["tests"]);
        assert_eq!(declaration.every_extra, ["tests", "doc"]);
        assert_eq!(declaration.python, None);
        add_setup_cfg(&mut declaration, "[options]\npython_requires = >=3.8\n");
        assert_eq!(declaration.python, Some((">=3.8".to_owned(), "python_requires")));
        let mut other = Declaration::default();
        add_setup_cfg(&mut other, "[flake8]\nmax-line-length = 100\n");
        assert_eq!(other, Declaration::default());
    }
}
