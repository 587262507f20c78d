//! What was typed, done: one file a verb or a group of them. Each prints its results and says how the process exits.

mod background;
mod check;
mod collect;
mod environment;
mod mcp;
mod plan;
mod prune;
mod rerun;
pub(crate) mod run;
mod runs;
mod watch;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use testyard_commands::{CommandError, Context, ci, registry};
use testyard_model::{Exit, Standing};
use testyard_report::ci::System;
use testyard_report::last_line;

use crate::arguments::{Arguments, Ci, Format, Output, Verb};
use crate::terminal::{Screen, say};
use crate::{agent, problem, session};

/// How a verb ended: with one of the contract's codes, or with that of a command it ran.
pub(crate) enum End {
    Exit(Exit),
    Code(u8),
}

/// What every verb is given to speak through.
pub(crate) struct Desk {
    pub(crate) context: Context,
    pub(crate) screen: Screen,
    pub(crate) format: Format,
    /// The format as it was typed, for the verb that knows more of them.
    pub(crate) output: Output,
}

impl Desk {
    /// Prints a result to standard output.
    pub(crate) fn result(&self, text: &str) {
        put(text);
    }

    /// Prints the lines of a result.
    pub(crate) fn lines(&self, lines: &[String]) {
        self.still_read(lines);
    }

    /// Prints lines of a result that goes on, and says whether somebody still reads it.
    pub(crate) fn still_read(&self, lines: &[String]) -> bool {
        let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        put(&text)
    }
}

/// Writes to standard output. A reader that went away has seen what it wanted; a result that got lost on the way is
/// said. Returns whether somebody reads what is written.
fn put(text: &str) -> bool {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            say(format_args!("warning: standard output could not be written: {error}"));
            false
        }
        written => written.is_ok(),
    }
}

/// Does what was typed and returns the exit code.
pub(crate) fn run(arguments: Arguments) -> ExitCode {
    arguments.common.log.begin();
    let variables = session::variables();
    let screen = screen_of(&arguments, &variables);
    let judges = matches!(arguments.verb, Verb::Run(_) | Verb::Wait(_) | Verb::Status(_));
    let json = arguments.common.output() == Output::Json;
    let done = session::context(&arguments.common, variables).and_then(|context| {
        let format = format_of(&arguments)?;
        // Looking changes nothing, not even what a dead run left.
        if !matches!(arguments.verb, Verb::Check(_) | Verb::Collect(_) | Verb::Mcp) {
            for lost in registry::settle_dead_runs(&context) {
                say(format_args!("testyard: the run {} was lost; what it left was removed", lost.run()));
            }
        }
        dispatch(&arguments.verb, &Desk { context, screen, format, output: arguments.common.output() })
    });
    match done {
        Ok(End::Exit(exit)) => ExitCode::from(exit.code()),
        Ok(End::Code(code)) => ExitCode::from(code),
        Err(error) => {
            screen.print(&problem::lines(&error, screen.style));
            if json {
                put(&problem::document(&error));
            }
            if judges {
                last_word(error.exit());
            }
            ExitCode::from(error.exit().code())
        }
    }
}

/// What is typed wrongly is told by `clap`; a verb that judges still ends with the contract's last line.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    // Nobody is left to be told when this cannot be written.
    let _ = error.print();
    let judges =
        std::env::args_os().skip(1).any(|word| ["run", "wait", "status"].iter().any(|judge| word == *judge));
    if error.use_stderr() && judges {
        last_word(Exit::Usage);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage.code()))
}

/// The contract's last line comes in any case: no pipe may hide how this ended.
fn last_word(exit: Exit) {
    say(last_line(None, Standing::Final, exit));
}

/// Who reads what is printed while this goes on. Agents are told from people where nobody says how to print.
fn screen_of(arguments: &Arguments, variables: &BTreeMap<String, String>) -> Screen {
    let ci = ci_of(&arguments.verb, variables);
    let for_agents =
        matches!(arguments.verb, Verb::Run(_) | Verb::Wait(_) | Verb::Status(_) | Verb::Failures(_));
    let silent = arguments.common.format.is_none() && ci.is_none();
    let agent = for_agents && silent && agent::reads(variables);
    let plain = Screen::of(arguments.common.color, variables);
    // Lines of the log would tear a frame that is drawn again and again.
    let moves = plain.moves && !arguments.common.log.is_on();
    let screen = Screen { ci, moves, ..plain };
    if agent { screen.for_agent(arguments.common.color) } else { screen }
}

/// The CI system that a run is to be written for, if it is for one.
fn ci_of(verb: &Verb, variables: &BTreeMap<String, String>) -> Option<System> {
    let Verb::Run(arguments) = verb else { return None };
    Some(match arguments.ci? {
        Ci::Auto => ci::detect(variables),
        Ci::Github => System::Github,
        Ci::Gitlab => System::Gitlab,
        Ci::Plain => System::Plain,
    })
}

/// The format of the results. Some are for findings alone.
fn format_of(arguments: &Arguments) -> Result<Format, CommandError> {
    match (arguments.common.output().plain(), &arguments.verb) {
        (Some(format), _) => Ok(format),
        (None, Verb::Check(_) | Verb::Collect(_)) => Ok(Format::Human),
        (None, _) => Err(CommandError::Usage {
            message: "only `check` and `collect` can be written in this format".to_owned(),
            help: "use --format human or --format json".to_owned(),
        }),
    }
}

fn dispatch(verb: &Verb, desk: &Desk) -> Result<End, CommandError> {
    match verb {
        Verb::Run(arguments) if arguments.detach => background::start(desk, arguments),
        Verb::Run(arguments) if arguments.watch => rerun::run_and_watch(desk, arguments),
        Verb::Run(arguments) => run::run(desk, arguments),
        Verb::Wait(arguments) => background::wait(desk, arguments),
        Verb::Watch(arguments) => watch::watch(desk, arguments),
        Verb::Tail(arguments) => background::tail(desk, arguments),
        Verb::Failures(arguments) => runs::failures(desk, arguments),
        Verb::Cancel(arguments) => background::cancel(desk, arguments),
        Verb::Plan(selection) => plan::plan(desk, selection),
        Verb::Init(arguments) => plan::init(desk, arguments),
        Verb::Check(arguments) => check::check(desk, arguments),
        Verb::Collect(arguments) => collect::collect(desk, arguments),
        Verb::Status(arguments) => runs::status(desk, arguments),
        Verb::Report(arguments) => runs::report(desk, arguments),
        Verb::Runs => runs::runs(desk),
        Verb::Up(arguments) => environment::up(desk, arguments),
        Verb::Down => environment::down(desk),
        Verb::Ps => environment::ps(desk),
        Verb::Logs(arguments) => environment::logs(desk, arguments),
        Verb::Exec(arguments) => environment::exec(desk, arguments),
        Verb::Prune(arguments) => prune::prune(desk, arguments),
        Verb::Mcp => mcp::mcp(desk),
    }
}
