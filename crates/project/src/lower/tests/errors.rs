//! What is wrong, told with its place.

use super::*;

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
fn what_a_blank_spoils_in_a_service_that_is_left_out_does_not_stop_a_run() {
    let compose = |service: &str| {
        format!(
            "services:\n  db:\n    image: postgres:16\n{service}    volumes:\n      - ./data:${{NOT_SET}}\n"
        )
    };
    let shown = shown(&plan(&[("compose.yaml", &compose("  app:\n    build: .\n")), PYTEST]));
    assert!(shown.contains("warning TY-CM014 compose.yaml:7:9"), "{shown}");
    let errors = errors_of(&[("compose.yaml", &compose("")), PYTEST], |_| ());
    assert!(errors.contains("compose.yaml:5:9: `./data:` is no volume"), "{errors}");
}

#[test]
fn a_compose_file_of_the_first_version_stops_a_run() {
    let first = "db:\n  image: postgres:16\n";
    insta::assert_snapshot!(errors_of(&[("compose.yaml", first), PYTEST], |_| ()), @"compose.yaml:1:1: unknown key `db` at the top level | indent the services and put them under `services:`");
    let other = "services:\n  db:\n    image: postgres:16\nthing: 1\n";
    assert!(shown(&plan(&[("compose.yaml", other), PYTEST])).contains("warning TY-CM010"));
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
