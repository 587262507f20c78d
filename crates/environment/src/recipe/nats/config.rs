//! A NATS configuration file, written anew for the place where the server really runs.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use testyard_model::Fidelity;

use super::super::asked::Asked;
use super::super::{Site, arguments};
use super::scan::{Found, scan};
use crate::Refusal;

/// NATS' own port.
pub(super) const PORT: u16 = 4222;

/// Maps that hold a listener of their own.
const LISTENING: [&str; 7] = ["cluster", "leafnodes", "leaf", "gateway", "websocket", "ws", "mqtt"];

/// How deep files may include each other: deeper is a circle.
const DEEPEST: usize = 8;

/// A configuration with the places that depend on where the server runs.
#[derive(Default)]
pub(super) struct Config {
    text: String,
    edits: Vec<(Range<usize>, Edit)>,
    /// The ports it listens on, the clients' first.
    ports: Vec<u16>,
    /// It says where JetStream's data lies, so that no flag may.
    pub(super) names_store: bool,
}

/// What stands at a place instead.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Edit {
    Port(u16),
    Address,
    AddressAndPort(u16),
    /// A setting of the address, put where there is none.
    HostSetting,
    /// A folder below the data directory.
    Data(&'static str),
    Text(String),
}

impl Config {
    /// What the image's own command reads: clients, monitoring and routes.
    pub(super) fn of_the_image() -> Config {
        let text = "port: 4222\nmonitor_port: 8222\ncluster {\n  port: 6222\n  \
                    authorization { user: ruser, password: T0pS3cr3t, timeout: 2 }\n  routes = []\n}\n";
        // Nothing in it can be wrong or lie elsewhere.
        Editor::new(text.to_owned(), BTreeMap::new()).map(Editor::finish).unwrap_or_default()
    }

    /// Reads a file by its path in the container, with every file it includes.
    pub(super) fn read(
        file: &str,
        environment: &BTreeMap<String, String>,
        asked: &mut Asked<'_>,
    ) -> Result<Config, Refusal> {
        let path = asked.host_path(file).ok_or_else(|| {
            Refusal::new(format!("the configuration is {file}, which no mount provides"))
                .help("mount the file")
        })?;
        let mut editor = Editor::new(expanded(&path, 0)?, environment.clone())?;
        editor.translate(asked);
        Ok(editor.finish())
    }

    /// The ports it listens on, the clients' first.
    pub(super) fn ports(&self) -> &[u16] {
        &self.ports
    }

    /// The file for a site. Where a setting has no address, all of the machine's would be listened on.
    pub(super) fn written(&self, site: &Site) -> String {
        let mut text = String::new();
        let mut end = 0;
        for (at, edit) in &self.edits {
            text.push_str(&self.text[end..at.start]);
            text.push_str(&match edit {
                Edit::Port(port) => site.port(*port).to_string(),
                Edit::Address => format!("\"{}\"", site.ip),
                Edit::AddressAndPort(port) => format!("\"{}\"", site.address(*port)),
                Edit::HostSetting => format!(" host: \"{}\"\n", site.ip),
                Edit::Data(folder) => format!("\"{}\"", site.data.join(folder).display()),
                Edit::Text(text) => format!("\"{text}\""),
            });
            end = at.end;
        }
        text.push_str(&self.text[end..]);
        text
    }
}

/// The text of a file in which every include is replaced by the file it names.
fn expanded(path: &Path, depth: usize) -> Result<String, Refusal> {
    if depth > DEEPEST {
        return Err(Refusal::new(format!("{} is included too deep", path.display())));
    }
    let mut text = std::fs::read_to_string(path)
        .map_err(|error| Refusal::new(format!("cannot read {}: {error}", path.display())))?;
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    for found in scan(&text).into_iter().rev() {
        if let Found::Include { text: file, at } = found {
            text.replace_range(at, &expanded(&folder.join(file), depth + 1)?);
        }
    }
    Ok(text)
}

/// Finds what has to change in a file.
struct Editor {
    config: Config,
    found: Vec<Found>,
    environment: BTreeMap<String, String>,
    /// Maps with a listener, by their name, with the place after their brace and whether they name an address.
    maps: Vec<(String, usize, bool)>,
    client: Option<u16>,
    names_host: bool,
}

impl Editor {
    fn new(text: String, environment: BTreeMap<String, String>) -> Result<Editor, Refusal> {
        let found = scan(&text);
        let config = Config { text, ..Config::default() };
        let mut editor =
            Editor { config, found, environment, maps: Vec::new(), client: None, names_host: false };
        for found in editor.found.clone() {
            match found {
                Found::Map { path, inside } => {
                    if let [name] = path.as_slice()
                        && LISTENING.contains(&name.as_str())
                    {
                        editor.maps.push((name.clone(), inside, false));
                    }
                }
                Found::Setting { path, text, at } => editor.setting(&path, &text, at)?,
                Found::Include { .. } => {}
            }
        }
        Ok(editor)
    }

    fn setting(&mut self, path: &[String], text: &str, at: Range<usize>) -> Result<(), Refusal> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["port"] => self.client = Some(self.port("port", text, at)?),
            ["host" | "net"] => self.address(at),
            ["listen"] => self.client = Some(self.listen("listen", text, at)?),
            ["http" | "https"] => self.listen("http", text, at).map(|port| self.config.ports.push(port))?,
            ["http_port" | "https_port" | "monitor_port"] => {
                let port = self.port("http_port", text, at)?;
                self.config.ports.push(port);
            }
            ["log_file" | "logfile" | "pid_file" | "pidfile" | "ports_file_dir"] => {
                self.edit(at, Edit::Text(String::new()));
            }
            ["store_dir" | "storedir"] | ["jetstream", "store_dir" | "storedir" | "store"] => {
                self.config.names_store = true;
                self.edit(at, Edit::Data("jetstream"));
            }
            ["resolver", "dir"] => self.edit(at, Edit::Data("jwt")),
            [map, "port"] if LISTENING.contains(map) => {
                let port = self.port(&format!("{map}.port"), text, at)?;
                self.config.ports.push(port);
            }
            [map, "listen"] if LISTENING.contains(map) => {
                let port = self.listen(&format!("{map}.listen"), text, at)?;
                self.config.ports.push(port);
                self.names_address(map);
            }
            [map, "host" | "net"] if LISTENING.contains(map) => {
                self.edit(at, Edit::Address);
                self.names_address(map);
            }
            _ => {}
        }
        Ok(())
    }

    fn address(&mut self, at: Range<usize>) {
        self.names_host = true;
        self.edit(at, Edit::Address);
    }

    fn names_address(&mut self, map: &str) {
        self.maps.iter_mut().filter(|(name, ..)| name == map).for_each(|(.., named)| *named = true);
    }

    fn port(&mut self, what: &str, text: &str, at: Range<usize>) -> Result<u16, Refusal> {
        let port = arguments::port(&format!("{what} in the configuration"), &self.resolved(text))?;
        self.edit(at, Edit::Port(port));
        Ok(port)
    }

    /// `4222`, `:4222` or `0.0.0.0:4222`.
    fn listen(&mut self, what: &str, text: &str, at: Range<usize>) -> Result<u16, Refusal> {
        let text = self.resolved(text);
        let port = text.rsplit_once(':').map_or(text.as_str(), |(_, port)| port);
        let port = arguments::port(&format!("{what} in the configuration"), port)?;
        if what == "listen" {
            self.names_host = true;
        }
        self.edit(at, Edit::AddressAndPort(port));
        Ok(port)
    }

    /// The value behind `$NAME`: of a setting in the file, else of the environment.
    fn resolved(&self, text: &str) -> String {
        let Some(name) = text.strip_prefix('$') else { return text.to_owned() };
        let in_file = self.found.iter().find_map(|found| match found {
            Found::Setting { path, text, .. }
                if path.last().is_some_and(|last| last.eq_ignore_ascii_case(name)) =>
            {
                Some(text.clone())
            }
            _ => None,
        });
        in_file.or_else(|| self.environment.get(name).cloned()).unwrap_or_else(|| text.to_owned())
    }

    /// Paths in the container that a mount provides, such as certificates.
    fn translate(&mut self, asked: &mut Asked<'_>) {
        for found in self.found.clone() {
            if let Found::Setting { text, at, path } = found
                && text.starts_with('/')
                && !self.config.edits.iter().any(|(edited, _)| *edited == at)
            {
                let path_here = asked.translate(&text);
                if path_here == text {
                    let detail = format!("{text} is not mounted; the path is left as it is");
                    asked.ledger().note(
                        format!("configuration {}", path.join(".")),
                        Fidelity::Emulated,
                        detail,
                    );
                } else {
                    self.edit(at, Edit::Text(path_here));
                }
            }
        }
    }

    fn edit(&mut self, at: Range<usize>, edit: Edit) {
        self.config.edits.push((at, edit));
    }

    fn finish(mut self) -> Config {
        if !self.names_host {
            // After the brace that may wrap the whole file.
            let start = self.config.text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
            let start = if self.config.text[start..].starts_with('{') { start + 1 } else { 0 };
            self.config.edits.push((start..start, Edit::HostSetting));
        }
        for (_, inside, named) in &self.maps {
            if !named {
                self.config.edits.push((*inside..*inside, Edit::HostSetting));
            }
        }
        self.config.edits.sort_by_key(|(at, _)| at.start);
        self.config.ports.insert(0, self.client.unwrap_or(PORT));
        self.config.ports.dedup();
        self.config
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::{Ledger, Product};

    use super::super::super::testing::{mounted, service, site};
    use super::*;

    fn check(text: &str, expected: &str, ports: &[u16]) {
        let folder = tempfile::tempdir().unwrap();
        testyard_sys::files::write(&folder.path().join("n.conf"), text.as_bytes()).unwrap();
        testyard_sys::files::write(&folder.path().join("more.conf"), b"max_payload: 9").unwrap();
        let service = mounted(service("nats", &[("P", "4300")], &[]), folder.path(), "/etc/nats");
        let mut ledger = Ledger::default();
        let mut asked = Asked::new(&service, &mut ledger);
        let config = Config::read("/etc/nats/n.conf", &service.environment, &mut asked).unwrap();
        let written = config.written(&site(&service, Product::Nats, "2.9"));
        assert_eq!(written.replace(&folder.path().display().to_string(), "@"), expected, "{text}");
        assert_eq!(config.ports(), ports, "{text}");
    }

    #[test]
    fn addresses_and_storage_are_the_services_own() {
        check("port: 4333", " host: \"127.3.2.1\"\nport: 4333", &[4333]);
        check(
            "listen: 0.0.0.0:4222\nhttp: 8222",
            "listen: \"127.3.2.1:4222\"\nhttp: \"127.3.2.1:8222\"",
            &[4222, 8222],
        );
        check("host: localhost\nport: $P", "host: \"127.3.2.1\"\nport: 4300", &[4300]);
        check(
            "net: \"::\"\nwebsocket { port: 8080, no_tls: true }",
            "net: \"127.3.2.1\"\nwebsocket { host: \"127.3.2.1\"\n port: 8080, no_tls: true }",
            &[4222, 8080],
        );
        check(
            "{\"jetstream\": {\"store_dir\": \"/data\"}}",
            "{ host: \"127.3.2.1\"\n\"jetstream\": {\"store_dir\": \"/d/jetstream\"}}",
            &[4222],
        );
        check(
            "host: a\ntls { cert_file: \"/etc/nats/c.pem\" }\nlog_file: /var/log/n\ninclude more.conf\n",
            "host: \"127.3.2.1\"\ntls { cert_file: \"@/c.pem\" }\nlog_file: \"\"\nmax_payload: 9\n",
            &[4222],
        );
    }

    #[test]
    fn the_images_own_configuration() {
        let service = service("nats", &[], &[]);
        let config = Config::of_the_image();
        assert_eq!(config.ports(), [4222, 8222, 6222]);
        assert_eq!(config.written(&site(&service, Product::Nats, "2")).matches("127.3.2.1").count(), 2);
    }
}
