//! Ready when it accepts connections: for services whose protocol is not known.

use futures_util::future::BoxFuture;
use tokio::net::TcpStream;

use super::{Probe, Unready};

/// Ready when it accepts a connection.
#[derive(Debug, Clone, Copy)]
pub struct Tcp;

impl Probe for Tcp {
    fn protocol(&self) -> &'static str {
        "TCP"
    }

    fn ask<'a>(&'a self, connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            drop(connection);
            Ok("accepts connections".to_owned())
        })
    }
}
