//! What a Docker engine says of itself.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use testyard_sys::docker;

/// How long an engine may think; a busy one with much to count is passed over.
pub(super) const WITHIN: Duration = Duration::from_secs(3);

/// How many of a kind there are, and how much they weigh.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pile {
    /// How many.
    pub(super) number: usize,
    /// Bytes.
    pub(super) bytes: u64,
}

/// What an engine keeps although nothing uses it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gathered {
    /// Images without a name and without a container.
    pub(super) images: Pile,
    /// Containers that ended or never started.
    pub(super) containers: Pile,
    /// Volumes without a container.
    pub(super) volumes: Pile,
    /// Build steps that are kept for later builds.
    pub(super) build_steps: Pile,
}

impl Gathered {
    /// All of it, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        [self.images, self.containers, self.volumes, self.build_steps].iter().map(|pile| pile.bytes).sum()
    }
}

/// What the engine behind a socket has gathered; nothing when it does not answer in time and in its form.
pub(super) fn gathered(socket: &Path) -> Option<Gathered> {
    let answer: Value = serde_json::from_str(&docker::get(socket, "/system/df", WITHIN).ok()?).ok()?;
    let unnamed = |image: &Value| {
        let tags = image["RepoTags"].as_array().into_iter().flatten();
        let named = tags.filter_map(Value::as_str).any(|tag| !tag.starts_with("<none>"));
        !named && image["Containers"].as_i64().unwrap_or(0) <= 0
    };
    let ended =
        |container: &Value| matches!(container["State"].as_str(), Some("exited" | "dead" | "created"));
    let own = |image: &Value| size(&image["Size"]).saturating_sub(size(&image["SharedSize"]));
    Some(Gathered {
        images: pile(&answer["Images"], unnamed, own),
        containers: pile(&answer["Containers"], ended, |one| size(&one["SizeRw"])),
        volumes: pile(
            &answer["Volumes"],
            |one| one["UsageData"]["RefCount"].as_i64() == Some(0),
            |one| size(&one["UsageData"]["Size"]),
        ),
        build_steps: pile(
            &answer["BuildCache"],
            |one| one["InUse"] == false && one["Shared"] != true,
            |one| size(&one["Size"]),
        ),
    })
}

/// A size; the engine says -1 for what it did not count.
fn size(value: &Value) -> u64 {
    value.as_i64().and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)
}

fn pile(list: &Value, counts: impl Fn(&Value) -> bool, bytes: impl Fn(&Value) -> u64) -> Pile {
    let counted = list.as_array().into_iter().flatten().filter(|one| counts(one));
    counted.fold(Pile::default(), |pile, one| Pile {
        number: pile.number + 1,
        bytes: pile.bytes.saturating_add(bytes(one)),
    })
}

/// A socket that answers as an engine would, for tests where the machine has no engine.
#[cfg(test)]
pub(super) mod fake {
    use std::collections::BTreeMap;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;

    use tempfile::TempDir;

    use crate::scene::Scene;

    /// An empty project whose `DOCKER_HOST` gives one answer, and the folder that holds `docker.sock`.
    pub(in super::super) fn engine(answer: &str) -> (Scene, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let answer = answer.to_owned();
        std::thread::spawn(move || {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut asked = [0; 512];
            let _ = stream.read(&mut asked);
            let _ = stream.write_all(answer.as_bytes());
        });
        let host = format!("unix://{}", socket.display());
        let variables = BTreeMap::from([("DOCKER_HOST".to_owned(), host)]);
        (Scene::open(folder.path(), variables, &[]), folder)
    }
}
