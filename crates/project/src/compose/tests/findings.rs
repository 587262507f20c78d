//! What is wrong in a service, where, and what is read all the same.

use super::support::{Project, broken, has_errors};

#[test]
fn wrong_values_are_said_and_the_rest_is_read() {
    let check = |body: &str, expected: &str| {
        let (a, findings) = broken(&format!("{body}\nuser: me"));
        assert_eq!(findings.len(), 1, "{body}: {findings:#?}");
        assert!(findings[0].contains(expected), "{body}: {}", findings[0]);
        assert_eq!(a.user.as_deref(), Some("me"), "{body}");
    };
    check("usr: x", "warning TY-CM010 compose.yaml:4:5: unknown key `usr` in `services.a`");
    check(
        "ports: {a: b}",
        "TY-CM011 compose.yaml:4:12: `services.a.ports` must be a list, and this is a mapping",
    );
    check("hostname: [x]", "`services.a.hostname` must be a string, and this is a list");
    check("hostname: 5", "`services.a.hostname` must be a string, and this is a number");
    check("init: maybe", "must be true or false");
    check(
        "environment: {A: [1]}",
        "`services.a.environment.A` must be a string or a number, and this is a list",
    );
    check("environment: A=1", "`services.a.environment` must be a mapping");
    check(
        "ports: ['80:eighty']",
        "TY-CM013 compose.yaml:4:13: `80:eighty` is no port: `eighty` is no number",
    );
    check("ports: [{published: 80}]", "TY-CM015 compose.yaml:4:13: `services.a.ports.0` has no `target`");
    check("ports: [{target: 80, published: x}]", "`x` is no number from 0 to 65535");
    check("ports: [{target: 80, host_ip: x}]", "`x` is no IP address");
    check("ports: [{target: 70000}]", "`70000` is out of range");
    check("expose: ['80/icmp']", "`icmp` is none of tcp, udp, sctp");
    check(
        "volumes: ['aa:bb:cc:dd']",
        "TY-CM014 compose.yaml:4:15: `aa:bb:cc:dd` is no volume: it has too many colons",
    );
    check("volumes: [{target: /x}]", "`services.a.volumes.0` has no `type`");
    check("volumes: [{type: bind, target: /x}]", "`services.a.volumes.0` has no `source`");
    check("volumes: [{type: nfs, target: /x}]", "`nfs` is no type of a volume");
    check(
        "healthcheck: {test: [pg_isready]}",
        "must start with `CMD`, `CMD-SHELL` or `NONE`, and starts with `pg_isready`",
    );
    check("healthcheck: {test: [CMD]}", "nothing to run after `CMD`");
    check("healthcheck: {test: x, interval: 30}", "`30` is no time");
    check("healthcheck: {test: x, interva: 30s}", "unknown key `interva` in `services.a.healthcheck`");
    check("healthcheck: {test: x, retries: lots}", "must be a whole number");
    check("depends_on: {b: {condition: healthy}}", "`healthy` is no condition");
    check("depends_on: {b: {required: true}}", "`services.a.depends_on.b` has no `condition`");
    check(
        "depends_on: [d]",
        "TY-CM035 compose.yaml:4:18: the service `a` needs the service `d`, which is not defined",
    );
    check("networks: [fron]", "refers to the network `fron`, which is not defined");
    check("volumes: ['dat:/x']", "refers to the volume `dat`, which is not defined");
    check("secrets: [nope]", "refers to the secret `nope`, which is not defined");
    check("configs: [nope]", "refers to the config `nope`, which is not defined");
    check(
        "network_mode: host\nnetworks: [front]",
        "TY-CM016 compose.yaml:4:5: the service `a` has both `network_mode` and `networks`",
    );
    check("container_name: x\nscale: 2", "both `container_name` and more than one replica");
    check("mem_limit: 1g\ndeploy: {resources: {limits: {memory: 2g}}}", "say different things");
    check("mem_limit: lots", "`lots` is no size");
    check(
        "build: {context: ., dockerfile: D, dockerfile_inline: x}",
        "both `dockerfile` and `dockerfile_inline`",
    );
    check(
        "tmpfs: /x\nvolumes: ['data:/x']",
        "TY-CM039 compose.yaml:5:15: `/x` of the service `a` is mounted twice",
    );
    check("command: \"a 'b\"", "a quote that is never closed");
    check("pull_policy: sometimes", "`sometimes` is no pull policy");
    check("extra_hosts: [one]", "`one` is no `name=address`");
    check("env_file: [{required: false}]", "`services.a.env_file.0` has no `path`");
    check("stop_grace_period: soon", "`soon` is no time");
}

#[test]
fn what_is_near_to_wrong_is_right() {
    for body in [
        "x-imagee: x",
        "ports: []",
        "ports: ['80']",
        "init: yes",
        "environment: ",
        "environment: [A=1]",
        "volumes: ['data:/x', 'other:/y']",
        "healthcheck: {test: x, interval: 30s}",
        "depends_on: {b: {condition: service_healthy}}",
        "networks: [front]",
        "network_mode: host",
        "container_name: x\nscale: 1",
        "mem_limit: 1g\ndeploy: {resources: {limits: {memory: 1024m}}}",
        "tmpfs: /x\nvolumes: ['data:/y']",
        "pull_policy: every_12h",
    ] {
        assert_eq!(broken(body).1, Vec::<String>::new(), "{body}");
    }
}

#[test]
fn files_are_held_together() {
    let check = |text: &str, expected: &[&str]| assert_eq!(Project::new(text).findings(), expected, "{text}");
    check(
        "version: '3.8'\nservices: {a: {image: i}}\n",
        &["note TY-CM050 compose.yaml:1:1: `version` is obsolete and has no effect"],
    );
    check(
        "service: {a: {image: i}}\n",
        &["warning TY-CM010 compose.yaml:1:1: unknown key `service` at the top level"],
    );
    check(
        "services: [a]\n",
        &["error TY-CM011 compose.yaml:1:11: `services` must be a mapping, and this is a list"],
    );
    check(
        "services: {a: i}\n",
        &["error TY-CM011 compose.yaml:1:15: `services.a` must be a mapping, and this is a string"],
    );
    check(
        "services: {a: {user: me}}\n",
        &["error TY-CM037 compose.yaml:1:12: the service `a` has neither `image` nor `build`"],
    );
    check(
        "services:\n  a: {image: i, depends_on: [b]}\n  b: {image: i, depends_on: [c]}\n  c: {image: i, depends_on: [a]}\n",
        &["error TY-CM036 compose.yaml:4:30: services depend on each other in a circle: a → b → c → a"],
    );
    check(
        "services:\n  a: {image: i, depends_on: [b, c]}\n  b: {image: i, depends_on: [c]}\n  c: {image: i}\n",
        &[],
    );
    check("services: {a: {image: i}, off: {profiles: [x], depends_on: [nope]}}\n", &[]);
    check(
        "secrets: {s: {}}\n",
        &["error TY-CM015 compose.yaml:1:14: `secrets.s` has neither `file` nor `environment`"],
    );
    check(
        "secrets: {s: {file: a, environment: B}}\n",
        &["error TY-CM016 compose.yaml:1:14: `secrets.s` has more than one source"],
    );
}

#[test]
fn a_file_that_is_not_there() {
    let (project, findings) = crate::compose::parse_files(&[], &["compose.yaml"], &Default::default());
    assert!(has_errors(&findings) && project.services.is_empty());
    assert_eq!(findings[0].message, "`compose.yaml` cannot be read: there is no such file");
}

#[test]
fn findings_show_their_line_and_say_what_to_do() {
    let (_, findings) = Project::new("services:\n  a:\n    imge: i\n    build: .\n").read();
    assert_eq!(findings[0].source.as_deref(), Some("    imge: i"));
    assert_eq!(findings[0].help.as_deref(), Some("did you mean `image`?"));
}

#[test]
fn a_missing_environment_file_names_the_example_beside_it() {
    let check = |beside: &str, expected: &str| {
        let compose = "services: {a: {image: x, env_file: .env.test}}";
        let files = [("compose.yaml", compose), (beside, "A=1\n")];
        let (_, findings) =
            crate::compose::parse_files(&files, &["compose.yaml"], &std::collections::BTreeMap::new());
        let help = findings.first().and_then(|finding| finding.help.clone()).unwrap_or_default();
        assert_eq!((findings.len(), help.contains(expected)), (1, true), "{beside}: {help}");
    };
    check(".env.test.example", "copy `.env.test.example`");
    check(".env.sample", "copy `.env.sample`");
    check("env.example", "make the file");
}
