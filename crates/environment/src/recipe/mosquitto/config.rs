//! `mosquitto.conf`: read, and written anew for the place where the server really runs.
//!
//! One setting a line, its name and its value; a `listener` line begins a listener, whose settings follow it.

use std::path::{Path, PathBuf};

use testyard_model::{Fidelity, Ledger, Provision};

use super::super::asked::Asked;
use super::super::{Site, arguments};
use crate::Refusal;

/// MQTT's own port.
const PORT: u16 = 1883;

/// Settings whose value is a file or folder that the project has to provide.
const FILES: [&str; 17] = [
    "password_file",
    "acl_file",
    "psk_file",
    "cafile",
    "capath",
    "certfile",
    "keyfile",
    "crlfile",
    "dhparamfile",
    "http_dir",
    "bridge_cafile",
    "bridge_capath",
    "bridge_certfile",
    "bridge_keyfile",
    "plugin",
    "auth_plugin",
    "global_plugin",
];

/// Settings that say where and how the process itself lives, which is the engine's business: (setting, why).
const OURS: [(&str, &str); 7] = [
    ("bind_address", "it listens on the service's own address"),
    ("bind_interface", "it listens on the service's own address"),
    ("socket_domain", "it listens on the service's own address"),
    ("persistence_location", "it has its own fresh storage"),
    ("pid_file", "it is supervised in the foreground"),
    ("user", "it runs as the user of the run"),
    ("log_dest", "its log is kept with the run"),
];

/// Settings that make a listener speak TLS.
const TLS: [&str; 4] = ["cafile", "capath", "certfile", "psk_hint"];

/// A configuration with its paths translated.
#[derive(Default)]
pub(super) struct Config {
    lines: Vec<Line>,
}

/// One line that counts.
#[derive(Clone)]
enum Line {
    /// A listener on a port of all addresses; the settings after it are its own.
    Listener(u16),
    Setting(String, String),
}

/// A port that the server listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Listener {
    pub(super) port: u16,
    /// Neither TLS nor WebSocket.
    pub(super) plain_mqtt: bool,
}

/// Reads a file by its path in the container, with every file it includes.
pub(super) fn read(file: &str, provision: &Provision, asked: &mut Asked<'_>) -> Result<Config, Refusal> {
    let path = asked.host_path(file).ok_or_else(|| {
        Refusal::new(format!("the configuration is {file}, which no mount provides")).help("mount the file")
    })?;
    let mut reader = Reader { provision, asked, open: Vec::new(), lines: Vec::new() };
    reader.file(&path)?;
    Ok(Config { lines: reader.lines })
}

struct Reader<'a, 'b> {
    provision: &'a Provision,
    asked: &'a mut Asked<'b>,
    /// The files being read: each is included by the one before.
    open: Vec<PathBuf>,
    lines: Vec<Line>,
}

impl Reader<'_, '_> {
    fn file(&mut self, path: &Path) -> Result<(), Refusal> {
        if self.open.iter().any(|open| open == path) {
            return Err(Refusal::new(format!("{} includes itself", path.display())));
        }
        let text = std::fs::read_to_string(path)
            .map_err(|error| Refusal::new(format!("cannot read {}: {error}", path.display())))?;
        self.open.push(path.to_owned());
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            self.setting(name, value.trim())?;
        }
        self.open.pop();
        Ok(())
    }

    fn setting(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        if let Some((_, why)) = OURS.iter().find(|(ours, _)| *ours == name) {
            // Standard output is where the log goes anyway.
            if name != "log_dest" || !matches!(value, "stdout" | "stderr") {
                self.asked.ledger().note(format!("mosquitto.conf {name}"), Fidelity::Emulated, *why);
            }
            return Ok(());
        }
        let value = match name {
            "listener" | "port" => return self.listener(name, value),
            "include_dir" => return self.include(value),
            name if FILES.contains(&name) => self.path(name, value)?,
            _ => value.to_owned(),
        };
        self.lines.push(Line::Setting(name.to_owned(), value));
        Ok(())
    }

    fn listener(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let (port, address) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let port = arguments::port(&format!("mosquitto.conf {name}"), port)?;
        if !address.is_empty() {
            let detail = format!("port {port} listens on the service's own address, not on {address}");
            self.asked.ledger().note("mosquitto.conf listener", Fidelity::Emulated, detail);
        }
        self.lines.push(Line::Listener(port));
        Ok(())
    }

    /// Every `.conf` file of a folder, by name.
    fn include(&mut self, folder: &str) -> Result<(), Refusal> {
        let path = self.asked.host_path(folder).ok_or_else(|| {
            Refusal::new(format!("mosquitto.conf includes {folder}, which no mount provides"))
                .help("mount the folder")
        })?;
        let failed = |error| Refusal::new(format!("cannot read {}: {error}", path.display()));
        let entries: Result<Vec<_>, _> = std::fs::read_dir(&path).map_err(failed)?.collect();
        let mut files: Vec<_> = entries.map_err(failed)?.into_iter().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "conf"));
        files.sort();
        files.iter().try_for_each(|file| self.file(file))
    }

    /// A file that a setting names: of the project, else of the provided program for a plugin.
    fn path(&mut self, name: &str, value: &str) -> Result<String, Refusal> {
        let mut path = self.asked.host_path(value);
        if path.is_none() && name.ends_with("plugin") {
            path = self.provided(value);
        }
        path.map(|path| path.display().to_string()).ok_or_else(|| {
            Refusal::new(format!("mosquitto.conf sets {name} to {value}, which no mount provides"))
                .help("mount the file")
        })
    }

    /// A library of the provided program that bears the name of one in the image.
    fn provided(&self, library: &str) -> Option<PathBuf> {
        let name = Path::new(library).file_name()?;
        let below = ["usr/lib", "usr/local/lib", "usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"];
        let folders = below.iter().map(|folder| self.provision.root.join(folder));
        let mut paths =
            self.provision.libraries.iter().cloned().chain(folders).map(|folder| folder.join(name));
        paths.find(|path| path.is_file())
    }
}

impl Config {
    /// Lets everybody in.
    pub(super) fn open_to_all() -> Config {
        Config { lines: vec![Line::Listener(PORT), anonymous()] }
    }

    /// Adds the port of the command line, and what the server's own defaults would be, for an image older than 2.0 if
    /// `old`. Since 2.0, a server whose configuration names no listener serves its own loopback only: nobody reaches
    /// it in a container.
    pub(super) fn complete(&mut self, port: Option<u16>, old: bool, ledger: &mut Ledger) {
        let decided =
            self.lines.iter().any(|line| matches!(line, Line::Setting(name, _) if name == "allow_anonymous"));
        let listens = self.lines.iter().any(|line| matches!(line, Line::Listener(_)));
        if (old || !listens) && !decided {
            self.lines.insert(0, anonymous());
        }
        if port.is_some() || !listens {
            self.lines.insert(0, Line::Listener(port.unwrap_or(PORT)));
        }
        if !old && !listens {
            let detail = "no listener is configured: the container could be reached from inside only, this server \
                          from outside as well";
            ledger.note("mosquitto.conf listener", Fidelity::Emulated, detail);
        }
    }

    /// The ports, those that plain MQTT is spoken on first: they can be asked.
    pub(super) fn listeners(&self) -> Vec<Listener> {
        let mut listeners: Vec<Listener> = Vec::new();
        for line in &self.lines {
            match (line, listeners.last_mut()) {
                (Line::Listener(port), _) => listeners.push(Listener { port: *port, plain_mqtt: true }),
                (Line::Setting(name, value), Some(listener)) => {
                    let other = (name == "protocol" && value != "mqtt") || TLS.contains(&name.as_str());
                    listener.plain_mqtt &= !other;
                }
                (Line::Setting(..), None) => {}
            }
        }
        listeners.sort_by_key(|listener| !listener.plain_mqtt);
        listeners
    }

    /// The file for a site.
    pub(super) fn written(&self, site: &Site) -> String {
        let data = site.data.display();
        let family = if site.ip.is_ipv4() { "ipv4" } else { "ipv6" };
        // The server gives root away to another user unless this names root; for others it does nothing.
        let mut text = format!("user root\nlog_dest stderr\npersistence_location {data}/\n");
        for line in &self.lines {
            let line = match line {
                // The family must be said: WebSocket listeners would else take every address instead of this one.
                Line::Listener(port) => {
                    format!("listener {} {}\nsocket_domain {family}\n", site.port(*port), site.ip)
                }
                Line::Setting(name, value) => format!("{name} {value}\n"),
            };
            text.push_str(&line);
        }
        text
    }
}

fn anonymous() -> Line {
    Line::Setting("allow_anonymous".to_owned(), "true".to_owned())
}
