//! Narrowing a run to what changes can affect.

use testyard_project::Only;

use super::RunRequest;
use crate::collect::{self, CollectRequest};
use crate::plan::Selection;
use crate::{CommandError, Context};

/// How many affected files are named in a note.
const NAMED: usize = 3;

/// What is to be run, and what there is to say about it.
pub(super) async fn select(
    context: &Context,
    request: &RunRequest,
) -> Result<(Selection, Vec<String>), CommandError> {
    let selection = request.selection.clone();
    let Some(changed) = &request.changed else { return Ok((selection, Vec::new())) };
    let wanted = CollectRequest { changed: Some(changed.clone()), ..CollectRequest::default() };
    let here = context.clone();
    let collected = tokio::task::spawn_blocking(move || collect::collect(&here, &wanted));
    let collection = collected.await.map_err(|error| CommandError::Blocked {
        message: format!("what the changes can affect cannot be told: {error}"),
        help: "run without --changed".to_owned(),
    })??;
    let Some(impact) = collection.impact else { return Ok((selection, Vec::new())) };
    let counted = format!(
        "{} of {} test files can be affected by what changed since {} ({})",
        impact.affected.len(),
        impact.of,
        changed.since(),
        files(impact.changed.len())
    );
    if let Some(why) = impact.everything {
        return Ok((selection, vec![counted, why]));
    }
    let named = impact.affected.iter().take(NAMED);
    let named = named.map(|one| format!("{} is run: {}", one.path.display(), one.because));
    let notes = std::iter::once(counted).chain(named).collect();
    let only = Only {
        files: impact.affected.iter().map(|one| context.root.join(&one.path)).collect(),
        of: impact.considered.iter().map(|path| context.root.join(path)).collect(),
    };
    Ok((Selection { only: Some(only), ..selection }, notes))
}

fn files(number: usize) -> String {
    if number == 1 { "1 file".to_owned() } else { format!("{number} files") }
}
