//! The Model Context Protocol server: its tools are the questions of [`crate::ask`], its wire is standard input and output.
//!
//! Nothing but the protocol may be written to standard output. A client that goes away ends the server; runs go on.

mod answered;
mod catalog;
mod handler;
mod progress;

use rmcp::ServiceExt;
use rmcp::service::{QuitReason, ServerInitializeError};
use testyard_commands::{CommandError, Context};

use crate::ask::start::Words;
use handler::Handler;

/// Serves one client on standard input and output until it goes away. Whoever calls this ends the process after it: a
/// question that is still being answered is answered to nobody.
pub async fn serve(context: Context, words: Words) -> Result<(), CommandError> {
    let (input, output) = rmcp::transport::stdio();
    serve_on(Handler::new(context, words), input, output).await
}

async fn serve_on<R, W>(handler: Handler, input: R, output: W) -> Result<(), CommandError>
where
    R: tokio::io::AsyncRead + Send + Unpin + 'static,
    W: tokio::io::AsyncWrite + Send + Unpin + 'static,
{
    let service = match handler.serve((input, output)).await {
        Ok(service) => service,
        // It went away before it said anything.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => {
            return Err(CommandError::Usage {
                message: format!("the client does not speak the Model Context Protocol: {error}"),
                help: "this command is for clients that start it themselves, such as coding agents"
                    .to_owned(),
            });
        }
    };
    match service.waiting().await {
        Ok(QuitReason::JoinError(error)) | Err(error) => Err(CommandError::Defect(error.to_string())),
        Ok(_) => Ok(()),
    }
}
