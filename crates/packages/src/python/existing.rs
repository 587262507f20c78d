//! An environment that exists already: the active one, or the project's own. It is used as it is.

use std::path::Path;
use std::time::Duration;

use testyard_model::Phase;

use super::PythonEnvironment;
use crate::context::{Context, Failure};
use crate::decisive;
use crate::installer;
use crate::progress::Check;
use crate::tool;

/// How long an interpreter may take to say what it is, on a machine that is busy with other things.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Finds pytest without importing it, which takes a tenth of a second.
const QUESTION: &str = "import importlib.util, sys\n\
    print('%d.%d.%d' % sys.version_info[:3])\n\
    print(importlib.util.find_spec('pytest') is not None)";

/// What an interpreter says about itself.
pub(super) struct Told {
    /// Its full version.
    pub(super) version: String,
    /// Whether it can import pytest.
    pub(super) pytest: bool,
}

/// Asks an interpreter. `Err` says why it does not answer.
pub(super) async fn ask(context: &Context, interpreter: &Path) -> Result<Told, Vec<String>> {
    let answer = tool::ask(context, interpreter, &["-c", QUESTION], &context.variables, ANSWERS_WITHIN)
        .await
        .map_err(|error| vec![error])?;
    let mut lines = answer.stdout.lines();
    match (answer.ok, lines.next(), lines.next()) {
        (true, Some(version), Some(pytest)) => {
            Ok(Told { version: version.to_owned(), pytest: pytest == "True" })
        }
        _ => Err(decisive::lines(&answer.lines)),
    }
}

/// Checks that an existing environment can run pytest.
pub(super) async fn check(context: &Context, folder: &Path) -> Result<PythonEnvironment, Failure> {
    let check = Check::start(context, Phase::Prepare, "python", &format!("using {}", folder.display()));
    let interpreter = folder.join("bin/python");
    match check.watch(ask(context, &interpreter)).await {
        Ok(Told { version, pytest: true }) => {
            let description = format!("Python {version} in {}", folder.display());
            check.passed(vec![format!("{description}, used as it is")]);
            Ok(PythonEnvironment::at(context, folder, description))
        }
        Ok(Told { version, pytest: false }) => Err(check.blocked(vec![
            format!("{} (Python {version}) has no pytest", folder.display()),
            format!("help: {}", how_to_install_pytest(context, &interpreter)),
        ])),
        Err(mut lines) => {
            lines.insert(0, format!("{} does not run", interpreter.display()));
            lines.push(format!(
                "help: make {} anew, or deactivate it: then one is made here",
                folder.display()
            ));
            Err(check.blocked(lines))
        }
    }
}

fn how_to_install_pytest(context: &Context, interpreter: &Path) -> String {
    let interpreter = interpreter.display();
    match installer::uv(context) {
        Some(_) => format!("uv pip install --python {interpreter} pytest"),
        None => format!("{interpreter} -m pip install pytest"),
    }
}
