//! A context whose tools really run, and what its checks said.

#![allow(dead_code, reason = "each test binary uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a helper of tests may panic as they do")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use testyard_model::secret::Masker;
use testyard_model::{Emit, Event};
use testyard_packages::Context;
use testyard_sys::keeper::{Keeper, Options};

/// What the checks of a test said, in order.
#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<Event>>);

impl Emit for Heard {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Heard {
    /// Each event as one line: `start provide/redis`, `passed provide/redis: Redis 7 …`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |event: &Event| match event {
            Event::CheckStarted { check, .. } => format!("start {check}"),
            Event::CheckFinished { check, outcome, evidence } => {
                format!("{} {check}: {}", outcome.word(), evidence.join("; "))
            }
            Event::Waiting { check, message, .. } => format!("waiting {check}: {message}"),
            other => format!("{other:?}"),
        };
        self.0.lock().unwrap().iter().map(line).collect()
    }

    /// The lines without those that depend on how long something took.
    pub(crate) fn ends(&self) -> Vec<String> {
        self.lines().into_iter().filter(|line| !line.starts_with("waiting")).collect()
    }
}

/// A machine of its own for one test: an empty cache and the real tools.
pub(crate) struct Bench {
    pub(crate) context: Context,
    pub(crate) heard: Arc<Heard>,
    folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::plain("20260101-000000-test", folder.path().join("scratch")).unwrap();
        options.program = PathBuf::from(env!("CARGO_BIN_EXE_testyard-packages-fixture"));
        let heard = Arc::new(Heard::default());
        let context = Context {
            keeper: Keeper::start(options).await.unwrap(),
            emit: heard.clone(),
            cache: folder.path().join("cache"),
            variables: std::env::vars().collect(),
            log_folder: folder.path().join("logs"),
            masker: Masker::default(),
            offline: false,
        };
        Bench { context, heard, folder }
    }

    /// Where the test may put files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The context with some variables of the caller set otherwise; an empty value removes one.
    pub(crate) fn with(&self, variables: &[(&str, &str)]) -> Context {
        let mut context = self.context.clone();
        for (name, value) in variables {
            match *value {
                "" => context.variables.remove(*name),
                value => context.variables.insert(name.to_string(), value.to_owned()),
            };
        }
        context
    }

    /// A folder with links to these programs and nothing else, to be the `PATH` of a machine that has only them.
    pub(crate) fn path_with(&self, programs: &[&str]) -> String {
        let folder = self.folder.path().join(format!("bin-{}", programs.join("-")));
        std::fs::create_dir_all(&folder).unwrap();
        for name in programs {
            let real =
                testyard_sys::which::here(name).unwrap_or_else(|| panic!("this machine has no {name}"));
            let link = folder.join(name);
            if !link.exists() {
                std::os::unix::fs::symlink(real, link).unwrap();
            }
        }
        folder.to_str().unwrap().to_owned()
    }
}

/// What a process printed, when it ended well.
pub(crate) async fn prints(
    context: &Context,
    program: &std::path::Path,
    arguments: &[&str],
    more: &BTreeMap<String, String>,
) -> String {
    let mut variables = context.variables.clone();
    variables.extend(more.clone());
    let command = testyard_sys::process::Command::new(program).args(arguments).envs(variables);
    let output = testyard_sys::process::output(&context.keeper, command, std::time::Duration::from_secs(60))
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.exit.is_success(),
        "{}: {text}{}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    text
}
