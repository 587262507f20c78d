//! Settings and where they came from, Python, and the file that `init` writes.

use testyard_model::plan::InstallKind;

use super::*;

#[test]
fn origins_say_where_each_setting_came_from() {
    let config = "
[environment]
strict-versions = true
[[suite]]
name = \"unit\"
command = \"pytest\"
timeout = \"5s\"
";
    let files = [("docker-compose.test.yml", COMPOSE), ("testyard.toml", config), ("requirements.txt", "")];
    let plan = plan_of(&files, |request| {
        request.overrides = vec![("python.as-of".to_owned(), "2025-11-30".to_owned())];
        request.variables.insert("TESTYARD_PYTHON_TIMEOUTS".to_owned(), "5s".to_owned());
    })
    .expect("right");
    let own = |origin: &&testyard_model::plan::Origin| origin.key != "project.name";
    let line = |origin: &testyard_model::plan::Origin| {
        format!("{} = {} ({})", origin.key, origin.value, origin.from)
    };
    let lines: Vec<String> = plan.origins.iter().filter(own).map(line).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    environment.compose = docker-compose.test.yml (discovered: it is the only compose file)
    environment.strict-versions = true (testyard.toml:3)
    environment.engine = auto (default)
    suite.unit.command = pytest (testyard.toml:6)
    suite.unit.timeout = 5000 ms (testyard.toml:7)
    suite.unit.services = postgres-test, redis-test (default)
    suite.unit.environment = DATABASE_URL (discovered: lent by service `tests` in docker-compose.test.yml:15:3, which runs the tests)
    python.requirements = requirements.txt (discovered: beside or above the tests)
    python.as-of = 2025-11-30 (command line)
    python.timeouts = 5000 ms (environment TESTYARD_PYTHON_TIMEOUTS)
    ");
    assert_eq!(plan.python.expect("needed").timeouts_ms, [5_000]);
    assert!(plan.engine.strict_versions);
}

#[test]
fn finished_runs_are_kept_as_long_as_the_project_says() {
    let retention = |config: &str| {
        let folder = testing::folder(&[("testyard.toml", config)]);
        let request = Request { root: folder.path().to_owned(), ..Request::default() };
        let kept = load(&request).expect("right").retention();
        (kept.age.as_secs(), kept.runs, kept.bytes)
    };
    assert_eq!(retention(""), (7 * 86_400, 50, 1 << 30));
    assert_eq!(retention("[retention]\nage = \"1h\"\nruns = 3\nsize = \"1MB\"\n"), (3_600, 3, 1_000_000));
}

#[test]
fn python_is_planned_where_it_runs() {
    let suite = |command: &str| format!("[[suite]]\nname = \"a\"\ncommand = \"{command}\"\n");
    let check = |command: &str, expected: bool| {
        let config = suite(command);
        let found = plan(&[("testyard.toml", &config), ("requirements.txt", "")]).python.is_some();
        assert_eq!(found, expected, "{command}");
    };
    check("pytest", true);
    check("python3 run_tests.py", true);
    check("cargo test", false);
    let environment =
        [(".venv/bin/python", ""), (".venv/lib/python3.11/site-packages/pytest/__init__.py", ""), PYTEST];
    let existing = |overrides: &[(&str, &str)]| {
        let overrides =
            overrides.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let plan = plan_of(&environment, |request| request.overrides = overrides).expect("right");
        plan.python.expect("needed").existing.is_some()
    };
    assert!(existing(&[]));
    assert!(existing(&[("python.offline", "true")]));
    assert!(!existing(&[("python.as-of", "2025-11-30")]));
}

/// The extras and groups of the project that is installed.
fn chosen(plan: &Plan) -> String {
    let python = plan.python.as_ref().expect("needed");
    match &python.install[0].kind {
        InstallKind::Project { groups, extras } => format!("{} | {}", extras.join(","), groups.join(",")),
        other => format!("{other:?}"),
    }
}

const EXTRAS: &str = "
[project]
name = \"a\"
[project.optional-dependencies]
test = []
docs = []
PostgreSQL = []
memcached = []
[dependency-groups]
dev = []
lint = []
";

#[test]
fn extras_named_like_a_services_product_are_wanted_with_it() {
    let project = ("pyproject.toml", EXTRAS);
    let without = plan(&[project, PYTEST, TESTS]);
    assert_eq!(chosen(&without), "test | dev");
    let with = plan(&[project, PYTEST, TESTS, ("docker-compose.test.yml", COMPOSE)]);
    assert_eq!(chosen(&with), "test,PostgreSQL | dev");
    let origin = with.origins.iter().find(|origin| origin.key == "python.extras").expect("told");
    let why = "discovered: `PostgreSQL` is named like the product of service `postgres-test`";
    assert_eq!((origin.value.as_str(), origin.from.as_str()), ("test, PostgreSQL", why));
    assert!(without.origins.iter().all(|origin| origin.key != "python.extras"));
}

#[test]
fn init_shows_the_extras_and_groups_of_a_project() {
    let folder = testing::folder(&[("pyproject.toml", EXTRAS), PYTEST, TESTS]);
    let request = Request { root: folder.path().to_owned(), ..Request::default() };
    let text = crate::init::write(&load(&request).expect("right")).expect("right");
    for line in ["# extras = [\"test\"]   # ", "# groups = [\"dev\"]   # "] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn extras_and_groups_that_are_set_count_instead() {
    let files = [("pyproject.toml", EXTRAS), PYTEST, TESTS, ("docker-compose.test.yml", COMPOSE)];
    let toml = "[python]\nextras = [\"docs\"]\n";
    let with = [&files[..], &[("testyard.toml", toml)]].concat();
    let plan = plan_of(&with, |request| {
        request.variables.insert("TESTYARD_PYTHON_GROUPS".to_owned(), "lint,dev".to_owned());
    });
    assert_eq!(chosen(&plan.expect("right")), "docs | lint,dev");
    let none = plan_of(&files, |request| {
        request.overrides = vec![("python.extras".to_owned(), "[]".to_owned())];
    });
    assert_eq!(chosen(&none.expect("right")), " | dev");
    let requirements = [("requirements.txt", ""), PYTEST, TESTS, ("testyard.toml", toml)];
    let expected = "testyard.toml:2:10: `python.extras` is set, and only requirement files are installed, which have \
                    none | name the project's pyproject.toml in [python] requirements";
    assert_eq!(errors_of(&requirements, |_| ()), expected);
}

#[test]
fn a_version_that_is_set_counts_more_than_one_that_is_declared() {
    let check = |overrides: &[(&str, &str)], expected: &str| {
        let project = ("pyproject.toml", "[project]\nname = \"a\"\nrequires-python = \">=3.14\"\n");
        let overrides =
            overrides.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let plan =
            plan_of(&[project, PYTEST, TESTS], |request| request.overrides = overrides).expect("right");
        let python = plan.python.expect("needed");
        let told = [python.version, python.version_from].map(Option::unwrap_or_default);
        assert_eq!(told.join(" | "), expected);
        assert_eq!(plan.origins.iter().filter(|origin| origin.key == "python.version").count(), 1);
    };
    check(&[], ">=3.14 | requires-python in pyproject.toml");
    check(&[("python.version", "3.11")], "3.11 | command line");
}

#[test]
fn init_writes_what_discovery_found() {
    let django = ("manage.py", "");
    let alembic = ("src/alembic.ini", "");
    let files = [
        ("docker-compose.test.yml", COMPOSE),
        ("src/pytest.ini", "[pytest]\n"),
        ("src/tests/test_a.py", ""),
        ("requirements.txt", ""),
        ("requirements-extras.txt", ""),
        django,
        alembic,
    ];
    let folder = testing::folder(&files);
    let request = Request { root: folder.path().to_owned(), ..Request::default() };
    let comparable = |plan: &Plan| {
        let mut plan = plan.clone();
        plan.origins.clear();
        plan.project.files.clear();
        let name = plan.project.name.clone();
        serde_json::to_string_pretty(&plan).expect("serialises").replace(&name, "NAME")
    };
    let project = load(&request).expect("right");
    let discovered = lower(&project, &request).expect("right");
    let text = crate::init::write(&project).expect("right");
    insta::assert_snapshot!(text.replace(&discovered.project.name, "NAME"), @r#"
    # How Testyard runs this project. Everything here was discovered: a line that is removed is discovered again.
    # `testyard plan` shows what a run would do and where each setting comes from.

    [project]
    name = "NAME"

    [environment]
    # It is the only compose file
    compose = ["docker-compose.test.yml"]
    # auto | native | attach
    engine = "auto"
    # Left out: gateway, because it needs its image built
    # Left out: tests, because it runs the tests: its environment goes to the suites
    # Left out: debug, because it is outside the active profiles: it belongs to debug
    # Where a service already runs, Testyard does not start it:
    # [environment.attach]
    # postgres-test = "tcp://staging.example:5432"

    [python]
    # Must install.
    requirements = ["requirements.txt"]
    # Reported, never fatal.
    optional = ["requirements-extras.txt"]
    # as-of = "2025-11-30"   # resolve as the index stood that day

    [[suite]]
    name = "tests"
    # Found by [pytest] in src/pytest.ini
    command = "pytest"
    folder = "src"
    services = ["postgres-test", "redis-test"]
    # Its environment is lent by service `tests` in docker-compose.test.yml:15:3, which runs the tests.
    # setup = ["alembic upgrade head"]   # run before the tests, when the database needs it
    # timeout = "10m"

    # What the results have to reach. Without it every test has to pass.
    # [gates]
    # pass-rate = 0.95
    # collection-errors = 0
    # flaky = 0
    # stand-ins = 0
    "#);
    let mut file = std::fs::File::create(folder.path().join("testyard.toml")).expect("a file");
    std::io::Write::write_all(&mut file, text.as_bytes()).expect("written");
    let project = load(&request).unwrap_or_else(|error| panic!("{}", errors(&error)));
    let written = lower(&project, &request).unwrap_or_else(|error| panic!("{}", errors(&error)));
    assert_eq!(comparable(&written), comparable(&discovered));
}
