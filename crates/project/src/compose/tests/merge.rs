//! Several files: what replaces, what merges, what appends, what is unique.

use super::support::Project;
use crate::compose::Service;

/// The service `a` of two files, whose bodies are flow mappings.
fn merged(base: &str, over: &str) -> Service {
    let (base, over) = (file(base), file(over));
    let project = Project::new(&base).over("override.yaml", &over).clean();
    project.service("a").cloned().unwrap()
}

fn file(body: &str) -> String {
    format!(
        "services:\n  a: {{image: i, {body}}}\nvolumes: {{vol: , wol: }}\nnetworks: {{n: , m: }}\nsecrets: {{s: {{file: s}}, t: {{file: t}}}}\n"
    )
}

#[test]
fn scalars_commands_and_tests_are_replaced() {
    assert_eq!(merged("user: one", "user: two").user.as_deref(), Some("two"));
    assert_eq!(merged("command: [a, b]", "command: c d").command.unwrap(), ["c", "d"]);
    assert_eq!(merged("entrypoint: [a, b]", "entrypoint: [c]").entrypoint.unwrap(), ["c"]);
    let check = merged("healthcheck: {test: [CMD, a], retries: 5}", "healthcheck: {test: b, interval: 2s}")
        .healthcheck
        .unwrap();
    assert_eq!(check.test, crate::compose::service::HealthTest::Shell("b".to_owned()));
    assert_eq!((check.retries, check.interval.unwrap().as_secs()), (Some(5), 2));
}

#[test]
fn nothing_in_an_override_keeps_the_base() {
    let a = merged(
        "user: one, environment: {A: 1}, ports: ['80:80'], build: .",
        "user: , environment: , ports: , build: ",
    );
    assert_eq!((a.user.as_deref(), a.environment["A"].as_str(), a.ports.len()), (Some("one"), "1", 1));
    assert!(a.build.is_some());
    assert_eq!(a.place_of("user").path.to_str(), Some("compose.yaml"));
}

#[test]
fn lists_and_mappings_of_variables_meet() {
    let show =
        |a: Service| a.environment.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ");
    assert_eq!(show(merged("environment: {A: 1, B: 1}", "environment: [B=2, C=2]")), "A=1 B=2 C=2");
    assert_eq!(show(merged("environment: [A=1, B=1]", "environment: {B: 2}")), "A=1 B=2");
    let a = merged("environment: {A: 1}", "environment: [A]");
    assert_eq!((a.environment.len(), a.unset), (0, vec!["A".to_owned()]));
    let a = merged("labels: [x=1, y]", "labels: {x: 2}");
    assert_eq!((a.labels["x"].as_str(), a.labels["y"].as_str()), ("2", ""));
    let a = merged("build: {context: ., args: [A=1, B=1]}", "build: {args: {A: 2}}");
    assert_eq!(a.build.unwrap().args.into_values().collect::<Vec<_>>(), ["2", "1"]);
}

#[test]
fn short_forms_meet_long_ones() {
    let a = merged("build: ./app", "build: {target: test, dockerfile: D}");
    let build = a.build.unwrap();
    assert_eq!((build.context.as_str(), build.target.as_deref()), ("/project/app", Some("test")));

    let base = "services: {a: {image: i, depends_on: [b, c]}, b: {image: i}, c: {image: i}}";
    let over = "services: {a: {depends_on: {b: {condition: service_healthy, restart: true}}}}";
    let a = Project::new(base).over("o.yaml", over).clean().service("a").cloned().unwrap();
    let shown: Vec<_> =
        a.depends_on.iter().map(|d| (d.service.as_str(), d.condition, d.required, d.restart)).collect();
    use testyard_model::plan::Condition::{ServiceHealthy, ServiceStarted};
    assert_eq!(shown, [("b", ServiceHealthy, true, true), ("c", ServiceStarted, true, false)]);

    let a = merged("networks: [n]", "networks: {n: {aliases: [x]}, m: }");
    let shown: Vec<_> = a.networks.iter().map(|n| (n.network.as_str(), n.aliases.join(","))).collect();
    assert_eq!(shown, [("n", "x".to_owned()), ("m", String::new())]);
}

#[test]
fn other_lists_append() {
    let a = merged("tmpfs: /a, expose: [80], profiles: []", "tmpfs: [/b], expose: ['81']");
    assert_eq!(a.tmpfs.iter().map(|t| t.target.as_str()).collect::<Vec<_>>(), ["/a", "/b"]);
    assert_eq!(a.expose.iter().map(|e| e.port).collect::<Vec<_>>(), [80, 81]);
    let a = merged("extra_hosts: ['h:1.1.1.1', g=2.2.2.2]", "extra_hosts: {h: 1.1.1.1, k: '::1'}");
    let shown: Vec<_> = a.extra_hosts.iter().map(|h| format!("{}={}", h.name, h.address)).collect();
    assert_eq!(shown, ["h=1.1.1.1", "g=2.2.2.2", "k=::1"]);
}

#[test]
fn the_later_of_two_that_mean_the_same_counts_at_the_first_place() {
    let ports = |a: Service| {
        let show =
            |p: &crate::compose::service::Port| format!("{:?}:{}", p.published.map(|r| r.first), p.target);
        a.ports.iter().map(show).collect::<Vec<_>>().join(" ")
    };
    // Other published ports append: an override does not take the base's away.
    assert_eq!(ports(merged("ports: ['80:80']", "ports: ['81:80']")), "Some(80):80 Some(81):80");
    assert_eq!(
        ports(merged("ports: ['80:80', '82:82']", "ports: [{target: 80, published: 80}]")),
        "Some(80):80 Some(82):82"
    );
    assert_eq!(ports(merged("ports: ['80-81:80-81']", "ports: ['81:81']")), "Some(80):80 Some(81):81");
    assert_eq!(merged("ports: ['80:80']", "ports: ['80:80/udp', '127.0.0.1:80:80']").ports.len(), 3);

    let a = merged("volumes: ['vol:/data', './x:/x']", "volumes: ['wol:/data:ro']");
    let shown: Vec<_> = a.volumes.iter().map(|v| (v.target.as_str(), v.read_only)).collect();
    assert_eq!(shown, [("/data", true), ("/x", false)]);

    let a = merged("secrets: [s, t]", "secrets: [{source: s, mode: 0400}]");
    let shown: Vec<_> = a.secrets.iter().map(|s| (s.target.as_str(), s.mode)).collect();
    assert_eq!(shown, [("/run/secrets/s", Some(0o400)), ("/run/secrets/t", None)]);
}

#[test]
fn logging_merges_only_under_one_driver() {
    let options = |over: &str| {
        let a = merged("logging: {driver: json-file, options: {a: '1'}}", &format!("logging: {over}"));
        a.logging.unwrap().options.into_keys().collect::<String>()
    };
    assert_eq!(options("{driver: json-file, options: {b: '2'}}"), "ab");
    assert_eq!(options("{options: {b: '2'}}"), "ab");
    assert_eq!(options("{driver: syslog, options: {b: '2'}}"), "b");
}

#[test]
fn address_plans_merge_by_subnet() {
    let base = "services: {a: {image: i}}\nnetworks: {n: {ipam: {config: [{subnet: 10.0.0.0/8}, {subnet: 10.1.0.0/16}]}}}";
    let over =
        "networks: {n: {ipam: {config: [{subnet: 10.0.0.0/8, gateway: 10.0.0.1}, {subnet: 10.2.0.0/16}]}}}";
    let project = Project::new(base).over("o.yaml", over).clean();
    assert_eq!(project.networks[0].subnets, ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"]);
}

#[test]
fn reset_removes_and_override_replaces() {
    let base = "ports: ['80:80'], environment: {A: 1, B: 1}, user: me, command: x";
    let a = merged(base, "ports: !reset [], user: !reset null, environment: {A: !reset null}");
    assert_eq!(
        (a.ports.len(), a.user, a.environment.into_keys().collect::<String>()),
        (0, None, "B".to_owned())
    );
    let a = merged(base, "ports: !override ['81:81'], environment: !override {C: '3'}");
    assert_eq!(
        (a.ports.len(), a.ports[0].target, a.environment.into_keys().collect::<String>()),
        (1, 81, "C".to_owned())
    );
    // Nothing to remove is no error, and nothing of the tag is left.
    let a = merged("user: me", "ports: !reset [], user: you");
    assert_eq!((a.ports.len(), a.user.as_deref()), (0, Some("you")));
    // What a second file removes a third may write again.
    let project = Project::new("services: {a: {image: i, user: one}}")
        .over("2.yaml", "services: {a: {user: !reset }}")
        .over("3.yaml", "services: {a: {user: three}}");
    assert_eq!(project.clean().service("a").unwrap().user.as_deref(), Some("three"));
    let project =
        Project::new("services: {a: {image: i}, b: {image: i}}").over("2.yaml", "services: {b: !reset }");
    assert_eq!(project.clean().services.len(), 1);
}

#[test]
fn forms_that_cannot_meet_are_said() {
    let base = "services:\n  a:\n    image: i\n    ports: ['80:80']\n    deploy: {resources: {limits: {cpus: '1'}}}\n";
    let over = "services:\n  a:\n    ports: {x: y}\n    deploy: {resources: [1]}\n";
    let findings = Project::new(base).over("o.yaml", over).findings();
    let expected = [
        "error TY-CM030 o.yaml:3:12: `services.a.ports` is a mapping here and a list in what it is merged over",
        "error TY-CM011 o.yaml:3:12: `services.a.ports` must be a list, and this is a mapping",
        "error TY-CM030 o.yaml:4:25: `services.a.deploy.resources` is a list here and a mapping in what it is merged over",
    ];
    assert_eq!(findings, expected);
}

#[test]
fn services_keep_the_order_of_the_files() {
    let project = Project::new("services: {c: {image: i}, a: {image: i}}")
        .over("o.yaml", "services: {b: {image: i}, a: {user: me}}")
        .clean();
    assert_eq!(project.services.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["c", "a", "b"]);
    assert_eq!(
        project.files.iter().map(|f| f.display().to_string()).collect::<Vec<_>>(),
        ["compose.yaml", "o.yaml"]
    );
}
