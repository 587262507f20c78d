//! What a `pyproject.toml` declares, for a pip that cannot read it: dependency groups before pip 25.1, Poetry's own
//! tables, and the dependencies of a project that cannot be built.
//!
//! Python reads the file: it is the one that knows the format.

use std::path::Path;
use std::time::Duration;

use crate::context::Context;
use crate::decisive;
use crate::tool;

const SCRIPT: &str = include_str!("declared.py");

/// How long reading one file may take, on a machine that is busy with other things.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

/// Which of the declared requirements are wanted.
pub(super) struct Wanted<'a> {
    /// The project's own dependencies, and its extras.
    pub(super) project: bool,
    pub(super) extras: &'a [String],
    pub(super) groups: &'a [String],
}

/// The declared requirements, one each. `Err` says why they cannot be read.
pub(super) async fn requirements(
    context: &Context,
    interpreter: &Path,
    file: &Path,
    wanted: &Wanted<'_>,
) -> Result<Vec<String>, Vec<String>> {
    let file = file.to_string_lossy();
    let mut arguments = vec!["-c".to_owned(), SCRIPT.to_owned(), file.into_owned()];
    if !wanted.project {
        arguments.push("groups".to_owned());
    }
    arguments.extend(wanted.extras.iter().filter(|_| wanted.project).map(|name| format!("extra:{name}")));
    arguments.extend(wanted.groups.iter().map(|name| format!("group:{name}")));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = tool::ask(context, interpreter, &arguments, &context.variables, ANSWERS_WITHIN)
        .await
        .map_err(|error| vec![error])?;
    if answer.ok {
        Ok(answer.stdout.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect())
    } else {
        Err(decisive::lines(&answer.lines))
    }
}
