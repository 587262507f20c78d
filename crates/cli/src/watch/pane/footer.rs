//! The last line: the keys, a question, or what has to be said.

use testyard_model::Standing;
use testyard_report::{Line, Role, flow};

use crate::watch::seen::Seen;
use crate::watch::ui::{Mode, Ui};

pub(crate) fn line(seen: &Seen<'_>, ui: &Ui) -> Line {
    match ui.mode {
        Mode::Confirming => {
            return Line::new().add(Role::Care, "cancel this run?").plain("  y yes  any other key no");
        }
        Mode::Help => return Line::new().dim("any key closes this"),
        Mode::Looking => {}
    }
    if let Some(said) = ui.said.as_deref().or(seen.trouble) {
        return Line::new().add(Role::Care, said);
    }
    let mut keys = vec![("?", "keys"), ("q", "leave"), ("Tab", "panes"), ("j/k", "scroll")];
    if seen.standing == Standing::Running {
        keys.push(("c", "cancel"));
    }
    let keys = keys.into_iter().map(|(key, what)| Line::new().add(Role::Bold, key).dim(format!(" {what}")));
    flow(keys, usize::MAX).into_iter().next().unwrap_or_default()
}
