//! Everything works without root: the same run, by a user who may nothing.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use testyard_tests::{Project, Said, assert_nothing_left};

/// A user that owns nothing on any machine, by number: Debian's and most others' `nobody`.
const NOBODY: u32 = 65_534;

/// The program as an ordinary user; none, said aloud, where that cannot be arranged.
#[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
fn as_nobody(project: &Project, arguments: &[&str]) -> Option<Command> {
    let id = Command::new("id").arg("-u").output().ok()?;
    if id.stdout != b"0\n" {
        // Already an ordinary user: every other test shows what this one would.
        eprintln!("skipped: the tests run as an ordinary user already");
        return None;
    }
    if !Command::new("setpriv").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no setpriv to become another user with");
        return None;
    }
    let mut command = Command::new("setpriv");
    let user = NOBODY.to_string();
    // From a copy: the folders that the build lies in may be root's alone.
    let program = project.path().join("testyard");
    std::fs::copy(testyard_tests::testyard(), &program).expect("the program can be copied");
    command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "--"]).arg(&program).args(arguments);
    command
        .current_dir(project.path())
        .env("HOME", project.path())
        .env("TESTYARD_CACHE_DIR", project.path().join("cache"))
        .env_remove("XDG_RUNTIME_DIR")
        .env_remove("VIRTUAL_ENV");
    give(project.path());
    Some(command)
}

/// Gives a folder and everything in it to the ordinary user.
fn give(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).expect("root can give files away");
    if path.is_dir() {
        std::fs::set_permissions(path, Permissions::from_mode(0o755)).expect("root can open folders");
        std::fs::read_dir(path).expect("it can be read").flatten().for_each(|entry| give(&entry.path()));
    }
}

#[test]
fn a_run_needs_no_root() {
    let project = Project::of(&[
        (
            "docker-compose.test.yml",
            "services:\n  db:\n    image: postgres\n    environment: {POSTGRES_PASSWORD: secret}\n  cache:\n    \
             image: redis\n",
        ),
        (
            "testyard.toml",
            "[[suite]]\nname = \"talk\"\ncommand = \"./talk\"\nservices = [\"db\", \"cache\"]\n",
        ),
        (
            "talk",
            "#!/bin/bash\nset -e\n[ \"$(id -u)\" != 0 ]\nexec 3<>/dev/tcp/cache/6379\nprintf 'PING\\r\\n' >&3\nread -r \
             answer <&3\n[ \"${answer%$'\\r'}\" = +PONG ]\nexec 4<>/dev/tcp/db/5432\n",
        ),
    ]);
    std::fs::set_permissions(project.path().join("talk"), Permissions::from_mode(0o755)).expect("own file");
    let Some(mut command) = as_nobody(&project, &["run"]) else { return };
    let said = Said::of(command.output().expect("setpriv can be started"));
    said.ended(0, "verdict=passed");
    assert_nothing_left(&project.latest().expect("a run leaves its folder"));
}
