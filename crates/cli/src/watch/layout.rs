//! Where the panes lie, and which of them are left out where there is no room for all.

use ratatui::layout::Rect;

use super::pane::{Pane, phases};
use super::seen::Seen;
use super::ui::Ui;

/// From this many columns on the phases stand beside the services.
const COLUMNS_FOR_TWO: u16 = 72;
/// From this many rows on the header has three of them.
const ROWS_FOR_A_HIGH_HEADER: u16 = 16;
/// No list takes more rows than this while others need them.
const MOST: u16 = 12;

/// Where everything lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) header: Rect,
    /// Between header and footer.
    pub(crate) body: Rect,
    pub(crate) footer: Rect,
    /// The panes that are shown, with their titles' rows.
    pub(crate) panes: Vec<(Pane, Rect)>,
}

/// Panes beside each other.
struct Band {
    panes: Vec<Pane>,
    least: u16,
    wanted: u16,
    height: u16,
}

impl Layout {
    /// Everything in its place. What does not fit is left out, in this order: the phases, of which the header names one; the
    /// log; the services; failures; what goes on. The pane that has the keys is always shown.
    pub(crate) fn of(area: Rect, seen: &Seen<'_>, ui: &Ui) -> Layout {
        let head = if area.height < ROWS_FOR_A_HIGH_HEADER { 2 } else { 3 }.min(area.height);
        let foot = 1.min(area.height - head);
        let body = Rect { y: area.y + head, height: area.height - head - foot, ..area };
        let mut bands = bands(area.width, seen, ui);
        share(&mut bands, body.height, ui.focus);
        let mut top = body.y;
        let mut panes = Vec::new();
        for band in bands.iter().filter(|band| band.height > 0) {
            panes.extend(side_by_side(&band.panes, Rect { y: top, height: band.height, ..body }));
            top += band.height;
        }
        Layout {
            header: Rect { height: head, ..area },
            body,
            footer: Rect { y: area.y + area.height - foot, height: foot, ..area },
            panes,
        }
    }

    /// How many rows a pane has below its title.
    pub(crate) fn page(&self, pane: Pane) -> usize {
        let found = self.panes.iter().find(|(shown, _)| *shown == pane);
        found.map_or(0, |(_, area)| usize::from(area.height.saturating_sub(1)))
    }
}

fn bands(columns: u16, seen: &Seen<'_>, ui: &Ui) -> Vec<Band> {
    let shown = |pane: Pane| pane == ui.focus || seen.has(pane);
    let two = columns >= COLUMNS_FOR_TWO && shown(Pane::Services);
    let groups: Vec<Vec<Pane>> = match two {
        true => vec![
            vec![Pane::Phases, Pane::Services],
            vec![Pane::Workers],
            vec![Pane::Failures],
            vec![Pane::Log],
        ],
        false => Pane::ALL.into_iter().map(|pane| vec![pane]).collect(),
    };
    let groups = groups.into_iter().filter(|panes| panes.iter().any(|pane| shown(*pane)));
    let band = |panes: Vec<Pane>| {
        let areas = side_by_side(&panes, Rect::new(0, 0, columns, 1));
        let rows = areas.iter().map(|(pane, area)| rows(*pane, seen, ui, usize::from(area.width)));
        let rows = rows.max().unwrap_or(0);
        Band { least: rows.min(3), wanted: rows.min(1 + MOST), height: 0, panes }
    };
    groups.map(band).collect()
}

/// How many rows a pane would like to have, its title among them.
fn rows(pane: Pane, seen: &Seen<'_>, ui: &Ui, columns: usize) -> u16 {
    // A log takes what there is: its lines need not be laid out to know that.
    let held = match pane {
        Pane::Log => 1 + seen.range(pane).len().max(1),
        _ => pane.content(seen, ui, columns).rows(),
    };
    // As many as there are workers, busy or not: the panes below must not jump with every test.
    let suites = seen.parts.state.suites.iter().filter(|suite| suite.ended_ms.is_none());
    let steady = match pane {
        Pane::Workers => 1 + suites.map(|suite| suite.workers as usize).sum::<usize>(),
        _ => 0,
    };
    u16::try_from(held.max(steady)).unwrap_or(u16::MAX)
}

/// Gives each band its height. The more important it is, the sooner it gets its least rows, then those it would like.
fn share(bands: &mut [Band], rows: u16, focus: Pane) {
    let rank = |band: &Band| {
        let of = |pane: &Pane| match pane {
            _ if *pane == focus => 0,
            Pane::Workers => 1,
            Pane::Failures => 2,
            Pane::Services => 3,
            Pane::Log => 4,
            Pane::Phases => 5,
        };
        band.panes.iter().map(of).min().unwrap_or(u8::MAX)
    };
    let mut order: Vec<usize> = (0..bands.len()).collect();
    order.sort_by_key(|at| rank(&bands[*at]));
    let mut left = rows;
    for (place, at) in order.iter().enumerate() {
        let band = &mut bands[*at];
        // Whoever has the keys gets what there is.
        if band.least <= left || place == 0 {
            band.height = band.least.min(left);
            left -= band.height;
        }
    }
    for at in &order {
        let band = &mut bands[*at];
        if band.height > 0 {
            let more = band.wanted.saturating_sub(band.height).min(left);
            band.height += more;
            left -= more;
        }
    }
    // What nobody asked for is the log's, which has no end.
    let shown = |band: &&mut Band| band.height > 0;
    if let Some(last) = bands.iter_mut().rfind(shown) {
        last.height += left;
    }
}

fn side_by_side(panes: &[Pane], area: Rect) -> Vec<(Pane, Rect)> {
    match panes {
        [left, right] => {
            let width = phases::COLUMNS.min(area.width);
            // Two columns between them.
            let x = (area.x + width + 2).min(area.x + area.width);
            let rest = Rect { x, width: area.x + area.width - x, ..area };
            vec![(*left, Rect { width, ..area }), (*right, rest)]
        }
        _ => panes.iter().map(|pane| (*pane, area)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::fixture;

    fn shown(width: u16, height: u16, focus: Pane) -> Vec<(Pane, u16)> {
        let scene = fixture::testing();
        let ui = Ui { focus, ..Ui::default() };
        let layout = Layout::of(Rect::new(0, 0, width, height), &scene.seen(), &ui);
        let total: u16 = layout.panes.iter().map(|(_, area)| area.height).sum();
        assert!(width >= COLUMNS_FOR_TWO || total == layout.body.height, "{layout:?}");
        layout.panes.iter().map(|(pane, area)| (*pane, area.height)).collect()
    }

    #[test]
    fn panes_are_left_out_where_there_is_no_room() {
        use Pane::{Failures, Log, Phases, Services, Workers};
        assert_eq!(shown(100, 30, Failures).len(), 5);
        assert_eq!(shown(60, 12, Failures), [(Services, 3), (Workers, 3), (Failures, 3)]);
        assert_eq!(shown(60, 12, Log), [(Workers, 3), (Failures, 3), (Log, 3)]);
        assert_eq!(shown(60, 9, Phases), [(Phases, 3), (Workers, 3)]);
        assert_eq!(shown(60, 4, Phases), [(Phases, 1)]);
        assert_eq!(shown(60, 2, Phases), []);
        assert_eq!(shown(1, 1, Phases), []);
    }
}
