//! The keeper of somebody who is not root.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use testyard_sys::keeper::{Facts, NotRootMeans};
use testyard_sys::{host, which};

use crate::support::{FIXTURE, outside, skip, text, unique_run};

/// `nobody` on Linux; any number without rights does.
const SOMEBODY: u32 = 65534;

/// Runs a script under a keeper of an ordinary user. Returns the keeper's facts and what the script printed.
fn supervised(isolation: &str, script: &str) -> Option<(Facts, String)> {
    let folder = tempfile::tempdir().unwrap();
    // The build folder may be closed to others.
    let fixture = folder.path().join("fixture");
    fs::copy(FIXTURE, &fixture).unwrap();
    let scratch = folder.path().join("scratch");
    fs::create_dir(&scratch).unwrap();
    let mut command = if host::is_root() {
        for (path, mode) in [(folder.path(), 0o755), (&fixture, 0o755)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        if let Err(error) = std::os::unix::fs::chown(&scratch, Some(SOMEBODY), Some(SOMEBODY)) {
            skip(&format!("this root may give nothing away: {error}"));
            return None;
        }
        let Some(setpriv) = which::here("setpriv") else {
            skip("setpriv, with which root becomes somebody else, is not installed");
            return None;
        };
        let mut command = outside(setpriv);
        let id = SOMEBODY.to_string();
        command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]).arg(&fixture);
        command
    } else {
        outside(&fixture)
    };
    let run = unique_run();
    command.args(["supervise", isolation, &run]).arg(&scratch).args(["sh", "-c", script]);
    let done = command.current_dir("/").env("SCRATCH", &scratch).output().unwrap();
    assert!(done.status.success(), "{}", text(&done));
    let printed = String::from_utf8(done.stdout).unwrap();
    let (facts, rest) = printed.split_once('\n').unwrap();
    Some((serde_json::from_str(facts).unwrap(), rest.trim_end().to_owned()))
}

#[test]
fn a_plain_keeper_works() {
    let Some((facts, printed)) = supervised("plain", "id -u") else { return };
    assert_eq!(facts.not_root, NotRootMeans::AlreadyOrdinary);
    assert!(!facts.mount_namespace && facts.refusals.is_empty(), "{facts:?}");
    assert_ne!(printed, "0");
}

#[test]
fn everything_private_without_any_rights() {
    let script = "id -u; getent hosts postgres-test; touch $SCRATCH/file && stat -f -c %T $SCRATCH; \
                  grep CapEff /proc/self/status";
    let Some((facts, printed)) = supervised("isolated", script) else { return };
    if !facts.mount_namespace {
        return skip(&format!("ordinary users get no namespaces here: {:?}", facts.refusals));
    }
    assert!(facts.user_namespace && facts.private_hosts, "{facts:?}");
    let lines: Vec<&str> = printed.lines().collect();
    assert_ne!(lines[0], "0");
    assert!(lines[1].starts_with("127.77.0.2"), "{lines:?}");
    if facts.scratch_is_tmpfs {
        assert_eq!(lines[2], "tmpfs");
    }
    assert!(lines[3].ends_with("0000000000000000"), "no rights beyond the user's own: {lines:?}");
}
