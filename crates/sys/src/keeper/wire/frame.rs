//! One message on a Unix stream socket: a header of nine bytes, then JSON. File descriptors travel with the header.
//!
//! A stream with lengths is used, and not `SOCK_SEQPACKET`, because a large environment can exceed what one packet
//! may hold, and because macOS has no such sockets.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::{Errno, retry_on_intr};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// More descriptors than any message carries: standard input, output and error.
const MAX_DESCRIPTORS: usize = 4;
/// Far above the largest environment a kernel lets a process have; a longer length means a broken peer.
const MAX_BODY: usize = 64 << 20;
/// Marks our frames, so that somebody else's bytes are not taken for a length.
const MAGIC: [u8; 4] = *b"tyk1";
/// Magic, length of the body, number of descriptors.
const HEADER: usize = 9;

#[cfg(not(target_vendor = "apple"))]
const SEND: SendFlags = SendFlags::NOSIGNAL;
#[cfg(target_vendor = "apple")]
const SEND: SendFlags = SendFlags::empty();

#[cfg(not(target_vendor = "apple"))]
const RECEIVE: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(target_vendor = "apple")]
const RECEIVE: RecvFlags = RecvFlags::empty();

/// Sends one message, whole, on a blocking socket.
pub(in crate::keeper) fn send(
    socket: impl AsFd,
    message: &impl Serialize,
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let mut bytes = Vec::from(MAGIC);
    bytes.resize(HEADER, 0);
    serde_json::to_writer(&mut bytes, message)?;
    let length = u32::try_from(bytes.len() - HEADER).map_err(|_| Errno::MSGSIZE)?;
    bytes[4..8].copy_from_slice(&length.to_le_bytes());
    bytes[8] = descriptors.len() as u8;

    let mut sent = send_with_descriptors(&socket, &bytes, descriptors)?;
    while sent < bytes.len() {
        sent += retry_on_intr(|| rustix::net::send(&socket, &bytes[sent..], SEND))?;
    }
    Ok(())
}

fn send_with_descriptors(
    socket: impl AsFd,
    bytes: &[u8],
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(Errno::INVAL.into());
    }
    Ok(retry_on_intr(|| rustix::net::sendmsg(&socket, &[IoSlice::new(bytes)], &mut control, SEND))?)
}

/// Receives one message, whole, from a blocking socket; `None` when the peer has closed it.
pub(in crate::keeper) fn receive<T: DeserializeOwned>(
    socket: impl AsFd,
) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut descriptors = Vec::new();
    let mut header = [0; HEADER];
    // The header is read alone, so that descriptors are never mistaken for those of the next message.
    let mut have = 0;
    while have < HEADER {
        match receive_header(&socket, &mut header[have..], &mut descriptors)? {
            0 if have == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => have += more,
        }
    }
    let [m0, m1, m2, m3, l0, l1, l2, l3, count] = header;
    let length = u32::from_le_bytes([l0, l1, l2, l3]) as usize;
    if [m0, m1, m2, m3] != MAGIC || length > MAX_BODY || usize::from(count) != descriptors.len() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let body = receive_body(&socket, length)?;
    Ok(Some((serde_json::from_slice(&body)?, descriptors)))
}

fn receive_header(socket: impl AsFd, header: &mut [u8], descriptors: &mut Vec<OwnedFd>) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = retry_on_intr(|| {
        rustix::net::recvmsg(&socket, &mut [IoSliceMut::new(header)], &mut control, RECEIVE)
    })?;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            descriptors.extend(received);
        }
    }
    if cfg!(target_vendor = "apple") {
        for descriptor in &*descriptors {
            rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::CLOEXEC)?;
        }
    }
    Ok(received.bytes)
}

fn receive_body(socket: impl AsFd, length: usize) -> io::Result<Vec<u8>> {
    let mut body = vec![0; length];
    let mut have = 0;
    while have < length {
        match retry_on_intr(|| rustix::io::read(&socket, &mut body[have..]))? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => have += more,
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn descriptors_arrive_with_their_own_message() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (reader, mut writer) = io::pipe().unwrap();
        let sender = std::thread::spawn(move || {
            send(&ours, &"plain", &[]).unwrap();
            send(&ours, &"with", &[reader.as_fd()]).unwrap();
            // Longer than a socket buffer, so that it has to be sent and read in parts.
            send(&ours, &"x".repeat(3 << 20), &[]).unwrap();
        });
        let got = || receive::<String>(&theirs).unwrap();
        assert!(matches!(got(), Some((text, fds)) if text == "plain" && fds.is_empty()));
        let (text, mut fds) = got().unwrap();
        assert_eq!((text.as_str(), fds.len()), ("with", 1));
        assert!(matches!(got(), Some((text, _)) if text.len() == 3 << 20));
        sender.join().unwrap();
        assert!(got().is_none(), "a closed socket is no message");

        writer.write_all(b"through").unwrap();
        let mut seen = [0; 7];
        rustix::io::read(fds.pop().unwrap(), &mut seen).unwrap();
        assert_eq!(&seen, b"through");
    }

    #[test]
    fn strangers_and_broken_frames_are_errors() {
        for bytes in [&b"GET / HTTP/1.1\r\n"[..], &b"tyk1\xff\xff\xff\xff\x00"[..], &b"tyk1\x02\0\0"[..]] {
            let (mut ours, theirs) = UnixStream::pair().unwrap();
            ours.write_all(bytes).unwrap();
            drop(ours);
            assert!(receive::<String>(&theirs).is_err(), "{bytes:?}");
        }
    }
}
