//! The Model Context Protocol server: driven by the official SDK through whole runs, and byte by byte where things go wrong.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use testyard_tests::mcp::Server;
use testyard_tests::{Project, assert_nothing_left, cache, root, testyard};

/// The SDK's version that the script is written for.
const SDK: &str = "mcp==2.3.0";

/// Tests of which one fails, after one that takes its time until a file is there.
fn slow() -> Project {
    let test = "import pathlib, time\n\
                def test_slow():\n\
                \x20   while not pathlib.Path('go').exists():\n\
                \x20       time.sleep(0.02)\n\
                def test_wrong(): assert 1 == 2\n";
    Project::of(&[("test_a.py", test)])
}

fn run_of(document: &Value) -> String {
    document["run"].as_str().unwrap_or_else(|| panic!("no run in {document}")).to_owned()
}

/// An interpreter with the official SDK, installed once into the tests' cache; else why there is none.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn sdk() -> Result<PathBuf, String> {
    let venv = cache().join(SDK.replace("==", "-sdk-"));
    let python = venv.join("bin/python");
    let runs = |command: &mut Command| {
        let output = command.output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if output.status.success() { Ok(()) } else { Err(said) }
    };
    let has_it = || runs(Command::new(&python).args(["-c", "import mcp"]));
    if has_it().is_err() {
        runs(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        runs(Command::new(&python).args(["-m", "pip", "install", "--quiet", SDK]))?;
    }
    has_it().map(|()| python)
}

#[test]
fn the_official_sdk_drives_whole_runs() {
    let python = match sdk() {
        Ok(python) => python,
        Err(why) => return eprintln!("skipped: {SDK} cannot be installed: {why}"),
    };
    let project = Project::example("ingester");
    // What others would be given.
    let command = project.command(&[]);
    let variables = command.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)));
    let variables: Vec<_> = variables.collect();
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    let mut client = Command::new(python);
    for (name, value) in variables {
        match value {
            Some(value) => client.env(name, value),
            None => client.env_remove(name),
        };
    }
    client.arg(root().join("tests/scripts/mcp_client.py")).arg(testyard()).arg(project.path());
    // Not the project's folder: a server may be started anywhere.
    client.current_dir(std::env::temp_dir());
    let output = client.output().expect("the script can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_nothing_left(&project.latest().expect("a run"));
}

#[test]
fn what_is_asked_wrongly_is_told_and_ends_nothing() {
    let project = Project::of(&[("test_a.py", "def test_a(): pass\n")]);
    let mut server = Server::greeted(&project);
    assert!(server.refused("status", json!({ "run": "2020" })).contains("2020"));
    assert!(server.refused("status", json!({ "of": 1 })).contains("unknown field `of`"));
    assert!(server.refused("wait", json!({ "seconds": "long" })).contains("wrong arguments"));
    assert!(server.refused("cancel", json!({})).contains("missing field `run`"));
    assert!(server.refused("start", json!({ "selection": ["--detach"] })).contains("runner_arguments"));
    assert!(server.refused("start", json!({ "selection": ["nowhere"] })).contains("nowhere"));
    assert!(server.refused("collect", json!({ "paths": ["nowhere"] })).contains("nowhere"));
    let unknown = server.ask("tools/call", &json!({ "name": "nope" }));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    server.send("{ this is no JSON");
    server.send("[]");
    server.send("\u{fffd}\u{0}");
    assert_eq!(server.call("collect", json!({ "paths": null, "cursor": null }))["summary"]["tests"], 1);
    assert_eq!(server.call("runs", json!({}))["runs"], json!([]));
    server.leave();
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn a_broken_configuration_is_told_with_its_place() {
    let project =
        Project::of(&[("test_a.py", "def test_a(): pass\n"), ("testyard.toml", "[limit]\nx = 1\n")]);
    let mut server = Server::greeted(&project);
    for tool in ["plan", "start"] {
        let why = server.refused(tool, json!({}));
        assert!(why.contains("testyard.toml:1:") && why.contains("limits"), "{tool}: {why}");
    }
    // It is read anew for every question.
    project.write("testyard.toml", "");
    assert_eq!(server.call("plan", json!({}))["suites"][0]["adapter"], "pytest");
}

#[test]
fn a_client_that_goes_away_ends_the_server_and_no_run() {
    let project = slow();
    let mut server = Server::greeted(&project);
    let run = run_of(&server.call("start", json!({})));
    server.request("tools/call", &json!({ "name": "wait", "arguments": { "run": run } }));
    server.leave();
    assert_eq!(server.ended(), Some(0));
    assert_eq!(project.testyard(&["status", &run, "--exit-code"]).code, 7);
    project.write("go", "");
    let done = project.testyard(&["wait", &run, "--for", "60s"]);
    assert!(done.code == 1 && done.last_line().contains("passed=1 failed=1"), "{done:?}");
}

#[test]
fn a_server_that_is_killed_is_replaced_by_any_other() {
    let project = slow();
    let mut server = Server::greeted(&project);
    let run = run_of(&server.call("start", json!({ "runner_arguments": ["-v"] })));
    server.kill();
    let mut server = Server::greeted(&project);
    let again = server.call("start", json!({ "runner_arguments": ["-v"] }));
    assert_eq!((run_of(&again), &again["attached"]), (run.clone(), &json!(true)));
    // What is asked for on the command line is the same run too.
    let typed = project.testyard(&["run", "--detach", "--format", "json", "--", "-v"]).json();
    assert_eq!((run_of(&typed), &typed["attached"]), (run.clone(), &json!(true)));
    assert_eq!(server.call("status", json!({ "run": run }))["state"], "running");
    project.write("go", "");
    let done = server.call("wait", json!({ "run": run }));
    assert_eq!((&done["verdict"], &done["exit"]), (&json!("failed"), &json!(1)), "{done}");
    let failures = server.call("failures", json!({ "run": run }));
    assert_eq!(failures["groups"][0]["tests"][0], "tests: test_a.py::test_wrong", "{failures}");
}

#[test]
fn a_run_whose_supervisor_died_is_lost_and_not_failed() {
    let project = slow();
    let mut server = Server::greeted(&project);
    let run = run_of(&server.call("start", json!({})));
    let plan = project.path().join(format!(".testyard/runs/{run}/plan.json"));
    let plan: Value = serde_json::from_str(&fs::read_to_string(plan).expect("a plan")).expect("a document");
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    let killed = Command::new("kill").args(["-KILL", &plan["pid"].to_string()]).status();
    assert!(killed.expect("kill can be started").success());
    for tool in ["wait", "status"] {
        let told = server.call(tool, json!({ "run": run }));
        assert_eq!((&told["state"], &told["exit"]), (&json!("lost"), &json!(5)), "{tool}: {told}");
        assert_ne!(told["verdict"], "failed", "{told}");
    }
    assert_nothing_left(&project.path().join(format!(".testyard/runs/{run}")));
}

#[test]
fn a_run_that_is_blocked_names_what_blocked_it() {
    let project = Project::example("broken-service");
    let mut server = Server::greeted(&project);
    server.call("start", json!({}));
    let told = server.call("wait", json!({}));
    assert_eq!((&told["verdict"], &told["exit"]), (&json!("blocked"), &json!(3)), "{told}");
    assert_eq!(told["blocked_by"], "services/postgres-test", "{told}");
    let evidence = told["blocked"][0]["evidence"].to_string();
    assert!(evidence.contains("no_such_setting"), "{evidence}");
    assert_eq!(server.call("failures", json!({}))["groups"], json!([]));
}

#[test]
fn a_wait_that_is_taken_back_or_comes_to_its_limit_cancels_nothing() {
    let project = slow();
    let mut server = Server::greeted(&project);
    let run = run_of(&server.call("start", json!({})));
    assert_eq!(server.call("wait", json!({ "seconds": 0 }))["state"], "running");
    let number = server.request("tools/call", &json!({ "name": "wait", "arguments": {} }));
    let cancelled = json!({ "requestId": number, "reason": "enough" });
    server.send(
        &json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled }).to_string(),
    );
    let told = server.call("status", json!({}));
    assert_eq!((run_of(&told), &told["state"]), (run, &json!("running")));
    let other = server.refused("start", json!({ "selection": ["test_a.py::test_wrong"] }));
    assert!(other.contains("meeting=queue"), "{other}");
    let queued = server.call("start", json!({ "selection": ["test_a.py::test_wrong"], "meeting": "queue" }));
    project.write("go", "");
    let done = server.call("wait", json!({ "run": run_of(&queued) }));
    assert_eq!((&done["verdict"], &done["counts"]["total"]), (&json!("failed"), &json!(1)), "{done}");
}

/// Clients of the protocol of 2026-07-28 greet nobody: every request says by itself who asks.
#[test]
fn a_client_without_a_greeting_is_answered_as_well() {
    let project = Project::of(&[("test_a.py", "def test_a(): pass\n")]);
    let mut server = Server::started(&project);
    let about = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "tests", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let told = server.ask("tools/call", &json!({ "name": "collect", "arguments": {}, "_meta": about }));
    assert_eq!(told["result"]["structuredContent"]["summary"]["tests"], 1, "{told}");
}

#[test]
fn answers_stay_small_however_much_goes_wrong() {
    let test = "import pytest\n\
                WORDS = [''.join(chr(97 + int(d)) for d in str(n)) for n in range(120)]\n\
                @pytest.mark.parametrize('word', WORDS)\n\
                def test_many(word):\n\
                \x20   print('said ' * 400)\n\
                \x20   raise ValueError(word + ' \"quoted\" ' * 300)\n";
    let project = Project::of(&[("test_a.py", test)]);
    let mut server = Server::greeted(&project);
    server.call("start", json!({}));
    let done = server.call("wait", json!({}));
    assert_eq!((&done["verdict"], &done["counts"]["failed"]), (&json!("failed"), &json!(120)), "{done}");
    assert!(done["omitted"].as_array().expect("a list").iter().any(|one| one["get"] == "failures"), "{done}");
    server.call("logs", json!({ "tail": 1000 }));
    let (mut cursor, mut seen, mut pages) = (json!(0), 0, 0);
    while !cursor.is_null() {
        let page = server.call("failures", json!({ "cursor": cursor }));
        seen += page["groups"].as_array().expect("groups").len();
        cursor = page["cursor"].clone();
        pages += 1;
    }
    assert_eq!((seen, pages > 1), (120, true));
}

#[test]
fn secrets_are_masked() {
    let test = "import os\ndef test_a():\n    print('it is ' + os.environ['API_TOKEN'])\n    assert os.environ['API_TOKEN'] == ''\n";
    let mut project = Project::of(&[("test_a.py", test)]);
    project.set("API_TOKEN", "hunter2-hunter2");
    let mut server = Server::greeted(&project);
    server.call("start", json!({}));
    let answers =
        ["wait", "failures", "logs", "plan", "status"].map(|tool| server.call(tool, json!({})).to_string());
    assert!(answers[1].contains("****"), "{}", answers[1]);
    assert!(answers.iter().all(|answer| !answer.contains("hunter2")), "{answers:?}");
}

#[test]
fn a_client_that_says_nothing_is_no_error() {
    let project = Project::of(&[]);
    let said = project.testyard(&["mcp"]);
    assert_eq!((said.code, said.stdout.as_str()), (0, ""), "{said:?}");
    let wrong = project.testyard(&["mcp", "--project", "nowhere"]);
    assert!(wrong.code == 2 && wrong.stdout.is_empty(), "{wrong:?}");
    assert!(fs::read_dir(project.path()).expect("its folder").next().is_none(), "something was left");
}
