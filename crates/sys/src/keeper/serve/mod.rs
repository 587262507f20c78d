//! The keeper process itself: one thread, one loop, no async.
//!
//! It isolates itself ([`place`]), greets, and then does what it is told until the supervisor's socket closes
//! ([`rounds`]).

mod child;
mod children;
mod end;
#[cfg(target_os = "linux")]
mod hosts;
mod identity;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod network;
mod place;
mod rounds;
mod signals;

use std::fs::File;
use std::io;
use std::os::unix::net::{UnixListener, UnixStream};

use super::wire::{self, Greeting, Setup};
use place::Place;
use rounds::Rounds;

/// Serves until the supervisor has gone. Returns the exit code: 0 when everything inside has been removed.
pub(super) fn main() -> i32 {
    match serve() {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("testyard keeper: {error}");
            1
        }
    }
}

fn serve() -> io::Result<()> {
    let supervisor = take_socket()?;
    let Some((setup, mut descriptors)) = wire::receive::<Setup>(&supervisor)? else { return Ok(()) };
    let door = descriptors.pop().map(UnixListener::from);
    // The folder the supervisor happens to be in must not be held busy for as long as a keeper lives.
    std::env::set_current_dir("/")?;
    match Place::enter(&setup) {
        Ok(place) => {
            let inbox = signals::install()?;
            wire::send(&supervisor, &place.greeting(), &[])?;
            Rounds::new(setup, place, supervisor, door)?.serve(inbox)
        }
        Err(refusal) => wire::send(&supervisor, &Greeting::Refused(refusal), &[]),
    }
}

/// The supervisor's socket arrives as standard input. It moves to a descriptor that no child inherits.
fn take_socket() -> io::Result<UnixStream> {
    let socket = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(socket.into())
}
