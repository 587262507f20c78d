//! Compose files, broken.

use super::lines::{each_line, value};
use super::{Files, Mutant};

fn is_compose(path: &str) -> bool {
    path.contains("compose") && (path.ends_with(".yml") || path.ends_with(".yaml"))
}

/// A key whose value is misspelled, and what then must be found.
const VALUES: [(&str, &[&str]); 4] = [
    ("context", &["TY-CM100", "TY-CM101", "TY-CX001"]),
    ("dockerfile", &["TY-CM101"]),
    ("target", &["TY-CM102"]),
    ("file", &["TY-CM104"]),
];

pub(super) fn mutants(files: &Files) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (key, codes) in VALUES {
        all.extend(each_line(files, is_compose, &format!("`{key}` is misspelled"), codes, |line| {
            let old = value(line, key).filter(|old| !old.starts_with('/'))?;
            let new = if old == "." { "./gone".to_owned() } else { format!("{old}-gone") };
            Some(line.replace(&format!(": {old}"), &format!(": {new}")))
        }));
    }
    let mut add = |what: &str, codes, change: &dyn Fn(&str) -> Option<String>| {
        all.extend(each_line(files, is_compose, what, codes, change));
    };
    add("a key is misspelled", &["TY-CM010", "TY-CM011", "TY-CM015", "TY-CM037"], &|line| {
        let known =
            ["image", "build", "environment", "depends_on", "ports", "healthcheck", "volumes", "command"];
        let key = line.strip_prefix("    ").filter(|line| !line.starts_with(' '))?.split(':').next()?;
        known.contains(&key).then(|| line.replacen(key, &format!("{key}x"), 1))
    });
    add("a tab stands before a key", &["TY-CM001"], &|line| {
        line.strip_prefix("    ")
            .filter(|rest| rest.starts_with(char::is_alphabetic))
            .map(|rest| format!("\t{rest}"))
    });
    add("a quote is not closed", &["TY-CM001"], &|line| {
        value(line, "image").map(|image| line.replace(image, &format!("\"{image}")))
    });
    add("a service to wait for is misspelled", &["TY-CM035", "TY-CM107"], &|line| {
        let name = line
            .strip_prefix("      ")
            .and_then(|line| line.strip_suffix(": {condition: service_healthy}"))?;
        Some(format!("      {name}x: {{condition: service_healthy}}"))
    });
    add("a health check is taken away", &["TY-CM107"], &|line| {
        line.trim_start().starts_with("healthcheck: {").then(|| "    init: true".to_owned())
    });
    add("a port is no port", &["TY-CM013"], &|line| {
        line.trim_start().starts_with("ports: [").then(|| "    ports: ['eighty:80']".to_owned())
    });
    add("a volume is not defined", &["TY-CM035", "TY-CM111"], &|line| {
        line.trim_start()
            .starts_with("image: ")
            .then(|| format!("{line}\n    volumes: ['undefined-data:/data']"))
    });
    add("a network is not defined", &["TY-CM035", "TY-CM111"], &|line| {
        line.trim_start().starts_with("image: ").then(|| format!("{line}\n    networks: [undefined-net]"))
    });
    add("a file to mount is not there", &["TY-CM103"], &|line| {
        let mount = "    volumes: ['./gone/settings.conf:/etc/settings.conf:ro']";
        line.trim_start().starts_with("image: ").then(|| format!("{line}\n{mount}"))
    });
    add("an environment file is not there", &["TY-CM002"], &|line| {
        line.trim_start().starts_with("image: ").then(|| format!("{line}\n    env_file: gone.env"))
    });
    add("a service waits for itself", &["TY-CM036", "TY-CM005", "TY-CM111"], &|line| {
        let name = line.strip_prefix("  ").and_then(|line| line.strip_suffix(':'))?;
        let plain = name.chars().all(|c| c.is_ascii_lowercase());
        (plain && name != "key").then(|| format!("{line}\n    depends_on: [{name}]"))
    });
    add("a health check asks the temporary server", &["TY-CM108"], &|line| {
        line.contains("pg_isready -h localhost").then(|| line.replace("-h localhost ", ""))
    });
    add("a service waits for one that never ends", &["TY-CM112"], &|line| {
        let condition = "{twin: {condition: service_completed_successfully}}";
        beside(
            line,
            &format!(
                "    restart: always\n  third:\n    image: redis:7.4-alpine\n    depends_on: {condition}"
            ),
        )
    });
    add("two services have one container name", &["TY-CM106"], &|line| {
        let third = "    container_name: one\n  third:\n    image: redis:7.4-alpine\n    container_name: one";
        beside(line, third)
    });
    add("a port is published twice", &["TY-CM105"], &|line| {
        beside(line, "    ports: ['7777:1']\n  third:\n    image: redis:7.4-alpine\n    ports: ['7777:2']")
    });
    add("an interpolation is not closed", &["TY-CM020"], &|line| {
        value(line, "image").map(|image| line.replace(image, "${IMAGE:-x"))
    });
    all
}

/// Puts services of its own behind the line of an image; the last one takes over what follows that line.
fn beside(line: &str, services: &str) -> Option<String> {
    let image = line.trim_start().starts_with("image: ");
    let (twin, rest) = ("  twin:\n    image: redis:7.4-alpine", "  rest:\n    image: redis:7.4-alpine");
    image.then(|| format!("{line}\n{twin}\n{services}\n{rest}"))
}
