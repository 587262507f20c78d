//! `testyard mcp`.

use testyard_commands::CommandError;
use testyard_model::Exit;
use testyard_serve::mcp::serve;

use super::{Desk, End};
use crate::{session, supervisor};

/// Serves the Model Context Protocol until the client goes away.
pub(super) fn mcp(desk: &Desk) -> Result<End, CommandError> {
    session::block_on(serve(desk.context.clone(), supervisor::words))?;
    Ok(End::Exit(Exit::Passed))
}
