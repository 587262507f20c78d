//! Mosquitto.

use testyard_environment::probe::{Mqtt, Unready};
use testyard_model::Product;

use crate::bench::{Bench, mounted, provision, service};

fn user(name: &str, password: &str) -> Mqtt {
    Mqtt { user: Some(name.to_owned()), password: Some(password.to_owned()) }
}

/// A line of a password file for `me` with the password `right`, as mosquitto_passwd writes it.
const HASHED: &str = "me:$7$101$rQUmBwMDLw05WSUm$zQBEuyI5O67XH3SBnRKsnjmz8E0A/cTE7\
    d4ri1wzy8Cdl/ycpRGp/12nQDjjDSwU7xnzazP73yUuXSkEAVcl6Q==\n";

/// Without a user, a refusal still counts as an answer; this tells the two apart.
const LET_IN: &str = "lets a client in";

#[tokio::test]
async fn without_a_configuration_everybody_is_let_in() {
    let Some(provision) = provision(Product::Mosquitto, "mosquitto", "2.0.11") else { return };
    let bench = Bench::ready(service("eclipse-mosquitto:2", &[], &[]), provision).await;
    assert_eq!(bench.ask(1883, &Mqtt::default()).await, Ok(LET_IN.to_owned()));
    bench.down().await;
}

#[tokio::test]
async fn a_password_file_refuses_wrong_passwords_and_strangers() {
    let Some(provision) = provision(Product::Mosquitto, "mosquitto", "2.0.11") else { return };
    let folder = tempfile::tempdir().unwrap();
    let config = "listener 1883\nallow_anonymous false\npassword_file /mosquitto/config/passwords\n\
                  persistence true\npersistence_location /mosquitto/data/\nlistener 9001\nprotocol websockets\n";
    testyard_sys::files::write(&folder.path().join("mosquitto.conf"), config.as_bytes()).unwrap();
    testyard_sys::files::write(&folder.path().join("passwords"), HASHED.as_bytes()).unwrap();
    let plan = mounted(service("eclipse-mosquitto:2.0", &[], &[]), folder.path(), "/mosquitto/config");
    let bench = Bench::ready(plan, provision).await;
    assert_eq!(bench.ask(1883, &user("me", "right")).await, Ok(LET_IN.to_owned()));
    let refused = bench.ask(1883, &user("me", "wrong")).await;
    assert!(matches!(refused, Err(Unready::Never(_))), "{refused:?}");
    assert_ne!(bench.ask(1883, &Mqtt::default()).await, Ok(LET_IN.to_owned()));
    drop(bench.connect(9001).await);
    bench.down().await;
}

#[tokio::test]
async fn a_broken_configuration_is_shown() {
    let Some(provision) = provision(Product::Mosquitto, "mosquitto", "2.0.11") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mosquitto.conf");
    testyard_sys::files::write(&file, b"listener 1883\nallow_anonymous perhaps\n").unwrap();
    let plan = mounted(service("eclipse-mosquitto:2", &[], &[]), &file, "/mosquitto/config/mosquitto.conf");
    let bench = Bench::up(plan, provision).await;
    let evidence = bench.evidence().join("\n");
    assert!(evidence.contains("allow_anonymous"), "{evidence}");
    bench.down().await;
}

#[tokio::test]
async fn two_at_once_do_not_meet_on_websockets_either() {
    let Some(provision) = provision(Product::Mosquitto, "mosquitto", "2.0.11") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mosquitto.conf");
    let config = b"listener 1883\nlistener 9001\nprotocol websockets\nallow_anonymous true\n";
    testyard_sys::files::write(&file, config).unwrap();
    let plan = mounted(service("eclipse-mosquitto:2", &[], &[]), &file, "/mosquitto/config/mosquitto.conf");
    let one = Bench::ready(plan.clone(), provision.clone()).await;
    let other = Bench::ready(plan, provision).await;
    drop(other.connect(9001).await);
    one.down().await;
    drop(other.connect(9001).await);
    other.down().await;
}
