//! Tests of loading and lowering whole small projects.

use std::path::Path;

use testyard_model::plan::{AdapterKind, Plan};

use crate::{ConfigError, Request, load, lower, testing};

/// What a project of these files lowers to.
fn plan_of(files: &[(&str, &str)], change: impl FnOnce(&mut Request)) -> Result<Plan, ConfigError> {
    let folder = testing::folder(files);
    let root = folder.path().to_owned();
    let mut request = Request { root: root.clone(), folder: root, ..Request::default() };
    change(&mut request);
    let project = load(&request)?;
    lower(&project, &request)
}

fn plan(files: &[(&str, &str)]) -> Plan {
    plan_of(files, |_| ()).unwrap_or_else(|error| panic!("{}", errors(&error)))
}

/// The errors, one a line.
fn errors(error: &ConfigError) -> String {
    let line = |f: &testyard_model::Finding| {
        format!("{}: {} | {}", f.place, f.message, f.help.as_deref().unwrap_or("-"))
    };
    error.findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn errors_of(files: &[(&str, &str)], change: impl FnOnce(&mut Request)) -> String {
    plan_of(files, change).map_or_else(|error| errors(&error), |plan| panic!("no error: {}", shown(&plan)))
}

/// A plan in a few lines: services, what is left out, suites.
fn shown(plan: &Plan) -> String {
    let mut lines = vec![format!("engine {}", plan.engine.reason)];
    for service in &plan.services {
        let want = service.want.as_ref().map_or("-".to_owned(), |want| want.product.word().to_owned());
        lines.push(format!("service {} {} {want}", service.name, service.engine.word()));
    }
    lines.extend(plan.left_out.iter().map(|out| format!("left out {}: {}", out.service, out.why)));
    for suite in &plan.suites {
        let adapter = if suite.adapter == AdapterKind::Pytest { "pytest" } else { "command" };
        let folder = suite.folder.strip_prefix(&plan.project.root).unwrap_or(Path::new("?")).display();
        let mut line = format!("suite {} {adapter} {:?} in {folder:?}", suite.name, suite.command.join(" "));
        for (word, list) in [
            ("with", &suite.arguments),
            ("on", &suite.services),
            ("needs", &suite.needs),
            ("setup", &suite.setup),
        ] {
            if !list.is_empty() {
                line.push_str(&format!(" {word} {}", list.join(" ")));
            }
        }
        for (name, value) in &suite.environment {
            line.push_str(&format!(" {name}={value}"));
        }
        lines.push(line);
    }
    lines.extend(
        plan.findings.iter().map(|f| format!("{} {} {}: {}", f.severity.word(), f.code, f.place, f.message)),
    );
    lines.join("\n")
}

const COMPOSE: &str = "
services:
  postgres-test:
    image: postgres:16-alpine
    environment: { POSTGRES_PASSWORD: secret-word }
    ports: ['5433:5432']
    tmpfs: [/var/lib/postgresql/data]
    healthcheck: { test: ['CMD-SHELL', 'pg_isready'], interval: 2s, retries: 10 }
  redis-test:
    image: redis:7
    depends_on: [postgres-test]
  gateway:
    build: .
    depends_on: [postgres-test]
  tests:
    build: .
    command: pytest
    depends_on: { postgres-test: { condition: service_healthy } }
    environment: { DATABASE_URL: postgresql://postgres:secret-word@postgres-test/postgres }
  debug:
    image: redis:7
    profiles: [debug]
";

const PYTEST: (&str, &str) = ("pytest.ini", "[pytest]\n");
const TESTS: (&str, &str) = ("tests/unit/test_a.py", "");

#[test]
fn a_project_without_configuration() {
    let files = [("docker-compose.test.yml", COMPOSE), PYTEST, TESTS, ("requirements.txt", "")];
    let plan = plan(&files);
    insta::assert_snapshot!(shown(&plan), @r#"
    engine auto: every planned service can run as a program on this machine
    service postgres-test native postgresql
    service redis-test native redis
    left out gateway: it needs its image built
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    suite tests pytest "pytest" in "" on postgres-test redis-test DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    "#);
    let postgres = plan.service("postgres-test").expect("planned");
    assert_eq!(postgres.published[0].published, Some(5433));
    assert_eq!(postgres.health.as_ref().expect("written").interval_ms, 2_000);
    assert_eq!(postgres.mounts[0].target, "/var/lib/postgresql/data");
    let python = plan.python.as_ref().expect("needed");
    assert_eq!((python.install.len(), python.timeouts_ms.len()), (1, 3));
    assert!(!serde_json::to_string(&plan.masked()).expect("serialises").contains("secret-word"));
}

#[test]
fn configured_suites_name_their_services() {
    let config = "
[[suite]]
name = \"integration\"
command = \"A=1 python -m pytest tests/integration\"
needs = [\"unit\"]
services = [\"redis-test\", \"gateway\"]
setup = [\"alembic upgrade head\"]
[[suite]]
name = \"unit\"
command = \"pytest tests/unit\"
";
    let files = [("docker-compose.test.yml", COMPOSE), ("testyard.toml", config), TESTS];
    insta::assert_snapshot!(shown(&plan(&files)), @r#"
    engine auto: the only engine that starts services; it has no recipe for gateway
    service postgres-test native postgresql
    service redis-test native redis
    service gateway native -
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    suite unit pytest "pytest tests/unit" in "" DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    suite integration pytest "python -m pytest tests/integration" in "" on redis-test gateway needs unit setup alembic upgrade head A=1 DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    warning TY-PR004 testyard.toml:6:27: the suite needs service `gateway`, but it needs its image built
    "#);
    let every = plan_of(&files, |request| {
        request.every_service = true;
        request.selection = vec!["unit".to_owned()];
    });
    insta::assert_snapshot!(shown(&every.expect("right")), @r#"
    engine auto: every planned service can run as a program on this machine
    service postgres-test native postgresql
    service redis-test native redis
    left out gateway: it needs its image built
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    suite unit pytest "pytest tests/unit" in "" DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    "#);
}

#[test]
fn profiles_for_tests_are_activated_and_others_are_not() {
    let compose = "
services:
  db: { image: 'postgres:16', profiles: [integration] }
  seen: { image: 'redis:7', profiles: [monitoring] }
";
    insta::assert_snapshot!(shown(&plan(&[("compose.yaml", compose), PYTEST])), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    left out seen: it is outside the active profiles: it belongs to monitoring
    suite tests pytest "pytest" in "" on db
    "#);
    let set = |request: &mut Request| {
        request.overrides = vec![("environment.profiles".to_owned(), "monitoring".to_owned())];
    };
    insta::assert_snapshot!(shown(&plan_of(&[("compose.yaml", compose), PYTEST], set).expect("right")), @r#"
    engine auto: every planned service can run as a program on this machine
    service seen native redis
    left out db: it is outside the active profiles: it belongs to integration
    suite tests pytest "pytest" in "" on seen
    "#);
}

#[test]
fn services_that_run_elsewhere_are_attached() {
    let config = "
[environment.attach]
postgres-test = \"postgresql://db.example/x\"
staging = \"http://staging.example\"
";
    let files = [("compose.yaml", COMPOSE), ("testyard.toml", config), PYTEST];
    insta::assert_snapshot!(shown(&plan(&files)), @r#"
    engine auto: programs on this machine, but for what [environment.attach] names: postgres-test, staging
    service postgres-test attach postgresql
    service redis-test native redis
    service staging attach -
    left out gateway: it needs its image built
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    suite tests pytest "pytest" in "" on postgres-test redis-test staging DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    "#);
    let attach = |request: &mut Request| {
        request.variables.insert("TESTYARD_ENVIRONMENT_ENGINE".to_owned(), "attach".to_owned());
        request
            .variables
            .insert("TESTYARD_ENVIRONMENT_ATTACH_REDIS_TEST".to_owned(), "redis://r:1".to_owned());
    };
    insta::assert_snapshot!(shown(&plan_of(&files, attach).expect("right")), @r#"
    engine attach: [environment.attach] says where every service already runs: postgres-test, redis-test, staging
    service postgres-test attach postgresql
    service redis-test attach redis
    service staging attach -
    left out gateway: [environment.attach] gives no address for it
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    suite tests pytest "pytest" in "" on postgres-test redis-test staging DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    "#);
}

#[test]
fn a_test_file_that_cannot_stand_alone_lies_over_its_base() {
    let base = "services: { db: { image: 'postgres:16' }, web: { build: . } }\n";
    let over = "services: { db: { ports: ['5433:5432'] }, tests: { build: ., command: pytest, depends_on: [db] } }\n";
    let files = [("docker-compose.yml", base), ("docker-compose.test.yml", over), PYTEST];
    insta::assert_snapshot!(shown(&plan(&files)), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    left out web: it needs its image built
    left out tests: it runs the tests: its environment goes to the suites
    suite tests pytest "pytest" in "" on db
    "#);
    let alone = "services: { cache: { image: 'redis:7' } }\n";
    let files = [("docker-compose.yml", base), ("docker-compose.test.yml", alone), PYTEST];
    insta::assert_snapshot!(shown(&plan(&files)), @r#"
    engine auto: every planned service can run as a program on this machine
    service cache native redis
    suite tests pytest "pytest" in "" on cache
    "#);
}

#[test]
fn infrastructure_behind_a_small_dockerfile_is_brought_up() {
    let compose = "services: { db: { build: ./db, environment: { POSTGRES_DB: own } }, web: { build: . } }\n";
    let dockerfile = "FROM postgres:17\nENV POSTGRES_DB=base POSTGRES_USER=me\nADD create.sql /docker-entrypoint-initdb.d\n";
    let files = [
        ("compose.yaml", compose),
        PYTEST,
        ("db/Dockerfile", dockerfile),
        ("db/create.sql", ""),
        ("Dockerfile", "FROM python:3\n"),
    ];
    let plan = plan(&files);
    insta::assert_snapshot!(shown(&plan), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    left out web: it needs its image built
    suite tests pytest "pytest" in "" on db
    "#);
    let db = plan.service("db").expect("planned");
    assert_eq!(db.image.as_deref(), Some("postgres:17"));
    assert_eq!(
        (db.environment["POSTGRES_DB"].as_str(), db.environment["POSTGRES_USER"].as_str()),
        ("own", "me")
    );
    assert_eq!(db.mounts[0].target, "/docker-entrypoint-initdb.d/create.sql");
    assert!(db.unused_keys.is_empty());
}

#[test]
fn clients_are_not_taken_for_servers() {
    let compose = "
services:
  db: { image: 'postgres:16', command: ['-c', 'fsync=off'] }
  seed: { image: 'postgres:16', command: psql -f /seed.sql, depends_on: [db] }
  wait: { image: 'redis:7', entrypoint: ['sh', '-c', 'sleep 3'] }
  cache: { image: 'redis:7', command: sh -c 'redis-server --requirepass x' }
";
    insta::assert_snapshot!(shown(&plan(&[("compose.yaml", compose), PYTEST])), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    service cache native redis
    left out seed: it runs `psql` once and serves nothing
    left out wait: it runs `sh` once and serves nothing
    suite tests pytest "pytest" in "" on db cache
    "#);
}

#[test]
fn errors_of_services_that_are_left_out_do_not_stop_a_run() {
    let compose = |service: &str| {
        format!(
            "services:\n  db:\n    image: postgres:16\n{service}    env_file: missing.env\n    environment:\n      \
             A: ${{NOT_SET:?say it}}\n"
        )
    };
    let app = compose("  app:\n    build: .\n");
    insta::assert_snapshot!(shown(&plan(&[("compose.yaml", &app), PYTEST])), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    left out app: it needs its image built
    suite tests pytest "pytest" in "" on db
    warning TY-CM002 compose.yaml:6:15: the environment file `missing.env` cannot be read: there is no such file
    warning TY-CM021 compose.yaml:8:10: the required variable `NOT_SET` is not set: say it
    "#);
    let own = compose("");
    insta::assert_snapshot!(errors_of(&[("compose.yaml", &own), PYTEST], |_| ()), @"
    compose.yaml:4:15: the environment file `missing.env` cannot be read: there is no such file | make the file, correct the path, or write `required: false` beside it
    compose.yaml:6:10: the required variable `NOT_SET` is not set: say it | set `NOT_SET` in the environment or in `.env`
    ");
    let runner = compose("  tests:\n    build: .\n    command: pytest\n");
    insta::assert_snapshot!(errors_of(&[("compose.yaml", &runner), PYTEST], |_| ()), @"
    compose.yaml:7:15: the environment file `missing.env` cannot be read: there is no such file | make the file, correct the path, or write `required: false` beside it
    compose.yaml:9:10: the required variable `NOT_SET` is not set: say it | set `NOT_SET` in the environment or in `.env`
    ");
}

#[test]
fn nothing_to_test() {
    insta::assert_snapshot!(shown(&plan(&[("README.md", "")])), @"
    engine auto: there are no services to bring up
    warning TY-PR001 .: no tests were found: no pytest configuration in pytest.ini, pyproject.toml, tox.ini or setup.cfg, in the root or three folders below it, and no test_*.py or *_test.py
    ");
    insta::assert_snapshot!(shown(&plan(&[("go.mod", ""), ("compose.yaml", COMPOSE)])), @"
    engine auto: there are no services to bring up
    left out gateway: it needs its image built
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    left out postgres-test: no suite of this run uses it
    left out redis-test: no suite of this run uses it
    warning TY-PR002 go.mod: tests of this language are not found by themselves
    ");
}

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
    assert_eq!(retention(""), (7 * 86_400, 50, None));
    assert_eq!(
        retention("[retention]\nage = \"1h\"\nruns = 3\nsize = \"1MB\"\n"),
        (3_600, 3, Some(1_000_000))
    );
}

#[test]
fn a_file_can_be_ignored() {
    let files = [("testyard.toml", "[[suite]]\nname = \"own\"\ncommand = \"true\"\n"), PYTEST];
    let name = |ignore: bool| {
        let plan = plan_of(&files, |request| request.ignore_file = ignore).expect("right");
        plan.suites.iter().map(|suite| suite.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!((name(false), name(true)), (vec!["own".to_owned()], vec!["tests".to_owned()]));
}

#[test]
fn selections() {
    let config = "
[[suite]]
name = \"unit\"
command = \"pytest -q -c setup.cfg tests/unit\"
[[suite]]
name = \"integration\"
command = \"pytest tests/integration\"
needs = [\"unit\"]
";
    let integration = ("tests/integration/test_b.py", "");
    let files = [("testyard.toml", config), ("setup.cfg", "[tool:pytest]\n"), TESTS, integration];
    let select = |words: &[&str]| {
        plan_of(&files, |request| {
            request.selection = words.iter().map(|word| (*word).to_owned()).collect();
            request.runner_arguments = vec!["-x".to_owned()];
        })
        .map_or_else(|error| errors(&error), |plan| shown(&plan))
    };
    insta::assert_snapshot!(select(&["integration"]), @r#"
    engine auto: there are no services to bring up
    suite integration pytest "pytest tests/integration" in "" with -x
    "#);
    insta::assert_snapshot!(select(&["tests/unit/test_a.py::test_x[a/b]"]), @r#"
    engine auto: there are no services to bring up
    suite unit pytest "pytest -q -c setup.cfg" in "" with tests/unit/test_a.py::test_x[a/b] -x
    "#);
    insta::assert_snapshot!(select(&["tests"]), @r#"
    engine auto: there are no services to bring up
    suite unit pytest "pytest -q -c setup.cfg tests/unit" in "" with -x
    suite integration pytest "pytest tests/integration" in "" with -x needs unit
    "#);
    insta::assert_snapshot!(select(&["unti"]), @"command line: `unti` is neither a suite nor a file or folder | suites: did you mean `unit`?");
    assert!(select(&["setup.cfg"]).ends_with("setup.cfg` | the suites are: unit, integration"));
}

#[test]
fn wrong_names_and_files_are_told_together() {
    let config = "
[environment]
compose = [\"compose.yaml\"]
[environment.native.gatway]
command = \"x\"
[python]
requirements = [
    \"requirements.txt\",
    \"requirments.txt\",
]
[[suite]]
name = \"unit\"
command = \"pytest 'tests\"
[[suite]]
name = \"a\"
command = \"pytest\"
services = [
    \"postgres\",
]
needs = [\"unti\", \"unit\"]
folder = \"tset\"
[[suite]]
name = \"b\"
command = \"pytest\"
services = [\"postgres\"]
needs = [\"c\"]
[[suite]]
name = \"c\"
command = \"pytest\"
needs = [\"b\"]
";
    let files = [("compose.yaml", COMPOSE), ("testyard.toml", config), ("requirements.txt", "")];
    insta::assert_snapshot!(errors_of(&files, |_| ()), @"
    testyard.toml:5:11: there is no service `gatway` | did you mean `gateway`?
    testyard.toml:9:5: the requirement file `requirments.txt` does not exist | paths are relative to the project
    testyard.toml:13:11: this command cannot be split into words | close its quotes
    testyard.toml:18:5: there is no service `postgres` | did you mean `postgres-test`?
    testyard.toml:20:10: there is no suite `unti` | did you mean `unit`?
    testyard.toml:21:10: the folder `tset` does not exist | folders are relative to the project
    testyard.toml:25:13: there is no service `postgres` | did you mean `postgres-test`?
    testyard.toml:26:9: these suites need each other in a circle: b, c | remove one of their `needs`
    ");
    let missing = "[environment]\ncompose = [\"compose.tset.yaml\"]\nengine = \"docker\"\n";
    let files = [("compose.test.yaml", COMPOSE), ("testyard.toml", missing)];
    insta::assert_snapshot!(errors_of(&files, |_| ()), @"testyard.toml:2:12: the compose file `compose.tset.yaml` does not exist | did you mean `compose.test.yaml`?");
    let docker = "[environment]\nengine = \"docker\"\n";
    insta::assert_snapshot!(errors_of(&[("testyard.toml", docker)], |_| ()), @r#"testyard.toml:2:10: this version has no docker engine | use "auto", "native" or "attach""#);
    let broken = "services:\n  db:\n    image: [\n";
    insta::assert_snapshot!(errors_of(&[("compose.yaml", broken)], |_| ()), @"compose.yaml:4:1: did not find expected node content | the file is not valid YAML from here on: check indentation, quotes and brackets");
    insta::assert_snapshot!(
        errors_of(&[PYTEST], |request| {
            request.overrides = vec![("suite.test.timeout".to_owned(), "5s".to_owned())];
        }),
        @"--set suite.test.timeout: there is no suite `test` | did you mean `tests`?"
    );
}

#[test]
fn overrides_of_the_discovered_suite() {
    let plan = plan_of(&[PYTEST], |request| {
        request.overrides = vec![
            ("suite.tests.timeout".to_owned(), "5s".to_owned()),
            ("suite.tests.environment.A".to_owned(), "1".to_owned()),
        ];
    })
    .expect("right");
    assert_eq!(plan.suites[0].timeout_ms, Some(5_000));
    assert_eq!(plan.suites[0].environment["A"], "1");
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
    # [pytest] in src/pytest.ini
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
    "#);
    let mut file = std::fs::File::create(folder.path().join("testyard.toml")).expect("a file");
    std::io::Write::write_all(&mut file, text.as_bytes()).expect("written");
    let project = load(&request).unwrap_or_else(|error| panic!("{}", errors(&error)));
    let written = lower(&project, &request).unwrap_or_else(|error| panic!("{}", errors(&error)));
    assert_eq!(comparable(&written), comparable(&discovered));
}
