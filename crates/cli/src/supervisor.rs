//! This program as the supervisor that `testyard up` and `testyard run --detach` leave in the background.

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use testyard_commands::background::{self, SUPERVISE_RUN};
use testyard_commands::collect::Changed;
use testyard_commands::environment::supervise::supervise;
use testyard_commands::environment::up::{SUPERVISE, UpRequest};
use testyard_commands::run::RunRequest;
use testyard_commands::{CommandError, Context, registry};
use testyard_report::Style;

use crate::arguments::{Arguments, Verb};
use crate::terminal::say;
use crate::{problem, session, verb};

/// Serves as a supervisor and returns its exit code, when that is what this process was started for.
pub(crate) fn serve_if_supervisor() -> Option<ExitCode> {
    // Words that are no text are none of ours, and for somebody else to complain of.
    let words = std::env::args_os().map(|word| word.into_string().unwrap_or_default());
    let arguments: Vec<String> = words.collect();
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
    arguments.common.log.begin();
    let Verb::Run(run) = &arguments.verb else { return Err(defect("for another verb")) };
    let context = session::context(&arguments.common, session::variables())?;
    let request = verb::run::request(run);
    session::block_on(async {
        let cancel = session::listen(|_, _| ())?;
        let ready = |folder: &Path| tell(folder.display());
        background::supervise(&context, &request, cancel, Path::new(log), ready).await.map(drop)
    })
}

/// What the supervisor of a run is called with, for whoever has a request and nothing that was typed.
pub(crate) fn words(context: &Context, request: &RunRequest) -> Vec<String> {
    let mut words = vec!["--project".to_owned(), context.root.display().to_string()];
    words.extend(context.overrides.iter().map(|(key, value)| format!("--set={key}={value}")));
    words.push("run".to_owned());
    words.extend(request.offline.then(|| "--offline".to_owned()));
    // Saved files are the business of whoever watches them, which is never a supervisor in the background.
    if let Some(Changed::Since(revision)) = &request.changed {
        words.push(format!("--changed={revision}"));
    }
    words.extend(request.selection.names.iter().cloned());
    words.push("--".to_owned());
    words.extend(request.selection.runner_arguments.iter().cloned());
    words
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use testyard_commands::plan::Selection;

    use super::*;

    #[test]
    fn words_mean_the_request_they_were_made_of() {
        let context = Context {
            root: "/a project/-x".into(),
            folder: "/".into(),
            variables: BTreeMap::new(),
            overrides: vec![("environment.attach.db".to_owned(), "a=b --c".to_owned())],
            program: "/testyard".into(),
            cache: "/c".into(),
            runtime: "/r".into(),
        };
        let selection = Selection {
            names: vec!["unit".to_owned(), "tests/test_a.py::test_b[1 2]".to_owned()],
            runner_arguments: vec!["-k".to_owned(), "--".to_owned(), "--detach".to_owned()],
            only: None,
        };
        for request in [
            RunRequest { selection, changed: Some(Changed::Since("main".to_owned())), offline: true },
            RunRequest { selection: Selection::default(), changed: None, offline: false },
        ] {
            let words = words(&context, &request);
            let words = std::iter::once("testyard").chain(words.iter().map(String::as_str));
            let arguments = Arguments::try_parse_from(words).unwrap();
            assert_eq!(arguments.common.project, context.root);
            assert_eq!(arguments.common.set, ["environment.attach.db=a=b --c"]);
            let Verb::Run(run) = arguments.verb else { panic!("another verb") };
            assert_eq!(format!("{:?}", verb::run::request(&run)), format!("{request:?}"));
        }
    }
}
