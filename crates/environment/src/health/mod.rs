//! The project's own health check, run as the container would run it.
//!
//! It is run at once when the service has answered, not after its interval, and again until it holds. Inside a
//! container `localhost` is the service itself; here it is not, so the check is brought to the service
//! ([`localhost`]), and tools that take no address from the environment are given one ([`tools`]).

mod localhost;
mod tools;

use std::time::{Duration, Instant};

use testyard_model::plan::{HealthCheck, HealthTest};
use testyard_model::{Fidelity, Ledger};
use testyard_sys::process::{self, Exit};

use crate::Refusal;
use crate::log;
use crate::recipe::{Launch, Server};
use crate::workshop::{SHOWN_LINES, Workshop};

/// The shortest and the longest pause between two tries. A check's own interval, ten seconds or more in practice, is
/// meant for the life of a container; while others wait it is only the upper bound.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// What a shell returns for a program that is not there, or that may not be run.
const NO_PROGRAM: [i32; 2] = [127, 126];

/// Runs the check until it holds, or until a container would be called unhealthy: after the start period, and then
/// as long as its retries take at its interval.
pub(crate) async fn hold(
    check: &HealthCheck,
    server: &dyn Server,
    workshop: &Workshop,
    ledger: &mut Ledger,
) -> Result<(), Refusal> {
    let (launch, emulated) = prepared(check, server, workshop)?;
    workshop.doing(format!("the health check to hold: {}", shown(check)));
    let started = Instant::now();
    let patience = Duration::from_millis(
        check
            .start_period_ms
            .saturating_add(check.interval_ms.saturating_mul(u64::from(check.retries.max(1)))),
    );
    let (mut tries, mut pause) = (0, PAUSE.0);
    loop {
        tries += 1;
        let said = match try_once(check, &launch, workshop).await? {
            Try::Held => {
                let (how, detail) = match emulated {
                    Some(detail) => (Fidelity::Emulated, detail),
                    None => (Fidelity::Honoured, shown(check)),
                };
                ledger.note("healthcheck", how, detail);
                return Ok(());
            }
            Try::NoTool(said) => {
                let stand_in = server.probe().protocol();
                ledger.note(
                    "healthcheck",
                    Fidelity::Emulated,
                    format!("a {stand_in} probe stands in: {said}"),
                );
                return Ok(());
            }
            Try::Failed(said) => said,
        };
        if tries >= check.retries.max(1) && started.elapsed() >= patience {
            let elapsed = started.elapsed().as_secs_f32();
            return Err(Refusal::new(format!("the health check does not hold: {}", shown(check)))
                .showing([format!("tried {tries} times in {elapsed:.1} s")])
                .showing(said));
        }
        workshop.doing(format!("the health check to hold: {}", said.last().cloned().unwrap_or_default()));
        tokio::time::sleep(pause).await;
        let longest = Duration::from_millis(check.interval_ms.max(1)).min(PAUSE.1);
        pause = (pause * 2).min(longest).max(PAUSE.0);
    }
}

/// How one try went.
enum Try {
    Held,
    /// The check needs a program that this machine does not have.
    NoTool(String),
    Failed(Vec<String>),
}

async fn try_once(check: &HealthCheck, launch: &Launch, workshop: &Workshop) -> Result<Try, Refusal> {
    let limit = Duration::from_millis(check.timeout_ms.max(1));
    let output = match process::output(workshop.keeper(), workshop.command(launch)?, limit).await {
        Ok(output) => output,
        // The program itself could not be started; for a shell this would be its exit code 127.
        Err(error) => return Ok(Try::NoTool(error.to_string())),
    };
    if output.exit.is_success() && !output.timed_out {
        return Ok(Try::Held);
    }
    let printed = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let mut said = workshop.masked(log::last_lines(&printed, SHOWN_LINES));
    // `curl … || exit 1` hides the code, but not what the shell said.
    let missing = said.iter().find(|line| is_missing(line));
    let by_code = matches!(output.exit, Exit::Code(code) if NO_PROGRAM.contains(&code));
    if by_code || missing.is_some() {
        return Ok(Try::NoTool(
            missing.or(said.last()).cloned().unwrap_or_else(|| "a program is not there".into()),
        ));
    }
    said.push(if output.timed_out {
        format!("no answer within {} ms", check.timeout_ms)
    } else {
        format!("it ended with {}", output.exit)
    });
    Ok(Try::Failed(said))
}

/// Whether a shell says by this line that it cannot run a program: `/bin/sh: 1: curl: not found`.
fn is_missing(line: &str) -> bool {
    let by_shell = line.starts_with("/bin/sh:") || line.starts_with("sh:");
    by_shell && !line.contains("cannot") && (line.contains("not found") || line.contains("Permission denied"))
}

/// The check as it is run here, and how that differs from what was written.
fn prepared(
    check: &HealthCheck,
    server: &dyn Server,
    workshop: &Workshop,
) -> Result<(Launch, Option<String>), Refusal> {
    let site = &workshop.site;
    let given = server.tools(site);
    let folder = tools::write(&given.arguments, workshop)?;
    let bring = |text: &str| localhost::bring(text, site.ip, &site.moved);
    let (words, written) = match &check.test {
        HealthTest::Program(words) => (words.iter().map(|word| bring(word)).collect(), words.clone()),
        HealthTest::Shell(line) => {
            let shell = |line: String| vec!["/bin/sh".to_owned(), "-c".to_owned(), line];
            (shell(bring(line)), shell(line.clone()))
        }
    };
    let words: Vec<String> = words;
    let emulated =
        (words != written).then(|| format!("{}, asked at {} instead of localhost", shown(check), site.ip));
    let mut words = words.into_iter();
    let mut launch = Launch::at(site, &words.next().unwrap_or_default()).arguments(words);
    // What the project set wins over what tools would find by themselves.
    for (name, value) in given.environment {
        launch.environment.entry(name).or_insert(value);
    }
    let path = launch.environment.entry("PATH".to_owned()).or_default();
    *path = format!("{}:{path}:{}", folder.display(), workshop.search);
    // A tool with given arguments is found on that path, not where its program lies.
    if let Some(name) = launch.program.file_name().and_then(|name| name.to_str())
        && given.arguments.iter().any(|(tool, _)| tool == name)
    {
        launch.program = name.into();
    }
    Ok((launch, emulated))
}

fn shown(check: &HealthCheck) -> String {
    match &check.test {
        HealthTest::Program(words) => words.join(" "),
        HealthTest::Shell(line) => line.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_that_miss_a_program() {
        for line in [
            "/bin/sh: 1: curl: not found",
            "/bin/sh: line 1: curl: command not found",
            "sh: curl: not found",
            "/bin/sh: 1: curl: Permission denied",
        ] {
            assert!(is_missing(line), "{line}");
        }
        for line in
            ["relation \"x\" not found", "/bin/sh: 1: cannot create /x: Permission denied", "404 not found"]
        {
            assert!(!is_missing(line), "{line}");
        }
    }
}
