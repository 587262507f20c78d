//! Going through the calls of CI workflows, and finding what they name.

use testyard_project::commandline::{Call, Word};
use testyard_project::workflow::{Job, JobCall, What, Workflow};

use crate::missing::Missing;
use crate::scene::Scene;

/// One call of one job.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    workflow: &'a Workflow,
    job: &'a Job,
    /// The call.
    pub(super) call: &'a JobCall,
}

/// Every call of every job.
pub(super) fn sites(scene: &Scene) -> impl Iterator<Item = Site<'_>> {
    scene.workflows().iter().flat_map(|workflow| {
        let calls = workflow.jobs.iter().flat_map(|job| job.calls.iter().map(move |call| (job, call)));
        calls.map(move |(job, call)| Site { workflow, job, call })
    })
}

impl Site<'_> {
    /// What a script calls.
    pub(super) fn command(&self) -> Option<&Call> {
        match &self.call.what {
            What::Command(call) => Some(call),
            What::Action(_) => None,
        }
    }

    /// A path that the call names, relative to the project. None when it is not certain which one is meant.
    pub(super) fn path(&self, scene: &Scene, word: &Word) -> Option<String> {
        let text = word.known().filter(|text| !text.is_empty() && *text != "-" && !is_remote(text))?;
        self.below(scene, text)
    }

    /// A path relative to where the call runs, relative to the project.
    pub(super) fn below(&self, scene: &Scene, path: &str) -> Option<String> {
        let folder = self.call.folder.as_ref()?;
        // A folder that is not there was made by something that is not known here.
        let there = scene.tree().is_folder(folder.to_str()?);
        (there && !path.starts_with('/')).then(|| scene.relative(&folder.join(path)))?
    }

    /// Why a path is not there; nothing when it is, or when an earlier command of the job may have made it.
    pub(super) fn missing(&self, scene: &Scene, path: &str) -> Option<Missing> {
        let name = path.rsplit('/').next().unwrap_or(path);
        if !name.is_empty() && self.job.mentioned_before(self.call, name) {
            return None;
        }
        Missing::of(scene, path)
    }

    /// Whether an earlier command of the job mentions a word.
    pub(super) fn after(&self, word: &str) -> bool {
        self.job.mentioned_before(self.call, word)
    }

    /// Whether the text of the workflow mentions a word anywhere.
    pub(super) fn workflow_mentions(&self, scene: &Scene, word: &str) -> bool {
        let text = self.workflow.path.to_str().and_then(|path| scene.text(path));
        text.is_some_and(|text| text.contains(word))
    }

    /// The job in words, for a finding's basis.
    pub(super) fn basis(&self) -> String {
        format!("{}: job {}", self.workflow.path.display(), self.job.name)
    }
}

/// Whether a text names something that is not in a folder of this machine.
fn is_remote(text: &str) -> bool {
    text.contains("://") || text.starts_with("git@") || text.starts_with("github.com/")
}
