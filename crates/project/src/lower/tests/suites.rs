//! Which suites a project lowers to, and what a selection leaves of them.

use super::*;

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
fn a_file_can_be_ignored() {
    let files = [("testyard.toml", "[[suite]]\nname = \"own\"\ncommand = \"true\"\n"), PYTEST];
    let name = |ignore: bool| {
        let plan = plan_of(&files, |request| request.ignore_file = ignore).expect("right");
        plan.suites.iter().map(|suite| suite.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!((name(false), name(true)), (vec!["own".to_owned()], vec!["tests".to_owned()]));
}

#[test]
fn the_test_running_service_says_where_tests_run_when_no_configuration_does() {
    let compose = "
services:
  tests:
    build: .
    command: pytest
    working_dir: /srv/app
    volumes: ['./app:/srv/app']
";
    let folder_of = |files: &[(&str, &str)]| {
        let plan = plan(files);
        plan.suites[0].folder.strip_prefix(&plan.project.root).expect("inside").display().to_string()
    };
    let tests = ("app/tests/test_a.py", "");
    assert_eq!(folder_of(&[("compose.yaml", compose), tests]), "app");
    assert_eq!(folder_of(&[("compose.yaml", compose), tests, PYTEST]), "");
    assert_eq!(folder_of(&[tests]), "");
}
