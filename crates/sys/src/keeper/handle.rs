//! A keeper, as the supervisor holds it.

use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::facts::{Facts, NotRootMeans};
use super::link::Link;
use super::options::{HostEntry, Options};
use super::wire::{self, Answer, Ask, Greeting, Spawn};
use super::{KeeperError, door, start};
use crate::process::{Child, Command, RunAs, Signal, Wiring};

/// How many connections may wait to be accepted by [`Keeper::listen`].
const BACKLOG: u32 = 1024;

/// Why a program that must not be root cannot run: root without rights, as in a container that drops them all.
const NO_OTHER_USER: &str = "it must not run as root, and this root may neither become another user nor make a \
    user namespace; start testyard as an ordinary user, or allow one of the two (CAP_SETUID is the first)";

/// A keeper. When the last clone is dropped, it ends, and every process inside with it.
#[derive(Clone)]
pub struct Keeper {
    inner: Arc<Inner>,
}

struct Inner {
    link: Link,
    facts: Facts,
    root_pid: i32,
}

impl Keeper {
    /// Starts a keeper with as much isolation as is asked for and allowed; [`Keeper::facts`] says what it became.
    pub async fn start(options: Options) -> Result<Keeper, KeeperError> {
        let started = blocking(move || start::start(&options)).await?;
        Ok(Keeper {
            inner: Arc::new(Inner { link: started.link, facts: started.facts, root_pid: started.root_pid }),
        })
    }

    /// Visits a running keeper through its door. A visitor can start processes, which are killed when the visit ends,
    /// and open connections; it cannot change mounts or names. Ending the visit does not end the keeper.
    pub async fn visit(path: &Path) -> Result<Keeper, KeeperError> {
        let path = path.to_owned();
        blocking(move || {
            let failed = |source| KeeperError::NobodyHome { door: path.clone(), source };
            let socket = door::knock(&path).map_err(failed)?;
            let greeting = wire::receive(&socket).map_err(failed)?;
            let (greeting, _) = greeting.ok_or_else(|| failed(io::ErrorKind::UnexpectedEof.into()))?;
            match greeting {
                Greeting::Refused(reason) => Err(KeeperError::Refused(reason)),
                Greeting::Ready { facts, root_pid } => {
                    let link = Link::serve(socket, || ()).map_err(failed)?;
                    Ok(Keeper { inner: Arc::new(Inner { link, facts, root_pid }) })
                }
            }
        })
        .await
    }

    /// Whether a keeper answers at this door.
    pub fn is_home(path: &Path) -> bool {
        door::knock(path).is_ok()
    }

    /// What this keeper can do.
    pub fn facts(&self) -> &Facts {
        &self.inner.facts
    }

    /// How [`crate::process::RunAs::NotRoot`] is done here.
    pub fn not_root(&self) -> NotRootMeans {
        self.inner.facts.not_root
    }

    /// The same file, under a path that this process can open, for an absolute path as processes inside see it: the
    /// private scratch folder, an overlay, or `/proc` with the pids of [`Child::pid`]. Valid while the keeper lives.
    pub fn outside(&self, path: &Path) -> PathBuf {
        if !self.inner.facts.mount_namespace {
            return path.to_owned();
        }
        let root = PathBuf::from(format!("/proc/{}/root", self.inner.root_pid));
        root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Starts a process.
    pub async fn spawn(&self, command: Command) -> Result<Child, KeeperError> {
        let program = command.program.display().to_string();
        let failed = |source| KeeperError::Spawn { program: program.clone(), source };
        self.can_be(command.run_as).map_err(failed)?;
        let Command { program: path, args, env, cwd, stdin, stdout, stderr, run_as } = command;
        let wiring = Wiring::of(stdin, stdout, stderr).map_err(failed)?;
        let spawn = Spawn {
            program: path.as_os_str().into(),
            args: args.iter().map(Into::into).collect(),
            env: env.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            cwd: cwd.as_os_str().into(),
            run_as,
        };
        let ticket = self.inner.link.ticket();
        // The child exists before it is asked for: should this future be dropped while it waits, so is the child,
        // and the process is killed as soon as it has been started.
        let child = Child::new(self.clone(), ticket, self.inner.link.exit_of(ticket));
        let answered = self.inner.link.ask(ticket, Ask::Spawn(spawn), wiring.theirs.into()).await;
        match answered.ok_or(KeeperError::Gone)? {
            Ok((Answer::Spawned { pid }, _)) => {
                tracing::debug!(pid, program, "started");
                Ok(child.started(pid, wiring.stdin, wiring.stdout, wiring.stderr))
            }
            Ok(_) => Err(KeeperError::Gone),
            Err(failure) => {
                self.inner.link.forget(ticket);
                Err(failed(failure.into()))
            }
        }
    }

    /// Says in words what the keeper could only answer with a bare "operation not permitted".
    fn can_be(&self, run_as: RunAs) -> io::Result<()> {
        if run_as == RunAs::NotRoot && self.not_root() == NotRootMeans::Refused {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, NO_OTHER_USER));
        }
        Ok(())
    }

    /// Connects to an address inside.
    pub async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.socket(address).await?.connect(address).await
    }

    /// Listens on an address inside, also when connections of an earlier listener still linger there.
    pub async fn listen(&self, address: SocketAddr) -> io::Result<TcpListener> {
        let socket = self.socket(address).await?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    }

    /// A socket belongs to the network it was created in, wherever it is used: the keeper creates it, we use it.
    async fn socket(&self, address: SocketAddr) -> io::Result<TcpSocket> {
        if self.inner.facts.private_network {
            let (_, socket) = self.ask(Ask::Socket { ipv6: address.is_ipv6() }, "create a socket").await?;
            let socket = std::net::TcpStream::from(socket.ok_or(io::ErrorKind::InvalidData)?);
            socket.set_nonblocking(true)?;
            Ok(TcpSocket::from_std_stream(socket))
        } else if address.is_ipv6() {
            TcpSocket::new_v6()
        } else {
            TcpSocket::new_v4()
        }
    }

    /// A writable view of the folder `lower` that leaves it alone; what is written goes to the scratch folder. The
    /// name must be a plain file name and new. Returns the path of the view, as seen inside. Where overlays are
    /// refused this is an error, and copying is what remains.
    pub async fn overlay(&self, lower: &Path, name: &str) -> Result<PathBuf, KeeperError> {
        let what = format!("lay {name} over {}", lower.display());
        let ask = Ask::Overlay { lower: lower.as_os_str().into(), name: name.to_owned() };
        match self.ask(ask, &what).await? {
            (Answer::Place(place), _) => Ok(place.into()),
            _ => Err(KeeperError::Gone),
        }
    }

    /// Replaces the names that resolve inside, where [`Facts::private_hosts`].
    pub async fn set_hosts(&self, entries: Vec<HostEntry>) -> Result<(), KeeperError> {
        self.ask(Ask::Hosts(entries), "set private host names").await.map(drop)
    }

    /// Shows a file or folder at another place inside. A missing target is created when it lies in the scratch
    /// folder; elsewhere it would stay behind, so it must exist.
    pub async fn bind_mount(&self, source: &Path, target: &Path, read_only: bool) -> Result<(), KeeperError> {
        let what = format!("show {} at {}", source.display(), target.display());
        let (source, target) = (source.as_os_str().into(), target.as_os_str().into());
        self.ask(Ask::Bind { source, target, read_only }, &what).await.map(drop)
    }

    /// Kills everything inside and waits until the keeper is gone. Calling it again does no harm. For a visitor it
    /// only ends the visit.
    pub async fn shutdown(&self) {
        self.inner.link.close();
        self.inner.link.gone().await;
    }

    /// Waits until the keeper has gone, for whatever reason. The processes it started are gone by then.
    pub async fn gone(&self) {
        self.inner.link.gone().await;
    }

    /// Whether the keeper has gone.
    pub fn is_gone(&self) -> bool {
        self.inner.link.is_gone()
    }

    pub(crate) fn signal(&self, id: u64, signal: Signal) {
        self.inner.link.signal(id, signal);
    }

    async fn ask(&self, ask: Ask, what: &str) -> Result<(Answer, Option<OwnedFd>), KeeperError> {
        let answered = self.inner.link.ask(self.inner.link.ticket(), ask, Vec::new()).await;
        let failed = |failure| KeeperError::Do { what: what.to_owned(), source: io::Error::from(failure) };
        answered.ok_or(KeeperError::Gone)?.map_err(failed)
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").field("facts", &self.inner.facts).finish_non_exhaustive()
    }
}

/// Runs something that takes milliseconds away from the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeeperError> + Send + 'static,
) -> Result<T, KeeperError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        // The runtime is ending, or the work panicked; either way there is no keeper.
        Err(_) => Err(KeeperError::Gone),
    }
}
