//! What the server does with a client's requests.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, Implementation, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::Value;
use testyard_commands::{CommandError, Context};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::{answered, catalog, progress};
use crate::ask::start::Words;
use crate::ask::wait::Progress;
use crate::ask::{Answer, cancel, collect, failures, inspect, logs, plan, runs, start, status, wait};

/// What a client is told before anything else.
const INSTRUCTIONS: &str = "\
Testyard runs this project's tests on real services, which it brings up itself. \
start returns at once with a run id; call wait with it until state is no longer running (each call waits up to 45 s; \
cancelling a wait does not cancel the run); then failures groups what failed. \
verdict failed means the project is wrong; blocked means the infrastructure did not hold and blocked_by names the one check \
that broke, so do not change tests for it; lost means the run was killed. Nothing is passed unless it says passed. \
Before a run, inspect and collect find what will break without starting anything. \
Answers are cut to 8 KB: omitted counts what is missing and names the call that gets it.";

/// The server, for one project. It keeps nothing but where that lies.
pub(super) struct Handler {
    context: Context,
    words: Words,
}

impl Handler {
    /// A server for the project of this context. Paths are relative to the project's folder, wherever it was started.
    pub(super) fn new(context: Context, words: Words) -> Handler {
        Handler { context: Context { folder: context.root.clone(), ..context }, words }
    }

    /// Answers something that reads files, on a thread that may block.
    async fn read<Q>(
        &self,
        arguments: JsonObject,
        answer: fn(&Context, &Q) -> Result<Answer, CommandError>,
    ) -> CallToolResult
    where
        Q: DeserializeOwned + Send + 'static,
    {
        let asked: Q = match parse(arguments) {
            Ok(asked) => asked,
            Err(wrong) => return wrong,
        };
        let context = self.context.clone();
        self.blocking(move || answer(&context, &asked)).await
    }

    /// Starting waits for the supervisor's first word with a whole thread.
    async fn start(&self, arguments: JsonObject) -> CallToolResult {
        let asked: start::Start = match parse(arguments) {
            Ok(asked) => asked,
            Err(wrong) => return wrong,
        };
        let (context, words) = (self.context.clone(), self.words);
        let begun = tokio::task::spawn_blocking(move || {
            Handle::current().block_on(start::answer(&context, &asked, words))
        });
        match begun.await {
            Ok(Ok(Ok(answer))) => answered::answer(answer),
            Ok(Ok(Err(said))) => answered::refusal(&said),
            Ok(Err(error)) => answered::error(&error),
            Err(error) => answered::error(&CommandError::Defect(error.to_string())),
        }
    }

    /// Waits. When the client takes its request back, only this ends.
    async fn wait(&self, arguments: JsonObject, request: &RequestContext<RoleServer>) -> CallToolResult {
        let asked: wait::Wait = match parse(arguments) {
            Ok(asked) => asked,
            Err(wrong) => return wrong,
        };
        let (seen, shown) = watch::channel(Progress::default());
        let waiting = async {
            // The sender goes with this, which ends the telling.
            let seen = seen;
            wait::answer(&self.context, &asked, |progress| {
                seen.send_replace(progress);
            })
            .await
        };
        let telling = progress::tell(request.peer.clone(), request.meta.get_progress_token(), shown);
        tokio::select! {
            (answer, ()) = async { tokio::join!(waiting, telling) } => result(answer),
            () = request.ct.cancelled() => answered::refusal(&["the wait was cancelled; the run goes on".to_owned()]),
        }
    }

    /// Cancels. It goes on when the client takes its request back: half a cancellation would be worse.
    async fn cancel(&self, arguments: JsonObject) -> CallToolResult {
        let asked: cancel::Cancel = match parse(arguments) {
            Ok(asked) => asked,
            Err(wrong) => return wrong,
        };
        let context = self.context.clone();
        self.blocking(move || Handle::current().block_on(cancel::answer(&context, &asked))).await
    }

    async fn blocking(
        &self,
        work: impl FnOnce() -> Result<Answer, CommandError> + Send + 'static,
    ) -> CallToolResult {
        let done = tokio::task::spawn_blocking(work).await;
        result(done.unwrap_or_else(|error| Err(CommandError::Defect(error.to_string()))))
    }
}

fn result(answer: Result<Answer, CommandError>) -> CallToolResult {
    match answer {
        Ok(answer) => answered::answer(answer),
        Err(error) => answered::error(&error),
    }
}

/// The arguments of a tool; else what is wrong with them, which is for the caller to put right.
fn parse<Q: DeserializeOwned>(mut arguments: JsonObject) -> Result<Q, CallToolResult> {
    // Models write null for what they do not want to say.
    arguments.retain(|_, value| !value.is_null());
    serde_json::from_value(Value::Object(arguments)).map_err(|error| {
        answered::refusal(&[
            format!("error: wrong arguments: {error}"),
            "help: see the tool's inputSchema".to_owned(),
        ])
    })
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(
                Implementation::new("testyard", env!("CARGO_PKG_VERSION")).with_title("Testyard"),
            )
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(catalog::tools()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        catalog::tools().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        call: CallToolRequestParams,
        request: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = call.arguments.unwrap_or_default();
        let result = match call.name.as_ref() {
            "inspect" => self.read(arguments, inspect::answer).await,
            "collect" => self.read(arguments, collect::answer).await,
            "plan" => self.read(arguments, plan::answer).await,
            "start" => self.start(arguments).await,
            "wait" => self.wait(arguments, &request).await,
            "status" => self.read(arguments, status::answer).await,
            "failures" => self.read(arguments, failures::answer).await,
            "logs" => self.read(arguments, logs::answer).await,
            "cancel" => self.cancel(arguments).await,
            "runs" => self.read(arguments, runs::answer).await,
            name => return Err(ErrorData::invalid_params(format!("there is no tool '{name}'"), None)),
        };
        Ok(result.into())
    }
}
