//! RabbitMQ.

use testyard_environment::probe::{Amqp, AmqpLogin, Http, Mqtt, Unready};
use testyard_model::Product;
use testyard_model::plan::ServicePlan;

use crate::bench::{Bench, healthy_by, provision, service};

fn login(user: &str, password: &str, host: &str) -> Amqp {
    let login = AmqpLogin { user: user.into(), password: password.into(), virtual_host: host.into() };
    Amqp { login: Some(login) }
}

fn configured(image: &str) -> ServicePlan {
    let environment = [
        ("RABBITMQ_DEFAULT_USER", "app"),
        ("RABBITMQ_DEFAULT_PASS", "r#ight 'pass"),
        ("RABBITMQ_DEFAULT_VHOST", "/orders"),
    ];
    service(image, &environment, &[])
}

#[tokio::test]
async fn the_default_user_is_the_one_that_is_asked_for() {
    let Some(provision) = provision(Product::RabbitMq, "rabbitmq-server", "3.10.8") else { return };
    let bench =
        Bench::ready(healthy_by(configured("rabbitmq:3.10"), "rabbitmq-diagnostics -q ping"), provision)
            .await;
    assert!(bench.ask(5672, &login("app", "r#ight 'pass", "/orders")).await.is_ok());
    for (user, password, host) in
        [("app", "wrong", "/orders"), ("guest", "guest", "/orders"), ("app", "r#ight 'pass", "/other")]
    {
        let refused = bench.ask(5672, &login(user, password, host)).await;
        assert!(matches!(refused, Err(Unready::Never(_))), "{user} {host}: {refused:?}");
    }
    bench.down().await;
}

#[tokio::test]
async fn two_with_management_and_no_port_mapper() {
    let Some(provision) = provision(Product::RabbitMq, "rabbitmq-server", "3.10.8") else { return };
    let line = "rabbitmq-plugins enable --offline rabbitmq_mqtt && rabbitmq-server";
    let mut plain = service("rabbitmq:3-management", &[], &["sh", "-c", line]);
    plain.name = "it".to_owned();
    let (one, other) = tokio::join!(
        Bench::up(configured("rabbitmq:3-management-alpine"), provision.clone()),
        Bench::up(plain, provision)
    );
    one.must_be_ready();
    other.must_be_ready();
    assert!(other.ask(5672, &login("guest", "guest", "/")).await.is_ok());
    assert!(one.ask(5672, &login("guest", "guest", "/orders")).await.is_err());
    let page = |credentials: &str| Http {
        method: "GET",
        host: "it".into(),
        path: "/api/overview".into(),
        credentials: Some(credentials.to_owned()),
    };
    assert!(one.ask(15672, &page("app:r#ight 'pass")).await.is_ok());
    assert!(one.ask(15672, &page("app:wrong")).await.is_err());
    let mqtt = Mqtt { user: Some("guest".into()), password: Some("guest".into()) };
    assert!(other.ask(1883, &mqtt).await.is_ok());
    // In the keeper's own view of processes: nothing but ours.
    let processes = one.run("cat /proc/[0-9]*/comm", &[]).await;
    let processes = String::from_utf8(processes.stdout).unwrap();
    assert!(processes.contains("beam.smp") && !processes.contains("epmd"), "{processes}");
    one.down().await;
    other.down().await;
}
