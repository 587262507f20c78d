//! Listening on the published ports of services.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use testyard_model::plan::PublishedPort;
use testyard_sys::keeper::Keeper;
use tokio::net::TcpListener;

/// A published port that is listened on.
pub(super) struct Listening {
    service: String,
    published: PublishedPort,
    /// The port on this machine.
    pub(super) port: u16,
    pub(super) listeners: Vec<TcpListener>,
}

impl Listening {
    pub(super) fn is_for(&self, service: &str, published: &PublishedPort) -> bool {
        self.service == service && self.published == *published
    }
}

/// Listens in the machine's own network, before there is a keeper. The error says which port cannot be had.
pub(super) fn on_host(service: &str, published: &PublishedPort) -> Result<Listening, String> {
    let (first, others) = places(published.ip);
    let open = |ip, port| {
        let listener = std::net::TcpListener::bind(SocketAddr::new(ip, port))?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    };
    let wanted = published.published.unwrap_or(0);
    let listener = open(first, wanted).map_err(|error| conflict(wanted, &error))?;
    let port = port_of(&listener).map_err(|error| conflict(wanted, &error))?;
    let mut listeners = vec![listener];
    for ip in others {
        match open(ip, port) {
            Ok(listener) => listeners.push(listener),
            Err(error) if is_conflict(&error) && published.published.is_some() => {
                return Err(conflict(port, &error));
            }
            // A machine without IPv6, or a random port that is taken there: the first address is enough.
            Err(_) => {}
        }
    }
    Ok(Listening { service: service.to_owned(), published: published.clone(), port, listeners })
}

/// Listens in the keeper's network; on another port when the wanted one is taken there as well. The error says why
/// it cannot be done at all.
pub(super) async fn inside(
    service: &str,
    published: &PublishedPort,
    keeper: &Keeper,
) -> Result<Listening, String> {
    let (first, others) = places(published.ip);
    let wanted = published.published.unwrap_or(0);
    let listener = match keeper.listen(SocketAddr::new(first, wanted)).await {
        Ok(listener) => listener,
        Err(_) => {
            let other = keeper.listen(SocketAddr::new(first, 0)).await;
            other.map_err(|error| format!("cannot listen on {first}: {error}"))?
        }
    };
    let port = port_of(&listener).map_err(|error| error.to_string())?;
    let mut listeners = vec![listener];
    for ip in others {
        listeners.extend(keeper.listen(SocketAddr::new(ip, port)).await);
    }
    Ok(Listening { service: service.to_owned(), published: published.clone(), port, listeners })
}

/// The addresses that a published port is listened on: the one it says, else loopback in both versions of IP. Never
/// all addresses: a test database is nothing for the neighbours.
fn places(ip: Option<IpAddr>) -> (IpAddr, Vec<IpAddr>) {
    let (v4, v6) = (IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST));
    match ip {
        None => (v4, vec![v6]),
        Some(ip) if ip.is_unspecified() => (if ip.is_ipv4() { v4 } else { v6 }, vec![]),
        Some(ip) => (ip, vec![]),
    }
}

fn port_of(listener: &TcpListener) -> io::Result<u16> {
    Ok(listener.local_addr()?.port())
}

fn is_conflict(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

fn conflict(port: u16, error: &io::Error) -> String {
    if is_conflict(error) {
        format!("port {port} is taken on this machine")
    } else {
        format!("port {port} cannot be listened on: {error}")
    }
}
