//! Tests that miss a service which the run does without.

use testyard_model::Event;

use crate::python;
use crate::yard::Yard;

const CONNECTS: &str = r#"
import socket

def lookup(host, port):
    raise socket.gaierror(-2, "Name or service not known")

def test_port(): socket.create_connection(("127.0.0.1", 1))
def test_host(): lookup("mail", 25)
def test_other(): lookup("elsewhere", 25)
def test_fails(): assert "127.0.0.1 port 1" == "127.0.0.1 port 2"
def test_passes(): pass
"#;

#[tokio::test]
async fn tests_that_miss_a_service_are_blocked_by_it() {
    let Some(python) = python::any().await else { return };
    // Short tracebacks do not show the address.
    let yard = Yard::new(&[("test_a.py", CONNECTS)], "pytest --tb=short").await.python(&python);
    let done = yard.run().await;
    let expected = [
        "test_port blocked(services/mail)",
        "test_host blocked(services/mail)",
        "test_other failed",
        "test_fails failed",
        "test_passes passed",
    ];
    assert_eq!(done.shown(), expected);
    assert_eq!(done.verdict(), "failed");
    let told = |event: &&Event| matches!(event, Event::CheckFinished { check, .. } if check.as_str() == "services/mail");
    let told: Vec<&Event> = done.events.iter().filter(told).collect();
    let [Event::CheckFinished { evidence, .. }] = told[..] else { panic!("told once: {told:?}") };
    assert_eq!(evidence[0], "there is no recipe for it");
    assert!(evidence[1].contains("Connection refused"), "{evidence:?}");
}

#[tokio::test]
async fn a_suite_is_blocked_where_nothing_else_is_wrong() {
    let Some(python) = python::any().await else { return };
    let test =
        "import socket\ndef test_a(): socket.create_connection(('127.0.0.1', 1))\ndef test_b(): pass\n";
    let done = Yard::new(&[("test_a.py", test)], "pytest").await.python(&python).run().await;
    assert_eq!(done.shown(), ["test_a blocked(services/mail)", "test_b passed"]);
    assert_eq!(done.verdict(), "blocked(services/mail)");

    let broken = [("test_b.py", "import socket\nsocket.create_connection(('127.0.0.1', 1))\n")];
    let done = Yard::new(&broken, "pytest --tb=long").await.python(&python).run().await;
    assert_eq!(done.verdict(), "blocked(services/mail)");
}
