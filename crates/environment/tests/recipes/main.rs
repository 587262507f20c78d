//! The recipes with the real servers behind them. A server that this machine lacks is said on standard error, and its
//! tests do nothing.

mod bench;
mod memcached;
mod mosquitto;
mod nats;
mod rabbitmq;
