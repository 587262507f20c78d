//! Which services a project lowers to.

use super::*;

#[test]
fn a_project_without_configuration() {
    let files = [("docker-compose.test.yml", COMPOSE), PYTEST, TESTS, ("requirements.txt", "")];
    let plan = plan(&files);
    insta::assert_snapshot!(shown(&plan), @r#"
    engine auto: every planned service can run as a program on this machine
    service postgres-test native postgresql
    service redis-test native redis
    left out gateway: it needs its image built
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    suite tests pytest "pytest" in "" on postgres-test redis-test DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    "#);
    let postgres = plan.service("postgres-test").expect("planned");
    assert_eq!(postgres.published[0].published, Some(5433));
    assert_eq!(postgres.health.as_ref().expect("written").interval_ms, 2_000);
    assert_eq!(postgres.mounts[0].target, "/var/lib/postgresql/data");
    let python = plan.python.as_ref().expect("needed");
    assert_eq!((python.install.len(), python.timeouts_ms.len()), (1, 3));
    assert!(!serde_json::to_string(&plan.masked()).expect("serialises").contains("secret-word"));
}

#[test]
fn profiles_for_tests_are_activated_and_others_are_not() {
    let compose = "
services:
  db: { image: 'postgres:16', profiles: [integration] }
  seen: { image: 'redis:7', profiles: [monitoring] }
";
    insta::assert_snapshot!(shown(&plan(&[("compose.yaml", compose), PYTEST])), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    left out seen: it is outside the active profiles: it belongs to monitoring
    suite tests pytest "pytest" in "" on db
    "#);
    let set = |request: &mut Request| {
        request.overrides = vec![("environment.profiles".to_owned(), "monitoring".to_owned())];
    };
    insta::assert_snapshot!(shown(&plan_of(&[("compose.yaml", compose), PYTEST], set).expect("right")), @r#"
    engine auto: every planned service can run as a program on this machine
    service seen native redis
    left out db: it is outside the active profiles: it belongs to integration
    suite tests pytest "pytest" in "" on seen
    "#);
}

#[test]
fn services_that_run_elsewhere_are_attached() {
    let config = "
[environment.attach]
postgres-test = \"postgresql://db.example/x\"
staging = \"http://staging.example\"
";
    let files = [("compose.yaml", COMPOSE), ("testyard.toml", config), PYTEST];
    insta::assert_snapshot!(shown(&plan(&files)), @r#"
    engine auto: programs on this machine, but for what [environment.attach] names: postgres-test, staging
    service postgres-test attach postgresql
    service redis-test native redis
    service staging attach -
    left out gateway: it needs its image built
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    suite tests pytest "pytest" in "" on postgres-test redis-test staging DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    "#);
    let attach = |request: &mut Request| {
        request.variables.insert("TESTYARD_ENVIRONMENT_ENGINE".to_owned(), "attach".to_owned());
        request
            .variables
            .insert("TESTYARD_ENVIRONMENT_ATTACH_REDIS_TEST".to_owned(), "redis://r:1".to_owned());
    };
    insta::assert_snapshot!(shown(&plan_of(&files, attach).expect("right")), @r#"
    engine attach: [environment.attach] says where every service already runs: postgres-test, redis-test, staging
    service postgres-test attach postgresql
    service redis-test attach redis
    service staging attach -
    left out gateway: [environment.attach] gives no address for it
    left out tests: it runs the tests: its environment goes to the suites
    left out debug: it is outside the active profiles: it belongs to debug
    suite tests pytest "pytest" in "" on postgres-test redis-test staging DATABASE_URL=postgresql://postgres:secret-word@postgres-test/postgres
    "#);
}

#[test]
fn a_test_file_that_cannot_stand_alone_lies_over_its_base() {
    let base = "services: { db: { image: 'postgres:16' }, web: { build: . } }\n";
    let over = "services: { db: { ports: ['5433:5432'] }, tests: { build: ., command: pytest, depends_on: [db] } }\n";
    let files = [("docker-compose.yml", base), ("docker-compose.test.yml", over), PYTEST];
    insta::assert_snapshot!(shown(&plan(&files)), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    left out web: it needs its image built
    left out tests: it runs the tests: its environment goes to the suites
    suite tests pytest "pytest" in "" on db
    "#);
    let alone = "services: { cache: { image: 'redis:7' } }\n";
    let files = [("docker-compose.yml", base), ("docker-compose.test.yml", alone), PYTEST];
    insta::assert_snapshot!(shown(&plan(&files)), @r#"
    engine auto: every planned service can run as a program on this machine
    service cache native redis
    suite tests pytest "pytest" in "" on cache
    "#);
}

#[test]
fn infrastructure_behind_a_small_dockerfile_is_brought_up() {
    let compose = "services: { db: { build: ./db, environment: { POSTGRES_DB: own } }, web: { build: . } }\n";
    let dockerfile = "FROM postgres:17\nENV POSTGRES_DB=base POSTGRES_USER=me\nADD create.sql /docker-entrypoint-initdb.d\n";
    let files = [
        ("compose.yaml", compose),
        PYTEST,
        ("db/Dockerfile", dockerfile),
        ("db/create.sql", ""),
        ("Dockerfile", "FROM python:3\n"),
    ];
    let plan = plan(&files);
    insta::assert_snapshot!(shown(&plan), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    left out web: it needs its image built
    suite tests pytest "pytest" in "" on db
    "#);
    let db = plan.service("db").expect("planned");
    assert_eq!(db.image.as_deref(), Some("postgres:17"));
    assert_eq!(
        (db.environment["POSTGRES_DB"].as_str(), db.environment["POSTGRES_USER"].as_str()),
        ("own", "me")
    );
    assert_eq!(db.mounts[0].target, "/docker-entrypoint-initdb.d/create.sql");
    assert!(db.unused_keys.is_empty());
}

#[test]
fn clients_are_not_taken_for_servers() {
    let compose = "
services:
  db: { image: 'postgres:16', command: ['-c', 'fsync=off'] }
  seed: { image: 'postgres:16', command: psql -f /seed.sql, depends_on: [db] }
  wait: { image: 'redis:7', entrypoint: ['sh', '-c', 'sleep 3'] }
  cache: { image: 'redis:7', command: sh -c 'redis-server --requirepass x' }
";
    insta::assert_snapshot!(shown(&plan(&[("compose.yaml", compose), PYTEST])), @r#"
    engine auto: every planned service can run as a program on this machine
    service db native postgresql
    service cache native redis
    left out seed: it runs `psql` once and serves nothing
    left out wait: it runs `sh` once and serves nothing
    suite tests pytest "pytest" in "" on db cache
    "#);
}
