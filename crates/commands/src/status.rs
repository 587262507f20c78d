//! `testyard status`: how a run stands, told at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use testyard_journal::{OutcomeFile, RunFolder, logs};
use testyard_model::{Standing, Verdict};
use testyard_report::Progress;

use crate::runs::{Told, find};
use crate::{CommandError, Context, plan};

/// How many last lines of a log are told.
const LAST_LINES: usize = 5;

/// How much of a log's end is read for them, in bytes.
const TAIL_BYTES: u64 = 8 << 10;

/// The run of that name or unique prefix, or the newest, as its folder tells it now.
pub fn status(context: &Context, run: Option<&str>) -> Result<Told, CommandError> {
    Ok(with_progress(context, find(&context.runs(), run)?))
}

/// The same run with what is told only while it goes on.
pub(crate) fn with_progress(context: &Context, mut told: Told) -> Told {
    if told.standing == Standing::Running {
        let estimate_ms = estimate(context);
        told.progress = Some(Progress { estimate_ms, last: last(context, &told.folder) });
    }
    told
}

/// How long the newest run took that came to its end.
pub(crate) fn estimate(context: &Context) -> Option<u64> {
    let runs = context.runs().runs().unwrap_or_default();
    let mut outcomes = runs.iter().filter_map(|folder| OutcomeFile::read(folder).ok()?);
    let ended = outcomes.find(|one| matches!(one.verdict, Verdict::Passed | Verdict::Failed));
    ended.map(|one| one.elapsed_ms)
}

/// The log that was written to last, and its last lines.
fn last(context: &Context, folder: &RunFolder) -> Option<(PathBuf, Vec<String>)> {
    let newest = newest(&folder.logs())?;
    // Raw logs are masked when the run ends.
    let text = plan::masker(context).mask(&end_of(&newest)?);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let lines = lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(|line| (*line).to_owned());
    Some((newest.strip_prefix(folder.path()).ok()?.to_owned(), lines.collect()))
}

fn newest(logs: &Path) -> Option<PathBuf> {
    let written = |path: &PathBuf| -> Option<SystemTime> {
        let about = fs::metadata(path).ok().filter(|about| about.is_file() && about.len() > 0)?;
        about.modified().ok()
    };
    let paths = fs::read_dir(logs).ok()?.flatten().map(|entry| entry.path());
    let dated = paths.filter_map(|path| Some((written(&path)?, path)));
    dated.max().map(|(_, path)| path)
}

fn end_of(path: &Path) -> Option<String> {
    let length = fs::metadata(path).ok()?.len();
    let from = length.saturating_sub(TAIL_BYTES);
    let text = logs::read_part(path, from..length).ok()?;
    // Half a line may hold half a secret, which nobody would know.
    let whole = if from > 0 { text.find('\n').map_or(text.len(), |end| end + 1) } else { 0 };
    Some(text[whole..].to_owned())
}
