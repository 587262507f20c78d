//! `testyard logs --around TEST`: what everybody printed while one test ran, in one timeline.

use std::ops::Range;

use testyard_journal::timeline::{self, Mark};
use testyard_journal::{RunFolder, logs, read};
use testyard_model::secret::Masker;
use testyard_model::state::{SuiteState, TestState};
use testyard_model::{Record, RunState};
use testyard_report::timeline::{Said, Timeline};

use crate::runs::find;
use crate::{CommandError, Context, plan};

/// More names than this are not listed when one does not say which test is meant.
const LISTED: usize = 5;

/// What is wanted.
#[derive(Debug, Clone)]
pub struct AroundRequest {
    /// The test: its name, or a part of it that only it has.
    pub test: String,
    /// The services and suites; all of them when empty.
    pub sources: Vec<String>,
    /// How much time before and after it counts, in milliseconds.
    pub margin_ms: u64,
    /// Of this run; the newest when not given.
    pub run: Option<String>,
}

/// The timeline of one test.
///
/// # Errors
/// When there is no such run or test, the name fits several tests, or the test has not run.
pub fn around(context: &Context, request: &AroundRequest) -> Result<Timeline, CommandError> {
    let told = find(&context.runs(), request.run.as_deref())?;
    let (suite, test) = the_test(&told.state, &request.test)?;
    let Some(began) = test.started_ms else {
        return Err(usage(
            format!("{} has not run in {}", test.id, told.folder.run()),
            "name a test that ran, or another run with --run",
        ));
    };
    let took = test.duration_ms.map_or(told.state.now_ms.saturating_sub(began), |ms| ms.ceil() as u64);
    let window = began.saturating_sub(request.margin_ms)..(began + took).saturating_add(request.margin_ms);
    let masker = plan::masker(context);
    let mut said = printed(&told.folder, &window, &masker)?;
    said.extend(events(&told.folder, &window)?);
    let wanted = |one: &Said| request.sources.is_empty() || request.sources.contains(&one.source);
    said.retain(wanted);
    said.sort_by_key(|one| one.at_ms);
    Ok(Timeline {
        run: told.folder.run().0,
        suite: suite.name.clone(),
        test: test.id.to_string(),
        from_ms: began,
        to_ms: began + took,
        said,
    })
}

fn usage(message: String, help: &str) -> CommandError {
    CommandError::Usage { message, help: help.to_owned() }
}

/// The test of that name, or the only one whose name has it in it.
fn the_test<'a>(state: &'a RunState, name: &str) -> Result<(&'a SuiteState, &'a TestState), CommandError> {
    let all = || state.suites.iter().flat_map(|suite| suite.tests.iter().map(move |test| (suite, test)));
    if let Some(found) = all().find(|(_, test)| test.id.as_str() == name) {
        return Ok(found);
    }
    let matching: Vec<_> = all().filter(|(_, test)| test.id.as_str().contains(name)).collect();
    match matching.as_slice() {
        [found] => Ok(*found),
        [] => Err(usage(format!("no test is called '{name}'"), "name it as the report does")),
        many => {
            let names: Vec<&str> = many.iter().take(LISTED).map(|(_, test)| test.id.as_str()).collect();
            let help = format!("say which, such as {}", names.join(", "));
            Err(usage(format!("'{name}' fits {} tests", many.len()), &help))
        }
    }
}

/// What stands in the logs of that time. A log is looked at now and then: what was printed in the same interval as the
/// first or the last moment is shown as well.
fn printed(folder: &RunFolder, window: &Range<u64>, masker: &Masker) -> Result<Vec<Said>, CommandError> {
    let marks = timeline::read(folder);
    let mut names: Vec<&str> = marks.iter().map(|mark| mark.log.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut said = Vec::new();
    for name in names {
        let of_log: Vec<&Mark> = marks.iter().filter(|mark| mark.log == name).collect();
        let Some(source) = source(name) else { continue };
        let part = part(&of_log, window);
        let text = logs::read_part(&folder.logs().join(name), part.clone())?;
        let mut at = part.start;
        for line in text.split_inclusive('\n') {
            at += line.len() as u64;
            // The first look at which the line was there.
            let mark = of_log.iter().find(|mark| mark.bytes >= at).or(of_log.last());
            let at_ms = mark.map_or(window.end, |mark| mark.at_ms);
            said.push(Said { at_ms, source: source.clone(), line: masker.mask(line.trim_end()) });
        }
    }
    Ok(said)
}

/// From how long a log was before the window to how long it was after it.
fn part(marks: &[&Mark], window: &Range<u64>) -> Range<u64> {
    let before = marks.iter().rev().find(|mark| mark.at_ms < window.start);
    let after = marks.iter().find(|mark| mark.at_ms >= window.end).or(marks.last());
    before.map_or(0, |mark| mark.bytes)..after.map_or(0, |mark| mark.bytes)
}

/// Whose log it is: `service-redis.log` is redis', `suite-unit.log` unit's. Those of single tests tell nothing new.
fn source(log: &str) -> Option<String> {
    let name = log.strip_suffix(".log")?;
    let plain = name.strip_prefix("service-").or_else(|| name.strip_prefix("suite-"));
    match plain {
        Some(name) => Some(name.to_owned()),
        None if name.starts_with("test-") => None,
        None => Some(name.to_owned()),
    }
}

/// What Testyard itself has to say of that time.
fn events(folder: &RunFolder, window: &Range<u64>) -> Result<Vec<Said>, CommandError> {
    let within = |record: &Record| window.contains(&record.at_ms) || record.at_ms == window.end;
    let records = read::read(folder)?.records;
    let lines = testyard_report::timeline::events(&records, within);
    Ok(lines.into_iter().map(|(at_ms, line)| Said { at_ms, source: "testyard".to_owned(), line }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(at_ms: u64, bytes: u64) -> Mark {
        Mark { at_ms, log: "service-db.log".to_owned(), bytes }
    }

    #[test]
    fn the_part_of_a_log() {
        let marks = [mark(100, 10), mark(200, 20), mark(300, 30)];
        let marks: Vec<&Mark> = marks.iter().collect();
        assert_eq!(part(&marks, &(150..250)), 10..30);
        assert_eq!(part(&marks, &(50..90)), 0..10);
        assert_eq!(part(&marks, &(400..500)), 30..30);
        assert_eq!(part(&[], &(1..2)), 0..0);
    }

    #[test]
    fn whose_log_it_is() {
        assert_eq!(source("service-postgres-test.log").as_deref(), Some("postgres-test"));
        assert_eq!(source("suite-unit.log").as_deref(), Some("unit"));
        assert_eq!(source("supervisor.log").as_deref(), Some("supervisor"));
        assert_eq!(source("test-unit-0001-a.log"), None);
        assert_eq!(source("odd.masked"), None);
    }
}
