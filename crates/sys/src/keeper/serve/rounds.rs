//! The loop: hears signals, the supervisor, the door and its visitors, and answers.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::Signal;

use super::child::Household;
use super::children::{Asker, Children};
use super::end;
use super::place::Place;
use super::signals::Inbox;
use crate::keeper::wire::{self, Answer, Ask, Failure, Notice, Request, Setup};
use crate::process::Exit;
use crate::{KEEPER_MARKER, RUN_MARKER};

/// The supervisor's connection; visitors get higher numbers.
const SUPERVISOR: u64 = 0;

/// How long a visitor may be silent in the middle of a message, or leave one unread, before it is sent away: nobody
/// but the supervisor may hold the keeper up.
const VISITOR_PATIENCE: Duration = Duration::from_secs(1);

/// The keeper at work.
pub(super) struct Rounds {
    place: Place,
    children: Children,
    door: Option<UnixListener>,
    connections: BTreeMap<u64, UnixStream>,
    next_connection: u64,
}

/// What the loop was woken by.
struct Woken {
    signals: bool,
    door: bool,
    connections: Vec<u64>,
}

impl Rounds {
    pub(super) fn new(
        setup: Setup,
        place: Place,
        supervisor: UnixStream,
        door: Option<UnixListener>,
    ) -> io::Result<Rounds> {
        if let Some(door) = &door {
            // A visitor that has gone before it was let in must not keep the loop waiting for the next.
            door.set_nonblocking(true)?;
        }
        let household = Household {
            markers: [(RUN_MARKER, setup.run), (KEEPER_MARKER, setup.keeper)],
            not_root: place.facts.not_root,
            pid_namespace: place.facts.pid_namespace,
        };
        let connections = BTreeMap::from([(SUPERVISOR, supervisor)]);
        let children = Children::new(household);
        Ok(Rounds { place, children, door, connections, next_connection: SUPERVISOR + 1 })
    }

    /// Serves until the supervisor has gone or somebody sends SIGTERM; then kills everything inside.
    pub(super) fn serve(mut self, mut inbox: Inbox) -> io::Result<()> {
        let served = self.serve_until_closed(&mut inbox);
        end::kill_everything(&mut self.children, self.place.facts.pid_namespace);
        served
    }

    fn serve_until_closed(&mut self, inbox: &mut Inbox) -> io::Result<()> {
        while self.connections.contains_key(&SUPERVISOR) {
            let woken = self.sleep(inbox)?;
            if woken.signals && inbox.read().terminate {
                return Ok(());
            }
            for connection in woken.connections {
                self.hear(connection);
            }
            if woken.door {
                self.let_in();
            }
            // Whatever woke us: the answer to a spawn must come before the news that the process has ended.
            for (asker, exit) in self.children.reap() {
                self.tell_exit(asker, exit);
            }
        }
        Ok(())
    }

    fn sleep(&self, inbox: &Inbox) -> io::Result<Woken> {
        let mut sources = vec![PollFd::new(inbox, PollFlags::IN)];
        sources.extend(self.connections.values().map(|socket| PollFd::new(socket, PollFlags::IN)));
        sources.extend(self.door.iter().map(|door| PollFd::new(door, PollFlags::IN)));
        match poll(&mut sources, None) {
            Err(rustix::io::Errno::INTR) => {}
            polled => drop(polled?),
        }
        let ready: Vec<bool> = sources.iter().map(|source| !source.revents().is_empty()).collect();
        let connections = self.connections.keys().zip(&ready[1..]).filter(|(_, ready)| **ready);
        Ok(Woken {
            signals: ready[0],
            connections: connections.map(|(connection, _)| *connection).collect(),
            door: self.door.is_some() && ready[ready.len() - 1],
        })
    }

    fn let_in(&mut self) {
        let Some(Ok((socket, _))) = self.door.as_ref().map(UnixListener::accept) else { return };
        let ready = socket
            .set_nonblocking(false)
            .and_then(|()| socket.set_read_timeout(Some(VISITOR_PATIENCE)))
            .and_then(|()| socket.set_write_timeout(Some(VISITOR_PATIENCE)))
            .and_then(|()| wire::send(&socket, &self.place.greeting(), &[]));
        // Most visitors that cannot be greeted only wanted to know whether anybody is home.
        if ready.is_ok() {
            self.connections.insert(self.next_connection, socket);
            self.next_connection += 1;
        }
    }

    fn hear(&mut self, connection: u64) {
        let Some(socket) = self.connections.get(&connection) else { return };
        match wire::receive::<Request>(socket) {
            Ok(Some((Request::Ask { ticket, ask }, descriptors))) => {
                let asker = Asker { connection, ticket };
                let (answer, descriptor) = match self.answer(asker, ask, descriptors) {
                    Ok((answer, descriptor)) => (Ok(answer), descriptor),
                    Err(error) => (Err(Failure::from(error)), None),
                };
                self.tell(connection, &Notice::Answer { ticket, answer }, descriptor.as_ref());
            }
            Ok(Some((Request::Signal { ticket, signal }, _))) => {
                if let Some(signal) = Signal::from_named_raw(signal) {
                    self.children.signal(Asker { connection, ticket }, signal);
                }
            }
            Ok(None) | Err(_) => self.close(connection),
        }
    }

    fn answer(
        &mut self,
        asker: Asker,
        ask: Ask,
        descriptors: Vec<OwnedFd>,
    ) -> io::Result<(Answer, Option<OwnedFd>)> {
        let answer = match ask {
            Ask::Spawn(spawn) => {
                let streams =
                    <[OwnedFd; 3]>::try_from(descriptors).map_err(|_| io::ErrorKind::InvalidInput)?;
                Answer::Spawned { pid: self.children.start(asker, &spawn, streams)? }
            }
            Ask::Socket { ipv6 } => return Ok((Answer::Socket, Some(tcp_socket(ipv6)?))),
            _ if asker.connection != SUPERVISOR => return Err(io::ErrorKind::PermissionDenied.into()),
            ask => change_place(&self.place, ask)?,
        };
        Ok((answer, None))
    }

    fn tell_exit(&mut self, asker: Asker, exit: Exit) {
        self.tell(asker.connection, &Notice::Exited { ticket: asker.ticket, exit }, None);
    }

    fn tell(&mut self, connection: u64, notice: &Notice, descriptor: Option<&OwnedFd>) {
        let Some(socket) = self.connections.get(&connection) else { return };
        let descriptors: Vec<_> = descriptor.iter().map(|descriptor| descriptor.as_fd()).collect();
        if wire::send(socket, notice, &descriptors).is_err() {
            self.close(connection);
        }
    }

    fn close(&mut self, connection: u64) {
        self.connections.remove(&connection);
        // After the supervisor, everything goes, and not child by child.
        if connection != SUPERVISOR {
            self.children.abandon(connection);
        }
    }
}

#[cfg(target_os = "linux")]
fn tcp_socket(ipv6: bool) -> io::Result<OwnedFd> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
    let family = if ipv6 { AddressFamily::INET6 } else { AddressFamily::INET };
    Ok(socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

/// Nobody asks where no network is private.
#[cfg(not(target_os = "linux"))]
fn tcp_socket(_ipv6: bool) -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
fn change_place(place: &Place, ask: Ask) -> io::Result<Answer> {
    use super::mounts;
    let facts = &place.facts;
    if !facts.mount_namespace {
        return Err(io::ErrorKind::Unsupported.into());
    }
    match ask {
        Ask::Overlay { lower, name } => {
            let view = mounts::overlay(facts, lower.path(), &name)?;
            return Ok(Answer::Place(view.as_os_str().into()));
        }
        Ask::Bind { source, target, read_only } => {
            mounts::bind(facts, source.path(), target.path(), read_only)?;
        }
        Ask::Hosts(entries) if facts.private_hosts => {
            mounts::write_hosts(&facts.scratch, &entries, &place.machine_hosts)?;
        }
        Ask::Hosts(_) => return Err(io::ErrorKind::Unsupported.into()),
        // Answered before they come here.
        Ask::Spawn(_) | Ask::Socket { .. } => return Err(io::ErrorKind::InvalidInput.into()),
    }
    Ok(Answer::Done)
}

#[cfg(not(target_os = "linux"))]
fn change_place(_place: &Place, _ask: Ask) -> io::Result<Answer> {
    Err(io::ErrorKind::Unsupported.into())
}
