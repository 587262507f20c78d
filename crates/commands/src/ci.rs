//! `testyard run --ci`: which CI system this runs on, and the files it wants written.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use testyard_report::ci::{self, System};
use testyard_sys::files::Appender;

use crate::Context;
use crate::report::subject;
use crate::runs::Told;

/// The CI system that these variables tell of.
pub fn detect(variables: &BTreeMap<String, String>) -> System {
    let is_set = |name: &str| variables.get(name).is_some_and(|value| !value.is_empty() && value != "false");
    if is_set("GITHUB_ACTIONS") {
        System::Github
    } else if is_set("GITLAB_CI") {
        System::Gitlab
    } else {
        System::Plain
    }
}

/// The annotations of a finished run, as commands of GitHub Actions.
pub fn annotations(context: &Context, told: &Told) -> Vec<String> {
    ci::annotations(&subject(told, &folder(context, told)), &prefix(context))
}

/// Appends the report to the file that GitHub makes a step's summary of, where it names one.
///
/// # Errors
/// When the file cannot be written, or holds so much already that nothing can be added.
pub fn summarise(context: &Context, told: &Told) -> io::Result<()> {
    let Some(path) = context.variables.get("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let mut file = Appender::open(Path::new(path))?;
    let taken = usize::try_from(file.len()?).unwrap_or(usize::MAX);
    let folder = folder(context, told);
    let summary = ci::step_summary(&subject(told, &folder), taken);
    let summary =
        summary.ok_or_else(|| io::Error::other(format!("{path} is full: it holds {taken} bytes")))?;
    file.append(summary.as_bytes())
}

/// The run's folder as it is reached from where the caller stands.
fn folder(context: &Context, told: &Told) -> String {
    let path = told.folder.path();
    path.strip_prefix(&context.folder).unwrap_or(path).display().to_string()
}

/// The project's folder as the repository's root sees it: annotations name files from there.
fn prefix(context: &Context) -> String {
    let workspace =
        context.variables.get("GITHUB_WORKSPACE").and_then(|path| Path::new(path).canonicalize().ok());
    let inside = workspace.as_deref().and_then(|workspace| context.root.strip_prefix(workspace).ok());
    inside.map_or_else(|| context.prefix(), |path| path.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_told_by_their_variables() {
        let check = |variables: &[(&str, &str)], expected| {
            let variables =
                variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            assert_eq!(detect(&variables), expected, "{variables:?}");
        };
        check(&[("GITHUB_ACTIONS", "true"), ("CI", "true")], System::Github);
        check(&[("GITLAB_CI", "true"), ("CI", "true")], System::Gitlab);
        check(&[("GITHUB_ACTIONS", "false")], System::Plain);
        check(&[("GITHUB_ACTIONS", ""), ("CI", "true")], System::Plain);
        check(&[], System::Plain);
    }
}
