//! Start a run in the background.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use testyard_commands::background::{self, Meeting, Started};
use testyard_commands::collect::Changed;
use testyard_commands::plan::Selection;
use testyard_commands::run::RunRequest;
use testyard_commands::{CommandError, Context, registry};
use testyard_report::json::{self as documents, DetachedRow};
use testyard_sys::durability::durability;

use super::key::Kind;
use super::{Answer, Key, parsed};

/// What the supervisor of a run is called with, so that it does what was asked for: the words of `testyard run`. Only the
/// command line knows its own syntax, so it gives this.
pub type Words = fn(&Context, &RunRequest) -> Vec<String>;

/// The wish.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Start {
    /// Suites, test files, folders or node ids; everything when absent
    pub selection: Vec<String>,
    /// Arguments for the test runner, such as ["-k", "fast"]
    pub runner_arguments: Vec<String>,
    /// Only what changes since this git revision can affect; HEAD: uncommitted ones
    pub changed: Option<String>,
    /// Never ask the network; use what is cached
    pub offline: bool,
    /// When another run goes on: refuse, queue behind it, or cancel and replace it (default refuse)
    pub meeting: When,
}

/// What happens when another run goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum When {
    /// Nothing is started.
    #[default]
    Refuse,
    /// The new one begins when it has ended.
    Queue,
    /// It is cancelled.
    Replace,
}

/// The keys of the answer.
pub const KEYS: &[Key] = &[
    Key::of("run", Kind::Text),
    Key::of("attached", Kind::Flag),
    Key::of("estimate_ms", Kind::MaybeNumber),
    Key::of("durability", Kind::Text),
    Key::of("next", Kind::Text),
    Key::of("omitted", Kind::List),
];

/// What came of it: an answer, or the lines in which its supervisor says why it cannot begin.
pub type Begun = Result<Answer, Vec<String>>;

/// Starts it, or attaches to the one that goes on for the same request.
pub async fn answer(context: &Context, asked: &Start, words: Words) -> Result<Begun, CommandError> {
    let request = request(asked)?;
    registry::settle_dead_runs(context);
    let meeting = match asked.meeting {
        When::Refuse => Meeting::Refuse,
        When::Queue => Meeting::Queue,
        When::Replace => Meeting::Replace,
    };
    match background::start(context, &request, &words(context, &request), meeting).await? {
        Started::Refused { said, .. } => Ok(Err(said)),
        Started::Run { folder, attached, estimate_ms } => {
            let run = folder.run().to_string();
            let next = format!("wait with run={run}");
            let how =
                if attached { "was running already, for the same request" } else { "runs in the background" };
            let text = format!("{run} {how}\nnext: {next}");
            let durability = durability().word();
            let row = DetachedRow { run, attached, estimate_ms, durability, next };
            let mut document = parsed(&documents::detached(&row))?;
            document["omitted"] = json!([]);
            Ok(Ok(Answer { text, document }))
        }
    }
}

/// What looks like an option must not become one when the supervisor reads its words.
fn request(asked: &Start) -> Result<RunRequest, CommandError> {
    if let Some(option) = asked.selection.iter().find(|name| name.starts_with('-')) {
        return Err(CommandError::Usage {
            message: format!("selection: '{option}' is neither a suite nor a path"),
            help: "arguments for the test runner go into runner_arguments".to_owned(),
        });
    }
    Ok(RunRequest {
        selection: Selection {
            names: asked.selection.clone(),
            runner_arguments: asked.runner_arguments.clone(),
            only: None,
        },
        changed: asked.changed.clone().map(Changed::Since),
        offline: asked.offline,
    })
}
