//! A network with nothing but a loopback interface.

use std::io;
use std::os::fd::AsRawFd;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use rustix::thread::UnshareFlags;

use super::namespaces::{unshare, write_proc};

/// Enters a new network namespace and brings its loopback interface up.
pub(super) fn enter() -> Result<(), String> {
    unshare(UnshareFlags::NEWNET).map_err(|error| format!("no private network: {error}"))?;
    loopback_up().map_err(|error| format!("a private network without loopback: {error}"))?;
    // Port 80 needs root on the machine; in a network of our own nobody is protected by that. Where the switch
    // cannot be written, only those low ports are lost, and the service that wants one will say so.
    let _ = write_proc("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
    Ok(())
}

#[allow(unsafe_code, reason = "no safe interface sets an interface's flags")]
fn loopback_up() -> io::Result<()> {
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    // SAFETY: ifreq is plain data for which all zeroes is a valid value.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = *from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the descriptor is an open socket, and SIOCSIFFLAGS reads an ifreq, which lives through the call.
    match unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
