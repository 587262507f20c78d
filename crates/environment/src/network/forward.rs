//! Forwarding connections from a published port to its service.

use std::net::SocketAddr;
use std::time::Duration;

use testyard_sys::keeper::Keeper;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How long accepting pauses after it failed, as it does while this process has no free file descriptor.
const PAUSE: Duration = Duration::from_millis(20);

/// Forwards every connection until it is dropped. The keeper is what connects to addresses of a private network.
pub(crate) async fn forward(listener: TcpListener, to: SocketAddr, keeper: Keeper) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    connections.spawn(join(client, to, keeper.clone()));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Carries bytes both ways until both sides are done. When the service cannot be reached, closing the client's
/// connection is what a service that is down would do.
async fn join(mut client: TcpStream, to: SocketAddr, keeper: Keeper) {
    let Ok(mut service) = keeper.connect(to).await else { return };
    // Databases exchange small messages; waiting to fill packets would cost 40 ms each.
    let _ = (client.set_nodelay(true), service.set_nodelay(true));
    let _ = copy_bidirectional(&mut client, &mut service).await;
}
