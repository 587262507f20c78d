//! NATS.

use testyard_environment::probe::{Http, Nats, NatsLogin, Unready};
use testyard_model::Product;

use crate::bench::{Bench, mounted, provision, service};

fn user(name: &str, password: &str) -> Nats {
    Nats { login: Some(NatsLogin::User(name.to_owned(), password.to_owned())) }
}

#[tokio::test]
async fn the_images_own_command_serves_monitoring_too() {
    let Some(provision) = provision(Product::Nats, "nats-server", "2.9.10") else { return };
    let bench = Bench::ready(service("nats:2", &[], &[]), provision).await;
    let monitoring = Http { method: "GET", host: "it".into(), path: "/healthz".into(), credentials: None };
    let said = bench.ask(8222, &monitoring).await.unwrap();
    assert!(said.contains("200"), "{said}");
    bench.down().await;
}

#[tokio::test]
async fn flags_with_a_password_refuse_a_wrong_one() {
    let Some(provision) = provision(Product::Nats, "nats-server", "2.9.10") else { return };
    let plan = service("nats:2", &[], &["-js", "--user", "me", "--pass", "right", "-m", "8222"]);
    let bench = Bench::ready(plan, provision).await;
    assert!(bench.ask(4222, &user("me", "right")).await.is_ok());
    let refused = bench.ask(4222, &user("me", "wrong")).await;
    assert!(matches!(refused, Err(Unready::Never(_))), "{refused:?}");
    assert!(bench.log().contains("Starting JetStream"), "{}", bench.log());
    bench.down().await;
}

#[tokio::test]
async fn a_mounted_configuration_with_storage_and_websockets() {
    let Some(provision) = provision(Product::Nats, "nats-server", "2.9.10") else { return };
    let folder = tempfile::tempdir().unwrap();
    let text = "listen: 0.0.0.0:4333\nhttp: 8222\nlog_file: /var/log/nats.log\ninclude ./auth.conf\n\
                jetstream { store_dir: \"/data/js\", max_mem: 16M }\nwebsocket { port: 8080, no_tls: true }\n";
    testyard_sys::files::write(&folder.path().join("nats.conf"), text.as_bytes()).unwrap();
    let auth = b"authorization { user: me, password: $NATS_PASSWORD }\n";
    testyard_sys::files::write(&folder.path().join("auth.conf"), auth).unwrap();
    let plan = service("nats:2", &[("NATS_PASSWORD", "right")], &["-c", "/etc/nats/nats.conf"]);
    let bench = Bench::ready(mounted(plan, folder.path(), "/etc/nats"), provision).await;
    assert!(bench.ask(4333, &user("me", "right")).await.is_ok());
    assert!(bench.ask(4333, &user("me", "wrong")).await.is_err());
    drop(bench.connect(8080).await);
    assert!(bench.log().contains("Starting JetStream"), "{}", bench.log());
    bench.down().await;
}
