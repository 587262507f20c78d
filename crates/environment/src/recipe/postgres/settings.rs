//! What a project asks of PostgreSQL, by the contract of the official image.

use std::collections::BTreeMap;

use testyard_model::{Fidelity, Ledger, Provision, plan::ServicePlan, secret};

use super::locale::{self, Locale};
use crate::Refusal;
use crate::recipe::asked::Asked;
use crate::recipe::scripts::{self, Script};
use crate::recipe::words;

/// PostgreSQL's own port.
const PORT: u16 = 5432;

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
        let wanted = service.want.as_ref().and_then(|want| want.version.as_deref()).unwrap_or_default();
        let method = method(&mut asked, password.is_some(), wanted, provision)?;
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
            initdb: initdb_words(&initdb, service)?,
            flags: Vec::new(),
            scripts: scripts::found(&asked.mounts_under(scripts::FOLDER), asked.ledger())?,
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
                    let value = setting.filter(|_| flag == "-c");
                    self.flags.push(flag);
                    self.flags.extend(value);
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

/// The image hands them to a shell, so that quotes and variables work.
fn initdb_words(line: &str, service: &ServicePlan) -> Result<Vec<String>, Refusal> {
    words::expand(line, &service.environment)
        .ok_or_else(|| Refusal::new(format!("POSTGRES_INITDB_ARGS is more than arguments: {line}")))
}

/// The arguments for `postgres` that the container would give it.
fn arguments(service: &ServicePlan) -> Result<Vec<String>, Refusal> {
    let shown = || {
        let words = service.entrypoint.iter().chain(&service.command).flatten();
        words.map(String::as_str).collect::<Vec<_>>().join(" ")
    };
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
fn method(
    asked: &mut Asked<'_>,
    has_password: bool,
    wanted: &str,
    provision: &Provision,
) -> Result<String, Refusal> {
    let mut method = asked.text("POSTGRES_HOST_AUTH_METHOD");
    if !has_password && method.is_none() && trusts_everybody(wanted) {
        let why = "not set: this image lets everybody in then, as those before February 2020 do";
        asked.ledger().note("POSTGRES_PASSWORD", Fidelity::Honoured, why);
        method = Some("trust".to_owned());
    }
    if !has_password && method.as_deref() != Some("trust") {
        return Err(Refusal::new("POSTGRES_PASSWORD is not set, and the image does not start without it")
            .help("set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust"));
    }
    // What the server itself hashes passwords with, since version 14.
    let major: u32 = provision.major().parse().unwrap_or(u32::MAX);
    Ok(method.unwrap_or_else(|| if major >= 14 { "scram-sha-256" } else { "md5" }.to_owned()))
}

/// Whether the image of that exact version starts without a password: tags of versions before 9.5.21, 9.6.17, 10.12,
/// 11.7 and 12.2 were not built again when the image's entrypoint began to ask for one.
fn trusts_everybody(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    match parts[..] {
        [9, 5, minor] => minor < 21,
        [9, 6, minor] => minor < 17,
        [10, minor] => minor < 12,
        [11, minor] => minor < 7,
        [12, minor] => minor < 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use testyard_model::Product;

    use super::*;
    use crate::recipe::postgres::Postgres;
    use crate::recipe::{Recipe, testing};

    const PASSWORD: (&str, &str) = ("POSTGRES_PASSWORD", "word");

    fn read(environment: &[(&str, &str)], command: &[&str]) -> Result<(Settings, Ledger), String> {
        let service = testing::service("postgres:15", environment, command);
        let mut ledger = Ledger::default();
        let provision = crate::fixture::provision(Product::PostgreSql, "15.3");
        let settings = Settings::read(&service, &provision, &mut ledger);
        settings.map(|settings| (settings, ledger)).map_err(|refusal| refusal.why().to_owned())
    }

    #[test]
    fn defaults_of_the_image() {
        let check = |environment: &[(&str, &str)], user: &str, database: &str, method: &str| {
            let (settings, _) = read(environment, &[]).unwrap();
            let found = (settings.user.as_str(), settings.database.as_str(), settings.method.as_str());
            assert_eq!(found, (user, database, method), "{environment:?}");
        };
        check(&[PASSWORD], "postgres", "postgres", "scram-sha-256");
        check(&[PASSWORD, ("POSTGRES_USER", "me")], "me", "me", "scram-sha-256");
        check(&[PASSWORD, ("POSTGRES_USER", "me"), ("POSTGRES_DB", "d")], "me", "d", "scram-sha-256");
        check(&[("POSTGRES_HOST_AUTH_METHOD", "trust")], "postgres", "postgres", "trust");
        check(&[PASSWORD, ("POSTGRES_HOST_AUTH_METHOD", "md5")], "postgres", "postgres", "md5");
    }

    #[test]
    fn without_a_password_nobody_is_let_in() {
        assert!(read(&[], &[]).is_err_and(|why| why.contains("POSTGRES_PASSWORD is not set")));
        assert!(read(&[("POSTGRES_HOST_AUTH_METHOD", "md5")], &[]).is_err());
    }

    #[test]
    fn images_of_old_versions_let_everybody_in() {
        let trusting = ["9.5.20", "9.6.16", "10.11", "11.5", "11.6", "12.1"];
        let asking = ["9.5.21", "9.6", "9.6.17", "10.12", "11", "11.7", "12.2", "16.1", ""];
        assert!(trusting.iter().all(|version| trusts_everybody(version)));
        assert!(!asking.iter().any(|version| trusts_everybody(version)));
    }

    #[test]
    fn flags_in_every_form() {
        let check = |command: &[&str], flags: &[&str], port: u16| {
            let (settings, _) = read(&[PASSWORD], command).unwrap();
            let flags: Vec<String> = flags.iter().map(ToString::to_string).collect();
            assert_eq!((settings.flags, settings.port), (flags, port), "{command:?}");
        };
        check(&["postgres", "-c", "fsync=on"], &["-c", "fsync=on"], PORT);
        check(
            &["-cwork_mem=7MB", "--max-connections=9"],
            &["-c", "work_mem=7MB", "-c", "max_connections=9"],
            PORT,
        );
        check(&["docker-entrypoint.sh", "postgres", "-p", "5544"], &[], 5544);
        check(&["-c", "listen_addresses=*", "-c", "port=5545"], &[], 5545);
        check(&["-k", "/tmp", "-N", "17", "--version"], &["-N", "17", "--version"], PORT);
    }

    #[test]
    fn what_is_refused() {
        for (command, why) in [
            (["-c", "config_file=/etc/postgresql.conf"], "no mount provides"),
            (["-c", "port=0"], "no port"),
            (["pg_ctl", "start"], "runs pg_ctl"),
        ] {
            assert!(read(&[PASSWORD], &command).is_err_and(|refused| refused.contains(why)), "{command:?}");
        }
    }

    #[test]
    fn a_missing_extension_is_refused() {
        let service = testing::service("pgvector/pgvector:pg15", &[PASSWORD], &[]);
        let mut provision = crate::fixture::provision(Product::PostgreSql, "15.3");
        assert!(Postgres.settle(&service, &provision, &mut Ledger::default()).is_ok());
        provision.missing_extensions = vec!["vector".to_owned()];
        let refused = Postgres.settle(&service, &provision, &mut Ledger::default());
        assert!(refused.is_err_and(|refusal| refusal.why().contains("extension vector")));
    }

    #[test]
    fn passwords_stay_out_of_the_ledger() {
        let (_, ledger) = read(&[("POSTGRES_PASSWORD", "hunter2")], &[]).unwrap();
        assert!(!format!("{ledger:?}").contains("hunter2"));
    }
}
