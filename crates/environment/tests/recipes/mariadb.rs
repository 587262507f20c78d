//! MariaDB, for itself and in the place of MySQL.

use std::os::unix::fs::PermissionsExt;

use testyard_environment::probe::MySql;
use testyard_model::{Product, Provision};
use testyard_sys::process::{self, Command};

use crate::bench::{Bench, healthy_by, mounted, provision, service};

fn mariadb() -> Option<Provision> {
    provision(Product::MariaDb, "mariadbd", "10.11.6")
}

/// What a query says for a user, a password and a database over the network, or the error.
async fn query(bench: &Bench, login: [&str; 3], sql: &str) -> Result<String, String> {
    let [user, password, database] = login;
    let address = bench.address(3306).await;
    let line =
        r#"exec mariadb --no-defaults --protocol=tcp -N -h "$IP" -P "$PORT" -u "$WHO" -e "$SQL" $DATABASE"#;
    let (ip, port) = (address.ip().to_string(), address.port().to_string());
    let variables = [
        ("IP", ip.as_str()),
        ("PORT", &port),
        ("WHO", user),
        ("MYSQL_PWD", password),
        ("SQL", sql),
        ("DATABASE", database),
    ];
    let output = bench.run(line, &variables).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.exit.is_success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[tokio::test]
async fn accounts_and_init_scripts_in_their_order_cold_and_warm() {
    let Some(provision) = mariadb() else { return };
    let (scripts, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let write = |name: &str, text: &str, mode: u32| {
        let path = scripts.path().join(name);
        testyard_sys::files::write(&path, text.as_bytes()).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    };
    write("1-table.sql", "CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, said TEXT);", 0o644);
    write(
        "2-run.sh",
        "#!/bin/sh\nmysql -uroot -p\"$MYSQL_ROOT_PASSWORD\" $MYSQL_DATABASE -e \"INSERT INTO log (said) VALUES ('run')\"\n",
        0o755,
    );
    write(
        "3-sourced.sh",
        "docker_process_sql <<< \"INSERT INTO log (said) VALUES ('sourced by $MARIADB_USER')\"\n",
        0o644,
    );
    write("4-packed.sql", "INSERT INTO log (said) VALUES ('packed');", 0o644);
    write("notes.txt", "not SQL", 0o644);
    let pack = format!("cd {} && gzip -k 4-packed.sql && xz 4-packed.sql", scripts.path().display());
    let environment = [
        ("MARIADB_ROOT_PASSWORD", "ro'ot\\"),
        ("MARIADB_DATABASE", "my_app"),
        ("MARIADB_USER", "app"),
        ("MARIADB_PASSWORD", "right"),
    ];
    let plan =
        mounted(service("mariadb:10.11", &environment, &[]), scripts.path(), "/docker-entrypoint-initdb.d");
    shell(&pack).await;
    for _ in ["cold", "warm"] {
        let bench = Bench::up_with(plan.clone(), provision.clone(), cache.path()).await;
        bench.must_be_ready();
        let (app, root) = (["app", "right", "my_app"], ["root", "ro'ot\\", "mysql"]);
        let said = query(&bench, app, "SELECT said FROM log ORDER BY id").await;
        assert_eq!(said.as_deref(), Ok("run\nsourced by app\npacked\npacked"));
        assert_eq!(query(&bench, root, "SELECT 1").await.as_deref(), Ok("1"));
        for wrong in [
            ["app", "wrong", "my_app"],
            ["app", "", "my_app"],
            ["app", "right", "mysql"],
            ["root", "", ""],
            ["root", "right", ""],
            ["nobody", "", ""],
            ["", "", ""],
        ] {
            assert!(query(&bench, wrong, "SELECT 1").await.is_err(), "{wrong:?}");
        }
        // The next run must not see this.
        query(&bench, app, "INSERT INTO log (said) VALUES ('later')").await.unwrap();
        bench.down().await;
    }
}

/// Runs a shell line without any service.
async fn shell(line: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let mut options = testyard_sys::keeper::Options::plain("recipes", scratch.path()).unwrap();
    options.program = crate::bench::KEEPER.into();
    let keeper = testyard_sys::keeper::Keeper::start(options).await.unwrap();
    let command = Command::new("/bin/sh").args(["-c", line]).env("PATH", "/usr/bin:/bin");
    let output = process::output(&keeper, command, std::time::Duration::from_secs(60)).await.unwrap();
    assert!(output.exit.is_success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    keeper.shutdown().await;
}

#[tokio::test]
async fn it_stands_in_for_mysql() {
    let Some(provision) = mariadb() else { return };
    let command = [
        "mysqld",
        "--default-authentication-plugin=mysql_native_password",
        "--collation-server=utf8mb4_0900_ai_ci",
        "--mysqlx=OFF",
        "--innodb-redo-log-capacity=8M",
    ];
    let environment = [("MYSQL_ROOT_PASSWORD", "right"), ("MYSQL_DATABASE", "app")];
    let check = "mysqladmin ping -h localhost -uroot -p$MYSQL_ROOT_PASSWORD";
    let bench =
        Bench::ready(healthy_by(service("mysql:8.0", &environment, &command), check), provision).await;
    assert!(bench.ask(3306, &MySql { locked_is_ready: false }).await.is_ok());
    let mode = query(&bench, ["root", "right", "app"], "SELECT @@sql_mode").await.unwrap();
    assert!(mode.starts_with("ONLY_FULL_GROUP_BY,"), "{mode}");
    assert!(query(&bench, ["root", "wrong", "app"], "SELECT 1").await.is_err());
    bench.down().await;
}

#[tokio::test]
async fn root_from_elsewhere_only_where_it_may() {
    let Some(provision) = mariadb() else { return };
    let environment = [("MYSQL_ALLOW_EMPTY_PASSWORD", "1"), ("MYSQL_ROOT_HOST", "localhost")];
    let bench = Bench::ready(service("mariadb:10", &environment, &[]), provision).await;
    let refused = query(&bench, ["root", "", ""], "SELECT 1").await.unwrap_err();
    assert!(refused.contains("1130") || refused.contains("1045"), "{refused}");
    bench.down().await;
}

#[tokio::test]
async fn a_failing_script_is_shown() {
    let Some(provision) = mariadb() else { return };
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("broken.sql");
    testyard_sys::files::write(&script, b"SELECT 1;\nCREATE TABEL x (id INT);\n").unwrap();
    let plan = service("mariadb:10", &[("MYSQL_ROOT_PASSWORD", "x"), ("MYSQL_DATABASE", "d")], &[]);
    let plan = mounted(plan, &script, "/docker-entrypoint-initdb.d/broken.sql");
    let bench = Bench::up(plan, provision).await;
    let evidence = bench.evidence().join("\n");
    assert!(evidence.contains("broken.sql") && evidence.contains("TABEL"), "{evidence}");
    bench.down().await;
}
