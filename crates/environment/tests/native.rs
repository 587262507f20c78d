//! The native engine with a real PostgreSQL and a real Redis.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

#[allow(dead_code, reason = "each test file uses its own part")]
mod common;

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use common::{Yard, health, mount, plan, postgres, published, service, variables, words};
use testyard_environment::{EnvironmentFile, ServiceState};
use testyard_model::plan::{Condition, Dependency, Mount, PublishedPort};
use testyard_model::{Event, Fidelity, Outcome, Product};
use testyard_sys::files;
use testyard_sys::keeper::{Keeper, Options};
use testyard_sys::process::{Command, output};
use tokio::sync::watch;

const BOTH: &[Product] = &[Product::PostgreSql, Product::Redis];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cold_then_warm() {
    let Some(yard) = Yard::with(BOTH).await else { return };
    let services = || {
        let mut db = postgres("postgres-test");
        db.aliases = vec!["db".into()];
        db.health = health("pg_isready -U tester -d ingester", 3);
        let mut cache = service("redis-test", "redis:7-alpine");
        cache.health = health("redis-cli ping | grep PONG", 3);
        vec![db, cache]
    };
    let cold = yard.up(services()).await;
    assert!(cold.environment.broken().is_empty(), "{:?}", cold.told.all());
    // As on a machine with an account of that name, or none: names, port, user, password and database are the project's.
    cold.query("postgres-test:5432", "CREATE TABLE only_here (x int)").await.unwrap();
    assert_eq!(cold.query("db", "SELECT current_database(), current_user").await.unwrap(), "ingester|tester");
    assert_eq!(cold.redis("redis-test", "set k v").await.unwrap(), "OK");
    let given = variables(&[("URL", "redis://redis-test:6379/0")]);
    let unchanged = cold.environment.variables(&given) == given;
    assert_eq!(unchanged, cold.environment.keeper().facts().private_hosts);
    assert_eq!(cold.told.how("postgres-test", "healthcheck"), Some(Fidelity::Honoured));
    assert!(cold.told.check("postgres-test").1[0].contains("data directory initialised"));
    cold.environment.down().await;
    assert!(cold.told.all().contains(&Event::ServiceStopped { service: "redis-test".into() }));

    let warm = yard.up(services()).await;
    let (outcome, evidence) = warm.told.check("postgres-test");
    assert_eq!(outcome, Outcome::Passed);
    assert!(evidence[0].contains("golden"), "{evidence:?}");
    let missing = warm.query("postgres-test", "SELECT * FROM only_here").await.unwrap_err();
    assert!(missing.contains("does not exist"), "{missing}");
    assert_eq!(warm.redis("redis-test", "get k").await.unwrap(), "");
    warm.environment.down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_refused_wherever_it_comes_from() {
    let Some(yard) = Yard::with(BOTH).await else { return };
    let port = free_port();
    let mut db = postgres("db");
    db.published = published(port, 5432);
    let mut cache = service("cache", "redis:7");
    cache.command = words("redis-server --requirepass another-word");
    let run = yard.up(vec![db, cache]).await;
    for place in ["db".to_owned(), format!("localhost:{port}"), format!("127.0.0.1:{port}")] {
        assert_eq!(run.query(&place, "SELECT 1").await.unwrap(), "1", "{place}");
        let refused = run.query_as(&place, "guess", "SELECT 1").await.unwrap_err();
        assert!(refused.contains("password authentication failed"), "{refused}");
    }
    assert!(run.redis("cache", "ping").await.unwrap().contains("NOAUTH"));
    assert!(run.redis("cache", "--no-auth-warning -a guess ping").await.unwrap().contains("WRONGPASS"));
    assert_eq!(run.redis("cache", "--no-auth-warning -a another-word ping").await.unwrap(), "PONG");
    run.environment.down().await;
    let told = format!("{:?}", run.told.all());
    assert!(!told.contains("secret-word") && !told.contains("another-word"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn init_scripts_run_in_order_and_their_failure_says_where() {
    let Some(yard) = Yard::with(&[Product::PostgreSql]).await else { return };
    let folder = yard.folder.path().join("init");
    std::fs::create_dir(&folder).unwrap();
    let write = |name: &str, text: &str| files::write(&folder.join(name), text).unwrap();
    write(
        "10-table.sql",
        "CREATE TABLE steps (n serial, what text);\nINSERT INTO steps (what) VALUES ('sql');\n",
    );
    write("20-sourced.sh", "docker_process_sql -c \"INSERT INTO steps (what) VALUES ('sourced $EXTRA')\"\n");
    write(
        "30-executed.sh",
        "#!/bin/bash\nset -e\npsql -v ON_ERROR_STOP=1 --username \"$POSTGRES_USER\" --dbname \"$POSTGRES_DB\" <<-EOSQL\n\tINSERT INTO steps (what) VALUES ('executed');\nEOSQL\n",
    );
    std::fs::set_permissions(folder.join("30-executed.sh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    write("notes.txt", "not SQL");
    let mut db = postgres("db");
    db.environment.insert("EXTRA".into(), "word".into());
    db.mounts = vec![
        mount(&folder, "/docker-entrypoint-initdb.d"),
        Mount { source: None, target: "/var/lib/postgresql/data".into(), read_only: false },
    ];
    let run = yard.up(vec![db.clone()]).await;
    let steps = run.query("db", "SELECT string_agg(what, ',' ORDER BY n) FROM steps").await;
    assert_eq!(steps.unwrap(), "sql,sourced word,executed", "{:?}", run.told.all());
    assert_eq!(run.told.how("db", "volumes./var/lib/postgresql/data"), Some(Fidelity::Honoured));
    run.environment.down().await;

    write("40-broken.sql", "SELECT 1;\nSELEC 2;\n");
    let broken = yard.up(vec![db]).await;
    let (outcome, evidence) = broken.told.check("db");
    let said = evidence.join("\n");
    assert!(matches!(outcome, Outcome::Error { .. }), "{outcome:?}");
    assert!(said.contains("init script 40-broken.sql") && said.contains("40-broken.sql:2: ERROR"), "{said}");
    assert_eq!(broken.environment.broken()["db"].as_str(), "services/db");
    broken.environment.down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_and_secrets_that_are_mounted() {
    let Some(yard) = Yard::with(&[Product::PostgreSql]).await else { return };
    let file = |name: &str, text: &str| {
        let path = yard.folder.path().join(name);
        files::write(&path, text).unwrap();
        path
    };
    let mut db = postgres("db");
    db.environment.remove("POSTGRES_PASSWORD");
    db.environment.insert("POSTGRES_PASSWORD_FILE".into(), "/run/secrets/password".into());
    db.environment.insert("POSTGRES_INITDB_ARGS".into(), "--data-checksums".into());
    db.mounts = vec![
        mount(&file("password", "secret-word\n"), "/run/secrets/password"),
        mount(
            &file("my.conf", "work_mem = '7MB'\nlisten_addresses = '*'\nport = 1\n"),
            "/etc/postgresql.conf",
        ),
    ];
    db.command = words("postgres -c config_file=/etc/postgresql.conf -c max_connections=17 -p 5544");
    let run = yard.up(vec![db]).await;
    let shown = "SELECT concat_ws(' ', current_setting('work_mem'), current_setting('max_connections'), \
                 current_setting('data_checksums'), current_setting('fsync'))";
    assert_eq!(run.query("db:5544", shown).await.unwrap(), "7MB 17 on off", "{:?}", run.told.all());
    assert!(run.query_as("db:5544", "guess", shown).await.is_err());
    run.environment.down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_of_one_project_never_meet() {
    let Some(yard) = Yard::with(BOTH).await else { return };
    let port = free_port();
    let services = || {
        let mut db = postgres("db");
        db.published = published(port, 5432);
        vec![db, service("cache", "redis:7")]
    };
    let (first, second) = tokio::join!(yard.up(services()), yard.up(services()));
    for (run, mark) in [(&first, "first"), (&second, "second")] {
        assert!(run.environment.broken().is_empty(), "{:?}", run.told.all());
        run.redis("cache", &format!("set mark {mark}")).await.unwrap();
        // Both find their own database at the published port, or where their variables lead.
        run.query(&format!("localhost:{port}"), &format!("CREATE TABLE {mark} (x int)")).await.unwrap();
        assert_eq!(run.query("db", &format!("SELECT count(*) FROM {mark}")).await.unwrap(), "0");
    }
    assert_eq!(first.redis("cache", "get mark").await.unwrap(), "first");
    assert!(first.query("db", "SELECT * FROM second").await.is_err());
    tokio::join!(first.environment.down(), second.environment.down());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_published_port_that_is_taken() {
    let Some(yard) = Yard::with(&[Product::Redis]).await else { return };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut cache = service("cache", "redis:7");
    cache.published = published(port, 6379);
    let run = yard.up(vec![cache]).await;
    let given = [("CACHE_HOST", "localhost"), ("CACHE_PORT", &port.to_string())];
    let asked = run.shell(&given, "redis-cli -h $CACHE_HOST -p $CACHE_PORT ping").await;
    assert_eq!(asked.unwrap(), "PONG");
    assert_eq!(run.redis("cache", "ping").await.unwrap(), "PONG");
    let private = run.environment.keeper().facts().private_network;
    assert_eq!(run.told.how("cache", "network"), private.then_some(Fidelity::Emulated));
    let noted = run
        .told
        .all()
        .iter()
        .any(|event| matches!(event, Event::Note { message, .. } if message.contains("is taken")));
    assert_eq!(noted, private);
    run.environment.down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_dies_is_told_and_one_that_is_taken_down_is_not() {
    let Some(yard) = Yard::with(&[Product::Redis]).await else { return };
    let run = yard.up(vec![service("cache", "redis:7"), service("other", "redis:7")]).await;
    let both = ["cache".to_owned(), "other".to_owned()];
    assert_eq!(run.environment.verify(&both).await, None);
    let mut deaths = run.environment.deaths();
    // The connection breaks with the server, so the command itself fails.
    let _ = run.redis("cache", "shutdown nosave").await;
    let dead = tokio::time::timeout(Duration::from_secs(30), deaths.wait_for(|dead| !dead.is_empty())).await;
    assert_eq!(*dead.unwrap().unwrap(), ["cache"]);
    assert_eq!(run.environment.verify(&both).await.as_deref(), Some("cache"));
    assert_eq!(run.environment.verify(&both[1..]).await, None);
    let died = run.told.all().into_iter().find_map(|event| match event {
        Event::ServiceDied { service, evidence } if service == "cache" => Some(evidence),
        _ => None,
    });
    let died = died.unwrap();
    assert!(died[0].contains("exit code 0") && died.len() > 1, "{died:?}");
    run.environment.down().await;
    let count = |wanted: fn(&Event) -> bool| run.told.all().iter().filter(|event| wanted(event)).count();
    assert_eq!(count(|event| matches!(event, Event::ServiceDied { .. })), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_checks_are_asked_where_the_service_is() {
    let Some(yard) = Yard::with(BOTH).await else { return };
    let case = |name: &str, line: &str| {
        let mut service = service(name, "redis:7");
        service.health = health(line, 2);
        service
    };
    let mut by_localhost = postgres("by-localhost");
    by_localhost.health = health("psql -h localhost -U $POSTGRES_USER -d ingester -c 'SELECT 1'", 2);
    let mut by_socket = postgres("by-socket");
    by_socket.health = health("psql -U tester -d ingester -c 'SELECT 1'", 2);
    let run = yard
        .up(vec![
            by_localhost,
            by_socket,
            case("plain", "redis-cli ping"),
            case("localhost", "redis-cli -h 127.0.0.1 -p 6379 ping"),
            case("no-tool", "testyard-no-such-tool localhost || exit 1"),
            case("wrong", "redis-cli get nothing | grep -q something"),
        ])
        .await;
    for (name, how) in [
        ("by-localhost", Fidelity::Emulated),
        ("by-socket", Fidelity::Honoured),
        ("plain", Fidelity::Honoured),
        ("localhost", Fidelity::Emulated),
        ("no-tool", Fidelity::Emulated),
    ] {
        assert_eq!(run.told.how(name, "healthcheck"), Some(how), "{name}");
    }
    let (outcome, evidence) = run.told.check("wrong");
    assert!(matches!(outcome, Outcome::Error { .. }));
    let said = evidence.join("\n");
    assert!(
        said.contains("the health check does not hold: redis-cli get nothing")
            && said.contains("exit code 1"),
        "{said}"
    );
    assert_eq!(run.environment.broken().keys().collect::<Vec<_>>(), ["wrong"]);
    run.environment.down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_is_told_and_ends() {
    let Some(yard) = Yard::with(&[Product::Redis]).await else { return };
    let mut slow = service("slow", "redis:7");
    slow.health = health("sleep 4 && redis-cli ping", 1);
    slow.published = vec![PublishedPort { ip: None, published: None, target: 6379 }];
    let mut never = service("never", "redis:7");
    never.health = health("echo still loading; false", 1_000_000);
    never.ready_within_ms = 1_500;
    let run = yard.up(vec![slow, never]).await;
    let waiting = run.told.all().into_iter().find_map(|event| match event {
        Event::Waiting { check, message, elapsed_ms } if check.as_str() == "services/slow" => {
            Some((message, elapsed_ms))
        }
        _ => None,
    });
    let (message, elapsed) = waiting.unwrap();
    assert!(message.contains("health check") && elapsed >= 3_000, "{message} {elapsed}");
    let said = run.told.check("never").1.join("\n");
    // The last lines of the service's own log are shown as well.
    assert!(said.contains("not ready in time") && said.contains("Ready to accept connections"), "{said}");
    let published = run.told.all().into_iter().find_map(|event| match event {
        Event::ServiceReady { service } => service.published.first().cloned(),
        _ => None,
    });
    let published = published.unwrap();
    let port = published.strip_prefix("localhost:").unwrap().strip_suffix(" -> 6379").unwrap();
    assert_eq!(run.shell(&[], &format!("redis-cli -p {port} ping")).await.unwrap(), "PONG");
    run.environment.down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_depends_on_a_broken_service_is_blocked_by_it() {
    let Some(yard) = Yard::with(BOTH).await else { return };
    let on = |service: &str, condition, required| Dependency { service: service.into(), condition, required };
    let mut broken = postgres("broken");
    broken.command = words("postgres -c no_such_setting=1");
    let mut needs = service("needs", "redis:7");
    needs.depends_on = vec![on("broken", Condition::ServiceHealthy, true)];
    let mut behind = service("behind", "redis:7");
    behind.depends_on = vec![on("needs", Condition::ServiceStarted, true)];
    let mut would_like = service("would-like", "redis:7");
    would_like.depends_on = vec![
        on("broken", Condition::ServiceHealthy, false),
        on("absent", Condition::ServiceCompletedSuccessfully, true),
    ];
    let mut circle = service("circle", "redis:7");
    circle.depends_on = vec![on("circle", Condition::ServiceHealthy, true)];
    let run = yard.up(vec![broken, needs, behind, would_like, circle]).await;
    let said = run.told.check("broken").1.join("\n");
    assert!(said.contains("before it was ready") && said.contains("no_such_setting"), "{said}");
    for name in ["needs", "behind"] {
        assert_eq!(run.told.check(name).0, Outcome::blocked("services/broken"), "{name}");
        assert_eq!(run.environment.broken()[name].as_str(), "services/broken");
    }
    assert_eq!(run.told.how("would-like", "depends_on.absent"), Some(Fidelity::Emulated));
    assert!(run.told.check("circle").1[0].contains("wait for each other"));
    run.environment.down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_before_anything_starts() {
    let Some(yard) = Yard::with(BOTH).await else { return };
    let mut open = service("open", "postgres:15");
    open.environment = variables(&[("POSTGRES_USER", "tester")]);
    let mut both = postgres("both");
    both.environment.insert("POSTGRES_DB_FILE".into(), "/run/secrets/db".into());
    let newer = service("newer", "redis:99");
    let mut strict = plan(vec![open, both, newer]);
    strict.engine.strict_versions = true;
    let run = yard.up_plan(strict).await;
    for (name, words) in [
        ("open", "POSTGRES_PASSWORD is not set"),
        ("both", "both POSTGRES_DB and POSTGRES_DB_FILE"),
        ("newer", "Redis 99 is asked for"),
    ] {
        let (outcome, evidence) = run.told.check(name);
        assert!(matches!(outcome, Outcome::Error { .. }), "{name}");
        assert!(evidence[0].contains(words), "{evidence:?}");
    }
    run.environment.down().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_run_leaves_nothing() {
    let Some(yard) = Yard::with(&[Product::Redis]).await else { return };
    let mut never = service("never", "redis:7");
    never.health = health("false", 100_000);
    let (cancel, seen) = watch::channel(0);
    let upping = yard.try_up(plan(vec![never]), seen);
    let cancelling = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        cancel.send_replace(1);
    };
    let ((environment, told), ()) = tokio::join!(upping, cancelling);
    assert!(environment.is_err());
    assert!(told.all().iter().all(|event| !matches!(event, Event::ServiceReady { .. })));
    let folder = std::fs::read_dir(yard.folder.path())
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("20261120"));
    let file = EnvironmentFile::of(&folder.unwrap().path()).unwrap().unwrap();
    assert!(!file.is_alive() && !file.scratch.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_can_read_about_it() {
    let Some(yard) = Yard::with(&[Product::Redis]).await else { return };
    let run = yard.up(vec![service("cache", "redis:7")]).await;
    let folder = std::fs::read_dir(yard.folder.path())
        .unwrap()
        .flatten()
        .find(|entry| entry.file_name().to_string_lossy().starts_with("20261120"));
    let folder = folder.unwrap().path();
    let file = EnvironmentFile::of(&folder).unwrap().unwrap();
    assert!(file.is_alive());
    let entry = &file.services[0];
    assert_eq!((entry.name.as_str(), entry.state), ("cache", ServiceState::Ready));
    assert!(folder.join(entry.log.as_ref().unwrap()).is_file());
    let visitor = Keeper::visit(&file.door).await.unwrap();
    let command = Command::new("redis-cli").args(["-h", "cache", "ping"]).inherit_env();
    let said = output(&visitor, command, Duration::from_secs(30)).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "PONG");
    run.environment.down().await;
    let file = EnvironmentFile::of(&folder).unwrap().unwrap();
    assert_eq!(file.services[0].state, ServiceState::Stopped);
    assert!(!file.is_alive() && !file.scratch.exists());
}

/// The tests of this file that look at what users and namespaces change.
const WHEREVER: [&str; 7] = [
    "cold_then_warm",
    "a_wrong_password",
    "init_scripts",
    "two_runs",
    "a_published_port",
    "a_service_that_dies",
    "health_checks",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_an_ordinary_user() {
    again_as_another("exec \"$@\"").await;
}

/// A machine that restricts user namespaces: the outer one allows a single further one, which is this user's own and
/// gives no rights.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_an_ordinary_user_without_namespaces() {
    let inside = "echo 1 > /proc/sys/user/max_user_namespaces && exec unshare --user --map-user=1000 \"$@\"";
    again_as_another(&format!("exec unshare --map-root-user sh -c '{inside}' again \"$@\"")).await;
}

/// Runs this binary again under another user id, by a shell line that gets it as its arguments.
async fn again_as_another(line: &str) {
    if !testyard_sys::host::is_root() {
        eprintln!("skipped: every test here already runs as an ordinary user");
        return;
    }
    let (Some(setpriv), Some(_)) =
        (testyard_sys::which::here("setpriv"), testyard_sys::which::here("unshare"))
    else {
        eprintln!("skipped: there is no setpriv or unshare to become another user with");
        return;
    };
    let home = tempfile::tempdir_in("/tmp").unwrap();
    std::os::unix::fs::chown(home.path(), Some(65534), Some(65534)).unwrap();
    let options =
        Options { program: common::KEEPER.into(), ..Options::plain("user", home.path().join("s")).unwrap() };
    let keeper = Keeper::start(options).await.unwrap();
    let mut command = Command::new(setpriv)
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", line, "again"])
        .args([std::env::current_exe().unwrap().as_os_str()])
        .args(WHEREVER)
        .inherit_env();
    command.env.insert("HOME".into(), home.path().into());
    let said = output(&keeper, command, Duration::from_secs(300)).await.unwrap();
    let text = String::from_utf8_lossy(&said.stdout).into_owned() + &String::from_utf8_lossy(&said.stderr);
    if !text.contains("running") {
        eprintln!("skipped: another user cannot run this binary, or may not make namespaces: {text}");
        return;
    }
    assert!(said.exit.is_success() && text.contains(&format!("{} passed", WHEREVER.len())), "{text}");
}

fn free_port() -> u16 {
    testyard_sys::ports::free_port(std::net::Ipv4Addr::LOCALHOST.into()).unwrap()
}
