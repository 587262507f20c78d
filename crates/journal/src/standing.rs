//! Where a run stands, told from its folder alone.
//!
//! The rule: the outcome file exists, then the run is final; else its lock is held, then it is running; else it is
//! lost. No process number is ever asked, and no path ends in passed by default.

use testyard_model::{Exit, FORMAT, RunState, Standing, Verdict};

use crate::{JournalError, OutcomeFile, RunFolder, read};

/// Where the run of this folder stands. A run whose loss was written down stays lost.
pub fn standing(folder: &RunFolder) -> Result<Standing, JournalError> {
    if let Some(written) = written(folder)? {
        return Ok(written);
    }
    let held = testyard_sys::lock::is_locked(&folder.lock());
    if held.map_err(JournalError::file(&folder.lock(), "asking the lock"))? {
        return Ok(Standing::Running);
    }
    // The supervisor may have written its outcome and let go of the lock between the two questions.
    Ok(written(folder)?.unwrap_or(Standing::Lost))
}

/// An outcome that cannot be read says nothing: the lock decides, and such a run is never taken for one that ended well.
fn written(folder: &RunFolder) -> Result<Option<Standing>, JournalError> {
    let outcome = match OutcomeFile::read(folder) {
        Err(JournalError::Damaged { .. } | JournalError::File { .. }) => None,
        read => read?,
    };
    Ok(outcome.map(|outcome| if outcome.verdict == Verdict::Lost { Standing::Lost } else { Standing::Final }))
}

/// Writes the outcome `lost` for a run whose supervisor died, once, with what its journal still tells.
pub fn settle_lost(folder: &RunFolder) -> Result<OutcomeFile, JournalError> {
    let (state, _) = read::state(folder)?;
    let outcome = OutcomeFile {
        format: FORMAT,
        run: folder.run(),
        verdict: Verdict::Lost,
        exit: Exit::Lost.code(),
        blocked_by: None,
        reason: format!("the supervisor died {}", reached(&state)),
        counts: state.counts(),
        started_unix_ms: state.header.as_ref().map_or(0, |header| header.unix_ms),
        elapsed_ms: state.now_ms,
    };
    outcome.write_once(folder)?;
    Ok(OutcomeFile::read(folder)?.unwrap_or(outcome))
}

/// How far a run had come, in words.
fn reached(state: &RunState) -> String {
    match state.phases.iter().rev().find(|phase| phase.outcome.is_none()) {
        Some(phase) => format!("in the phase '{}'", phase.phase),
        None if state.header.is_none() => "before its first event".to_owned(),
        None => "between two phases".to_owned(),
    }
}
