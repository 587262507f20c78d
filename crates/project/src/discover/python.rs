//! What the tests' Python needs: declarations of dependencies, and environments that exist already.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use testyard_model::plan::{Install, InstallKind};
use testyard_model::{Finding, Severity};

use super::listing::{Listing, depth, is_test_file, upwards};
use super::{pyproject, requirements, tox, workspace};
use crate::codes;
use crate::source::Source;

/// Folders in which environments are kept by habit.
const ENVIRONMENTS: [&str; 4] = [".venv", "venv", "env", ".env"];

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PythonFound {
    /// The folder that the dependencies are declared in, relative to the project.
    pub folder: PathBuf,
    /// What to install, with absolute files.
    pub install: Vec<Install>,
    /// Every extra of the project that is declared there, whether tests need it or not.
    pub extras: Vec<String>,
    /// An environment with pytest in it, and how it was found.
    pub existing: Option<(PathBuf, String)>,
    /// The interpreter's version and who asks for it: a `.python-version`, else what the project declares.
    pub version: Option<(String, String)>,
}

/// Looks from the folder the tests run in upwards, then below.
pub(super) fn find(
    root: &Path,
    listing: &Listing,
    tests: &Path,
    variables: &BTreeMap<String, String>,
) -> (PythonFound, Vec<Finding>) {
    let folder = declaring_folder(root, listing, tests);
    let mut install = folder.as_deref().map(|folder| declared(root, listing, folder)).unwrap_or_default();
    if !install.iter().any(|one| one.kind != InstallKind::Requirements) {
        install.extend(package_below(root, listing, tests));
    }
    install.extend(beside_tests(root, listing, tests, folder.as_deref()));
    let mut findings = Vec::new();
    if !install.iter().any(declares_tests) {
        let (deps, finding) = tox::find(root, listing, tests);
        install.extend(deps.map(|deps| of_tox(root, deps, &install)).unwrap_or_default());
        findings.extend(finding);
    }
    let folder = folder.unwrap_or_else(|| tests.to_owned());
    if install.is_empty() {
        findings.extend(unread(listing, tests));
    }
    // The lock of a workspace lies above the member's own folder.
    let locked = install.first().and_then(|one| one.file.parent()?.strip_prefix(root).ok());
    let home = locked.filter(|locked| folder.starts_with(locked)).unwrap_or(&folder).to_owned();
    let found = PythonFound {
        existing: existing(root, tests, &folder, variables),
        extras: extras(root, &folder),
        version: version(root, tests).or_else(|| declared_version(root, &folder)),
        folder: home,
        install,
    };
    (found, findings)
}

/// The folder that declares dependencies: the tests' own, one above it, else the nearest below the root.
fn declaring_folder(root: &Path, listing: &Listing, tests: &Path) -> Option<PathBuf> {
    let declares = |folder: &Path| !declared(root, listing, folder).is_empty();
    let above = upwards(tests).find(|folder| declares(folder)).map(Path::to_owned);
    above.or_else(|| {
        // `requirements/` is read as part of the folder it lies in.
        let home = |file: &Path| {
            let folder = file.parent()?;
            if folder.ends_with("requirements") {
                folder.parent().map(Path::to_owned)
            } else {
                Some(folder.to_owned())
            }
        };
        let mut folders: Vec<PathBuf> =
            listing.files().filter(|file| depth(file) <= 2).filter_map(home).collect();
        folders.dedup();
        folders.into_iter().filter(|folder| !is_aside(folder)).find(|folder| declares(folder))
    })
}

/// Whether a folder's declarations are for something beside the project.
fn is_aside(folder: &Path) -> bool {
    folder.iter().any(|part| ["docs", "doc", "examples", "example"].iter().any(|aside| part == *aside))
}

/// What one folder declares. A lock speaks for everything beside it.
fn declared(root: &Path, listing: &Listing, folder: &Path) -> Vec<Install> {
    let has = |name: &str| listing.has(&folder.join(name));
    let read = |name: &str| std::fs::read_to_string(root.join(folder).join(name)).unwrap_or_default();
    let mut declaration =
        if has("pyproject.toml") { pyproject::read(&read("pyproject.toml")) } else { Default::default() };
    if has("setup.cfg") {
        pyproject::add_setup_cfg(&mut declaration, &read("setup.cfg"));
    }
    let absolute = |file: &Path| root.join(file);
    let groups = declaration.groups;
    let extras = declaration.extras;
    if has("uv.lock") && has("pyproject.toml") {
        let kind = InstallKind::UvLock { member: None, groups, extras };
        return vec![Install { file: absolute(&folder.join("uv.lock")), kind, required: true }];
    }
    let member = has("pyproject.toml") && !has("poetry.lock");
    if let Some(lock) = workspace::lock(root, listing, folder).filter(|_| member) {
        let kind = InstallKind::UvLock { member: Some(absolute(folder)), groups, extras };
        return vec![Install { file: absolute(&lock), kind, required: true }];
    }
    if has("poetry.lock") && has("pyproject.toml") {
        let kind = InstallKind::PoetryLock { groups, extras };
        return vec![Install { file: absolute(&folder.join("poetry.lock")), kind, required: true }];
    }
    let mut install: Vec<Install> = requirements::of_folder(listing, folder)
        .into_iter()
        .map(|one| Install {
            file: absolute(&one.file),
            kind: InstallKind::Requirements,
            required: one.required,
        })
        .collect();
    if declaration.project || has("setup.py") {
        let file = ["pyproject.toml", "setup.py", "setup.cfg"].into_iter().find(|file| has(file));
        // Without a build system an application beside its requirement files often cannot be installed, and need
        // not be.
        let required = install.is_empty() || declaration.build_system || has("setup.py");
        let file = absolute(&folder.join(file.unwrap_or("pyproject.toml")));
        install.push(Install { file, kind: InstallKind::Project { groups, extras }, required });
    }
    install
}

/// Whether a declaration says what tests need: a file or part for them, or pytest itself.
fn declares_tests(install: &Install) -> bool {
    let says = |words: &[&str]| {
        let text = std::fs::read_to_string(&install.file).unwrap_or_default();
        text.lines().any(|line| words.iter().any(|word| line.trim().to_lowercase().starts_with(word)))
    };
    match &install.kind {
        // What is included is for the file that includes it to say.
        InstallKind::Requirements => requirements::is_for_tests(&install.file) || says(&["pytest", "-r"]),
        InstallKind::Listed { .. } => true,
        InstallKind::UvLock { groups, extras, .. } | InstallKind::PoetryLock { groups, extras } => {
            !groups.is_empty() || !extras.is_empty() || says(&["name = \"pytest\""])
        }
        InstallKind::Project { groups, extras } => !groups.is_empty() || !extras.is_empty(),
    }
}

/// What tox would install, as far as it is not installed already.
fn of_tox(root: &Path, deps: tox::ToxDeps, already: &[Install]) -> Vec<Install> {
    let files = deps.files.iter().map(|file| (root.join(file), InstallKind::Requirements));
    let listed = InstallKind::Listed { requirements: deps.listed.clone() };
    let listed = Some((root.join(&deps.file), listed)).filter(|_| !deps.listed.is_empty());
    files
        .chain(listed)
        .filter(|(file, _)| !already.iter().any(|one| one.file == *file))
        .map(|(file, kind)| Install { file, kind, required: true })
        .collect()
}

/// The project's own package where only its `src` is one: requirements beside the tests, `src/setup.py` below.
fn package_below(root: &Path, listing: &Listing, tests: &Path) -> Option<Install> {
    let folder = upwards(tests)
        .map(|folder| folder.join("src"))
        .find(|folder| ["pyproject.toml", "setup.py"].iter().any(|name| listing.has(&folder.join(name))))?;
    declared(root, listing, &folder).into_iter().find(|one| matches!(one.kind, InstallKind::Project { .. }))
}

/// Requirement files in the folders of the tests themselves, `tests/requirements.txt`.
fn beside_tests(root: &Path, listing: &Listing, tests: &Path, already: Option<&Path>) -> Vec<Install> {
    let mut folders: Vec<&Path> =
        listing.below(tests).filter(|file| is_test_file(file)).filter_map(Path::parent).collect();
    let usual = ["tests", "test"].map(|name| tests.join(name));
    folders.extend(
        listing.files().filter_map(Path::parent).filter(|folder| usual.iter().any(|one| one == folder)),
    );
    folders.sort();
    folders.dedup();
    folders.retain(|folder| *folder != tests && Some(*folder) != already);
    let each = |folder: &Path| {
        requirements::of_folder(listing, folder).into_iter().map(|one| Install {
            file: root.join(one.file),
            kind: InstallKind::Requirements,
            required: one.required,
        })
    };
    folders.into_iter().flat_map(each).collect()
}

/// The note about declarations that are recognised and not read.
fn unread(listing: &Listing, tests: &Path) -> Option<Finding> {
    let names = ["Pipfile", "Pipfile.lock", "environment.yml", "environment.yaml", "pdm.lock"];
    let found = upwards(tests)
        .find_map(|folder| names.iter().map(|name| folder.join(name)).find(|file| listing.has(file)))?;
    let source = Source::Discovered(found.display().to_string());
    let finding = source.finding(
        codes::UNREAD_DEPENDENCIES,
        Severity::Warning,
        "dependencies declared in this format are not installed",
    );
    Some(
        finding.help(
            "activate an environment that has them, or name a requirements file in [python] requirements",
        ),
    )
}

/// The active environment, else one in the project; only one with pytest counts.
fn existing(
    root: &Path,
    tests: &Path,
    folder: &Path,
    variables: &BTreeMap<String, String>,
) -> Option<(PathBuf, String)> {
    let active = variables.get("VIRTUAL_ENV").map(PathBuf::from).filter(|path| has_pytest(path));
    if let Some(active) = active {
        return Some((active, "the active virtual environment".to_owned()));
    }
    upwards(tests)
        .chain(upwards(folder))
        .flat_map(|folder| ENVIRONMENTS.map(|name| folder.join(name)))
        .find(|path| has_pytest(&root.join(path)))
        .map(|path| (root.join(&path), format!("it exists in {}", path.display())))
}

/// Whether a folder is a virtual environment whose interpreter can import pytest.
fn has_pytest(environment: &Path) -> bool {
    if !environment.join("bin/python").exists() {
        return false;
    }
    let versions = std::fs::read_dir(environment.join("lib")).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("site-packages/pytest")).any(|package| package.is_dir())
}

/// The interpreter's version in `.python-version`, when it is a version.
fn version(root: &Path, tests: &Path) -> Option<(String, String)> {
    upwards(tests).find_map(|folder| {
        let file = folder.join(".python-version");
        let text = std::fs::read_to_string(root.join(&file)).ok()?;
        let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
        let source = file.display().to_string();
        first.starts_with(|c: char| c.is_ascii_digit()).then(|| (first.to_owned(), source))
    })
}

/// The versions that the declaring folder's project accepts.
fn declared_version(root: &Path, folder: &Path) -> Option<(String, String)> {
    ["pyproject.toml", "setup.cfg"].into_iter().find_map(|name| {
        let file = folder.join(name);
        let (versions, key) = declaration(root, &file)?.python?;
        Some((versions, format!("{key} in {}", file.display())))
    })
}

/// The extras of the declaring folder's project.
fn extras(root: &Path, folder: &Path) -> Vec<String> {
    let files = ["pyproject.toml", "setup.cfg"].map(|name| folder.join(name));
    files.iter().filter_map(|file| declaration(root, file)).flat_map(|one| one.every_extra).collect()
}

/// What a `pyproject.toml` or `setup.cfg` says; none where the file is not there.
fn declaration(root: &Path, file: &Path) -> Option<pyproject::Declaration> {
    let text = std::fs::read_to_string(root.join(file)).ok()?;
    if file.ends_with("pyproject.toml") {
        return Some(pyproject::read(&text));
    }
    let mut declaration = pyproject::Declaration::default();
    pyproject::add_setup_cfg(&mut declaration, &text);
    Some(declaration)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(files: &[(&str, &str)], tests: &str, expected: &str) {
        let folder = testing::folder(files);
        let root = folder.path();
        let (found, findings) = find(root, &Listing::of(root), Path::new(tests), &BTreeMap::new());
        let mut shown: Vec<String> = found.install.iter().map(|one| show(root, one)).collect();
        shown.extend(found.existing.iter().map(|(path, _)| format!("uses {}", inside(root, path))));
        shown.extend(found.version.iter().map(|(version, _)| format!("python {version}")));
        shown.extend(findings.iter().map(|finding| format!("{} {}", finding.code, finding.place)));
        assert_eq!(shown.join(" | "), expected, "{files:?}");
    }

    fn inside(root: &Path, path: &Path) -> String {
        path.strip_prefix(root).unwrap_or(path).display().to_string()
    }

    fn show(root: &Path, install: &Install) -> String {
        let kind = match &install.kind {
            InstallKind::Requirements => String::new(),
            InstallKind::Listed { requirements } => format!(" lists {}", requirements.join(", ")),
            InstallKind::UvLock { member, groups, extras } => {
                let member = member.iter().map(|folder| format!(" for {}", inside(root, folder)));
                format!(" uv{} {groups:?} {extras:?}", member.collect::<String>())
            }
            InstallKind::PoetryLock { groups, extras } => format!(" poetry {groups:?} {extras:?}"),
            InstallKind::Project { groups, extras } => format!(" project {groups:?} {extras:?}"),
        };
        format!("{}{kind}{}", inside(root, &install.file), if install.required { "" } else { "?" })
    }

    const PROJECT: &str = "[project]\nname = \"a\"\n[dependency-groups]\ndev = [\"pytest\"]\n";

    #[test]
    fn declarations_at_above_and_below_the_tests() {
        check(&[("requirements.txt", "")], "", "requirements.txt");
        check(&[("requirements.txt", ""), ("src/tests/test_a.py", "")], "src", "requirements.txt");
        check(&[("src/requirements.txt", ""), ("requirements.txt", "")], "src", "src/requirements.txt");
        check(
            &[("backend/requirements/base.txt", ""), ("tests/test_a.py", "")],
            "",
            "backend/requirements/base.txt",
        );
        check(&[("docs/requirements.txt", ""), ("tests/test_a.py", "")], "", "");
        check(
            &[("requirements.txt", ""), ("src/setup.py", "")],
            "",
            "requirements.txt | src/setup.py project [] []",
        );
        check(&[("setup.py", ""), ("src/setup.py", "")], "", "setup.py project [] []");
        check(
            &[("requirements.txt", ""), ("tests/requirements.txt", ""), ("tests/test_a.py", "")],
            "",
            "requirements.txt | tests/requirements.txt",
        );
    }

    #[test]
    fn locks_speak_for_everything_beside_them() {
        check(
            &[("pyproject.toml", PROJECT), ("uv.lock", ""), ("requirements.txt", "")],
            "",
            "uv.lock uv [\"dev\"] []",
        );
        check(&[("uv.lock", ""), ("requirements.txt", "")], "", "requirements.txt");
        let poetry = "[tool.poetry]\nname = \"a\"\n[tool.poetry.group.test.dependencies]\n";
        check(&[("pyproject.toml", poetry), ("poetry.lock", "")], "", "poetry.lock poetry [\"test\"] []");
    }

    #[test]
    fn the_lock_of_a_workspace_speaks_for_its_members() {
        let lock = "[[package]]\nname = \"a\"\nsource = { editable = \"backend\" }\n";
        let top = ("pyproject.toml", "[tool.uv.workspace]\nmembers = [\"backend\"]\n");
        let member = ("backend/pyproject.toml", PROJECT);
        check(&[top, ("uv.lock", lock), member], "backend", "uv.lock uv for backend [\"dev\"] []");
        check(&[top, member], "backend", "backend/pyproject.toml project [\"dev\"] []");
        let other = ("other/pyproject.toml", PROJECT);
        check(&[top, ("uv.lock", lock), other], "other", "other/pyproject.toml project [\"dev\"] []");
    }

    #[test]
    fn tox_is_asked_where_nothing_else_says_what_tests_need() {
        let tox = ("tox.ini", "[testenv]\ndeps =\n  pytest\n  -rtest.txt\n");
        let setup = ("setup.py", "");
        check(&[tox, setup], "", "setup.py project [] [] | tox.ini lists pytest | TY-PR003 tox.ini:2:1");
        check(
            &[tox, setup, ("test.txt", "")],
            "",
            "setup.py project [] [] | test.txt | tox.ini lists pytest",
        );
        check(&[tox, ("requirements.txt", "pytest\n")], "", "requirements.txt");
        check(&[tox, ("requirements-test.txt", "")], "", "requirements-test.txt");
        check(&[tox, ("pyproject.toml", PROJECT)], "", "pyproject.toml project [\"dev\"] []");
        check(&[("tox.ini", "[testenv]\ncommands = pytest\n"), setup], "", "setup.py project [] []");
    }

    #[test]
    fn projects_are_required_when_nothing_else_declares() {
        check(&[("pyproject.toml", PROJECT)], "", "pyproject.toml project [\"dev\"] []");
        check(
            &[("pyproject.toml", PROJECT), ("requirements.txt", "")],
            "",
            "requirements.txt | pyproject.toml project [\"dev\"] []?",
        );
        check(&[("setup.py", ""), ("requirements.txt", "")], "", "requirements.txt | setup.py project [] []");
        check(&[("pyproject.toml", "[tool.black]\n"), ("requirements.txt", "")], "", "requirements.txt");
    }

    #[test]
    fn environments_with_pytest_are_used() {
        let with = [(".venv/bin/python", ""), (".venv/lib/python3.11/site-packages/pytest/__init__.py", "")];
        check(&with, "src", "uses .venv");
        check(&with[..1], "src", "");
        let folder = testing::folder(&with);
        let variables = |path: &str| {
            BTreeMap::from([("VIRTUAL_ENV".to_owned(), folder.path().join(path).display().to_string())])
        };
        let why = |path: &str| {
            existing(folder.path(), Path::new(""), Path::new(""), &variables(path)).map(|(_, why)| why)
        };
        assert_eq!(why(".venv").as_deref(), Some("the active virtual environment"));
        assert_eq!(why("other").as_deref(), Some("it exists in .venv"));
    }

    #[test]
    fn versions_and_unread_declarations() {
        check(&[(".python-version", "3.12.4\n")], "src", "python 3.12.4");
        check(&[(".python-version", "my-environment\n")], "", "");
        let project = ("pyproject.toml", "[project]\nname = \"a\"\nrequires-python = \">=3.9\"\n");
        check(&[project], "", "pyproject.toml project [] [] | python >=3.9");
        check(&[project, (".python-version", "3.12")], "", "pyproject.toml project [] [] | python 3.12");
        check(&[("lib/pyproject.toml", project.1), ("requirements.txt", "")], "", "requirements.txt");
        check(&[("Pipfile", "")], "", "TY-PR003 Pipfile");
        check(&[("Pipfile", ""), ("requirements.txt", "")], "", "requirements.txt");
    }
}
