//! memcached.

use testyard_environment::probe::Memcached;
use testyard_model::Product;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::bench::{Bench, provision, service};

#[tokio::test]
async fn flags_reach_the_server() {
    let Some(provision) = provision(Product::Memcached, "memcached", "1.6.18") else { return };
    let command = ["memcached", "-m", "17", "-c", "33", "-p", "11300", "-l", "0.0.0.0"];
    let bench = Bench::ready(service("memcached:1.6-alpine", &[], &command), provision).await;
    let mut connection = bench.connect(11300).await;
    connection.write_all(b"stats settings\r\nquit\r\n").await.unwrap();
    let mut settings = String::new();
    connection.read_to_string(&mut settings).await.unwrap();
    assert!(settings.contains(&format!("STAT maxbytes {}\r\n", 17 << 20)), "{settings}");
    assert!(settings.contains("STAT maxconns 33\r\n"), "{settings}");
    bench.down().await;
}

#[tokio::test]
async fn two_at_once_do_not_meet() {
    let Some(provision) = provision(Product::Memcached, "memcached", "1.6.18") else { return };
    let one = Bench::ready(service("memcached", &[], &[]), provision.clone()).await;
    let other = Bench::ready(service("memcached", &[], &[]), provision).await;
    let mut connection = one.connect(11211).await;
    connection.write_all(b"set key 0 0 1\r\nx\r\nquit\r\n").await.unwrap();
    let mut said = String::new();
    connection.read_to_string(&mut said).await.unwrap();
    assert_eq!(said, "STORED\r\n");
    let mut connection = other.connect(11211).await;
    connection.write_all(b"get key\r\nquit\r\n").await.unwrap();
    let mut said = String::new();
    connection.read_to_string(&mut said).await.unwrap();
    assert_eq!(said, "END\r\n");
    one.down().await;
    assert!(other.ask(11211, &Memcached { binary: false }).await.is_ok());
    other.down().await;
}
