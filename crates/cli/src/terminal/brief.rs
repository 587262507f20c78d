//! The view for a coding agent: where the run is to be found, should the agent's shell not wait for its end.

use testyard_model::{Record, RunState, View};
use testyard_report::agent;

/// Says so when the run begins, and nothing else: what went wrong is told at the end, put together.
pub(super) struct Brief;

impl View for Brief {
    fn see(&mut self, record: &Record, _: &RunState) {
        agent::begun(record).iter().for_each(super::say);
    }
}
