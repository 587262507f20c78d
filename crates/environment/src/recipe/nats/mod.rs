//! NATS, also with JetStream.
//!
//! The image's own command reads a configuration file of the image (clients on 4222, monitoring on 8222); any command
//! of the project's takes its place, so `-js` alone listens for clients only. Logins are flags or settings of the
//! project's own configuration, and the server itself checks them.

mod config;
mod scan;

use testyard_model::{Fidelity, Ledger, Provision, plan::ServicePlan, secret};

use super::asked::Asked;
use super::{Launch, Recipe, Server, Site, arguments};
use crate::Refusal;
use crate::probe::{self, NatsLogin, Probe};
use config::{Config, PORT};

/// Flags that have a value of their own, by the name without dashes.
const WITH_VALUE: [&str; 42] = [
    "a",
    "addr",
    "net",
    "p",
    "port",
    "n",
    "name",
    "server_name",
    "P",
    "pid",
    "m",
    "http_port",
    "ms",
    "https_port",
    "c",
    "config",
    "sl",
    "signal",
    "client_advertise",
    "l",
    "log",
    "log_size_limit",
    "r",
    "remote_syslog",
    "user",
    "pass",
    "auth",
    "tlscert",
    "tlskey",
    "tlscacert",
    "routes",
    "cluster",
    "cluster_name",
    "cluster_listen",
    "cluster_advertise",
    "connect_retries",
    "sd",
    "store_dir",
    "profile",
    "ports_file_dir",
    "max_traced_msg_len",
    "js_domain",
];

/// Flags that say where and how the process itself lives, which is the engine's business: (flag, why).
const OURS: [(&str, &str); 12] = [
    ("a", "it listens on the service's own address"),
    ("addr", "it listens on the service's own address"),
    ("net", "it listens on the service's own address"),
    ("sd", "it has its own fresh storage"),
    ("store_dir", "it has its own fresh storage"),
    ("l", "its log is kept with the run"),
    ("log", "its log is kept with the run"),
    ("s", "its log is kept with the run"),
    ("syslog", "its log is kept with the run"),
    ("P", "it is supervised in the foreground"),
    ("pid", "it is supervised in the foreground"),
    ("ports_file_dir", "it is supervised in the foreground"),
];

/// The recipe.
pub(super) struct Nats;

impl Recipe for Nats {
    fn settle(
        &self,
        service: &ServicePlan,
        _provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Box<dyn Server>, Refusal> {
        let words = arguments::of(service, &["nats-server"])?;
        let mut asked = Asked::new(service, ledger);
        let mut settings = Settings::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (flag, value) = flag(&word, &mut words);
            settings.take(&flag, value, service, &mut asked)?;
        }
        if service.command.is_none() {
            settings.config = Some(match asked.host_path("/etc/nats/nats-server.conf") {
                Some(_) => Config::read("/etc/nats/nats-server.conf", &service.environment, &mut asked)?,
                None => match asked.host_path("/nats-server.conf") {
                    Some(_) => Config::read("/nats-server.conf", &service.environment, &mut asked)?,
                    None => Config::of_the_image(),
                },
            });
        }
        asked.storage("/data");
        asked.finish();
        Ok(Box::new(settings))
    }
}

/// `-p 1`, `-p=1`, `--port 1`: the name without dashes and its value.
fn flag(word: &str, words: &mut impl Iterator<Item = String>) -> (String, Option<String>) {
    let name = word.trim_start_matches('-');
    match name.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None if WITH_VALUE.contains(&name) => (name.to_owned(), words.next()),
        None => (name.to_owned(), None),
    }
}

/// What was asked for.
#[derive(Default)]
struct Settings {
    config: Option<Config>,
    port: Option<u16>,
    monitor: Option<u16>,
    user: Option<String>,
    password: Option<String>,
    token: Option<String>,
    /// Every other flag, passed on.
    flags: Vec<String>,
}

impl Settings {
    fn take(
        &mut self,
        flag: &str,
        value: Option<String>,
        service: &ServicePlan,
        asked: &mut Asked<'_>,
    ) -> Result<(), Refusal> {
        let what = format!("command -{flag}");
        if let Some((_, why)) = OURS.iter().find(|(ours, _)| *ours == flag) {
            asked.ledger().note(what, Fidelity::Emulated, *why);
            return Ok(());
        }
        let text = value.clone().unwrap_or_default();
        let shown = match flag {
            "pass" | "auth" => secret::MASK.to_owned(),
            _ if value.is_none() => "passed on".to_owned(),
            _ => secret::mask_urls(&text),
        };
        asked.ledger().note(what.as_str(), Fidelity::Honoured, shown);
        match flag {
            "c" | "config" => {
                // A relative path is looked up in the image's own folder, the root.
                let file = if text.starts_with('/') { text } else { format!("/{text}") };
                self.config = Some(match asked.host_path(&file) {
                    None if file.ends_with("/nats-server.conf") => Config::of_the_image(),
                    _ => Config::read(&file, &service.environment, asked)?,
                });
            }
            "p" | "port" => self.port = Some(arguments::port("-p", &text)?),
            "m" | "http_port" => self.monitor = Some(arguments::port("-m", &text)?),
            "user" | "pass" | "auth" => {
                let place = match flag {
                    "user" => &mut self.user,
                    "pass" => &mut self.password,
                    _ => &mut self.token,
                };
                *place = Some(text.clone());
                self.flags.extend([format!("--{flag}"), text]);
            }
            _ => {
                self.flags.push(format!("-{flag}"));
                self.flags.extend(value.map(|value| asked.translate(&value)));
            }
        }
        Ok(())
    }

    fn client_port(&self) -> u16 {
        let configured = self.config.as_ref().and_then(|config| config.ports().first().copied());
        self.port.or(configured).unwrap_or(PORT)
    }

    fn login(&self) -> Option<NatsLogin> {
        match (&self.user, &self.password, &self.token) {
            (Some(user), Some(password), _) => Some(NatsLogin::User(user.clone(), password.clone())),
            (_, _, Some(token)) => Some(NatsLogin::Token(token.clone())),
            _ => None,
        }
    }
}

impl Server for Settings {
    fn ports(&self) -> Vec<u16> {
        let mut ports = vec![self.client_port()];
        ports.extend(self.monitor);
        let configured = self.config.iter().flat_map(|config| config.ports().iter().skip(1));
        ports.extend(configured);
        ports.dedup();
        ports
    }

    fn launch(&self, site: &Site) -> Launch {
        let mut launch = Launch::at(site, "nats-server");
        let mut arguments = self.flags.clone();
        if let Some(config) = &self.config {
            let file = site.run.join("nats-server.conf");
            arguments.extend(["-c".to_owned(), file.display().to_string()]);
            launch.files.push((file, config.written(site)));
        }
        // Flags win over the file.
        arguments.extend(["-a".to_owned(), site.ip.to_string()]);
        arguments.extend(["-p".to_owned(), site.port(self.client_port()).to_string()]);
        if let Some(monitor) = self.monitor {
            arguments.extend(["-m".to_owned(), site.port(monitor).to_string()]);
        }
        if !self.config.as_ref().is_some_and(|config| config.names_store) {
            arguments.extend(["-sd".to_owned(), site.data.display().to_string()]);
        }
        launch.folder.clone_from(&site.data);
        launch.arguments(arguments)
    }

    fn probe(&self) -> Box<dyn Probe> {
        Box::new(probe::Nats { login: self.login() })
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Product;

    use super::super::testing::{how, mounted, service, settled, site};
    use super::*;

    fn launched(service: &ServicePlan) -> (Launch, Vec<u16>, Ledger) {
        let (server, ledger) = settled(&Nats, service, "2.9.10").unwrap();
        (server.launch(&site(service, Product::Nats, "2.9.10")), server.ports(), ledger)
    }

    #[test]
    fn commands() {
        let check = |command: &[&str], expected: &str, expected_ports: &[u16]| {
            let (launch, ports, _) = launched(&service("nats:2.9", &[], command));
            assert_eq!(launch.arguments.join(" "), expected, "{command:?}");
            assert_eq!(ports, expected_ports, "{command:?}");
        };
        check(&["-js"], "-js -a 127.3.2.1 -p 4222 -sd /d", &[4222]);
        check(
            &["nats-server", "-js", "-m", "8222", "-sd", "/data"],
            "-js -a 127.3.2.1 -p 4222 -m 8222 -sd /d",
            &[4222, 8222],
        );
        check(
            &["--jetstream", "--http_port=8333", "-D"],
            "-jetstream -D -a 127.3.2.1 -p 4222 -m 8333 -sd /d",
            &[4222, 8333],
        );
        check(
            &["--user", "a", "--pass", "b", "-p", "4333"],
            "--user a --pass b -a 127.3.2.1 -p 4333 -sd /d",
            &[4333],
        );
        check(&[], "-c /r/nats-server.conf -a 127.3.2.1 -p 4222 -sd /d", &[4222, 8222, 6222]);
    }

    #[test]
    fn passwords_stay_out_of_the_ledger() {
        let (_, _, ledger) =
            launched(&service("nats", &[], &["--user", "a", "--pass", "s3cret", "-a", "0.0.0.0"]));
        assert_eq!(how(&ledger, "command -pass"), Some(Fidelity::Honoured));
        assert_eq!(how(&ledger, "command -a"), Some(Fidelity::Emulated));
        assert!(!format!("{ledger:?}").contains("s3cret"));
    }

    #[test]
    fn a_configuration_is_read_from_its_mount() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mine.conf");
        testyard_sys::files::write(&file, b"port: 4555\njetstream { store_dir: /data }\n").unwrap();
        let with = mounted(service("nats", &[], &["-c", "/nats.conf"]), &file, "/nats.conf");
        let (launch, ports, _) = launched(&with);
        assert_eq!(launch.arguments.join(" "), "-c /r/nats-server.conf -a 127.3.2.1 -p 4555");
        assert_eq!(ports, [4555]);
        assert!(launch.files[0].1.contains("/d/jetstream"));
        let without = service("nats", &[], &["-c", "/nats.conf"]);
        assert!(settled(&Nats, &without, "2.9").is_err());
    }
}
