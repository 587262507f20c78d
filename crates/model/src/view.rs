//! What looks at a run while it goes on.

use crate::event::Record;
use crate::state::RunState;

/// Looks at events as they come, each with the state it led to. Views show; they never judge.
pub trait View: Send {
    /// One more event was written and folded.
    fn see(&mut self, record: &Record, state: &RunState);
}
