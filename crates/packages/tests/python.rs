//! Environments that are really made, with pip and with uv, from the configured index and from broken ones.

#![allow(clippy::unwrap_used, reason = "a helper of tests may panic as they do")]

mod index;
mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;

use index::Index;
use support::{Bench, prints};
use testyard_model::plan::{Install, InstallKind, PythonPlan};
use testyard_packages::{Context, prepare};
use testyard_sys::process::{Command, output};

/// A plan for a project in the bench's folder, with these files in it.
fn plan(bench: &Bench, files: &[(&str, &str)], install: &[(&str, InstallKind, bool)]) -> PythonPlan {
    let root = bench.folder().join("project");
    for (name, text) in files {
        let file = root.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        testyard_sys::files::write(&file, text).unwrap();
    }
    let install = install.iter().map(|(name, kind, required)| Install {
        file: root.join(name),
        kind: kind.clone(),
        required: *required,
    });
    PythonPlan {
        existing: None,
        version: None,
        version_from: None,
        install: install.collect(),
        as_of: None,
        timeouts_ms: vec![60_000, 60_000],
        offline: false,
        root,
    }
}

fn requirements() -> InstallKind {
    InstallKind::Requirements
}

fn project(groups: &[&str], extras: &[&str]) -> InstallKind {
    let words = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    InstallKind::Project { groups: words(groups), extras: words(extras) }
}

/// Variables that make an index on this machine the only one.
fn only(index: &Index) -> Vec<(&'static str, String)> {
    vec![
        ("PIP_INDEX_URL", index.url()),
        ("UV_INDEX_URL", index.url()),
        ("PIP_RETRIES", "0".to_owned()),
        ("UV_HTTP_RETRIES", "0".to_owned()),
        ("PIP_CONFIG_FILE", "/dev/null".to_owned()),
        ("PIP_FIND_LINKS", String::new()),
        ("PIP_NO_CACHE_DIR", "1".to_owned()),
    ]
}

fn context_for(bench: &Bench, index: &Index) -> Context {
    let variables = only(index);
    let variables: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    bench.with(&variables)
}

#[tokio::test]
async fn an_environment_is_made_once_and_used_again() {
    let bench = Bench::new().await;
    let index = Index::start().await;
    let context = context_for(&bench, &index);
    let files = [("requirements.txt", "-r base.txt\npytest\n"), ("base.txt", "sample==1.0\n")];
    let plan = plan(&bench, &files, &[("requirements.txt", requirements(), true)]);

    let (one, two) = tokio::join!(prepare(&plan, &context), prepare(&plan, &context));
    let one = one.unwrap();
    assert_eq!(one, two.unwrap(), "two at once make one");
    let version = ["-c", "import sample; print(sample.VERSION)"];
    assert_eq!(prints(&context, &one.interpreter, &version, &one.variables).await, "1.0\n");
    assert!(one.variables["PATH"].starts_with(one.bin.to_str().unwrap()));
    let requests = index.requests();

    assert_eq!(prepare(&plan, &context).await.unwrap(), one);
    assert_eq!(index.requests(), requests, "nobody is asked again");
    assert!(
        bench.heard.ends().last().unwrap().contains("as it was prepared before"),
        "{:?}",
        bench.heard.ends()
    );

    testyard_sys::files::write(&plan.root.join("base.txt"), "sample\n").unwrap();
    let three = prepare(&plan, &context).await.unwrap();
    assert_ne!(three.interpreter, one.interpreter, "an included file has changed");
}

#[tokio::test]
async fn a_server_that_recovers_is_asked_again() {
    let bench = Bench::new().await;
    for trouble in [index::Trouble::Status(503), index::Trouble::Broken] {
        let index = Index::start().await;
        index.trouble(trouble, 1);
        let context = context_for(&bench, &index);
        let name = format!("{trouble:?}.txt");
        let plan = plan(&bench, &[(&name, "pytest\nsample\n")], &[(&name, requirements(), true)]);
        prepare(&plan, &context).await.unwrap_or_else(|failure| panic!("{trouble:?}: {failure:?}"));
        let heard = bench.heard.ends().join("\n");
        assert!(
            heard.contains(&format!("passed prepare/{name}: installed by pip, attempt 2 of 2")),
            "{heard}"
        );
    }
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_after_every_attempt() {
    let bench = Bench::new().await;
    let index = Index::start().await;
    index.trouble(index::Trouble::Silence, usize::MAX);
    let context = context_for(&bench, &index);
    let mut plan = plan(&bench, &[("r.txt", "sample\n")], &[("r.txt", requirements(), true)]);
    plan.timeouts_ms = vec![1_500, 2_000];
    let failure = prepare(&plan, &context).await.unwrap_err();
    assert_eq!(failure.check.as_str(), "prepare/r.txt");
    let evidence = failure.evidence.join("\n");
    assert!(
        evidence.contains("timed out after 2 s") && evidence.contains("attempt 2 of 2 failed"),
        "{evidence}"
    );
    assert!(evidence.contains("prepare-r.txt.log"), "{evidence}");
    assert!(std::fs::read_dir(context.cache.join("venvs")).unwrap().all(|e| e.unwrap().path().is_file()));
}

#[tokio::test]
async fn what_does_not_exist_is_not_asked_for_twice() {
    let bench = Bench::new().await;
    let index = Index::start().await;
    let context = context_for(&bench, &index);
    let files = [("r.txt", "pytest\nsample\n"), ("o.txt", "sample==9\n"), ("s.txt", "nothing-such\n")];
    let optional = ("o.txt", requirements(), false);
    let plan_of =
        |required| plan(&bench, &files, &[("r.txt", requirements(), true), optional.clone(), required]);

    let failure = prepare(&plan_of(("s.txt", requirements(), true)), &context).await.unwrap_err();
    assert_eq!(failure.check.as_str(), "prepare/s.txt");
    let evidence = failure.evidence.join("\n");
    assert!(evidence.contains("No matching distribution found for nothing-such"), "{evidence}");
    assert!(!evidence.contains("attempt"), "{evidence}");

    // The same as optional ones are told, now and whenever the environment is used again.
    let plan = plan_of(("s.txt", requirements(), false));
    for _ in 0..2 {
        prepare(&plan, &context).await.unwrap();
    }
    let skipped =
        bench.heard.ends().into_iter().filter(|line| line.starts_with("skipped")).collect::<Vec<_>>();
    let of = |what: &str| {
        skipped.iter().filter(|line| line.starts_with(&format!("skipped prepare/{what}"))).count()
    };
    assert_eq!((of("o.txt"), of("s.txt")), (3, 2), "{skipped:?}");
}

#[tokio::test]
async fn a_project_is_installed_with_its_extras_and_groups() {
    let bench = Bench::new().await;
    let index = Index::start().await;
    let context = context_for(&bench, &index);
    // The backend lies in the project: nothing has to be fetched to build it.
    let files = [
        ("pyproject.toml", PROJECT),
        ("backend.py", BACKEND),
        ("app/__init__.py", "HERE = True\n"),
        ("second/__init__.py", ""),
    ];
    let plan = plan(&bench, &files, &[("pyproject.toml", project(&["test"], &["more"]), true)]);
    let environment = prepare(&plan, &context).await.unwrap();
    let question = ["-c", "import sample, pytest, other; print('there')"];
    assert_eq!(
        prints(&context, &environment.interpreter, &question, &environment.variables).await,
        "there\n"
    );
    let heard = bench.heard.ends().join("\n");
    assert!(heard.contains("the project itself cannot be built"), "{heard}");
}

const PROJECT: &str = r#"
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "app"
version = "1"
dependencies = ["sample"]
[project.optional-dependencies]
more = ["app[most]"]
most = ["other"]
[dependency-groups]
base = []
test = [{ include-group = "base" }, "pytest"]
"#;

/// A backend that refuses, as setuptools does when it finds two packages and nobody said which.
const BACKEND: &str =
    "def build_wheel(*a, **k):\n    raise RuntimeError('two packages')\nbuild_editable = build_wheel\n";

#[tokio::test]
async fn a_project_of_poetry_is_understood_without_poetry() {
    if testyard_sys::which::here("poetry").is_some() {
        return eprintln!("skipped: this machine has poetry");
    }
    let bench = Bench::new().await;
    let index = Index::start().await;
    let context = context_for(&bench, &index);
    let text = r#"
[tool.poetry]
package-mode = false
[tool.poetry.dependencies]
python = "^3.8"
sample = "^1.0"
nothing-such = { version = "*", optional = true }
[tool.poetry.group.test.dependencies]
pytest = { version = ">=7", extras = [] }
other = "*"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"#;
    let lock = InstallKind::PoetryLock { groups: vec!["test".to_owned()], extras: Vec::new() };
    let plan = plan(&bench, &[("pyproject.toml", text), ("poetry.lock", "")], &[("poetry.lock", lock, true)]);
    let made = prepare(&plan, &context).await.unwrap();
    let question = ["-c", "import sample, other, pytest; print(sample.VERSION)"];
    assert_eq!(prints(&context, &made.interpreter, &question, &made.variables).await, "1.0\n");
    let heard = bench.heard.ends().join("\n");
    assert!(heard.contains("poetry is not there: pip kept to the versions in poetry.lock"), "{heard}");
}

#[tokio::test]
async fn without_an_index_pytest_is_what_is_missing() {
    let bench = Bench::new().await;
    let index = Index::start().await;
    index.without("pytest");
    let context = context_for(&bench, &index);
    let plan = plan(&bench, &[("r.txt", "sample\n")], &[("r.txt", requirements(), true)]);
    let failure = prepare(&plan, &context).await.unwrap_err();
    assert_eq!(failure.check.as_str(), "prepare/pytest");
    assert!(failure.evidence.join("\n").contains("help: declare pytest"), "{failure:?}");
}

#[tokio::test]
async fn an_existing_environment_is_used_as_it_is() {
    let bench = Bench::new().await;
    let index = Index::start().await;
    let context = context_for(&bench, &index);
    let made =
        prepare(&plan(&bench, &[("r.txt", "pytest\n")], &[("r.txt", requirements(), true)]), &context).await;
    let made = made.unwrap();
    let folder = made.bin.parent().unwrap().to_owned();
    let mut existing = plan(&bench, &[], &[]);
    existing.existing = Some(folder.clone());
    let used = prepare(&existing, &context).await.unwrap();
    assert_eq!((used.interpreter, used.variables), (made.interpreter, made.variables));

    std::fs::remove_dir_all(pytest_in(&folder)).unwrap();
    let failure = prepare(&existing, &context).await.unwrap_err();
    assert_eq!(failure.check.as_str(), "prepare/python");
    let evidence = failure.evidence.join("\n");
    assert!(evidence.contains("has no pytest") && evidence.contains("install pytest"), "{evidence}");

    existing.existing = Some(bench.folder().join("nowhere"));
    let failure = prepare(&existing, &context).await.unwrap_err();
    assert!(failure.evidence[0].ends_with("bin/python does not run"), "{failure:?}");
}

/// uv, fetched from the configured index once for all tests; says so when it cannot be.
async fn uv(bench: &Bench) -> Option<String> {
    static UV: tokio::sync::OnceCell<Option<PathBuf>> = tokio::sync::OnceCell::const_new();
    let fetched = UV.get_or_init(async || {
        if let Some(there) = testyard_sys::which::here("uv") {
            return Some(there);
        }
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("uv");
        let command = Command::new(testyard_sys::which::here("python3")?)
            .args(["-m", "pip", "install", "-q", "--upgrade", "--target"])
            .args([folder.as_os_str(), "uv".as_ref()])
            .inherit_env();
        let output = output(&bench.context.keeper, command, Duration::from_secs(120)).await.unwrap();
        output.exit.is_success().then(|| folder.join("bin/uv"))
    });
    let uv = fetched.await.as_ref();
    if uv.is_none() {
        eprintln!("skipped: uv is neither here nor on the configured index");
    }
    let path = std::env::var("PATH").unwrap();
    uv.map(|uv| format!("{}:{path}", uv.parent().unwrap().display()))
}

#[tokio::test]
async fn uv_is_used_where_it_is() {
    let bench = Bench::new().await;
    let Some(path) = uv(&bench).await else { return };
    let index = Index::start().await;
    let mut context = context_for(&bench, &index);
    context.variables.insert("PATH".to_owned(), path);
    context
        .variables
        .insert("UV_CACHE_DIR".to_owned(), bench.folder().join("uv-cache").display().to_string());
    let files = [("pyproject.toml", PROJECT), ("backend.py", BACKEND), ("r.txt", "sample\n")];
    let install = [("r.txt", requirements(), true), ("pyproject.toml", project(&["test"], &["more"]), true)];
    let mut plan = plan(&bench, &files, &install);
    let print_version = ["-c", "import sample, pytest, other; print(sample.VERSION)"];
    let check = async |plan: &PythonPlan, context: &Context, version: &str| {
        let made = prepare(plan, context).await.unwrap();
        assert_eq!(
            prints(context, &made.interpreter, &print_version, &made.variables).await,
            format!("{version}\n")
        );
    };
    check(&plan, &context, "2.0").await;
    let heard = bench.heard.ends().join("\n");
    assert!(heard.contains("made by uv") && heard.contains("installed by uv"), "{heard}");
    // On that day the newer one was not there yet.
    plan.as_of = Some("2022-01-01".to_owned());
    check(&plan, &context, "1.0").await;
    // Offline, what uv has seen before serves another plan.
    plan.offline = true;
    plan.install[0].required = false;
    let requests = index.requests();
    check(&plan, &context, "1.0").await;
    assert_eq!(index.requests(), requests);
}

#[tokio::test]
async fn a_lock_of_uv_is_honoured_where_uv_is() {
    let bench = Bench::new().await;
    let Some(path) = uv(&bench).await else { return };
    let index = Index::start().await;
    let without_uv = context_for(&bench, &index);
    let mut with_uv = without_uv.clone();
    with_uv.variables.insert("PATH".to_owned(), path);
    let text = "[project]\nname = \"app\"\nversion = \"1\"\nrequires-python = \">=3.8\"\ndependencies = [\"sample\", \"pytest\"]\n[tool.uv]\npackage = false\n";
    let lock = InstallKind::UvLock { member: None, groups: Vec::new(), extras: Vec::new() };
    let plan = plan(
        &bench,
        &[("pyproject.toml", &text.replace("\"sample\"", "\"sample<2\""))],
        &[("uv.lock", lock, true)],
    );
    let command = Command::new("uv").args(["lock"]).envs(with_uv.variables.clone()).cwd(&plan.root);
    let locked = output(&bench.context.keeper, command, Duration::from_secs(60)).await.unwrap();
    assert!(locked.exit.is_success(), "{}", String::from_utf8_lossy(&locked.stderr));
    // What is declared has moved on, what is locked has not.
    testyard_sys::files::write(&plan.root.join("pyproject.toml"), text).unwrap();

    let print_version = ["-c", "import sample; print(sample.VERSION)"];
    let made = prepare(&plan, &with_uv).await.unwrap();
    assert_eq!(prints(&with_uv, &made.interpreter, &print_version, &made.variables).await, "1.0\n");
    if testyard_sys::which::here("uv").is_none() {
        let made = prepare(&plan, &without_uv).await.unwrap();
        assert_eq!(prints(&without_uv, &made.interpreter, &print_version, &made.variables).await, "1.0\n");
        let heard = bench.heard.ends().join("\n");
        assert!(heard.contains("uv is not there: pip kept to the versions in uv.lock"), "{heard}");
    }
}

#[tokio::test]
async fn the_lock_of_a_workspace_is_honoured_for_its_member() {
    let bench = Bench::new().await;
    let Some(path) = uv(&bench).await else { return };
    let index = Index::start().await;
    let without_uv = context_for(&bench, &index);
    let mut with_uv = without_uv.clone();
    with_uv.variables.insert("PATH".to_owned(), path);
    let top = "[tool.uv.workspace]\nmembers = [\"backend\"]\n";
    let member = "[project]\nname = \"app\"\nversion = \"1\"\nrequires-python = \">=3.8\"\ndependencies = [\"sample\", \"pytest\"]\n[tool.uv]\npackage = false\n";
    let mut plan = plan(
        &bench,
        &[("pyproject.toml", top), ("backend/pyproject.toml", &member.replace("\"sample\"", "\"sample<2\""))],
        &[],
    );
    let folder = plan.root.join("backend");
    let command = Command::new("uv").args(["lock"]).envs(with_uv.variables.clone()).cwd(&folder);
    let locked = output(&bench.context.keeper, command, Duration::from_secs(60)).await.unwrap();
    assert!(locked.exit.is_success(), "{}", String::from_utf8_lossy(&locked.stderr));
    testyard_sys::files::write(&folder.join("pyproject.toml"), member).unwrap();
    let kind = InstallKind::UvLock { member: Some(folder), groups: Vec::new(), extras: Vec::new() };
    plan.install.push(Install { file: plan.root.join("uv.lock"), kind, required: true });

    let print_version = ["-c", "import sample; print(sample.VERSION)"];
    for context in [&with_uv, &without_uv] {
        let made = prepare(&plan, context).await.unwrap();
        assert_eq!(prints(context, &made.interpreter, &print_version, &made.variables).await, "1.0\n");
    }
}

#[tokio::test]
async fn what_another_tool_lists_is_installed() {
    let bench = Bench::new().await;
    let index = Index::start().await;
    let context = context_for(&bench, &index);
    let kind = InstallKind::Listed { requirements: vec!["sample<2".to_owned(), "pytest".to_owned()] };
    let plan = plan(&bench, &[("tox.ini", "")], &[("tox.ini", kind, true)]);
    let made = prepare(&plan, &context).await.unwrap();
    let print_version = ["-c", "import sample, pytest; print(sample.VERSION)"];
    assert_eq!(prints(&context, &made.interpreter, &print_version, &made.variables).await, "1.0\n");
    assert!(!bench.heard.ends().join("\n").contains("declares no pytest"));
}

#[tokio::test]
async fn a_python_that_is_not_here_is_told_at_once() {
    if testyard_sys::which::here("uv").is_some() {
        return eprintln!("skipped: this machine has uv");
    }
    let bench = Bench::new().await;
    let index = Index::start().await;
    let context = context_for(&bench, &index);
    let mut plan = plan(&bench, &[("r.txt", "pytest\n")], &[("r.txt", requirements(), true)]);
    plan.version = Some(">=3.99".to_owned());
    plan.version_from = Some("requires-python in pyproject.toml".to_owned());
    let failure = prepare(&plan, &context).await.unwrap_err();
    assert_eq!(failure.check.as_str(), "prepare/python");
    let asked = "the project asks for Python >=3.99 (requires-python in pyproject.toml)";
    assert_eq!(failure.evidence[0], asked);
    assert!(failure.evidence[1].starts_with("here is Python 3."), "{failure:?}");
    let help = "help: install it, or choose another with --set python.version=3.";
    assert!(failure.evidence.last().unwrap().starts_with(help), "{failure:?}");
    assert_eq!(index.requests(), 0, "nothing is asked for in vain");

    // A pin to a patch that is not here is served by another patch.
    let here =
        failure.evidence[1].trim_start_matches("here is Python ").split([' ', '.']).collect::<Vec<_>>();
    plan.version = Some(format!("{}.{}.99", here[0], here[1]));
    prepare(&plan, &context).await.unwrap();
    let heard = bench.heard.ends().join("\n");
    assert!(heard.contains("differs in the patch only"), "{heard}");
}

#[tokio::test]
async fn a_python_that_uv_cannot_fetch_is_told_with_what_uv_says() {
    let bench = Bench::new().await;
    let Some(path) = uv(&bench).await else { return };
    let context = bench.with(&[("PATH", &path)]);
    let mut plan = plan(&bench, &[("r.txt", "")], &[("r.txt", requirements(), true)]);
    (plan.version, plan.offline) = (Some("3.99".to_owned()), true);
    let evidence = prepare(&plan, &context).await.unwrap_err().evidence.join("\n");
    assert!(evidence.contains("uv could neither find nor fetch one"), "{evidence}");
    assert!(evidence.contains("with --set python.version=3."), "{evidence}");
}

#[tokio::test]
async fn a_day_needs_uv() {
    if testyard_sys::which::here("uv").is_some() {
        return eprintln!("skipped: this machine has uv");
    }
    let bench = Bench::new().await;
    let index = Index::start().await;
    let context = context_for(&bench, &index);
    let mut plan = plan(&bench, &[("r.txt", "pytest\n")], &[("r.txt", requirements(), true)]);
    plan.as_of = Some("2022-01-01".to_owned());
    let failure = prepare(&plan, &context).await.unwrap_err();
    assert_eq!(failure.check.as_str(), "prepare/python");
    let evidence = failure.evidence.join("\n");
    assert!(evidence.contains("No matching distribution found for uv"), "{evidence}");
    assert!(evidence.contains("help: `as-of` needs uv"), "{evidence}");
}

fn pytest_in(environment: &Path) -> PathBuf {
    let lib = std::fs::read_dir(environment.join("lib")).unwrap().next().unwrap().unwrap().path();
    lib.join("site-packages/pytest")
}
