//! Compose files: read completely, with the place of everything in them.
//!
//! What lives here: the tree with places, interpolation, merging, `extends`, `include`, profiles and the typed services
//! that come out. What does not: which files a project has (discovery) and what a run makes of them (the lowering).

pub mod project;
pub mod service;

pub use project::{ComposeProject, LoadRequest, Material, MaterialSource, Network, Volume};
pub use service::Service;
