//! A run as `status` and `wait` answer it.

use testyard_commands::report::subject;
use testyard_commands::runs::Told;
use testyard_commands::{CommandError, Context};
use testyard_model::{Exit, Standing};
use testyard_report::{agent, json};

use super::fit::{List, Room, fit, text};
use super::key::{Key, Kind};
use super::{Answer, parsed};

/// The keys of a run.
pub(super) const KEYS: &[Key] = &[
    Key::of("run", Kind::Text),
    Key::of("state", Kind::Text),
    Key::of("verdict", Kind::MaybeText),
    Key::of("exit", Kind::Number),
    Key::of("counts", Kind::Object),
    Key::of("blocked_by", Kind::MaybeText),
    Key::of("suites", Kind::List),
    Key::of("omitted", Kind::List),
];

/// Its lists, the most important first.
const LISTS: &[List] = &[
    List { key: "suites", get: "testyard status RUN --format json" },
    List { key: "blocked", get: "testyard status RUN --format json" },
    List { key: "failures", get: "failures" },
    List { key: "gates", get: "testyard status RUN --format json" },
    List { key: "running", get: "testyard status RUN --format json" },
    List { key: "services", get: "testyard status RUN --format json" },
    List { key: "phases", get: "testyard status RUN --format json" },
    List { key: "findings", get: "inspect" },
    List { key: "checks", get: "testyard status RUN --format json" },
];

/// What is to be told of a run.
pub(super) fn answer(context: &Context, told: &Told) -> Result<Answer, CommandError> {
    let folder = told.folder.path();
    let folder = folder.strip_prefix(&context.root).unwrap_or(folder).display().to_string();
    let subject = subject(told, &folder);
    let room = Room::of(None);
    let mut lines = agent::standing(&subject);
    lines.extend(told.damage.iter().map(|damage| format!("warning: {damage}")));
    lines.push(next(told));
    // The failures themselves are another question: here is what tells which one to ask.
    lines.extend(agent::wrong(&subject, room.text() / 2));
    let document = fit(parsed(&json::run(&subject))?, LISTS, None, room);
    Ok(Answer { text: text(&lines, room.text()), document })
}

/// What to do now.
fn next(told: &Told) -> String {
    let run = told.folder.run();
    match (told.standing, told.exit()) {
        (Standing::Running, _) => format!("next: wait with run={run}"),
        (_, Exit::Failed) => format!("next: failures with run={run}"),
        (_, Exit::Blocked) => format!(
            "next: the infrastructure did not hold, the tests did not fail: see what blocked them, or logs with run={run}"
        ),
        (_, Exit::Lost) => {
            "next: start it again; its supervisor died, which says nothing about the tests".to_owned()
        }
        (_, Exit::Empty) => "next: collect says which tests there are".to_owned(),
        _ => "next: nothing; the run has ended".to_owned(),
    }
}
