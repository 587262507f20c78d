//! The same tests again, as a user who is not root, with and without namespaces.

use std::time::Duration;

use testyard_sys::keeper::{Keeper, Options};
use testyard_sys::process::{self, Command};

use crate::bench;

/// One test of every recipe, the one that says most.
const AGAIN: [&str; 5] = [
    "mariadb::accounts_and_init_scripts_in_their_order_cold_and_warm",
    "memcached::flags_reach_the_server",
    "mosquitto::a_password_file_refuses_wrong_passwords_and_strangers",
    "nats::a_mounted_configuration_with_storage_and_websockets",
    "rabbitmq::the_default_user_is_the_one_that_is_asked_for",
];

#[tokio::test]
async fn with_namespaces() {
    again("exec \"$@\"").await;
}

/// A machine that restricts user namespaces: the outer one allows a single further one, which is the user's own and
/// gives no rights.
#[tokio::test]
async fn without_namespaces() {
    let inside = "echo 1 > /proc/sys/user/max_user_namespaces && exec unshare --user --map-user=1000 \"$@\"";
    again(&format!("exec unshare --map-root-user sh -c '{inside}' again \"$@\"")).await;
}

/// Runs this binary again under another user id, by a shell line that gets it as its arguments.
async fn again(line: &str) {
    if !testyard_sys::host::is_root() {
        eprintln!("skipped: every test here already runs as an ordinary user");
        return;
    }
    let home = tempfile::tempdir_in("/tmp").unwrap();
    std::os::unix::fs::chown(home.path(), Some(65534), Some(65534)).unwrap();
    let mut options = Options::plain("ordinary", home.path().join("s")).unwrap();
    options.program = bench::KEEPER.into();
    let keeper = Keeper::start(options).await.unwrap();
    let mut command = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", line, "again"])
        .args([std::env::current_exe().unwrap().as_os_str()])
        .args(AGAIN)
        .args(["--exact", "--test-threads=2"])
        .inherit_env();
    command.env.insert("HOME".into(), home.path().into());
    let said = process::output(&keeper, command, Duration::from_secs(300)).await;
    keeper.shutdown().await;
    let Ok(said) = said else {
        eprintln!("skipped: there is no setpriv to become another user with");
        return;
    };
    let text = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    if !text.contains("running") {
        eprintln!("skipped: another user cannot run this binary, or may not make namespaces: {text}");
        return;
    }
    assert!(said.exit.is_success() && text.contains(&format!("{} passed", AGAIN.len())), "{text}");
}
