//! This program as the supervisor that `testyard up` leaves in the background.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use testyard_commands::environment::supervise::supervise;
use testyard_commands::environment::up::{SUPERVISE, UpRequest};
use testyard_commands::{CommandError, registry};
use testyard_report::Style;

use crate::terminal::say;
use crate::{problem, session};

/// Serves as a supervisor and returns its exit code, when that is what this process was started for.
pub(crate) fn serve_if_supervisor() -> Option<ExitCode> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).map(String::as_str) != Some(SUPERVISE) {
        return None;
    }
    let done = serve(&arguments[2..]);
    if let Err(error) = &done {
        problem::lines(error, Style::default()).iter().for_each(say);
    }
    Some(ExitCode::from(done.map_or_else(|error| error.exit().code(), |()| 0)))
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
        supervise(&context, &request, cancel, tell).await
    })
}

/// The one line by which `up` learns where to look. It may have gone away meanwhile.
fn tell(folder: &Path) {
    let _ = writeln!(std::io::stdout(), "{}", folder.display());
}
