//! What projects write for Mosquitto, and what the server is told.

use std::path::Path;

use super::super::testing::{how, mounted, service, settled, site};
use super::*;

/// The configuration that the server gets, its ports, and the ledger, for files of a folder at `/mosquitto/config`.
fn written(
    image: &str,
    files: &[(&str, &str)],
    command: &[&str],
) -> Result<(Vec<String>, Vec<u16>, Ledger), Refusal> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        testyard_sys::files::write(&folder.path().join(name), text.as_bytes()).unwrap();
    }
    let mut service = service(image, &[], command);
    if !files.is_empty() {
        service = mounted(service, folder.path(), "/mosquitto/config");
    }
    let (server, ledger) = settled(&Mosquitto, &service, "2.0.11")?;
    let launch = server.launch(&site(&service, Product::Mosquitto, "2.0.11"));
    assert_eq!(launch.arguments[..2], ["-c", "/r/mosquitto.conf"]);
    let (path, text) = &launch.files[0];
    assert_eq!(path, Path::new("/r/mosquitto.conf"));
    let text = text.replace(&folder.path().display().to_string(), "@");
    // After every listener the same; left out here so that the rest can be read.
    let text = text.replace("socket_domain ipv4\n", "");
    let own = "user root\nlog_dest stderr\npersistence_location /d/\n";
    Ok((text.strip_prefix(own).unwrap().lines().map(str::to_owned).collect(), server.ports(), ledger))
}

fn lines(image: &str, config: &str) -> Vec<String> {
    written(image, &[("mosquitto.conf", config)], &[]).unwrap().0
}

#[test]
fn without_a_configuration_only_anonymous_clients_are_served() {
    let (lines, ports, ledger) = written("eclipse-mosquitto:2", &[], &[]).unwrap();
    assert_eq!(lines, ["listener 1883 127.3.2.1", "allow_anonymous true"]);
    assert_eq!(ports, [1883]);
    assert_eq!(how(&ledger, "mosquitto.conf listener"), Some(Fidelity::Emulated));
    let (_, _, ledger) = written("eclipse-mosquitto:1.6", &[], &[]).unwrap();
    assert_eq!(how(&ledger, "mosquitto.conf listener"), None);
    let command = ["mosquitto", "-c", "/mosquitto-no-auth.conf"];
    let (lines, _, ledger) = written("eclipse-mosquitto:2", &[], &command).unwrap();
    assert_eq!(lines, ["listener 1883 127.3.2.1", "allow_anonymous true"]);
    assert_eq!(how(&ledger, "mosquitto.conf listener"), None);
}

#[test]
fn a_password_file_is_used_from_where_it_is_mounted() {
    let config = "# comment\nlistener 1883 0.0.0.0\nallow_anonymous false\npassword_file /mosquitto/config/pw\n\
                  log_dest file /mosquitto/log/mosquitto.log\npersistence_location /mosquitto/data/\nuser mosquitto\n";
    let expected = ["listener 1883 127.3.2.1", "allow_anonymous false", "password_file @/pw"];
    assert_eq!(lines("eclipse-mosquitto:2", config), expected);
    let elsewhere = written("eclipse-mosquitto:2", &[("mosquitto.conf", "password_file /etc/pw\n")], &[]);
    assert!(elsewhere.is_err_and(|refusal| refusal.why().contains("/etc/pw")));
}

#[test]
fn defaults_of_both_series() {
    // A listener in 2.x lets nobody in without an account; before, everybody.
    assert_eq!(lines("eclipse-mosquitto:2", "listener 1884\n"), ["listener 1884 127.3.2.1"]);
    assert_eq!(
        lines("eclipse-mosquitto:1.6", "port 1884\n"),
        ["allow_anonymous true", "listener 1884 127.3.2.1"]
    );
    let closed = lines("eclipse-mosquitto:1.6", "listener 1883\nallow_anonymous false\n");
    assert_eq!(closed, ["listener 1883 127.3.2.1", "allow_anonymous false"]);
}

#[test]
fn the_plain_listener_is_asked_first() {
    let config = "listener 9001\nprotocol websockets\nlistener 1883\nprotocol mqtt\n";
    let (_, ports, _) = written("eclipse-mosquitto:2", &[("mosquitto.conf", config)], &[]).unwrap();
    assert_eq!(ports, [1883, 9001]);
}

#[test]
fn included_files_come_in_the_order_of_their_names() {
    let files = [
        ("mosquitto.conf", "include_dir /mosquitto/config\n"),
        ("b.conf", "max_keepalive 60\n"),
        ("a.conf", "listener 1885\n"),
        ("c.txt", "nonsense\n"),
    ];
    // The file that includes lies elsewhere, or it would include itself.
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("main.conf");
    testyard_sys::files::write(&main, files[0].1.as_bytes()).unwrap();
    let parts = tempfile::tempdir().unwrap();
    for (name, text) in &files[1..] {
        testyard_sys::files::write(&parts.path().join(name), text.as_bytes()).unwrap();
    }
    let plan = service("eclipse-mosquitto:2", &[], &["mosquitto", "-c", "/main.conf"]);
    let plan = mounted(mounted(plan, &main, "/main.conf"), parts.path(), "/mosquitto/config");
    let (server, _) = settled(&Mosquitto, &plan, "2.0.11").unwrap();
    let launch = server.launch(&site(&plan, Product::Mosquitto, "2.0.11"));
    let expected = "listener 1885 127.3.2.1\nsocket_domain ipv4\nmax_keepalive 60\n";
    assert!(launch.files[0].1.ends_with(expected), "{}", launch.files[0].1);
}

#[test]
fn a_mounted_folder_without_the_file_is_refused() {
    assert!(written("eclipse-mosquitto:2", &[("other.conf", "")], &[]).is_err());
}
