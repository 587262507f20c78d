//! `rabbitmq.conf`, written anew for the place where the server really runs.
//!
//! One setting a line, `name = value`; the last of two equal names wins. Listeners come in two forms: lists of
//! addresses (`listeners.tcp.1 = 0.0.0.0:5672`) and pairs (`management.tcp.port`, `management.tcp.ip`).

use std::path::{Path, PathBuf};

use testyard_model::Fidelity;

use super::super::asked::Asked;
use super::super::{Site, arguments};
use super::plugins::{LISTENING, Plugins};
use crate::Refusal;

/// AMQP's own port.
pub(super) const PORT: u16 = 5672;

/// Files that the image reads, in its order.
const FILES: [&str; 2] = ["/etc/rabbitmq/rabbitmq.conf", "/etc/rabbitmq/conf.d"];

/// A configuration with the places that depend on where the server runs.
#[derive(Default)]
pub(super) struct Config {
    lines: Vec<Line>,
    /// The erlang terms of the project's own, by their file.
    pub(super) advanced: Option<PathBuf>,
}

enum Line {
    /// A setting as it is.
    Plain(String, String),
    /// A setting whose value is an address with this port.
    Address(String, u16),
    /// A setting whose value is this port, and the one of its address.
    Port(String, u16),
}

impl Config {
    /// Reads what the project mounts, and adds every listener that it leaves to its default.
    pub(super) fn read(port: Option<u16>, asked: &mut Asked<'_>) -> Result<Config, Refusal> {
        // The image lets its default user in from everywhere.
        let everywhere = Line::Plain("loopback_users.guest".to_owned(), "false".to_owned());
        let mut config = Config { lines: vec![everywhere], advanced: None };
        let named = ["RABBITMQ_CONFIG_FILE", "RABBITMQ_CONFIG_FILES"].map(|name| asked.text(name));
        for (own, usual) in named.into_iter().zip(FILES) {
            let place = own.unwrap_or_else(|| usual.to_owned());
            config.read_place(&place, asked)?;
        }
        let advanced = asked.text("RABBITMQ_ADVANCED_CONFIG_FILE");
        let advanced = advanced.as_deref().unwrap_or("/etc/rabbitmq/advanced.config");
        // The old form of the configuration has the same syntax.
        config.advanced =
            asked.host_path(advanced).or_else(|| asked.host_path("/etc/rabbitmq/rabbitmq.config"));
        config.complete(port);
        Ok(config)
    }

    /// A file, with or without its ending, or every `.conf` file of a folder by name.
    fn read_place(&mut self, place: &str, asked: &mut Asked<'_>) -> Result<(), Refusal> {
        let place = place.trim_end_matches("/*.conf");
        let with_ending = || format!("{}.conf", place.trim_end_matches(".conf"));
        let path = asked.host_path(place).filter(|path| path.exists());
        let Some(path) = path.or_else(|| asked.host_path(&with_ending())).filter(|path| path.exists()) else {
            return Ok(());
        };
        if path.is_file() {
            return self.read_file(&path, asked);
        }
        let failed = |error| Refusal::new(format!("cannot read {}: {error}", path.display()));
        let entries: Result<Vec<_>, _> = std::fs::read_dir(&path).map_err(failed)?.collect();
        let mut files: Vec<_> = entries.map_err(failed)?.into_iter().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "conf"));
        files.sort();
        files.iter().try_for_each(|file| self.read_file(file, asked))
    }

    fn read_file(&mut self, path: &Path, asked: &mut Asked<'_>) -> Result<(), Refusal> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Refusal::new(format!("cannot read {}: {error}", path.display())))?;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            self.read_setting(name.trim(), value.trim(), asked)?;
        }
        Ok(())
    }

    fn read_setting(&mut self, name: &str, value: &str, asked: &mut Asked<'_>) -> Result<(), Refusal> {
        let line = if is_address(name) && value != "none" {
            let port = value.rsplit_once(':').map_or(value, |(_, port)| port);
            Line::Address(name.to_owned(), arguments::port(name, port)?)
        } else if is_pair(name, "port") {
            Line::Port(name.to_owned(), arguments::port(name, value)?)
        } else if is_pair(name, "ip") || name.starts_with("log.file") || name == "log.dir" {
            asked.ledger().note(format!("rabbitmq.conf {name}"), Fidelity::Emulated, "the run decides");
            return Ok(());
        } else {
            Line::Plain(name.to_owned(), asked.translate(value))
        };
        self.lines.push(line);
        Ok(())
    }

    /// Every listener that the project leaves to its default listens on all addresses; here on one.
    fn complete(&mut self, port: Option<u16>) {
        let plain = "listeners.tcp";
        if port.is_some() || !self.names(plain) {
            self.lines.retain(|line| !line.name().starts_with("listeners.tcp"));
            self.lines.push(Line::Address(format!("{plain}.1"), port.unwrap_or(PORT)));
        }
        for listening in &LISTENING {
            let named = self.names(listening.key) || self.names(&listening.key.replace(".tcp", ".listener"));
            if !named && listening.list {
                self.lines.push(Line::Address(format!("{}.1", listening.key), listening.port));
            } else if !named {
                self.lines.push(Line::Port(format!("{}.port", listening.key), listening.port));
            }
        }
    }

    fn names(&self, key: &str) -> bool {
        self.lines.iter().any(|line| line.name().starts_with(key))
    }

    /// The value of a plain setting.
    pub(super) fn value(&self, wanted: &str) -> Option<&str> {
        self.lines.iter().rev().find_map(|line| match line {
            Line::Plain(name, value) if name == wanted => Some(value.as_str()),
            _ => None,
        })
    }

    /// The ports that are listened on with these plugins, AMQP's first.
    pub(super) fn ports(&self, plugins: &Plugins) -> Vec<u16> {
        let of = |prefix: &str| {
            let lines = self.lines.iter().filter(move |line| line.name().starts_with(prefix));
            lines.filter_map(Line::port).collect::<Vec<_>>()
        };
        let mut ports = [of("listeners.tcp"), of("listeners.ssl")].concat();
        for listening in plugins.listening() {
            // `management.`: its other listeners as well.
            let prefix = listening.key.split('.').next().unwrap_or(listening.key);
            ports.extend(of(&format!("{prefix}.")));
        }
        ports
    }

    /// Whether AMQP is spoken in the clear on the first of the ports.
    pub(super) fn plain(&self) -> bool {
        self.lines
            .iter()
            .any(|line| matches!(line, Line::Address(name, _) if name.starts_with("listeners.tcp")))
    }

    /// The file for a site. Listeners of plugins that are not there would be unknown settings: `has` tells them.
    pub(super) fn written(&self, site: &Site, has: impl Fn(&str) -> bool) -> String {
        let absent = |line: &&Line| {
            let mut absent = LISTENING.iter().filter(|listening| !has(listening.plugin));
            !absent.any(|listening| line.name().starts_with(listening.key))
        };
        let lines = self.lines.iter().filter(absent).map(|line| match line {
            Line::Plain(name, value) => format!("{name} = {value}\n"),
            Line::Address(name, port) => format!("{name} = {}\n", site.address(*port)),
            Line::Port(name, port) => {
                let key = name.trim_end_matches(".port");
                format!("{key}.port = {}\n{key}.ip = {}\n", site.port(*port), site.ip)
            }
        });
        lines.collect()
    }
}

impl Line {
    fn name(&self) -> &str {
        match self {
            Line::Plain(name, _) | Line::Address(name, _) | Line::Port(name, _) => name,
        }
    }

    fn port(&self) -> Option<u16> {
        match self {
            Line::Plain(..) => None,
            Line::Address(_, port) | Line::Port(_, port) => Some(*port),
        }
    }
}

/// `listeners.tcp.1`, `mqtt.listeners.ssl.default`.
fn is_address(name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    matches!(parts.as_slice(), [.., "listeners", "tcp" | "ssl", _])
}

/// `management.tcp.port`, `web_stomp.ssl.ip`, `management.listener.port`.
fn is_pair(name: &str, last: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    matches!(parts.as_slice(), [_, "tcp" | "ssl" | "listener", end] if *end == last)
}

#[cfg(test)]
mod tests {
    use testyard_model::{Ledger, Product};

    use super::super::super::testing::{mounted, service, site};
    use super::*;

    fn check(files: &[(&str, &str)], port: Option<u16>, expected: &str, ports: &[u16]) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("conf.d")).unwrap();
        for (name, text) in files {
            testyard_sys::files::write(&folder.path().join(name), text.as_bytes()).unwrap();
        }
        let service = mounted(service("rabbitmq", &[], &[]), folder.path(), "/etc/rabbitmq");
        let mut ledger = Ledger::default();
        let config = Config::read(port, &mut Asked::new(&service, &mut ledger)).unwrap();
        let plugins = Plugins { enabled: vec!["rabbitmq_management".to_owned()], folders: vec![] };
        let written = config
            .written(&site(&service, Product::RabbitMq, "3.10"), |plugin| plugin == "rabbitmq_management");
        assert_eq!(written.replace(&folder.path().display().to_string(), "@"), expected);
        assert_eq!(config.ports(&plugins), ports);
    }

    #[test]
    fn listeners_are_bound_to_the_services_own_address() {
        let management = "management.tcp.port = 15672\nmanagement.tcp.ip = 127.3.2.1\n";
        let start = "loopback_users.guest = false\n";
        check(&[], None, &format!("{start}listeners.tcp.1 = 127.3.2.1:5672\n{management}"), &[5672, 15672]);
        check(
            &[(
                "rabbitmq.conf",
                "# c\nlisteners.tcp.default = 5673\nmanagement.tcp.port=8080\nmanagement.tcp.ip = 0.0.0.0\n",
            )],
            None,
            &format!(
                "{start}listeners.tcp.default = 127.3.2.1:5673\nmanagement.tcp.port = 8080\nmanagement.tcp.ip = 127.3.2.1\n"
            ),
            &[5673, 8080],
        );
        check(
            &[
                ("rabbitmq.conf", "vm_memory_high_watermark.relative = 0.6"),
                ("conf.d/20-b.conf", "load_definitions = /etc/rabbitmq/defs.json\n"),
                ("conf.d/10-a.conf", "heartbeat = 30\n"),
                ("defs.json", "{}"),
            ],
            Some(5700),
            &format!(
                "{start}vm_memory_high_watermark.relative = 0.6\nheartbeat = 30\nload_definitions = @/defs.json\n\
                 listeners.tcp.1 = 127.3.2.1:5700\n{management}"
            ),
            &[5700, 15672],
        );
    }

    #[test]
    fn settings_by_their_form() {
        for (name, address, pair) in [
            ("listeners.tcp.default", true, false),
            ("mqtt.listeners.ssl.1", true, false),
            ("management.tcp.port", false, true),
            ("management.tcp.compress", false, false),
            ("tcp_listen_options.backlog", false, false),
        ] {
            assert_eq!((is_address(name), is_pair(name, "port")), (address, pair), "{name}");
        }
    }
}
