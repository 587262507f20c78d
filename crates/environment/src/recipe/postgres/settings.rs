//! What a project asks of PostgreSQL, by the contract of the official image.

use std::collections::BTreeMap;

use testyard_model::{Fidelity, Ledger, Provision, plan::ServicePlan, secret};

use super::locale::{self, Locale};
use super::scripts::{self, Script};
use crate::Refusal;
use crate::recipe::asked::Asked;
use crate::recipe::words;

/// PostgreSQL's own port.
const PORT: u16 = 5432;

/// Where the image looks for init scripts.
const SCRIPTS: &str = "/docker-entrypoint-initdb.d";

/// Settings that say where the server lives, which is the engine's business: (setting, why).
const OURS: [(&str, &str); 5] = [
    ("listen_addresses", "it listens on the service's own address"),
    ("unix_socket_directories", "its socket lies with the run"),
    ("data_directory", "it has its own fresh storage"),
    ("external_pid_file", "it is supervised in the foreground"),
    ("dynamic_shared_memory_type", "shared memory lies in its data directory, so that it goes with it"),
];

/// What is asked for.
pub(super) struct Settings {
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) database: String,
    /// The method of `pg_hba.conf` for every address.
    pub(super) method: String,
    pub(super) port: u16,
    pub(super) locale: Locale,
    /// Further words for initdb.
    pub(super) initdb: Vec<String>,
    /// Arguments for the server, in order, paths translated.
    pub(super) flags: Vec<String>,
    pub(super) scripts: Vec<Script>,
    /// The service's whole environment, which init scripts see.
    pub(super) environment: BTreeMap<String, String>,
}

impl Settings {
    pub(super) fn read(
        service: &ServicePlan,
        provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Settings, Refusal> {
        let flags = arguments(service)?;
        let mut asked = Asked::new(service, ledger);
        let user = asked.text_or_file("POSTGRES_USER")?.unwrap_or_else(|| "postgres".to_owned());
        let password = asked.text_or_file("POSTGRES_PASSWORD")?;
        let database = asked.text_or_file("POSTGRES_DB")?.unwrap_or_else(|| user.clone());
        let method = method(&mut asked, password.is_some(), provision)?;
        let initdb = asked.text_or_file("POSTGRES_INITDB_ARGS")?.unwrap_or_default();
        let locale =
            locale::choose(service.image.as_deref().unwrap_or_default(), provision, &initdb, asked.ledger());
        let mut settings = Settings {
            user,
            password,
            database,
            method,
            port: PORT,
            locale,
            initdb: initdb.split_whitespace().map(str::to_owned).collect(),
            flags: Vec::new(),
            scripts: scripts::found(&asked.mounts_under(SCRIPTS), asked.ledger())?,
            environment: service.environment.clone(),
        };
        asked.note("PGDATA", Fidelity::Emulated, "the data directory lies with the run");
        asked.note(
            "POSTGRES_INITDB_WALDIR",
            Fidelity::Emulated,
            "the write-ahead log lies in the data directory",
        );
        asked.storage("/var/lib/postgresql");
        settings.read_flags(flags, &mut asked)?;
        asked.ledger().note(
            "durability",
            Fidelity::Emulated,
            "fsync, synchronous_commit and full_page_writes are off unless the command sets them",
        );
        asked.finish();
        Ok(settings)
    }

    /// `-c name=value`, `--name=value`, `-p port` and the like.
    fn read_flags(&mut self, flags: Vec<String>, asked: &mut Asked<'_>) -> Result<(), Refusal> {
        let mut flags = flags.into_iter();
        while let Some(flag) = flags.next() {
            let setting = match flag.as_str() {
                "-c" => flags.next(),
                "-p" => flags.next().map(|port| format!("port={port}")),
                "-k" | "-D" | "-h" => {
                    let value = flags.next().unwrap_or_default();
                    asked.ledger().note(
                        format!("command {flag}"),
                        Fidelity::Emulated,
                        format!("not {value}: the run decides"),
                    );
                    continue;
                }
                _ => flag.strip_prefix("--").or_else(|| flag.strip_prefix("-c")).map(str::to_owned),
            };
            match setting.as_deref().and_then(|setting| setting.split_once('=')) {
                Some((name, value)) => self.setting(name.trim(), value, asked)?,
                // Other flags, with or without a value of their own, mean what they mean.
                None => {
                    asked.ledger().note(format!("command {flag}"), Fidelity::Honoured, "passed on");
                    self.flags.push(flag);
                    self.flags.extend(setting);
                }
            }
        }
        Ok(())
    }

    fn setting(&mut self, name: &str, value: &str, asked: &mut Asked<'_>) -> Result<(), Refusal> {
        let name = name.replace('-', "_").to_ascii_lowercase();
        if let Some((_, why)) = OURS.iter().find(|(ours, _)| *ours == name) {
            asked.ledger().note(format!("command {name}"), Fidelity::Emulated, *why);
            return Ok(());
        }
        asked.ledger().note(format!("command {name}"), Fidelity::Honoured, secret::mask_value(&name, value));
        if name == "port" {
            let port = value.parse().ok().filter(|port| *port > 0);
            self.port =
                port.ok_or_else(|| Refusal::new(format!("port={value} is no port to reach it on")))?;
            return Ok(());
        }
        let value = self.path(&name, value, asked)?;
        self.flags.extend(["-c".to_owned(), format!("{name}={value}")]);
        Ok(())
    }

    /// The value with a path in the container translated. A configuration file that is not there would be an obscure
    /// failure of the server later.
    fn path(&self, name: &str, value: &str, asked: &mut Asked<'_>) -> Result<String, Refusal> {
        let translated = asked.translate(value);
        if translated == value && name.ends_with("_file") && value.starts_with('/') {
            return Err(Refusal::new(format!("the command sets {name} to {value}, which no mount provides"))
                .help("mount the file, or give its settings with -c"));
        }
        Ok(translated)
    }

    /// The arguments for initdb, without the data directory.
    pub(super) fn initdb_arguments(&self) -> Vec<String> {
        let mut arguments = vec![format!("--username={}", self.user), "--encoding=UTF8".to_owned()];
        arguments.extend(self.locale.arguments());
        arguments.extend(["--auth=trust".to_owned(), "--no-sync".to_owned()]);
        // Last, so that the project's own words win.
        arguments.extend(self.initdb.iter().cloned());
        arguments
    }
}

/// The arguments for `postgres` that the container would give it.
fn arguments(service: &ServicePlan) -> Result<Vec<String>, Refusal> {
    let shown = || service.command.clone().unwrap_or_default().join(" ");
    let words = words::of(service.entrypoint.as_deref(), service.command.as_deref(), &service.environment)
        .ok_or_else(|| {
            Refusal::new(format!("the command does more than start the server: {}", shown()))
                .help("write it as postgres with its flags")
        })?;
    let mut words = words.into_iter().peekable();
    let _ = words.next_if(|word| words::name(word) == "docker-entrypoint.sh");
    if words.next_if(|word| words::name(word) == "postgres").is_none()
        && let Some(first) = words.peek()
        && !first.starts_with('-')
    {
        return Err(Refusal::new(format!("the command runs {first}, not the server: {}", shown())));
    }
    Ok(words.collect())
}

/// How addresses are let in. The image refuses to start without a password unless everybody is trusted.
fn method(asked: &mut Asked<'_>, has_password: bool, provision: &Provision) -> Result<String, Refusal> {
    let method = asked.text("POSTGRES_HOST_AUTH_METHOD");
    if !has_password && method.as_deref() != Some("trust") {
        return Err(Refusal::new("POSTGRES_PASSWORD is not set, and the image does not start without it")
            .help("set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust"));
    }
    // What the server itself hashes passwords with, since version 14.
    let major: u32 = provision.major().parse().unwrap_or(u32::MAX);
    Ok(method.unwrap_or_else(|| if major >= 14 { "scram-sha-256" } else { "md5" }.to_owned()))
}
