//! The lists of `ps` and `runs` for people.

use crate::json::{PsRow, RunsRow};
use crate::style::{Line, Role, Style};
use crate::text;

/// The services, one a line under a heading.
pub fn ps(services: &[PsRow], style: Style) -> Vec<String> {
    let rows = services.iter().map(|service| {
        let role = match service.state.as_str() {
            "ready" => Role::Good,
            "broken" => Role::Care,
            _ => Role::Dim,
        };
        vec![
            (Role::Bold, service.name.clone()),
            (Role::Plain, service.engine.clone().unwrap_or_default()),
            (role, service.state.clone()),
            (Role::Plain, service.health.clone().unwrap_or_default()),
            (Role::Plain, service.address.clone().unwrap_or_default()),
            (Role::Plain, service.published.join(", ")),
        ]
    });
    table(&["service", "engine", "state", "health", "address", "published"], rows.collect(), style)
}

/// The runs, one a line under a heading.
pub fn runs(runs: &[RunsRow], style: Style) -> Vec<String> {
    let rows = runs.iter().map(|run| {
        let role = match run.verdict {
            Some("passed") => Role::Good,
            Some("failed") => Role::Bad,
            _ => Role::Care,
        };
        vec![
            (Role::Bold, run.run.clone()),
            (role, run.verdict.unwrap_or(run.state).to_owned()),
            (Role::Plain, run.started.clone().unwrap_or_default()),
            (Role::Plain, text::span(run.elapsed_ms)),
            (Role::Plain, crate::digest::counts_in_words(&run.counts, style.dot())),
        ]
    });
    table(&["run", "verdict", "started", "took", "tests"], rows.collect(), style)
}

fn table(titles: &[&str], rows: Vec<Vec<(Role, String)>>, style: Style) -> Vec<String> {
    let heading = titles.iter().map(|title| (Role::Dim, (*title).to_owned())).collect();
    let rows: Vec<Vec<Line>> = std::iter::once(heading)
        .chain(rows)
        .map(|row: Vec<(Role, String)>| {
            row.into_iter().map(|(role, cell)| Line::new().add(role, cell)).collect()
        })
        .collect();
    let widths: Vec<usize> = (0..titles.len())
        .map(|column| rows.iter().filter_map(|row| Some(row.get(column)?.width())).max().unwrap_or(0))
        .collect();
    let padded = rows.into_iter().map(|row| {
        let cells = row.into_iter().zip(&widths).map(|(cell, width)| cell.pad(width + 2));
        cells.fold(Line::new(), Line::join).paint(style)
    });
    padded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn columns_line_up() {
        let state = fixture::state(&fixture::blocked());
        let rows: Vec<PsRow> = state.services.iter().map(PsRow::of).collect();
        insta::assert_snapshot!(ps(&rows, Style::default()).join("\n"), @"
        service        engine  state    health     address  published
        postgres-test          broken   unhealthy
        redis-test             planned
        ");
        let state = fixture::state(&fixture::passing());
        let rows = [RunsRow::of(&fixture::subject(&state))];
        insta::assert_snapshot!(runs(&rows, Style::default()).join("\n"), @"
        run                   verdict  started               took   tests
        20261120-143022-k3f9  passed   2026-11-20T14:30:22Z  2.2 s  3 passed
        ");
    }
}
