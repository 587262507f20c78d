//! The attach engine, with services that another environment runs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

#[allow(dead_code, reason = "each test file uses its own part")]
mod common;

use common::{Yard, attached, postgres, published, service, words};
use testyard_model::plan::Engine;
use testyard_model::{Event, Fidelity, Outcome, Product};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_elsewhere_are_asked_with_their_credentials() {
    let Some(yard) = Yard::with(&[Product::PostgreSql, Product::Redis]).await else { return };
    let ports = [free_port(), free_port()];
    let mut db = postgres("db");
    db.published = published(ports[0], 5432);
    let mut cache = service("cache", "redis:7");
    cache.command = words("--requirepass another-word");
    cache.published = published(ports[1], 6379);
    let there = yard.up(vec![db, cache]).await;
    if there.environment.keeper().facts().private_network {
        eprintln!("skipped: a port was taken meanwhile, and nobody else can reach a private network");
        return;
    }
    let url = |login: &str| format!("postgresql://{login}@localhost:{}/ingester", ports[0]);
    let here = yard
        .up(vec![
            attached("db", "postgres:15", &url("tester:secret-word")),
            attached("wrong", "postgres:15", &url("tester:guess")),
            attached("cache", "redis:7", &format!("redis://:another-word@127.0.0.1:{}/0", ports[1])),
            attached("locked", "redis:7", &format!("redis://127.0.0.1:{}/0", ports[1])),
            attached("tls", "redis:7", &format!("rediss://:x@127.0.0.1:{}/0", ports[1])),
            attached("nonsense", "redis:7", "localhost"),
        ])
        .await;
    let broken: Vec<String> = here.environment.broken().into_keys().collect();
    assert_eq!(broken, ["locked", "nonsense", "wrong"], "{:?}", here.told.all());
    for (name, words) in [
        ("wrong", "password authentication failed"),
        ("locked", "wants a password"),
        ("nonsense", "no address of a service"),
    ] {
        let (outcome, evidence) = here.told.check(name);
        assert!(
            matches!(outcome, Outcome::Error { .. }) && evidence[0].contains(words),
            "{name}: {evidence:?}"
        );
    }
    assert_eq!(here.told.how("tls", "readiness"), Some(Fidelity::Emulated));
    // The container's port leads there, although the service listens on another.
    assert_eq!(here.query("db:5432", "SELECT 1").await.unwrap(), "1");
    let engines: Vec<Engine> = here.told.all().iter().filter_map(engine).collect();
    assert_eq!(engines, [Engine::Attach; 3]);
    assert_eq!(here.environment.verify(&["db".into(), "cache".into()]).await, None);
    there.environment.down().await;
    assert_eq!(here.environment.verify(&["db".into()]).await.as_deref(), Some("db"));
    here.environment.down().await;
}

fn engine(event: &Event) -> Option<Engine> {
    match event {
        Event::ServiceReady { service } => Some(service.engine),
        _ => None,
    }
}

fn free_port() -> u16 {
    testyard_sys::ports::free_port(std::net::Ipv4Addr::LOCALHOST.into()).unwrap()
}
