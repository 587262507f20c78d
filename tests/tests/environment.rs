//! The environment alone: brought up, listed, used, shown and taken down, and found again when its supervisor is dead.

use testyard_tests::{Project, assert_nothing_left};

const COMPOSE: &str = "\
services:
  cache:
    image: redis:7
    command: redis-server --requirepass open-sesame-1
    healthcheck: { test: [CMD, redis-cli, -a, open-sesame-1, ping] }
    ports: [\"56380:6379\"]
  other:
    image: redis:7
";

fn project() -> Project {
    Project::of(&[("docker-compose.test.yml", COMPOSE)])
}

/// The folder of the environment that was last brought up.
fn folder(project: &Project) -> std::path::PathBuf {
    std::fs::canonicalize(project.path().join(".testyard/environment"))
        .expect("an environment was brought up")
}

#[test]
fn services_are_up_until_they_are_taken_down() {
    let project = project();
    let up = project.testyard(&["up", "--format", "json"]);
    assert_eq!(up.code, 0, "{up:?}");
    let services = up.json()["services"].as_array().map(Vec::len);
    assert_eq!(services, Some(2), "{up:?}");

    let ps = project.testyard(&["ps", "--format", "json"]).json();
    assert_eq!(ps["services"][0]["name"], "cache");
    assert_eq!(ps["services"][0]["state"], "ready");
    assert_eq!(ps["services"][0]["published"][0], "localhost:56380 -> 6379");

    // Under its name and port, under the published port, and not without its password.
    for place in ["-h cache -p 6379", "-h localhost -p 56380"] {
        let ask = |password: &str| {
            let line = format!("redis-cli {place} {password} ping");
            project.testyard(&["exec", "--", "sh", "-c", &line]).stdout
        };
        assert!(ask("-a open-sesame-1").contains("PONG"), "{place}");
        assert!(!ask("-a wrong").contains("PONG"), "{place}");
        assert!(!ask("").contains("PONG"), "{place}");
    }
    assert_eq!(project.testyard(&["exec", "--", "sh", "-c", "exit 7"]).code, 7);
    assert_eq!(project.testyard(&["exec", "--", "no-such-program"]).code, 2);

    let logs = project.testyard(&["logs", "cache"]);
    assert!(logs.stdout.contains("Ready to accept connections"), "{logs:?}");
    assert_eq!(project.testyard(&["logs", "nobody"]).code, 2);

    let plan = std::fs::read_to_string(folder(&project).join("plan.json")).expect("it has a plan");
    assert!(plan.contains("--requirepass") && !plan.contains("open-sesame-1"), "{plan}");

    let again = project.testyard(&["up"]);
    assert_eq!(again.code, 0, "what is up already stays as it is: {again:?}");
    project.write("docker-compose.test.yml", &COMPOSE.replace("56380", "56381"));
    let changed = project.testyard(&["up"]);
    assert_eq!(changed.code, 2, "{changed:?}");
    assert!(changed.stderr.contains("'cache'") && changed.stderr.contains("testyard down"), "{changed:?}");

    let environment = folder(&project);
    assert_eq!(project.testyard(&["down"]).code, 0);
    assert_nothing_left(&environment);
    assert_eq!(
        project.testyard(&["ps", "--format", "json"]).json()["services"].as_array().map(Vec::len),
        Some(0)
    );
    let exec = project.testyard(&["exec", "--", "true"]);
    assert_eq!(exec.code, 2, "{exec:?}");
    assert!(exec.stderr.contains("testyard up"), "{exec:?}");
    assert_eq!(project.testyard(&["down"]).code, 0, "taking down what is not up is fine");
}

#[test]
fn one_service_can_be_brought_up_alone() {
    let project = project();
    assert_eq!(project.testyard(&["up", "other"]).code, 0);
    let ps = project.testyard(&["ps", "--format", "json"]).json();
    let ready =
        ps["services"].as_array().expect("a list").iter().filter(|service| service["state"] == "ready");
    assert_eq!(ready.map(|service| service["name"].clone()).collect::<Vec<_>>(), ["other"]);
    let more = project.testyard(&["up", "cache"]);
    assert_eq!(more.code, 75, "another set of services is up already: {more:?}");
    assert_eq!(project.testyard(&["down"]).code, 0);
    let unknown = project.testyard(&["up", "chache"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("cache"), "{unknown:?}");
}

#[test]
fn two_at_once_bring_everything_up_once() {
    let project = project();
    let (mut first, mut second) = (project.start(&["up"]), project.start(&["up"]));
    let codes = [&mut first, &mut second].map(|up| up.wait().expect("it ends").code());
    // The later one finds everything up, or somebody at it.
    assert!(
        codes.contains(&Some(0)) && codes.iter().all(|code| [Some(0), Some(75)].contains(code)),
        "{codes:?}"
    );
    let entries = std::fs::read_dir(project.path().join(".testyard/environments")).expect("it is there");
    assert_eq!(entries.flatten().filter(|entry| entry.path().is_dir()).count(), 1);
    assert_eq!(project.testyard(&["down"]).code, 0);
}

#[test]
fn a_killed_supervisor_takes_its_services_with_it() {
    let project = project();
    assert_eq!(project.testyard(&["up"]).code, 0);
    let environment = folder(&project);
    let plan = std::fs::read_to_string(environment.join("plan.json")).expect("it has a plan");
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("the plan is JSON");
    let pid = plan["pid"].to_string();
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    let killed = std::process::Command::new("kill").args(["-9", &pid]).status();
    assert!(killed.expect("kill can be started").success());
    assert_nothing_left(&environment);
    let ps = project.testyard(&["ps", "--format", "json"]).json();
    assert_eq!(ps["services"].as_array().map(Vec::len), Some(0));
    assert_eq!(project.testyard(&["up"]).code, 0, "and the way is free again");
    assert_eq!(project.testyard(&["down"]).code, 0);
}

#[test]
fn a_service_that_does_not_come_up_is_blocked_with_its_last_words() {
    let project = Project::of(&[(
        "compose.yaml",
        "services:\n  cache:\n    image: redis:7\n    command: redis-server --no-such-flag x\n",
    )]);
    let up = project.testyard(&["up"]);
    assert_eq!(up.code, 3, "{up:?}");
    assert!(up.stderr.contains("no-such-flag"), "{up:?}");
    assert_nothing_left(&folder(&project));
}

#[test]
fn pruning_removes_what_is_over_and_spares_what_is_up() {
    let project = project();
    assert_eq!(project.testyard(&["up"]).code, 0);
    let pruned = project.testyard(&["prune", "--all", "--format", "json"]).json();
    assert_eq!(pruned["removed"].as_array().map(Vec::len), Some(0), "it is running");
    let caches = project.testyard(&["prune", "--cache", "--yes"]);
    assert_eq!(caches.code, 75, "the caches are in use: {caches:?}");
    assert_eq!(project.testyard(&["down"]).code, 0);
    let pruned = project.testyard(&["prune", "--all", "--format", "json"]).json();
    assert_eq!(pruned["removed"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_supervisor_that_does_not_listen_is_killed_and_its_services_with_it() {
    let project = project();
    assert_eq!(project.testyard(&["up"]).code, 0);
    let environment = folder(&project);
    let plan = std::fs::read_to_string(environment.join("plan.json")).expect("it has a plan");
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("the plan is JSON");
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    let stopped = std::process::Command::new("kill").args(["-STOP", &plan["pid"].to_string()]).status();
    assert!(stopped.expect("kill can be started").success());
    assert_eq!(project.testyard(&["down"]).code, 0);
    assert_nothing_left(&environment);
    assert!(environment.join("outcome.json").exists(), "its end is written down");
}
