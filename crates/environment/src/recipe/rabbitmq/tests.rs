//! What projects write for RabbitMQ, and what the server is told.

use testyard_model::Product;

use super::super::testing::{how, mounted, service, settled, site};
use super::*;

fn settings(environment: &[(&str, &str)]) -> (Launch, Vec<u16>, Ledger) {
    let service = service("rabbitmq:3.10", environment, &[]);
    let (server, ledger) = settled(&RabbitMq, &service, "3.10.8").unwrap();
    (server.launch(&site(&service, Product::RabbitMq, "3.10.8")), server.ports(), ledger)
}

fn variable<'a>(launch: &'a Launch, name: &str) -> Option<&'a str> {
    launch.environment.get(name).map(String::as_str)
}

#[test]
fn the_node_lives_at_its_own_address() {
    let (launch, ports, ledger) = settings(&[
        ("RABBITMQ_NODENAME", "rabbit@box"),
        ("RABBITMQ_NODE_PORT", "5680"),
        ("RABBITMQ_ERLANG_COOKIE", "c00kie"),
        ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-rabbit disk_free_limit 1"),
    ]);
    assert_eq!(ports, [5680, 15692, 25672]);
    assert_eq!(variable(&launch, "RABBITMQ_NODENAME"), Some("rabbit@127.3.2.1"));
    assert_eq!(variable(&launch, "RABBITMQ_NODE_PORT"), None);
    let erlang =
        "-rabbit disk_free_limit 1 -name rabbit@127.3.2.1 -kernel inet_dist_use_interface {127,3,2,1}";
    assert_eq!(variable(&launch, "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"), Some(erlang));
    let file = |name: &str| {
        let found = launch.files.iter().find(|(path, _)| path.ends_with(name));
        found.map(|(_, text)| text.as_str()).unwrap_or_default()
    };
    assert_eq!(file(".erlang.cookie"), "c00kie");
    assert!(file("rabbitmq.conf").contains("listeners.tcp.1 = 127.3.2.1:5680\n"));
    assert_eq!(file("enabled_plugins"), "[rabbitmq_prometheus].\n");
    assert_eq!(how(&ledger, "environment.RABBITMQ_NODENAME"), Some(Fidelity::Emulated));
    assert_eq!(how(&ledger, "environment.RABBITMQ_NODE_PORT"), Some(Fidelity::Honoured));
}

#[test]
fn cookies_differ() {
    assert_eq!(unguessable().len(), 64);
    assert_ne!(unguessable(), unguessable());
}

#[test]
fn passwords_by_file_are_of_the_old_images() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pass");
    testyard_sys::files::write(&file, b"from file\n").unwrap();
    let plan = |image: &str| {
        let environment =
            [("RABBITMQ_DEFAULT_USER", "app"), ("RABBITMQ_DEFAULT_PASS_FILE", "/run/secrets/pass")];
        mounted(service(image, &environment, &[]), &file, "/run/secrets/pass")
    };
    let old = plan("rabbitmq:3.8");
    let (server, _) = settled(&RabbitMq, &old, "3.10.8").unwrap();
    let launch = server.launch(&site(&old, Product::RabbitMq, "3.10.8"));
    assert_eq!(variable(&launch, "RABBITMQ_DEFAULT_PASS"), Some("from file"));
    for image in ["rabbitmq:3.13", "rabbitmq:4", "rabbitmq"] {
        let refused = settled(&RabbitMq, &plan(image), "3.10.8").map(drop).unwrap_err();
        assert!(refused.why().contains("RABBITMQ_DEFAULT_PASS_FILE"), "{image}: {refused}");
    }
}
