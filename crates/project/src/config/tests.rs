//! Tests of the configuration as a whole: places, layers, nearest keys.

use std::collections::BTreeMap;

use super::*;

/// The findings of a text, one a line: place, message, help, source line.
fn findings(text: &str) -> String {
    shown(&parse(text).1)
}

fn shown(findings: &[Finding]) -> String {
    let line = |f: &Finding| {
        let help = f.help.as_deref().unwrap_or("-");
        format!("{}: {} | {help} | {}", f.place, f.message, f.source.as_deref().unwrap_or("-"))
    };
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The example of the documentation: every line of it must be known.
const WHOLE: &str = r#"
[project]
name = "ingester"
[environment]
compose  = ["docker-compose.test.yml"]
profiles = ["integration"]
engine   = "auto"
strict-versions = true
[environment.attach]
postgres-test = "postgresql://tester@db.staging.example/ingester"
[environment.native.gateway]
command = "uvicorn app.gateway.main:app --host $HOST --port $PORT"
[python]
requirements = ["requirements.txt"]
optional     = ["requirements-extras.txt"]
as-of        = "2025-11-30"
timeouts     = ["60s", "180s", "300s"]
[[suite]]
name     = "unit"
command  = "pytest tests/unit"
[[suite]]
name     = "integration"
command  = "pytest tests/integration"
needs    = ["unit"]
services = ["postgres-test", "redis-test"]
setup    = ["alembic upgrade head"]
database = { service = "postgres-test", isolation = "template" }
environment = { LEVEL = 3, NAME = "x" }
timeout = "10m"
[coverage]
source = ["app"]
total  = 85
goals  = { "app/core" = 90, "app/security" = 95.5 }
[gates]
pass-rate         = 0.90
collection-errors = 0
flaky             = 0
[limits]
workers = "auto"
memory  = "2GiB"
[retention]
age = "7d"
runs = 50
"#;

#[test]
fn a_whole_file_is_known_and_typed() {
    let (config, findings) = parse(WHOLE);
    assert_eq!(shown(&findings), "");
    assert_eq!(config.python.timeouts.expect("set").value, [60_000, 180_000, 300_000]);
    assert_eq!(config.environment.attach["postgres-test"].source.to_string(), "testyard.toml:10");
    assert_eq!(config.suites.len(), 2);
    let suite = &config.suites[1];
    assert_eq!(suite.environment["LEVEL"].value, "3");
    assert_eq!(suite.database_isolation.as_ref().expect("set").value, "template");
    assert_eq!(suite.timeout.as_ref().expect("set").value, 600_000);
    assert_eq!(config.limits.workers.expect("set").value, None);
    assert_eq!(config.limits.memory.expect("set").value, 2 << 30);
    assert_eq!(config.coverage.goals["app/security"].value, 95.5);
    assert_eq!(config.gates.pass_rate.expect("set").value, 0.9);
    let text = "[python]\nas-of = 2025-11-30\n";
    assert_eq!(parse(text).0.python.as_of.expect("set").value, "2025-11-30");
}

#[test]
fn unknown_keys_name_the_nearest_with_place_and_line() {
    insta::assert_snapshot!(
        findings("[python]\nasof = \"2025-11-30\"\n\n[[suite]]\nname = \"a\"\n  comand = \"pytest\"\n[gate]\nflaky = 1\n"),
        @r#"
    testyard.toml:2:1: unknown key `asof` | did you mean `as-of`? | asof = "2025-11-30"
    testyard.toml:6:3: unknown key `comand` | did you mean `command`? |   comand = "pytest"
    testyard.toml:7:2: unknown key `gate` | did you mean `gates`? | [gate]
    "#
    );
}

#[test]
fn wrong_values_say_what_is_taken() {
    insta::assert_snapshot!(
        findings("[python]\nas-of = \"yesterday\"\ntimeouts = [60]\n[environment]\nengine = \"dokcer\"\ncompose = \"a.yml\"\nattach = 3\n[gates]\npass-rate = 90\nflaky = -1\n"),
        @r#"
    testyard.toml:2:9: `as-of` takes a day: "2025-11-30" | this is the text "yesterday" | as-of = "yesterday"
    testyard.toml:3:12: `timeouts` takes a list of durations with units: ["60s", "3m"] | this is a list of something else | timeouts = [60]
    testyard.toml:5:10: `engine` takes one of "auto", "docker", "native", "attach" | this is the text "dokcer" | engine = "dokcer"
    testyard.toml:6:11: `compose` takes a list of texts: ["a", "b"] | this is the text "a.yml" | compose = "a.yml"
    testyard.toml:7:1: `attach` is a table | write [environment.attach] and its keys below it | attach = 3
    testyard.toml:9:13: `pass-rate` takes a number from 0 to 1 | this is the number 90 | pass-rate = 90
    testyard.toml:10:9: `flaky` takes a whole number from 0 | this is the number -1 | flaky = -1
    "#
    );
}

#[test]
fn broken_files_and_suites() {
    insta::assert_snapshot!(findings("[project]\nname = \n"),
        @"testyard.toml:2:8: not valid TOML: string values must be quoted, expected literal string | see https://toml.io for the syntax | name = "
    );
    insta::assert_snapshot!(
        findings("[[suite]]\ncommand = \"x\"\n[[suite]]\nname = \"a\"\n[[suite]]\nname = \"a\"\n[[suite]]\nname = 3\n"),
        @r#"
    testyard.toml:1:1: a suite has no name | add name = "unit", or what it is called | [[suite]]
    testyard.toml:5:1: there are two suites named `a` | give each suite a name of its own | [[suite]]
    testyard.toml:8:8: `name` takes text in quotes | this is the number 3 | name = 3
    "#
    );
    insta::assert_snapshot!(findings("[suite]\nname = \"a\"\n"),
        @"testyard.toml:1:2: `suite` is a list of tables | write [[suite]], with two brackets | [suite]"
    );
    assert_eq!(findings("suite = [{ name = \"a\", command = \"x\" }]\n"), "");
}

#[test]
fn layers_lie_over_each_other() {
    let text =
        "[python]\nas-of = \"2020-01-01\"\nversion = \"3.11\"\n[[suite]]\nname = \"unit\"\ncommand = \"a\"\n";
    let folder = crate::testing::folder(&[(FILE, text)]);
    let variables = BTreeMap::from([
        ("TESTYARD_PYTHON_AS_OF".to_owned(), "2021-01-01".to_owned()),
        ("TESTYARD_PYTHON_OFFLINE".to_owned(), "1".to_owned()),
        ("TESTYARD_SUITE_UNIT_TIMEOUT".to_owned(), "5s".to_owned()),
        ("TESTYARD_LOG".to_owned(), "somebody else's".to_owned()),
    ]);
    let overrides = [
        ("python.as-of".to_owned(), "2022-01-01".to_owned()),
        ("suite.unit.environment.A".to_owned(), "b=c".to_owned()),
    ];
    let (config, findings) = load(Some(folder.path()), &variables, &overrides);
    assert_eq!(shown(&findings), "");
    let of = |value: &Option<Sourced<String>>| {
        let value = value.as_ref().expect("set");
        format!("{} from {}", value.value, value.source)
    };
    assert_eq!(of(&config.python.as_of), "2022-01-01 from command line");
    assert_eq!(of(&config.python.version), "3.11 from testyard.toml:3");
    assert!(config.python.offline.expect("set").value);
    assert_eq!(config.suites[0].timeout.as_ref().expect("set").value, 5_000);
    assert_eq!(config.suites[0].environment["A"].value, "b=c");
}

#[test]
fn wrong_overrides_are_told() {
    let folder = crate::testing::folder(&[]);
    let variables = BTreeMap::from([("TESTYARD_PYTHON_ASOF".to_owned(), "2021-01-01".to_owned())]);
    let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let overrides =
        [set("python.as-of", "soon"), set("python", "3"), set("a..b", "3"), set("limits.worker", "3")];
    insta::assert_snapshot!(shown(&load(Some(folder.path()), &variables, &overrides).1), @r#"
    environment variable TESTYARD_PYTHON_ASOF: no setting is spelled `TESTYARD_PYTHON_ASOF` | did you mean `TESTYARD_PYTHON_AS_OF`? | -
    --set python.as-of: `python.as-of` cannot be "soon" | it takes a day: "2025-11-30" | -
    --set python: `python` is a table, not one setting | name a key within it | -
    --set a..b: `a..b` is not a key | write SECTION.KEY=VALUE, such as python.as-of=2025-11-30 | -
    --set limits.worker: unknown key `limits.worker` | did you mean `workers`? | -
    "#);
}

proptest::proptest! {
    /// No text makes the reader panic, and every finding has a place in the file and says what to do.
    #[test]
    fn any_text_is_read(text in "[a-z=\\[\\]\"'.#0-9\n {},-]{0,200}") {
        for finding in parse(&text).1 {
            proptest::prop_assert!(finding.place.line > 0 && finding.help.is_some(), "{finding:?}");
        }
    }
}

#[test]
fn only_a_file_is_read() {
    let project = tempfile::tempdir().unwrap();
    std::fs::create_dir(project.path().join(FILE)).unwrap();
    let (_, findings) = load(Some(project.path()), &BTreeMap::new(), &[]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].message.contains("it is not a file"), "{findings:?}");
}
