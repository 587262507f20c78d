//! A client of `testyard mcp` that writes and reads the protocol line by line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Project, wait_until};

/// What an answer may take, in bytes.
const LIMIT: usize = 8192;

/// A server and the two ends of its pipes.
pub struct Server {
    child: Child,
    input: Option<ChildStdin>,
    /// What it writes, line by line. All of it has to be the protocol's.
    output: Receiver<String>,
    number: u64,
}

impl Server {
    /// Started in a project and greeted as clients of the time before 2026 do.
    pub fn greeted(project: &Project) -> Server {
        let mut server = Server::started(project);
        let client = json!({ "name": "tests", "version": "1" });
        let hello = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client });
        let told = server.ask("initialize", &hello);
        assert_eq!(told["result"]["serverInfo"]["name"], "testyard", "{told}");
        server.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string());
        server
    }

    /// Started in a project, and not greeted yet.
    pub fn started(project: &Project) -> Server {
        let mut command = project.command(&["mcp"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().expect("the server can be started");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let (sender, output) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Server { input: child.stdin.take(), child, output, number: 0 }
    }

    /// Sends a line.
    pub fn send(&mut self, line: &str) {
        let input = self.input.as_mut().expect("its input is open");
        writeln!(input, "{line}").and_then(|()| input.flush()).expect("the server reads");
    }

    /// Sends a request and returns its number.
    pub fn request(&mut self, method: &str, parameters: &Value) -> u64 {
        self.number += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.number, "method": method, "params": parameters });
        self.send(&request.to_string());
        self.number
    }

    /// The answer to the request of that number; what comes before it is passed over.
    pub fn answer(&mut self, number: u64) -> Value {
        loop {
            let line = self.output.recv_timeout(Duration::from_secs(60)).expect("an answer");
            assert!(line.len() < LIMIT, "{} bytes: {line}", line.len());
            let message: Value = serde_json::from_str(&line)
                .unwrap_or_else(|error| panic!("{error}: not the protocol: {line}"));
            assert_eq!(message["jsonrpc"], "2.0", "{message}");
            if message["id"] == number {
                return message;
            }
        }
    }

    /// Sends a request and waits for its answer.
    pub fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        let number = self.request(method, parameters);
        self.answer(number)
    }

    /// Calls a tool that answers, and returns the document.
    #[track_caller]
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let told = self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert_eq!(told["result"]["isError"], false, "{told}");
        assert!(!told["result"]["content"][0]["text"].as_str().unwrap_or_default().is_empty(), "{told}");
        told["result"]["structuredContent"].clone()
    }

    /// Calls a tool that refuses, and returns why.
    #[track_caller]
    pub fn refused(&mut self, tool: &str, arguments: Value) -> String {
        let told = self.ask("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert_eq!(told["result"]["isError"], true, "{told}");
        told["result"]["content"][0]["text"].as_str().expect("a reason").to_owned()
    }

    /// Goes away as a client does: nothing more comes.
    pub fn leave(&mut self) {
        drop(self.input.take());
    }

    /// Kills it with SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
    }

    /// Waits until it has ended by itself, and returns its exit code.
    pub fn ended(mut self) -> Option<i32> {
        wait_until("the server to end", || self.child.try_wait().expect("it is ours")).code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
