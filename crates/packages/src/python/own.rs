//! An environment of our own: made in its place in the cache, complete when its marker is there, used again as long
//! as what it was made from stays the same.
//!
//! Environments name their own path in scripts, so that they cannot be made elsewhere and moved. A folder without the
//! marker is what a killed run left behind; the next one starts over.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use testyard_model::Phase;
use testyard_model::plan::PythonPlan;
use testyard_sys::lock::{self, Lock};
use testyard_sys::{files, which};

use super::install::{Installing, LeftOut};
use super::venv::{self, Tools};
use super::{PythonEnvironment, key};
use crate::context::{Context, Failure};
use crate::progress::Check;

/// The file that makes an environment complete. It is written last.
const MARKER: &str = "testyard.json";

/// What is remembered of a complete environment.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    description: String,
    left_out: Vec<LeftOut>,
}

/// The environment for a plan: one that was made before, or a new one.
pub(super) async fn prepare(context: &Context, plan: &PythonPlan) -> Result<PythonEnvironment, Failure> {
    let folder = context.cache.join("venvs").join(key::of(context, plan));
    let check = Check::start(context, Phase::Prepare, "python", "looking for a Python environment");
    if let Some(marker) = complete(&folder) {
        return Ok(again(context, check, &folder, marker));
    }
    let held = match alone(&check, &folder).await {
        Ok(held) => held,
        Err(error) => return Err(check.blocked(vec![format!("{}: {error}", folder.display())])),
    };
    // Another run may have made it meanwhile.
    if let Some(marker) = complete(&folder) {
        return Ok(again(context, check, &folder, marker));
    }
    let environment = make(context, plan, check, &folder).await;
    drop(held);
    environment
}

/// What is remembered of an environment, when it is whole and its interpreter is still there.
fn complete(folder: &Path) -> Option<Marker> {
    let marker = serde_json::from_slice(&std::fs::read(folder.join(MARKER)).ok()?).ok()?;
    which::is_executable(&folder.join("bin/python")).then_some(marker)
}

fn again(context: &Context, check: Check<'_>, folder: &Path, marker: Marker) -> PythonEnvironment {
    check.passed(vec![format!("{}, as it was prepared before", marker.description)]);
    for left in marker.left_out {
        Check::start(context, Phase::Prepare, &left.what, "left out before")
            .skipped(&left.why, left.evidence);
    }
    PythonEnvironment::at(context, folder, marker.description)
}

/// Waits until no other run makes this environment.
async fn alone(check: &Check<'_>, folder: &Path) -> io::Result<Lock> {
    let place = folder.with_extension("lock");
    std::fs::create_dir_all(folder.parent().unwrap_or(folder))?;
    check.now("another run makes the same environment");
    check.watch(lock::lock(&place)).await
}

async fn make(
    context: &Context,
    plan: &PythonPlan,
    check: Check<'_>,
    folder: &Path,
) -> Result<PythonEnvironment, Failure> {
    let making = match Making::start(folder) {
        Ok(making) => making,
        Err(error) => return Err(check.blocked(vec![format!("{}: {error}", folder.display())])),
    };
    let tools = match Tools::gather(context, &check, plan).await {
        Ok(tools) => tools,
        Err(lines) => return Err(check.blocked(lines)),
    };
    let made = match venv::create(context, &check, plan, &tools, folder).await {
        Ok(made) => made,
        Err(lines) => return Err(check.blocked(lines)),
    };
    let description = format!("Python {} in {}", made.version, folder.display());
    let mut evidence = vec![format!("{description}, made by {}", made.by)];
    evidence.extend(made.notes);
    check.passed(evidence);
    let left_out = Installing { context, plan, tools: &tools, folder }.all().await?;
    let marker = Marker { description, left_out };
    making.finish(&marker).map_err(|error| Failure {
        check: testyard_model::CheckId::of(Phase::Prepare, "python"),
        evidence: vec![format!("{}: {error}", folder.display())],
    })?;
    Ok(PythonEnvironment::at(context, folder, marker.description))
}

/// An environment in the making. Dropped before it is finished, it vanishes.
struct Making {
    folder: PathBuf,
    finished: bool,
}

impl Making {
    fn start(folder: &Path) -> io::Result<Making> {
        if folder.exists() {
            files::remove_tree(folder)?;
        }
        Ok(Making { folder: folder.to_owned(), finished: false })
    }

    fn finish(mut self, marker: &Marker) -> io::Result<()> {
        files::write_atomic(&self.folder.join(MARKER), serde_json::to_vec(marker)?)?;
        self.finished = true;
        Ok(())
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        if !self.finished && self.folder.exists() {
            // What cannot be removed now has no marker, and is removed by whoever makes it next.
            let _ = files::remove_tree(&self.folder);
        }
    }
}
