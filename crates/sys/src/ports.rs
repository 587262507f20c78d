//! Ports and loopback addresses.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use crate::{host, lock};

/// A TCP port of this address that nobody listens on right now. Somebody else may take it before it is used: prefer
/// letting the service choose, and where it cannot, be ready to try another.
pub fn free_port(ip: IpAddr) -> io::Result<u16> {
    Ok(TcpListener::bind((ip, 0))?.local_addr()?.port())
}

/// Whether a listener could be opened at this address right now.
pub fn is_free(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_ok()
}

/// Whether this machine can reach itself. In a bare network namespace, as some sandboxes make them, it cannot.
pub fn loopback_works() -> bool {
    use std::net::TcpStream;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address =
        listener.as_ref().map_err(|_| ()).and_then(|listener| listener.local_addr().map_err(|_| ()));
    address.is_ok_and(|address| TcpStream::connect_timeout(&address, LOOPBACK_LIMIT).is_ok())
}

/// A listener's own machine answers at once or never.
const LOOPBACK_LIMIT: Duration = Duration::from_secs(1);

/// The second bytes of loopback addresses that are given out: 127.0 and its neighbours belong to the machine.
const SECOND: std::ops::Range<u8> = 64..128;

/// 254 loopback addresses, `127.x.y.1` to `127.x.y.254`, that no other run has until this is dropped.
#[derive(Debug)]
pub struct LoopbackBlock {
    prefix: [u8; 3],
    _lock: lock::Lock,
}

impl LoopbackBlock {
    /// The address with this last byte; 0 and 255 are not addresses of a block.
    pub fn address(&self, last: u8) -> Option<Ipv4Addr> {
        let [a, b, c] = self.prefix;
        (1..255).contains(&last).then(|| Ipv4Addr::new(a, b, c, last))
    }
}

/// Reserves a block of loopback addresses, guarded by a lock file in the user's runtime folder; the reservation ends
/// with this process at the latest. Different users look in different blocks, as long as there are fewer than 64.
///
/// `Unsupported` on macOS, where only 127.0.0.1 exists without an administrator's help.
pub fn claim_loopback() -> io::Result<LoopbackBlock> {
    if !cfg!(target_os = "linux") {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let width = SECOND.end - SECOND.start;
    let user = (rustix::process::geteuid().as_raw() % u32::from(width)) as u8;
    claim_in(&host::runtime_dir()?.join("loopback"), SECOND.start + user)
}

fn claim_in(folder: &Path, second: u8) -> io::Result<LoopbackBlock> {
    std::fs::create_dir_all(folder)?;
    for third in 0..=u8::MAX {
        let file = folder.join(format!("127.{second}.{third}.lock"));
        if let Some(lock) = lock::try_lock(&file)? {
            return Ok(LoopbackBlock { prefix: [127, second, third], _lock: lock });
        }
    }
    Err(io::Error::new(
        io::ErrorKind::AddrInUse,
        "all 256 blocks of loopback addresses of this user are in use",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_free() {
        let ip = IpAddr::from(Ipv4Addr::LOCALHOST);
        let taken = TcpListener::bind((ip, 0)).unwrap();
        let address = taken.local_addr().unwrap();
        assert!(!is_free(address));
        assert_ne!(free_port(ip).unwrap(), address.port());
        drop(taken);
        assert!(is_free(address));
    }

    #[test]
    fn this_machine_reaches_itself() {
        assert!(loopback_works());
    }

    #[test]
    fn blocks_never_meet() {
        let folder = tempfile::tempdir().unwrap();
        let claim = || claim_in(folder.path(), 99).unwrap();
        let (first, second) = (claim(), claim());
        assert_eq!(first.address(2), Some(Ipv4Addr::new(127, 99, 0, 2)));
        assert_eq!(second.address(2), Some(Ipv4Addr::new(127, 99, 1, 2)));
        assert_eq!((first.address(0), first.address(255)), (None, None));
        drop(first);
        assert_eq!(
            claim().address(1),
            Some(Ipv4Addr::new(127, 99, 0, 1)),
            "a freed block is given out again"
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_block_can_be_listened_on() {
        let block = claim_loopback().unwrap();
        let address = block.address(7).unwrap();
        assert!(TcpListener::bind((address, 0)).is_ok());
    }
}
