//! Each key of a service in its forms.

use std::path::PathBuf;
use std::time::Duration;

use super::support::{Project, broken, service};
use crate::compose::project::MaterialSource;
use crate::compose::service::{HealthTest, InlineOrFile, PullPolicy, VolumeKind};

#[test]
fn build() {
    let build = |body: &str| service(body).build.unwrap();
    assert_eq!(build("build: ./app").context, "/project/app");
    assert_eq!(build("build: https://github.com/o/r.git#main").context, "https://github.com/o/r.git#main");
    let full =
        build("build: {context: .., dockerfile: docker/Dockerfile.test, target: test, args: [A=1, B]}");
    assert_eq!(full.context, "/");
    assert_eq!(full.dockerfile, InlineOrFile::File(PathBuf::from("/docker/Dockerfile.test")));
    assert_eq!((full.target.as_deref(), full.args.len()), (Some("test"), 1));
    let inline = build("build:\n  dockerfile_inline: |\n    FROM scratch");
    assert_eq!(
        (inline.context.as_str(), inline.dockerfile),
        ("/project", InlineOrFile::Inline("FROM scratch\n".to_owned()))
    );
}

#[test]
fn commands() {
    assert_eq!(
        service("command: redis-server --port 6380").command.unwrap(),
        ["redis-server", "--port", "6380"]
    );
    assert_eq!(service("command: [sh, -c, 'a && b']").command.unwrap(), ["sh", "-c", "a && b"]);
    assert_eq!(service("command: >\n  sh -c\n  'a b'").command.unwrap(), ["sh", "-c", "a b"]);
    assert_eq!(service("command: []").command.unwrap(), Vec::<String>::new());
    assert_eq!(service("command: ''\nentrypoint: ''").entrypoint.unwrap(), Vec::<String>::new());
    assert_eq!(service("command: ").command, None);
    let (a, findings) = broken("command: migrate && serve");
    assert_eq!(a.command.unwrap(), ["migrate"]);
    assert!(findings[0].contains("TY-CM052") && findings[0].contains("ends at `&`"), "{findings:?}");
    let (a, findings) = broken("command: [sleep, 5]");
    assert_eq!(a.command.unwrap(), ["sleep", "5"]);
    assert!(
        findings[0].contains("`services.a.command.1` must be a string, and this is a number"),
        "{findings:?}"
    );
}

#[test]
fn environment_over_its_files() {
    let text = "services:\n  a:\n    image: i\n    environment: {A: own, P: , Q: }\n\
                \x20   env_file: [1.env, {path: 2.env}, {path: no.env, required: false}, {path: raw.env, format: raw}]\n";
    let project = Project::new(text)
        .beside("1.env", "A=1\nB=1\nC=1\n")
        .beside("2.env", "B=2\nD=$A-$X\n")
        .beside("raw.env", "R='$A'\n")
        .set("P", "process")
        .set("X", "x")
        .clean();
    let a = project.service("a").unwrap();
    let shown: Vec<_> = a.environment.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(shown, ["A=own", "B=2", "C=1", "D=own-x", "P=process", "R='$A'"]);
    assert_eq!(a.unset, ["Q"]);
    let missing = Project::new("services:\n  a:\n    image: i\n    env_file: no.env\n").findings();
    assert_eq!(
        missing,
        [
            "error TY-CM002 compose.yaml:4:15: the environment file `no.env` cannot be read: there is no such file"
        ]
    );
}

#[test]
fn the_environment_file_that_portainer_makes_is_no_error() {
    let missing = |name: &str| {
        Project::new(&format!("services:\n  a:\n    image: i\n    env_file: {name}\n")).findings()[0].clone()
    };
    assert!(missing("stack.env").starts_with("warning TY-CM002 compose.yaml:4:15: "));
    assert!(missing("my-stack.env").starts_with("error TY-CM002 compose.yaml:4:15: "));
}

#[test]
fn a_template_beside_a_missing_environment_file_is_named() {
    let check = |text: &str, beside: &str, expected: &str| {
        let (_, findings) = Project::new(text).beside(beside, "A=1\n").read();
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].help.as_deref(), Some(expected), "{text} {beside}");
    };
    let service = "services: {a: {image: i, env_file: .env}}";
    let copy = |name: &str| format!("copy `{name}` to `.env`, and look what its values are for");
    for name in [".env.example", ".env-sample", "example.env", "env.template"] {
        check(service, name, &copy(name));
    }
    let other = "make the file, correct the path, or write `required: false` beside it";
    check(service, "other/.env.example", other);
    check(service, ".env.local", other);
    check("services: {a: {image: i, env_file: app.env}}", ".env.example", other);
    let include = "include: [{path: x.yaml, env_file: .env}]";
    let (_, findings) = Project::new(include).beside("x.yaml", "").beside(".env.example", "").read();
    assert_eq!(findings[0].help.as_deref(), Some(copy(".env.example").as_str()));
}

#[test]
fn ports() {
    let a = service(
        "ports: [5432, '127.0.0.1:5433:5432', {target: 80, published: '8000-8010', host_ip: '::1', protocol: UDP}]\nexpose: [80, '90-91/udp']",
    );
    let shown: Vec<_> = a
        .ports
        .iter()
        .map(|p| {
            format!(
                "{:?} {:?} {} {}",
                p.host_ip,
                p.published.map(|r| (r.first, r.last)),
                p.target,
                p.protocol.word()
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "None None 5432 tcp",
            "Some(127.0.0.1) Some((5433, 5433)) 5432 tcp",
            "Some(::1) Some((8000, 8010)) 80 udp"
        ]
    );
    assert_eq!(
        a.expose.iter().map(|e| (e.port, e.protocol.word())).collect::<Vec<_>>(),
        [(80, "tcp"), (90, "udp"), (91, "udp")]
    );
}

#[test]
fn volumes() {
    let text = "services:\n  a:\n    image: i\n    volumes:\n      - ./seed.sql:/docker-entrypoint-initdb.d/1.sql:ro\n      - ~/x:/x/../y\n\
                \x20     - data:/data\n      - /anonymous\n      - {type: bind, source: rel, target: /r, bind: {create_host_path: false}}\n\
                \x20     - {type: tmpfs, target: /t, tmpfs: {size: 64m}}\n      - {type: volume, source: data, target: /d2, read_only: true, volume: {subpath: s}}\n\
                \x20   tmpfs: /run:size=64m,mode=755\nvolumes: {data: }\n";
    let a = Project::new(text).set("HOME", "/home/me").clean().service("a").cloned().unwrap();
    let bind = |path: &str| VolumeKind::Bind(PathBuf::from(path));
    let expected = [
        (bind("/project/seed.sql"), "/docker-entrypoint-initdb.d/1.sql", true),
        (bind("/home/me/x"), "/y", false),
        (VolumeKind::Volume(Some("data".to_owned())), "/data", false),
        (VolumeKind::Volume(None), "/anonymous", false),
        (bind("/project/rel"), "/r", false),
        (VolumeKind::Tmpfs(Some(64 << 20)), "/t", false),
        (VolumeKind::Volume(Some("data".to_owned())), "/d2", true),
    ];
    let shown: Vec<_> = a.volumes.iter().map(|v| (v.kind.clone(), v.target.as_str(), v.read_only)).collect();
    assert_eq!(shown, expected);
    assert_eq!((a.volumes[0].create_host_path, a.volumes[4].create_host_path), (true, false));
    assert_eq!(a.volumes[6].subpath.as_deref(), Some("s"));
    assert_eq!((a.tmpfs[0].target.as_str(), a.tmpfs[0].options.as_str()), ("/run", "size=64m,mode=755"));
}

#[test]
fn health_checks() {
    let test = |body: &str| service(&format!("healthcheck: {body}")).healthcheck.unwrap().test;
    assert_eq!(test("{test: pg_isready -U x}"), HealthTest::Shell("pg_isready -U x".to_owned()));
    assert_eq!(test("{test: [CMD-SHELL, 'a || exit 1']}"), HealthTest::Shell("a || exit 1".to_owned()));
    assert_eq!(
        test("{test: [CMD, redis-cli, ping]}"),
        HealthTest::Program(vec!["redis-cli".to_owned(), "ping".to_owned()])
    );
    assert_eq!(test("{test: [NONE]}"), HealthTest::Disabled);
    let (a, findings) = broken("healthcheck: {test: [CMD-SHELL, pg_isready, -U, me]}");
    assert_eq!(a.healthcheck.unwrap().test, HealthTest::Shell("pg_isready".to_owned()));
    assert!(
        findings[0].contains("TY-CM052") && findings[0].contains("only the first is run"),
        "{findings:?}"
    );
    assert_eq!(test("{disable: true, test: x}"), HealthTest::Disabled);
    assert_eq!(test("{disable: false, test: x}"), HealthTest::Shell("x".to_owned()));
    assert_eq!(test("{interval: 1s}"), HealthTest::Inherit);
    let check = service("healthcheck: {test: x, interval: 1m30s, timeout: 500ms, retries: 7, start_period: 1h, start_interval: 1.5s}").healthcheck.unwrap();
    assert_eq!(check.interval, Some(Duration::from_secs(90)));
    assert_eq!((check.timeout, check.retries), (Some(Duration::from_millis(500)), Some(7)));
    assert_eq!(
        (check.start_period, check.start_interval),
        (Some(Duration::from_secs(3600)), Some(Duration::from_millis(1500)))
    );
}

#[test]
fn names_networks_and_hosts() {
    let a = service(
        "hostname: h\ncontainer_name: n\nnetworks: {front: {aliases: [x, h]}, back: {ipv4_address: 10.0.0.5}}\n\
         links: [b, 'c:cc']\nextra_hosts: ['one:1.1.1.1', 'two=[::1]', 'gate:host-gateway']",
    );
    assert_eq!(a.aliases(), ["x", "h", "n"]);
    assert_eq!(a.networks[1].ipv4_address.as_deref(), Some("10.0.0.5"));
    assert_eq!(
        a.links.iter().map(|l| format!("{}:{}", l.service, l.alias)).collect::<Vec<_>>(),
        ["b:b", "c:cc"]
    );
    assert_eq!(a.depends_on.iter().map(|d| d.service.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    let hosts: Vec<_> = a.extra_hosts.iter().map(|h| format!("{}={}", h.name, h.address)).collect();
    assert_eq!(hosts, ["one=1.1.1.1", "two=::1", "gate=host-gateway"]);
    assert_eq!(service("user: me").networks[0].network, "default");
    let shared = service("network_mode: service:b");
    assert_eq!((shared.networks.len(), shared.depends_on[0].service.as_str()), (0, "b"));
}

#[test]
fn resources_and_their_older_keys() {
    let new = service(
        "deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: 512M, pids: 9}, reservations: {memory: 1g}}}",
    );
    let old = service("scale: 2\ncpus: 0.5\nmem_limit: 512m\npids_limit: 9\nmem_reservation: 1gb");
    assert_eq!(new.resources, old.resources);
    assert_eq!((new.resources.limits.cpus, new.resources.limits.memory), (Some(0.5), Some(512 << 20)));
    assert_eq!((new.replicas, old.replicas), (Some(2), Some(2)));
    assert_eq!(service("shm_size: 64mb").shm_size, Some(64 << 20));
}

#[test]
fn the_rest() {
    let a = service(
        "platform: linux/arm64\nworking_dir: /app\nuser: '1000:1000'\ninit: true\nrestart: on-failure:3\n\
         stop_signal: SIGINT\nstop_grace_period: 5s\npull_policy: if_not_present\nlabels: [a=1, b]\n\
         logging: {driver: none, options: {max-size: 10m}}\ncap_add: [NET_ADMIN]\ntty: true\nx-mine: {a: [1, true]}\n\
         secrets: [s, {source: s, target: other}]\nconfigs: [{source: k, target: /etc/k, mode: '0440'}]",
    );
    assert_eq!((a.platform.as_deref(), a.working_dir.as_deref()), (Some("linux/arm64"), Some("/app")));
    assert_eq!(
        (a.user.as_deref(), a.init, a.restart.as_deref()),
        (Some("1000:1000"), Some(true), Some("on-failure:3"))
    );
    assert_eq!(
        (a.stop_signal.as_deref(), a.stop_grace_period),
        (Some("SIGINT"), Some(Duration::from_secs(5)))
    );
    assert_eq!((a.pull_policy, a.labels.len()), (Some(PullPolicy::Missing), 2));
    assert_eq!(a.logging.unwrap().options["max-size"], "10m");
    assert_eq!(a.untyped, ["cap_add", "tty"]);
    assert_eq!(a.extensions["x-mine"].to_string(), r#"{"a":[1,true]}"#);
    let targets: Vec<_> = a.secrets.iter().chain(&a.configs).map(|m| (m.target.as_str(), m.mode)).collect();
    assert_eq!(targets, [("/run/secrets/s", None), ("/run/secrets/other", None), ("/etc/k", Some(0o440))]);
}

#[test]
fn the_top_level() {
    let project = Project::new(
        "services: {a: {image: i}}\nvolumes:\n  v: {name: real, labels: [a=1]}\n  old: {external: {name: outside}}\n  w:\n\
         networks: {n: {external: true}, m: {internal: true, driver: bridge}}\n\
         secrets: {f: {file: ./s.txt}, e: {environment: TOKEN}, x: {external: true}}\nconfigs: {c: {content: \"hello $WHO\"}}\n",
    )
    .set("WHO", "you")
    .clean();
    let volumes: Vec<_> =
        project.volumes.iter().map(|v| (v.key.as_str(), v.name.as_deref(), v.external)).collect();
    assert_eq!(volumes, [("v", Some("real"), false), ("old", Some("outside"), true), ("w", None, false)]);
    assert_eq!(
        project.networks.iter().map(|n| (n.external, n.internal)).collect::<Vec<_>>(),
        [(true, false), (false, true)]
    );
    let from: Vec<_> = project.secrets.iter().chain(&project.configs).map(|m| m.from.clone()).collect();
    let expected = [
        MaterialSource::File(PathBuf::from("/project/s.txt")),
        MaterialSource::Environment("TOKEN".to_owned()),
        MaterialSource::External,
        MaterialSource::Content("hello you".to_owned()),
    ];
    assert_eq!(from, expected);
}
