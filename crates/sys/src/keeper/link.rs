//! The supervisor's end of the socket: requests go out, answers find who asked, exits find who waits.
//!
//! Two plain threads serve a link, one for each direction. They need no async runtime, so a keeper can be dropped
//! anywhere, also after the runtime has gone.

use std::collections::HashMap;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use tokio::sync::{oneshot, watch};

use super::wire::{self, Answer, Ask, Failure, Notice, Request};
use crate::process::{Exit, Signal};

/// An answer, with the descriptor that may have come with it.
pub(super) type Answered = Result<(Answer, Option<OwnedFd>), Failure>;

/// A request, with the descriptors that go with it.
type Letter = (Request, Vec<OwnedFd>);

/// The supervisor's end of the socket. When it is dropped, the socket is closed, and the keeper ends itself.
pub(super) struct Link {
    outbox: Mutex<Option<mpsc::Sender<Letter>>>,
    waiting: Arc<Mutex<Waiting>>,
    next_ticket: AtomicU64,
    gone: watch::Receiver<bool>,
}

/// Who waits for what.
struct Waiting {
    /// No longer so once the keeper has gone: then nobody may start to wait.
    open: bool,
    answers: HashMap<u64, oneshot::Sender<Answered>>,
    exits: HashMap<u64, watch::Sender<Option<Exit>>>,
}

impl Link {
    /// Serves this socket. `after` runs once the keeper has closed it, before anybody is told that it has gone.
    pub(super) fn serve(socket: UnixStream, after: impl FnOnce() + Send + 'static) -> std::io::Result<Link> {
        let waiting =
            Arc::new(Mutex::new(Waiting { open: true, answers: HashMap::new(), exits: HashMap::new() }));
        let (outbox, letters) = mpsc::channel();
        let (tell_gone, gone) = watch::channel(false);
        let (reader, shared) = (socket.try_clone()?, waiting.clone());
        thread::Builder::new().name("keeper-out".to_owned()).spawn(move || send_all(&socket, &letters))?;
        thread::Builder::new().name("keeper-in".to_owned()).spawn(move || {
            receive_all(&reader, &shared);
            after();
            close(&shared);
            tell_gone.send_replace(true);
        })?;
        Ok(Link { outbox: Mutex::new(Some(outbox)), waiting, next_ticket: AtomicU64::new(1), gone })
    }

    /// A new number for a request and, when it spawns, for the process.
    pub(super) fn ticket(&self) -> u64 {
        self.next_ticket.fetch_add(1, Ordering::Relaxed)
    }

    /// The exit of the process that will be spawned under this ticket. Ask before spawning.
    pub(super) fn exit_of(&self, ticket: u64) -> watch::Receiver<Option<Exit>> {
        let mut waiting = held(&self.waiting);
        let (sender, receiver) = watch::channel((!waiting.open).then_some(Exit::Lost));
        if waiting.open {
            waiting.exits.insert(ticket, sender);
        }
        receiver
    }

    /// Forgets a process that was not spawned after all.
    pub(super) fn forget(&self, ticket: u64) {
        held(&self.waiting).exits.remove(&ticket);
    }

    /// Asks and waits for the answer; `None` when the keeper has gone.
    pub(super) async fn ask(&self, ticket: u64, ask: Ask, descriptors: Vec<OwnedFd>) -> Option<Answered> {
        let answer = {
            let mut waiting = held(&self.waiting);
            if !waiting.open {
                return None;
            }
            let (sender, answer) = oneshot::channel();
            waiting.answers.insert(ticket, sender);
            answer
        };
        self.post(Request::Ask { ticket, ask }, descriptors);
        answer.await.ok()
    }

    /// Signals a process and its session; does nothing when the keeper has gone.
    pub(super) fn signal(&self, ticket: u64, signal: Signal) {
        self.post(Request::Signal { ticket, signal: signal.as_raw() }, Vec::new());
    }

    /// Closes the socket once everything that was asked before has been sent.
    pub(super) fn close(&self) {
        held(&self.outbox).take();
    }

    /// Waits until the keeper has gone.
    pub(super) async fn gone(&self) {
        // An error means that the reading thread has ended, which it only does after the keeper.
        let _ = self.gone.clone().wait_for(|gone| *gone).await;
    }

    /// Whether the keeper has gone.
    pub(super) fn is_gone(&self) -> bool {
        *self.gone.borrow()
    }

    fn post(&self, request: Request, descriptors: Vec<OwnedFd>) {
        if let Some(outbox) = &*held(&self.outbox) {
            // Fails only when the keeper has gone; whoever waits for an answer learns that from the reading thread.
            let _ = outbox.send((request, descriptors));
        } else if let Request::Ask { ticket, .. } = request {
            held(&self.waiting).answers.remove(&ticket);
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds these locks can leave them half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn send_all(socket: &UnixStream, letters: &mpsc::Receiver<Letter>) {
    while let Ok((request, descriptors)) = letters.recv() {
        let borrowed: Vec<_> = descriptors.iter().map(AsFd::as_fd).collect();
        if wire::send(socket, &request, &borrowed).is_err() {
            break;
        }
    }
    // Only this direction: exits may still come in while the keeper ends.
    let _ = socket.shutdown(std::net::Shutdown::Write);
}

fn receive_all(socket: &UnixStream, waiting: &Mutex<Waiting>) {
    while let Ok(Some((notice, mut descriptors))) = wire::receive::<Notice>(socket) {
        match notice {
            Notice::Answer { ticket, answer } => {
                if let Some(asker) = held(waiting).answers.remove(&ticket) {
                    // Whoever asked may have stopped waiting.
                    let _ = asker.send(answer.map(|answer| (answer, descriptors.pop())));
                }
            }
            Notice::Exited { ticket, exit } => {
                if let Some(waiter) = held(waiting).exits.remove(&ticket) {
                    waiter.send_replace(Some(exit));
                }
            }
        }
    }
    // A frame that cannot be read leaves the stream without order: for the keeper this ends it, too.
    let _ = socket.shutdown(std::net::Shutdown::Both);
}

fn close(waiting: &Mutex<Waiting>) {
    let mut waiting = held(waiting);
    waiting.open = false;
    waiting.answers.clear();
    for (_, waiter) in waiting.exits.drain() {
        waiter.send_replace(Some(Exit::Lost));
    }
}
