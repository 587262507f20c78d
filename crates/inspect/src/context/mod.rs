//! Build contexts: what a build reads from its context, and whether it is there.
//!
//! What lives here: which builds a project has and how each is known (`basis`), what they read (`reads`), what a context
//! shows of a folder (`transfer`), and one against the other (`resolve`, `judge`). Also what a context would send
//! (`listing`) and a proposal for an ignore file with its proof (`suggest`). What does not: the readers of Dockerfiles and
//! ignore files, which are in `project`, and the rules, which only say what is worked out here.

mod bake;
mod basis;
mod build;
mod judge;
mod listing;
mod made;
mod reads;
mod resolve;
mod solve;
mod suggest;
mod transfer;
mod weight;

pub(crate) use bake::{Baked, baked};
pub(crate) use build::{Basis, Build};
pub(crate) use judge::{Judged, Source, builds};
pub use listing::listings;
pub(crate) use made::{is_made, looks_made};
pub(crate) use resolve::Outcome;
pub use suggest::suggest;
pub(crate) use transfer::{Context, Walk, join};
pub(crate) use weight::{ballast, git_bytes, is_secret, shown, transferred};
