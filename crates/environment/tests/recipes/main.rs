//! The recipes with the real servers behind them. A server that this machine lacks is said on standard error, and its
//! tests do nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

mod bench;
mod mariadb;
mod memcached;
mod mosquitto;
mod nats;
mod ordinary;
mod rabbitmq;
