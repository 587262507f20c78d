//! What others ask about a project and its runs, answered over a protocol.
//!
//! What lives here: [`ask`], one question a file, each answered from the files of the project and the folders of its runs
//! within a budget of bytes; and [`mcp`], the Model Context Protocol server that stands on it. What does not: what verbs do
//! and what documents hold, which are the rooms' below; and the command line.
//!
//! Nothing is kept between two questions. Handles are run ids, so that a server may be killed and another one go on.

pub mod ask;
pub mod mcp;
