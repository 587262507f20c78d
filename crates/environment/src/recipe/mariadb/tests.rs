//! What projects write for MariaDB and MySQL, and what the server is told.

use std::path::Path;

use super::super::testing::{how, mounted, service, site};
use super::*;
use crate::fixture;

const PASSWORD: (&str, &str) = ("MYSQL_ROOT_PASSWORD", "secret");

fn settled(service: &ServicePlan) -> Result<(Launch, Vec<u16>, Ledger), Refusal> {
    let mut ledger = Ledger::default();
    let server = MariaDb.settle(service, &fixture::provision(Product::MariaDb, "10.11.6"), &mut ledger)?;
    Ok((server.launch(&site(service, Product::MariaDb, "10.11.6")), server.ports(), ledger))
}

fn why(image: &str, environment: &[(&str, &str)]) -> String {
    settled(&service(image, environment, &[])).map(drop).unwrap_err().why().to_owned()
}

#[test]
fn what_the_images_do_not_start_with() {
    assert!(why("mariadb:10", &[]).starts_with("MARIADB_ROOT_PASSWORD is not set"));
    assert!(why("mysql:8", &[]).starts_with("MYSQL_ROOT_PASSWORD is not set"));
    // MySQL's image does not know MariaDB's variables.
    assert!(why("mysql:8", &[("MARIADB_ROOT_PASSWORD", "x")]).starts_with("MYSQL_ROOT_PASSWORD is not set"));
    assert!(why("mysql:8", &[PASSWORD, ("MYSQL_USER", "root")]).contains("MYSQL_USER is root"));
    assert!(why("mariadb", &[PASSWORD, ("MARIADB_USER", "root")]).contains("is root"));
    assert!(why("mariadb", &[PASSWORD, ("MYSQL_ROOT_PASSWORD_FILE", "/x")]).starts_with("both"));
    assert!(why("mariadb", &[PASSWORD, ("MARIADB_ROOT_PASSWORD_HASH", "*A")]).starts_with("both"));
    assert!(why("mariadb", &[PASSWORD, ("MARIADB_MASTER_HOST", "db0")]).contains("replication"));
}

#[test]
fn what_they_start_with() {
    for (image, environment) in [
        ("mariadb", ("MARIADB_ROOT_PASSWORD", "x")),
        ("mariadb", ("MYSQL_ROOT_PASSWORD", "x")),
        ("mariadb", ("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "1")),
        ("mariadb", ("MARIADB_RANDOM_ROOT_PASSWORD", "1")),
        ("mariadb", ("MARIADB_ROOT_PASSWORD_HASH", "*A")),
        ("mysql", ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes")),
        ("mysql", ("MYSQL_RANDOM_ROOT_PASSWORD", "yes")),
    ] {
        assert!(settled(&service(image, &[environment], &[])).is_ok(), "{image} {environment:?}");
    }
}

#[test]
fn the_command_of_the_project_comes_before_the_runs_own_words() {
    let command =
        ["--character-set-server=utf8", "--port", "3307", "--bind-address=0.0.0.0", "--skip-log-bin"];
    let (launch, ports, ledger) = settled(&service("mariadb:10", &[PASSWORD], &command)).unwrap();
    assert_eq!(
        launch.arguments.join(" "),
        "--defaults-file=/r/server.cnf --character-set-server=utf8 --skip-log-bin --datadir=/d \
         --socket=/r/mysqld.sock --pid-file=/r/mysqld.pid --tmpdir=/r --bind-address=127.3.2.1 --port=3307"
    );
    assert_eq!(ports, [3307]);
    assert_eq!(how(&ledger, "command character-set-server"), Some(Fidelity::Honoured));
    assert_eq!(how(&ledger, "command bind-address"), Some(Fidelity::Emulated));
    assert!(settled(&service("mariadb", &[PASSWORD], &["--skip-networking"])).is_err());
    assert!(settled(&service("mariadb", &[PASSWORD], &["mariadb-backup"])).is_err());
}

#[test]
fn what_only_mysql_has_is_left_out_and_said() {
    let command = [
        "mysqld",
        "--default-authentication-plugin=mysql_native_password",
        "--collation-server=utf8mb4_0900_ai_ci",
        "--innodb_print_ddl_logs=1",
    ];
    let (launch, _, ledger) = settled(&service("mysql:8.0", &[PASSWORD], &command)).unwrap();
    let arguments = launch.arguments.join(" ");
    assert!(!arguments.contains("authentication"), "{arguments}");
    assert!(arguments.contains("--collation-server=utf8mb4_uca1400_nopad_ai_ci"), "{arguments}");
    assert!(arguments.contains("--loose-innodb-print-ddl-logs=1"), "{arguments}");
    assert_eq!(how(&ledger, "command default-authentication-plugin"), Some(Fidelity::Emulated));
    assert_eq!(how(&ledger, "MySQL"), Some(Fidelity::Emulated));
    assert!(launch.files[0].1.contains("sql-mode=ONLY_FULL_GROUP_BY"), "{}", launch.files[0].1);
}

#[test]
fn mounted_configuration_is_read_in_the_images_order() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        testyard_sys::files::write(&folder.path().join(name), text.as_bytes()).unwrap();
    };
    write("b.cnf", "[mysqld]\nlower_case_table_names = 1\nport=3310\n[client]\nport=1\n");
    write("a.cnf", "# c\n[mysqld]\nsql_mode = \"\"\n!includedir /x\ndatadir=/elsewhere\n");
    write("notes.txt", "[mysqld]\nnonsense\n");
    let plan = mounted(service("mariadb:10", &[PASSWORD], &[]), folder.path(), "/etc/mysql/conf.d");
    let (launch, ports, _) = settled(&plan).unwrap();
    let (path, text) = &launch.files[0];
    assert_eq!(path, Path::new("/r/server.cnf"));
    let own = "[mysqld]\nsql-mode=\n[mysqld]\nlower-case-table-names=1\n[client]\n";
    assert!(text.ends_with(own), "{text}");
    assert_eq!(ports, [3310]);
    let single = folder.path().join("b.cnf");
    let plan = mounted(service("mariadb:10", &[PASSWORD], &[]), &single, "/etc/mysql/conf.d/zz.cnf");
    assert!(settled(&plan).unwrap().0.files[0].1.contains("lower-case-table-names=1"));
}

#[test]
fn the_key_covers_passwords_scripts_and_flags() {
    let key = |environment: &[(&str, &str)], command: &[&str]| {
        let service = service("mariadb:10", environment, command);
        let provision = fixture::provision(Product::MariaDb, "10.11.6");
        MariaDb.settle(&service, &provision, &mut Ledger::default()).unwrap().golden()
    };
    let plain = key(&[PASSWORD], &[]);
    assert_eq!(plain, key(&[PASSWORD, ("UNRELATED", "1")], &[]));
    assert_ne!(plain, key(&[("MYSQL_ROOT_PASSWORD", "other")], &[]));
    assert_ne!(plain, key(&[PASSWORD, ("MYSQL_DATABASE", "app")], &[]));
    assert_ne!(plain, key(&[PASSWORD], &["--lower-case-table-names=1"]));
}
