//! Private names, networks, mounts and scratch folders.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use testyard_sys::files;
use testyard_sys::keeper::{HostEntry, Isolation, Network};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Yard, eventually, skip};

fn host(ip: &str, name: &str) -> HostEntry {
    HostEntry { ip: ip.parse().unwrap(), names: vec![name.to_owned()] }
}

/// A yard with everything private; nothing when this machine refuses even a mount namespace.
async fn isolated() -> Option<Yard> {
    let yard = Yard::with(Isolation::Allowed, |options| {
        options.network = Network::Private;
        options.scratch_bytes = Some(64 << 20);
        options.hosts = vec![host("127.77.0.2", "postgres-test")];
    })
    .await;
    if !yard.keeper.facts().mount_namespace {
        skip(&format!("no namespaces: {:?}", yard.keeper.facts().refusals));
        return None;
    }
    Some(yard)
}

#[tokio::test]
async fn names_resolve_inside_and_only_there() {
    let Some(yard) = isolated().await else { return };
    assert!(yard.keeper.facts().private_hosts);
    let resolve = async |name: &str| {
        let found = yard.try_sh(&format!("getent hosts {name}")).await;
        String::from_utf8(found.stdout).unwrap().split_whitespace().next().map(str::to_owned)
    };
    assert_eq!(resolve("postgres-test").await.as_deref(), Some("127.77.0.2"));
    assert!(resolve("localhost").await.is_some());
    yard.keeper.set_hosts(vec![host("127.77.0.3", "redis-test")]).await.unwrap();
    assert_eq!(resolve("redis-test").await.as_deref(), Some("127.77.0.3"));
    assert_eq!(resolve("postgres-test").await, None);
    assert!(!fs::read_to_string("/etc/hosts").unwrap().contains("redis-test"));
}

#[tokio::test]
async fn two_networks_have_the_same_port() {
    let (Some(first), Some(second)) = (isolated().await, isolated().await) else { return };
    if !first.keeper.facts().private_network {
        return skip(&format!("no private network: {:?}", first.keeper.facts().refusals));
    }
    // Port 80 too: inside, it needs no root.
    for address in ["127.0.0.1:5432", "127.77.0.2:80", "[::1]:5432"] {
        let address: SocketAddr = address.parse().unwrap();
        for (yard, greeting) in [(&first, b"one"), (&second, b"two")] {
            let listener = match yard.keeper.listen(address).await {
                Ok(listener) => listener,
                Err(error) if address.is_ipv6() => {
                    skip(&format!("no IPv6: {error}"));
                    continue;
                }
                Err(error) => panic!("{address}: {error}"),
            };
            let (mut client, accepted) = tokio::join!(yard.keeper.connect(address), listener.accept());
            accepted.unwrap().0.write_all(greeting).await.unwrap();
            let mut heard = [0; 3];
            client.as_mut().unwrap().read_exact(&mut heard).await.unwrap();
            assert_eq!(&heard, greeting);
        }
    }
    let outside = tokio::net::TcpStream::connect("127.77.0.2:80").await;
    assert!(outside.is_err(), "nothing of it is reached from outside");
}

#[tokio::test]
async fn without_isolation_the_network_is_the_machines() {
    let yard = Yard::with(Isolation::None, |options| options.network = Network::Private).await;
    assert!(!yard.keeper.facts().private_network);
    assert!(!yard.keeper.facts().refusals.is_empty(), "and that is said");
    let listener = yard.keeper.listen((IpAddr::from([127, 0, 0, 1]), 0).into()).await.unwrap();
    let address = listener.local_addr().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_ok());
}

#[tokio::test]
async fn processes_see_only_their_own() {
    let Some(yard) = isolated().await else { return };
    if !yard.keeper.facts().pid_namespace {
        return skip(&format!("no process namespace: {:?}", yard.keeper.facts().refusals));
    }
    let mut child = crate::support::start_ready(&yard.keeper, "echo ready; exec sleep 1000").await;
    let own = yard.keeper.outside(Path::new(&format!("/proc/{}/comm", child.pid())));
    eventually("it sleeps", || fs::read_to_string(&own).unwrap() == "sleep\n").await;
    let seen: Vec<String> = yard.sh("ls /proc").await.lines().map(str::to_owned).collect();
    let pids = seen.iter().filter(|name| name.parse::<u32>().is_ok()).count();
    assert!(pids <= 4, "the keeper, the sleeper, the shell and ls: {seen:?}");
    child.stop(testyard_sys::process::Signal::TERM, crate::support::PATIENCE).await;
}

#[tokio::test]
async fn the_scratch_folder_is_private_and_reachable() {
    let Some(yard) = isolated().await else { return };
    let facts = yard.keeper.facts();
    if !facts.scratch_is_tmpfs {
        return skip(&format!("no private tmpfs: {:?}", facts.refusals));
    }
    let file = facts.scratch.join("data");
    yard.sh(&format!("echo inside > {}", file.display())).await;
    assert!(!file.exists());
    assert_eq!(fs::read_to_string(yard.keeper.outside(&file)).unwrap(), "inside\n");
    files::write(&yard.keeper.outside(&file), "from outside").unwrap();
    assert_eq!(yard.sh(&format!("cat {}", file.display())).await, "from outside");
    assert_eq!(yard.sh(&format!("stat -f -c %T {}", facts.scratch.display())).await, "tmpfs");
}

#[tokio::test]
async fn the_scratch_folder_stays_on_disk_otherwise() {
    for isolation in crate::support::BOTH {
        let yard = Yard::new(isolation).await;
        let facts = yard.keeper.facts();
        assert!(!facts.scratch_is_tmpfs);
        yard.sh(&format!("echo inside > {}/data", facts.scratch.display())).await;
        assert_eq!(fs::read_to_string(facts.scratch.join("data")).unwrap(), "inside\n");
        assert!(yard.keeper.outside(&facts.scratch.join("data")).exists());
    }
}

#[tokio::test]
async fn an_overlay_leaves_what_lies_below_alone() {
    let Some(yard) = isolated().await else { return };
    let lower = yard.folder.path().join("golden, with: odd\\name");
    fs::create_dir(&lower).unwrap();
    files::write(&lower.join("kept"), "original").unwrap();
    files::write(&lower.join("removed"), "original").unwrap();
    let view = match yard.keeper.overlay(&lower, "db").await {
        Ok(view) => view,
        Err(error) => return skip(&format!("no overlays: {error}")),
    };
    assert!(view.starts_with(&yard.keeper.facts().scratch));
    let script =
        format!("cd {} && cat kept && echo && echo changed > kept && rm removed && ls", view.display());
    assert_eq!(yard.sh(&script).await, "original\nkept");
    assert_eq!(fs::read_to_string(lower.join("kept")).unwrap(), "original");
    assert!(lower.join("removed").exists());
    assert_eq!(fs::read_to_string(yard.keeper.outside(&view.join("kept"))).unwrap(), "changed\n");
    for name in ["db", "", "a/b", ".."] {
        assert!(yard.keeper.overlay(&lower, name).await.is_err(), "{name:?} is taken or no plain name");
    }
    assert!(yard.keeper.overlay(Path::new("/no/such/folder"), "other").await.is_err());
}

#[tokio::test]
async fn binds_show_files_elsewhere() {
    let Some(yard) = isolated().await else { return };
    let scratch = yard.keeper.facts().scratch.clone();
    let source = yard.folder.path().join("init");
    fs::create_dir(&source).unwrap();
    files::write(&source.join("one.sql"), "SELECT 1").unwrap();

    let target = scratch.join("entry/initdb.d");
    yard.keeper.bind_mount(&source, &target, true).await.unwrap();
    assert_eq!(yard.sh(&format!("cat {}/one.sql", target.display())).await, "SELECT 1");
    assert!(!yard.try_sh(&format!("touch {}/x", target.display())).await.exit.is_success(), "read only");

    let file = scratch.join("file.sql");
    yard.keeper.bind_mount(&source.join("one.sql"), &file, false).await.unwrap();
    yard.sh(&format!("echo 'SELECT 2' > {}", file.display())).await;
    assert_eq!(fs::read_to_string(source.join("one.sql")).unwrap(), "SELECT 2\n");

    let error = yard.keeper.bind_mount(&source, Path::new("/no-such-place"), true).await.unwrap_err();
    assert!(error.to_string().contains("/no-such-place"), "{error}");
    assert!(!Path::new("/no-such-place").exists());
}

#[tokio::test]
async fn without_isolation_mounts_are_refused() {
    let yard = Yard::new(Isolation::None).await;
    assert!(yard.keeper.overlay(yard.folder.path(), "x").await.is_err());
    assert!(yard.keeper.set_hosts(Vec::new()).await.is_err());
}
