//! Redis, and Valkey, which kept its protocol, flags and image contract.
//!
//! The image reads no variables. A command that begins with a flag or a `.conf` file means `redis-server …`, and
//! protected mode is off.

use testyard_model::{Fidelity, Ledger, Product, Provision, plan::ServicePlan};

use super::asked::Asked;
use super::{Launch, Recipe, Server, Site, Tools, words};
use crate::Refusal;
use crate::probe::{self, Probe};

/// Redis' own port.
const PORT: u16 = 6379;

/// Flags that say where and how the process itself lives, which is the engine's business: (flag, why).
const OURS: [(&str, &str); 7] = [
    ("bind", "it listens on the service's own address"),
    ("dir", "it has its own fresh storage"),
    ("logfile", "its log is kept with the run"),
    ("daemonize", "it is supervised in the foreground"),
    ("pidfile", "it is supervised in the foreground"),
    ("supervised", "it is supervised in the foreground"),
    ("unixsocket", "nobody else could reach it"),
];

/// The recipe.
pub(super) struct Redis;

impl Recipe for Redis {
    fn settle(
        &self,
        service: &ServicePlan,
        provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Box<dyn Server>, Refusal> {
        let words = arguments(service)?;
        let mut asked = Asked::new(service, ledger);
        asked.storage("/data");
        let mut settings = Settings { product: Some(provision.product), ..Settings::default() };
        let mut words = words.into_iter().peekable();
        if let Some(file) = words.next_if(|word| !word.starts_with("--")) {
            settings.read_file(&file, &mut asked)?;
        }
        while let Some(flag) = words.next() {
            // A flag's values run up to the next flag: `--save 60 1 --appendonly yes`.
            let mut values = Vec::new();
            while let Some(value) = words.next_if(|word| !word.starts_with("--")) {
                values.push(asked.translate(&value));
            }
            settings.flag(flag.trim_start_matches("--"), values, &mut asked)?;
        }
        asked.finish();
        Ok(Box::new(settings))
    }
}

/// The arguments for `redis-server` that the container would give it.
fn arguments(service: &ServicePlan) -> Result<Vec<String>, Refusal> {
    let shown = || {
        let words = service.entrypoint.iter().chain(&service.command).flatten();
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    let words = words::of(service.entrypoint.as_deref(), service.command.as_deref(), &service.environment)
        .ok_or_else(|| {
            Refusal::new(format!("the command does more than start the server: {}", shown()))
                .help("write it as redis-server with its flags")
        })?;
    let mut words = words.into_iter().peekable();
    let _ = words.next_if(|word| words::name(word) == "docker-entrypoint.sh");
    let is_server = |word: &String| matches!(words::name(word), "redis-server" | "valkey-server");
    if words.next_if(is_server).is_none()
        && let Some(first) = words.peek()
        && !first.starts_with('-')
        && !first.ends_with(".conf")
    {
        return Err(Refusal::new(format!("the command runs {first}, not the server: {}", shown())));
    }
    Ok(words.collect())
}

/// What was asked for.
#[derive(Default)]
struct Settings {
    product: Option<Product>,
    port: Option<u16>,
    password: Option<String>,
    /// The configuration file on this machine.
    file: Option<String>,
    /// Flags with their values, in order.
    flags: Vec<(String, Vec<String>)>,
}

impl Settings {
    fn read_file(&mut self, file: &str, asked: &mut Asked<'_>) -> Result<(), Refusal> {
        let path = asked.host_path(file).ok_or_else(|| {
            Refusal::new(format!("the command names {file}, which no mount provides"))
                .help("mount the file, or give the settings as flags")
        })?;
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Refusal::new(format!("cannot read {}: {error}", path.display())))?;
        for (name, value) in text.lines().filter_map(|line| line.trim().split_once(char::is_whitespace)) {
            let value = value.trim().trim_matches('"');
            match name.to_ascii_lowercase().as_str() {
                "port" => self.port = value.parse().ok().filter(|port| *port > 0),
                "requirepass" => self.password = Some(value.to_owned()),
                name => {
                    note_ours(name, asked);
                }
            }
        }
        self.file = Some(path.display().to_string());
        Ok(())
    }

    fn flag(&mut self, name: &str, values: Vec<String>, asked: &mut Asked<'_>) -> Result<(), Refusal> {
        let name = name.to_ascii_lowercase();
        let shown = testyard_model::secret::mask_value(&name, &values.join(" "));
        let first = values.first().map(String::as_str);
        match name.as_str() {
            "port" => {
                let port = first.and_then(|text| text.parse().ok()).filter(|port| *port > 0);
                self.port = Some(
                    port.ok_or_else(|| Refusal::new(format!("--port {shown} is no port to reach it on")))?,
                );
            }
            "requirepass" => {
                self.password = first.filter(|text| !text.is_empty()).map(str::to_owned);
            }
            "sentinel" => return Err(Refusal::new("a Redis sentinel is not provided natively")),
            _ if note_ours(&name, asked) => return Ok(()),
            _ => {}
        }
        let shown = if name == "requirepass" { testyard_model::secret::MASK.to_owned() } else { shown };
        asked.ledger().note(format!("command --{name}"), Fidelity::Honoured, shown);
        if name != "port" {
            self.flags.push((name, values));
        }
        Ok(())
    }

    fn port(&self) -> u16 {
        self.port.unwrap_or(PORT)
    }
}

/// Notes a setting that the engine makes itself; says whether it is one.
fn note_ours(name: &str, asked: &mut Asked<'_>) -> bool {
    let ours = OURS.iter().find(|(flag, _)| *flag == name);
    if let Some((flag, why)) = ours {
        asked.ledger().note(format!("command --{flag}"), Fidelity::Emulated, *why);
    }
    ours.is_some()
}

impl Server for Settings {
    fn ports(&self) -> Vec<u16> {
        vec![self.port()]
    }

    fn launch(&self, site: &Site) -> Launch {
        let server = if self.product == Some(Product::Valkey) { "valkey-server" } else { "redis-server" };
        let server = if site.has_program(server) { server } else { "redis-server" };
        let mut arguments: Vec<String> = self.file.iter().cloned().collect();
        arguments.extend(["--protected-mode".into(), "no".into()]);
        for (name, values) in &self.flags {
            arguments.push(format!("--{name}"));
            arguments.extend(values.iter().cloned());
        }
        // Last, because the last of two equal flags wins, also over the configuration file.
        let own: [(&str, String); 5] = [
            ("bind", site.ip.to_string()),
            ("port", site.port(self.port()).to_string()),
            ("dir", site.data.display().to_string()),
            ("logfile", String::new()),
            ("daemonize", "no".to_owned()),
        ];
        for (name, value) in own {
            arguments.extend([format!("--{name}"), value]);
        }
        let mut launch = Launch::at(site, server).arguments(arguments);
        launch.folder.clone_from(&site.data);
        launch
    }

    fn probe(&self) -> Box<dyn Probe> {
        Box::new(probe::Redis { user: None, password: self.password.clone(), locked_is_ready: true })
    }

    fn tools(&self, site: &Site) -> Tools {
        let address =
            ["-h".to_owned(), site.ip.to_string(), "-p".to_owned(), site.port(self.port()).to_string()];
        let tools = ["redis-cli", "valkey-cli"].map(|tool| (tool.to_owned(), address.to_vec()));
        Tools { arguments: tools.into(), ..Tools::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::testing;

    fn launched(command: &str, environment: &[(&str, &str)]) -> Result<(Vec<u16>, String, Ledger), String> {
        let mut service = crate::fixture::service("cache", "redis:7");
        let words = command.split('|').map(str::to_owned).collect();
        service.command = (!command.is_empty()).then_some(words);
        service.environment =
            environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let settled = testing::settled(&Redis, &service, "7.2.0");
        let (server, ledger) = settled.map_err(|refusal| refusal.why().to_owned())?;
        let launch = server.launch(&testing::site(&service, Product::Redis, "7.2.0"));
        Ok((server.ports(), launch.arguments.join(" "), ledger))
    }

    #[test]
    fn commands_in_every_form() {
        let ours = "--bind 127.3.2.1 --port 6379 --dir /d --logfile  --daemonize no";
        for (command, flags) in [
            ("", ""),
            ("redis-server", ""),
            ("--appendonly|yes", " --appendonly yes"),
            ("redis-server|--save|60|1|--maxmemory|64mb", " --save 60 1 --maxmemory 64mb"),
            ("docker-entrypoint.sh|redis-server|--SAVE|", " --save "),
            ("sh|-c|exec redis-server --requirepass $PW", " --requirepass word"),
            ("redis-server|--bind|0.0.0.0|--daemonize|yes", ""),
        ] {
            let (ports, arguments, _) = launched(command, &[("PW", "word")]).unwrap();
            assert_eq!(
                (ports, arguments),
                (vec![PORT], format!("--protected-mode no{flags} {ours}")),
                "{command}"
            );
        }
        assert_eq!(launched("--port|7000", &[]).unwrap().0, [7000]);
    }

    #[test]
    fn what_is_refused() {
        for (command, why) in [
            ("redis-sentinel|/etc/sentinel.conf", "runs redis-sentinel"),
            ("--port|0", "no port"),
            ("/etc/redis.conf", "no mount provides"),
            ("sh|-c|redis-server & wait", "more than start the server"),
        ] {
            let refused = launched(command, &[]).unwrap_err();
            assert!(refused.contains(why), "{command}: {refused}");
        }
    }

    #[test]
    fn passwords_stay_out_of_the_ledger() {
        let (_, _, ledger) = launched("--requirepass|hunter2|--bind|0.0.0.0", &[]).unwrap();
        assert!(!format!("{ledger:?}").contains("hunter2"));
        assert_eq!(testing::how(&ledger, "command --requirepass"), Some(Fidelity::Honoured));
        assert_eq!(testing::how(&ledger, "command --bind"), Some(Fidelity::Emulated));
    }
}
