//! The first lines: which run, how long, how it stands, how many tests ended how.

use testyard_report::{Line, flow};

use crate::watch::seen::Seen;

/// Two rows where there are few, else three.
pub(crate) fn lines(seen: &Seen<'_>, rows: usize, columns: usize) -> Vec<Line> {
    let parts = &seen.parts;
    let title = parts.title(columns);
    let standing = parts.standing(seen.standing);
    let progress = parts.progress((columns / 5).clamp(6, 30));
    let verdict = parts.state.verdict.as_ref();
    let more = verdict.map(|verdict| Line::new().plain(&verdict.reason)).or_else(|| parts.current_phase());
    if rows < 3 {
        let second: Vec<Line> = match progress.is_empty() {
            true => std::iter::once(standing).chain(more).collect(),
            false => std::iter::once(standing).chain(progress).collect(),
        };
        return vec![title, in_one_line(second)];
    }
    let second = in_one_line(std::iter::once(standing).chain(more));
    let third = match progress.is_empty() {
        true => Line::new().dim("no test is known yet"),
        false => in_one_line(progress),
    };
    vec![title, second, third]
}

fn in_one_line(pieces: impl IntoIterator<Item = Line>) -> Line {
    flow(pieces, usize::MAX).into_iter().next().unwrap_or_default()
}
