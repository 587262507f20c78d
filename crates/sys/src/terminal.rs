//! A terminal that may go away while somebody reads from it.

use std::io::{self, IsTerminal, stdin};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// What came of waiting for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// Something was typed.
    Typed,
    /// Nothing was, for the whole time.
    Nothing,
    /// The terminal is gone: it was closed, or the connection to it.
    Gone,
    /// Standard input is no terminal: keys come from elsewhere.
    Elsewhere,
}

/// Waits for keys on standard input. A library that reads keys reads the end of a closed terminal again and again; whoever
/// asks here first need not ask it then.
pub fn wait_for_keys(limit: Duration) -> io::Result<Waited> {
    let input = stdin();
    if !input.is_terminal() && !has_hung_up(&input)? {
        return Ok(Waited::Elsewhere);
    }
    let mut polled = [PollFd::new(&input, PollFlags::IN)];
    let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
    match poll(&mut polled, Some(&limit)) {
        // A signal, such as that of another size.
        Err(Errno::INTR) | Ok(0) => Ok(Waited::Nothing),
        Err(error) => Err(error.into()),
        Ok(_) if is_gone(polled[0].revents()) => Ok(Waited::Gone),
        Ok(_) => Ok(Waited::Typed),
    }
}

/// A terminal that was closed no longer says that it is one.
fn has_hung_up(input: &io::Stdin) -> io::Result<bool> {
    let mut polled = [PollFd::new(input, PollFlags::IN)];
    poll(&mut polled, Some(&Timespec::default()))?;
    let is_device = rustix::fs::fstat(input).is_ok_and(|about| {
        rustix::fs::FileType::from_raw_mode(about.st_mode) == rustix::fs::FileType::CharacterDevice
    });
    Ok(is_device && is_gone(polled[0].revents()))
}

fn is_gone(events: PollFlags) -> bool {
    events.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}
