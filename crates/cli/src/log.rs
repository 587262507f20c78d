//! Testyard's own log: what it does inside, for whoever looks for a defect. Off unless it is asked for; the journal of a run
//! tells everything a user needs.

use std::io;

use clap::{Args, ValueEnum};
use tracing_subscriber::filter::LevelFilter;

/// What of Testyard's own log is written to standard error, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct LogArguments {
    /// Write testyard's own log to standard error, from this level on
    #[arg(long, global = true, value_enum, env = "TESTYARD_LOG", hide_env_values = true, default_value_t = Level::Off)]
    #[arg(hide_default_value = true, value_name = "LEVEL")]
    pub(crate) log_level: Level,
    /// How testyard's own log is written: text for people, one JSON object a line for machines
    #[arg(long, global = true, value_enum, env = "TESTYARD_LOG_FORMAT", hide_env_values = true)]
    #[arg(default_value_t = LogFormat::Text, hide_default_value = true, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

/// From which level on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl LogArguments {
    /// Whether anything is written: a live view would be torn by it.
    pub(crate) fn is_on(&self) -> bool {
        self.log_level != Level::Off
    }

    /// Begins to write. Once in a process.
    pub(crate) fn begin(&self) {
        if !self.is_on() {
            return;
        }
        let lines = tracing_subscriber::fmt().with_max_level(self.level()).with_writer(io::stderr);
        let begun = match self.log_format {
            LogFormat::Text => lines.with_ansi(false).try_init(),
            LogFormat::Json => lines.json().flatten_event(true).try_init(),
        };
        // It fails only when somebody has begun already.
        let _ = begun;
    }

    fn level(&self) -> LevelFilter {
        match self.log_level {
            Level::Off => LevelFilter::OFF,
            Level::Error => LevelFilter::ERROR,
            Level::Warn => LevelFilter::WARN,
            Level::Info => LevelFilter::INFO,
            Level::Debug => LevelFilter::DEBUG,
            Level::Trace => LevelFilter::TRACE,
        }
    }
}
