//! This program as the supervisor that `testyard up` and `testyard run --detach` leave in the background.

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use testyard_commands::background::{self, SUPERVISE_RUN};
use testyard_commands::environment::supervise::supervise;
use testyard_commands::environment::up::{SUPERVISE, UpRequest};
use testyard_commands::{CommandError, registry};
use testyard_report::Style;

use crate::arguments::{Arguments, Verb};
use crate::terminal::say;
use crate::{problem, session, verb};

/// Serves as a supervisor and returns its exit code, when that is what this process was started for.
pub(crate) fn serve_if_supervisor() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().collect();
    let verb = arguments.get(1).map(String::as_str)?;
    let done = match verb {
        SUPERVISE => serve(&arguments[2..]),
        SUPERVISE_RUN => serve_run(&arguments[2..]),
        _ => return None,
    };
    if let Err(error) = &done {
        let lines = problem::lines(error, Style::default());
        lines.iter().for_each(say);
        // Whoever started it reads the lines then. Where the run had begun, nobody listens any more.
        if verb == SUPERVISE_RUN {
            tell(background::refusal(error.exit(), lines, problem::document(error)));
        }
    }
    Some(ExitCode::from(done.map_or_else(|error| error.exit().code(), |()| 0)))
}

/// The arguments are the file for what is said here, and what was typed for `run`.
fn serve_run(arguments: &[String]) -> Result<(), CommandError> {
    let defect = |what: &str| CommandError::Defect(format!("a supervisor was started {what}"));
    let [log, typed @ ..] = arguments else { return Err(defect("without a log")) };
    let typed = std::iter::once("testyard").chain(typed.iter().map(String::as_str));
    let arguments = Arguments::try_parse_from(typed).map_err(|error| defect(&format!("wrongly: {error}")))?;
    let Verb::Run(run) = &arguments.verb else { return Err(defect("for another verb")) };
    let context = session::context(&arguments.common, session::variables())?;
    let request = verb::run::request(run);
    session::block_on(async {
        let cancel = session::listen(|_, _| ())?;
        let ready = |folder: &Path| tell(folder.display());
        background::supervise(&context, &request, cancel, Path::new(log), ready).await.map(drop)
    })
}

/// The arguments are those that `up` gives: the project, whether it is offline, overrides, and services after `--`.
fn serve(arguments: &[String]) -> Result<(), CommandError> {
    let [project, offline, rest @ ..] = arguments else {
        return Err(CommandError::Defect("a supervisor was started without a project".to_owned()));
    };
    let (options, services) = match rest.iter().position(|word| word == "--") {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &[][..]),
    };
    let pairs = options.iter().filter(|word| *word != "--set").filter_map(|pair| pair.split_once('='));
    let overrides = pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let context = session::make(Path::new(project), overrides, session::variables())?;
    let request = UpRequest { services: services.to_vec(), offline: offline == "true" };
    registry::settle_dead_runs(&context);
    session::block_on(async {
        let cancel = session::listen(|_, _| ())?;
        supervise(&context, &request, cancel, |folder| tell(folder.display())).await
    })
}

/// The one line by which whoever started this learns where to look. It may have gone away meanwhile.
fn tell(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
