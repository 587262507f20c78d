//! `testyard check --context`: what the builds of a Dockerfile are sent, and a proposal to send them less.

use std::path::Path;

use testyard_inspect::{FreshClone, Scene};
use testyard_model::{ContextListing, IgnoreProposal};

use crate::{CommandError, Context};

/// What the builds of one Dockerfile are sent.
#[derive(Debug)]
pub struct Contexts {
    /// One listing a build; at least one.
    pub listings: Vec<ContextListing>,
    /// The proposal that was asked for; `None` also when nothing would be sent less.
    pub proposal: Option<IgnoreProposal>,
}

/// Lists what is sent for a Dockerfile, named from the caller's folder. Nothing is written.
///
/// # Errors
/// When the file is not a Dockerfile of the project, or the index cannot be read as a clone.
pub fn contexts(
    context: &Context,
    dockerfile: &Path,
    suggest: bool,
    clone_proof: bool,
) -> Result<Contexts, CommandError> {
    let clone = clone_proof.then(|| FreshClone::of_index(&context.root)).transpose()?;
    let root = clone.as_ref().map_or(context.root.as_path(), FreshClone::root);
    let scene = Scene::open(root, context.variables.clone(), &context.overrides);
    let unknown = || {
        CommandError::Usage {
        message: format!("{} is not a Dockerfile of the project", dockerfile.display()),
        help: "name a file called Dockerfile, Dockerfile.*, *.Dockerfile or Containerfile, or one that a build names"
            .to_owned(),
    }
    };
    let there = context.folder.join(dockerfile).canonicalize().map_err(|_| unknown())?;
    let inside = there.strip_prefix(&context.root).ok().and_then(Path::to_str).ok_or_else(unknown)?;
    let listings = testyard_inspect::listings(&scene, inside);
    if listings.is_empty() {
        return Err(unknown());
    }
    let proposal = if suggest { testyard_inspect::suggest(&scene, inside) } else { None };
    Ok(Contexts { listings, proposal })
}
