//! `testyard prune`.

use testyard_commands::CommandError;
use testyard_commands::prune::{Cache, caches, empty_caches, prune as remove};
use testyard_model::Exit;
use testyard_report::json;

use super::{Desk, End};
use crate::arguments::{self, Format};

/// Removes old runs, or shows and empties caches.
pub(super) fn prune(desk: &Desk, typed: &arguments::Prune) -> Result<End, CommandError> {
    if typed.cache {
        let found = if typed.yes { empty_caches(&desk.context)? } else { caches(&desk.context) };
        tell_caches(desk, &found, typed.yes);
        return Ok(End::Exit(Exit::Passed));
    }
    let removed = remove(&desk.context, typed.all)?;
    let names: Vec<String> = removed.runs.iter().map(|folder| folder.run().0).collect();
    match desk.format {
        Format::Json => desk.result(&json::pruned(&names, removed.bytes)),
        Format::Human if names.is_empty() => desk.lines(&["nothing to remove".to_owned()]),
        Format::Human => desk.lines(&[format!("removed {} ({})", names.join(", "), size(removed.bytes))]),
    }
    Ok(End::Exit(Exit::Passed))
}

fn tell_caches(desk: &Desk, caches: &[Cache], emptied: bool) {
    if desk.format == Format::Json {
        let rows = caches
            .iter()
            .map(|cache| (cache.name.as_str(), cache.path.as_path(), cache.entries, cache.bytes));
        return desk.result(&json::caches(rows, emptied));
    }
    let width = caches.iter().map(|cache| cache.name.len()).max().unwrap_or_default();
    let row = |cache: &Cache| {
        format!(
            "{:width$}  {:>9}  {} entries  {}",
            cache.name,
            size(cache.bytes),
            cache.entries,
            cache.path.display()
        )
    };
    let mut lines: Vec<String> = caches.iter().map(row).collect();
    lines.push(match (caches.is_empty(), emptied) {
        (true, _) => "the caches are empty".to_owned(),
        (false, true) => "emptied".to_owned(),
        (false, false) => "empty them with `testyard prune --cache --yes`".to_owned(),
    });
    desk.lines(&lines);
}

/// A size for people: powers of 1024.
fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let power = (bytes.max(1).ilog2() / 10).min(4);
    let figure = bytes as f64 / f64::from(1 << 10).powi(power.cast_signed());
    if power == 0 { format!("{bytes} B") } else { format!("{figure:.1} {}", units[power as usize]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        let shown = [0, 1023, 1024, 1_572_864, 3 << 30].map(size);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 MiB", "3.0 GiB"]);
    }
}
