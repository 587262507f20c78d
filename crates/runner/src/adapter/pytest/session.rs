//! One pytest process and the line to its plugin.

use std::ffi::OsString;
use std::io;

use testyard_sys::keeper::KeeperError;
use testyard_sys::process::{Child, Command, Exit, Signal, Stdio};

use super::channel::Channel;
use super::command;
use super::message::{Message, Order};
use super::plugin;
use crate::launch::SuiteLaunch;
use crate::log::SuiteLog;
use crate::lookout::{Alarm, Lookout};
use crate::stop::{self, Manners};

/// Why no pytest process could be started.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    /// The suite's command starts something else.
    #[error("the command `{0}` does not start pytest; help: write it as `pytest …` or `python -m pytest …`")]
    NotPytest(String),
    /// A file of the run could not be written.
    #[error("cannot prepare the run folder for pytest: {0}")]
    Folder(#[from] io::Error),
    /// The process could not be started.
    #[error("cannot start `{program}`: {source}")]
    Spawn {
        /// What was to be started.
        program: String,
        /// What the keeper said.
        source: KeeperError,
    },
}

impl SessionError {
    /// Whether the keeper was gone, and everything the run had started with it.
    pub(super) fn is_loss(&self) -> bool {
        matches!(self, SessionError::Spawn { source: KeeperError::Gone, .. })
    }
}

/// A running pytest.
pub(super) struct Session {
    child: Child,
    channel: Channel,
    exit: Option<Exit>,
    /// How long the suite's log was when this process started.
    pub(super) log_from: u64,
}

/// What was heard of a session.
pub(super) enum Heard {
    /// Messages, in order.
    Messages(Vec<Message>),
    /// The process ended and everything it said was heard.
    Ended(Exit),
}

impl Session {
    /// Starts pytest for a suite.
    pub(super) async fn start(launch: &SuiteLaunch, log: &SuiteLog) -> Result<Session, SessionError> {
        let script = plugin::install(&launch.run_folder)?;
        let suite = &launch.suite;
        let python = launch.interpreter.clone().unwrap_or_else(|| "python3".into());
        let start = command::start(&suite.command, &suite.arguments, &python, &script)
            .ok_or_else(|| SessionError::NotPytest(suite.command.join(" ")))?;
        let (channel, theirs) = Channel::new()?;
        let output = log.open()?;
        let log_from = log.length();
        let variables = launch.environment.iter().chain(&start.variables);
        let command = Command::new(&start.program)
            .args(&start.arguments)
            .envs(variables.map(|(name, value)| (OsString::from(name), OsString::from(value))))
            .cwd(&suite.folder)
            .stdin(Stdio::File(theirs))
            .stdout(Stdio::File(output.try_clone()?))
            .stderr(Stdio::File(output));
        let spawned = launch.keeper.spawn(command).await;
        let program = start.program.display().to_string();
        let child = spawned.map_err(|source| SessionError::Spawn { program, source })?;
        Ok(Session { child, channel, exit: None, log_from })
    }

    /// Waits for what comes next. May be dropped and called again.
    pub(super) async fn hear(&mut self) -> io::Result<Heard> {
        if self.exit.is_none() {
            tokio::select! {
                biased;
                messages = self.channel.hear() => return messages.map(Heard::Messages),
                exit = self.child.wait() => self.exit = Some(exit),
            }
            // What its tests left running must not disturb those of the next suite.
            self.child.signal(Signal::KILL).await;
        }
        let last = self.channel.rest().await?;
        match self.exit {
            Some(exit) if last.is_empty() => Ok(Heard::Ended(exit)),
            _ => Ok(Heard::Messages(last)),
        }
    }

    /// Gives an order. What a process that is gone did not hear shows in its end.
    pub(super) async fn say(&mut self, order: &Order) {
        let _ = self.channel.say(order).await;
    }

    /// Stops the process and returns what it said until its end.
    pub(super) async fn stop(&mut self, alarm: &Alarm, lookout: &mut Lookout) -> io::Result<Vec<Message>> {
        let mut heard = Vec::new();
        let mut ending = std::pin::pin!(stop::stop(&mut self.child, Manners::Pytest, alarm, lookout));
        let exit = loop {
            // It may have much to say on its way out, and would wait for ever for a runner that does not listen.
            tokio::select! {
                exit = &mut ending => break exit,
                messages = self.channel.hear() => heard.extend(messages?),
            }
        };
        self.exit = Some(exit);
        heard.extend(self.channel.rest().await?);
        Ok(heard)
    }
}
