//! Who listens on a TCP port: for telling people what is in their way.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{command_line, of, pids};

/// Somebody who listens on a TCP port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The address; unspecified (`0.0.0.0`, `::`) means all.
    pub address: IpAddr,
    /// The process, when it may be seen: another user's may not.
    pub pid: Option<i32>,
    /// Its command line.
    pub command: Option<String>,
}

/// The state of a listening socket in `/proc/net/tcp` (`TCP_LISTEN`).
const LISTENING: &str = "0A";

/// Everybody who listens on a TCP port in this process's network.
pub fn listeners(port: u16) -> Vec<Listener> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    let sockets: BTreeSet<(IpAddr, u64)> = tables.iter().flat_map(|table| listening(table, port)).collect();
    sockets.into_iter().map(|(address, inode)| listener(address, inode)).collect()
}

fn listener(address: IpAddr, inode: u64) -> Listener {
    let socket = format!("socket:[{inode}]");
    let pid = pids().find(|pid| holds(*pid, &socket));
    Listener { address, pid, command: pid.and_then(command_line) }
}

fn holds(pid: i32, socket: &str) -> bool {
    let descriptors = fs::read_dir(of(pid, "fd")).into_iter().flatten().flatten();
    descriptors
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .any(|target| target.as_os_str() == socket)
}

/// Address and inode of each socket in a table that listens on this port.
fn listening(table: &str, port: u16) -> impl Iterator<Item = (IpAddr, u64)> + '_ {
    table.lines().skip(1).filter_map(move |line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (address, number) = fields.get(1)?.split_once(':')?;
        let wanted = *fields.get(3)? == LISTENING && u16::from_str_radix(number, 16).ok()? == port;
        wanted.then_some((parse_address(address)?, fields.get(9)?.parse().ok()?))
    })
}

/// Addresses are printed as 32-bit numbers of the machine's own byte order.
fn parse_address(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| u32::from_str_radix(hex.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let mut bytes = [0; 16];
            for (part, at) in bytes.chunks_exact_mut(4).zip([0, 8, 16, 24]) {
                part.copy_from_slice(&word(at)?);
            }
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn tables_are_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 x\n\
            1: 0100007F:1538 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 x\n\
            2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 x\n";
        let check = |port, expected: &[(&str, u64)]| {
            let expected: Vec<(IpAddr, u64)> =
                expected.iter().map(|(address, inode)| (address.parse().unwrap(), *inode)).collect();
            assert_eq!(listening(table, port).collect::<Vec<_>>(), expected, "{port}");
        };
        check(5432, &[("127.0.0.1", 4711)]);
        check(80, &[("0.0.0.0", 4713)]);
        check(443, &[]);
        assert_eq!(parse_address("00000000000000000000000001000000"), "::1".parse().ok());
        assert_eq!(parse_address("0100"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_real_listener_is_named() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let found = listeners(port);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].address, IpAddr::from(Ipv4Addr::LOCALHOST));
        assert_eq!(found[0].pid, Some(std::process::id() as i32));
        drop(socket);
        assert!(listeners(port).iter().all(|listener| listener.pid != Some(std::process::id() as i32)));
    }
}
