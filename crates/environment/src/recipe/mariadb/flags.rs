//! The command and the mounted configuration files.

use std::path::{Path, PathBuf};

use testyard_model::{Fidelity, Provision, plan::ServicePlan, secret};

use super::super::arguments;
use super::super::asked::Asked;
use super::Flavour;
use crate::Refusal;

/// MySQL's own port.
const PORT: u16 = 3306;

/// Files and folders of the image that the server reads, in its order.
const FILES: [&str; 5] = [
    "/etc/my.cnf",
    "/etc/mysql/my.cnf",
    "/etc/mysql/conf.d",
    "/etc/mysql/mariadb.conf.d",
    "/etc/mysql/mysql.conf.d",
];

/// Groups of a configuration file that the server reads, besides those with its version in their names.
const GROUPS: [&str; 6] = ["mysqld", "server", "mariadb", "mariadbd", "client-server", "galera"];

/// Settings that say where and how the process itself lives, which is the engine's business: (setting, why).
const OURS: [(&str, &str); 13] = [
    ("bind-address", "it listens on the service's own address"),
    ("mysqlx", "MySQL's X protocol is not served"),
    ("mysqlx-bind-address", "MySQL's X protocol is not served"),
    ("mysqlx-port", "MySQL's X protocol is not served"),
    ("datadir", "it has its own fresh storage"),
    ("basedir", "the program lies where it lies"),
    ("tmpdir", "its passing files lie with the run"),
    ("socket", "its socket lies with the run"),
    ("pid-file", "it is supervised in the foreground"),
    ("user", "it runs as an ordinary user"),
    ("log-error", "its log is kept with the run"),
    ("general-log-file", "it lies in the data directory"),
    ("secure-file-priv", "files of the image are not there"),
];

/// Settings that MariaDB does not have, with what it does instead.
const MYSQL_ONLY: [(&str, &str); 8] = [
    ("default-authentication-plugin", "passwords are checked by mysql_native_password"),
    ("authentication-policy", "passwords are checked by mysql_native_password"),
    ("mysql-native-password", "passwords are checked by mysql_native_password"),
    ("caching-sha2-password", "passwords are checked by mysql_native_password"),
    ("gtid-mode", "MariaDB has its own global transaction ids"),
    ("enforce-gtid-consistency", "MariaDB has its own global transaction ids"),
    ("innodb-dedicated-server", "MariaDB sizes its memory itself"),
    ("binlog-expire-logs-auto-purge", "the data does not live that long"),
];

/// The command and configuration, with paths translated.
pub(super) struct Flags {
    port: u16,
    arguments: Vec<String>,
    file: String,
}

impl Flags {
    pub(super) fn read(
        flavour: Flavour,
        service: &ServicePlan,
        provision: &Provision,
        asked: &mut Asked<'_>,
    ) -> Result<Flags, Refusal> {
        let servers: &[&str] =
            if flavour == Flavour::MariaDb { &["mariadbd", "mysqld"] } else { &["mysqld"] };
        let words = arguments::of(service, servers)?;
        let file = defaults(flavour, service, provision);
        let mut reader = Reader { flavour, provision, asked, port: PORT };
        let mut flags = Flags { port: PORT, arguments: Vec::new(), file };
        for place in FILES {
            reader.place(place, &mut flags.file)?;
        }
        let mut words = words.into_iter().peekable();
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (word, words.next_if(|next| !next.starts_with('-'))),
            };
            let name = if name == "-P" { "--port".to_owned() } else { name };
            let setting = reader.setting("command", name.trim_start_matches('-'), value)?;
            flags.arguments.extend(setting.map(|setting| format!("--{setting}")));
        }
        flags.port = reader.port;
        Ok(flags)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// For the server, in the order of the command.
    pub(super) fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The configuration file, which the server reads instead of this machine's.
    pub(super) fn file(&self) -> String {
        self.file.clone()
    }
}

/// What the images configure, and what makes throw-away data fast.
fn defaults(flavour: Flavour, service: &ServicePlan, provision: &Provision) -> String {
    // Names are not looked up in the images, so `localhost` in an account means the socket.
    let mut text = String::from(
        "[mysqld]\nskip-name-resolve\ninnodb-flush-log-at-trx-commit=0\nsync-binlog=0\ninnodb-doublewrite=0\n",
    );
    let wanted = service.want.as_ref().and_then(|want| want.version.as_deref()).unwrap_or_default();
    match flavour {
        // The image's packages set this; MariaDB itself does since 11.6, with another order.
        Flavour::MariaDb if before(&provision.version, 11, 6) => {
            text.push_str("character-set-server=utf8mb4\ncollation-server=utf8mb4_general_ci\n");
        }
        Flavour::StandIn if wanted.starts_with("5.") => {
            text.push_str("character-set-server=latin1\nexplicit-defaults-for-timestamp=0\n");
            text.push_str(&sql_mode("NO_AUTO_CREATE_USER,"));
        }
        Flavour::StandIn => {
            let collation = collation(provision);
            text.push_str(&format!("character-set-server=utf8mb4\ncollation-server={collation}\n"));
            text.push_str("max-allowed-packet=64M\nexplicit-defaults-for-timestamp=1\n");
            text.push_str(&sql_mode(""));
        }
        Flavour::MariaDb | Flavour::MySql => {}
    }
    if flavour != Flavour::MySql {
        // Large enough for tests, small enough to lie in memory and to be copied.
        text.push_str("innodb-log-file-size=16M\n");
    }
    text
}

/// MySQL's own default.
fn sql_mode(more: &str) -> String {
    format!(
        "sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
         {more}NO_ENGINE_SUBSTITUTION\n"
    )
}

/// The order that is nearest to utf8mb4_0900_ai_ci, MySQL's default since 8.0.
fn collation(provision: &Provision) -> &'static str {
    if before(&provision.version, 10, 10) {
        "utf8mb4_unicode_520_nopad_ci"
    } else {
        "utf8mb4_uca1400_nopad_ai_ci"
    }
}

fn before(version: &str, major: u32, minor: u32) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < (major, minor)
}

struct Reader<'a, 'b> {
    flavour: Flavour,
    provision: &'a Provision,
    asked: &'a mut Asked<'b>,
    port: u16,
}

impl Reader<'_, '_> {
    /// A file, or every `.cnf` file of a folder by name.
    fn place(&mut self, place: &str, text: &mut String) -> Result<(), Refusal> {
        // Single files mounted into a folder count as much as the folder.
        let mounts = self.asked.mounts_under(place);
        let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
        let whole = self.asked.host_path(place).into_iter().map(|path| (PathBuf::from(place), path));
        let single =
            mounts.into_iter().filter_map(|mount| Some((PathBuf::from(&mount.target), mount.source?)));
        for (target, source) in whole.chain(single) {
            if source.is_dir() {
                let failed = |error| Refusal::new(format!("cannot read {}: {error}", source.display()));
                for entry in std::fs::read_dir(&source).map_err(failed)? {
                    let path = entry.map_err(failed)?.path();
                    found.extend(path.file_name().map(|name| (target.join(name), path.clone())));
                }
            } else {
                found.push((target, source));
            }
        }
        found.retain(|(target, path)| target.extension().is_some_and(|end| end == "cnf") && path.is_file());
        found.sort();
        found.dedup();
        found.iter().try_for_each(|(target, path)| self.file(target, path, text))
    }

    fn file(&mut self, target: &Path, path: &Path, text: &mut String) -> Result<(), Refusal> {
        let read = std::fs::read_to_string(path)
            .map_err(|error| Refusal::new(format!("cannot read {}: {error}", path.display())))?;
        let shown = target.display().to_string();
        self.asked.ledger().note(
            format!("configuration {shown}"),
            Fidelity::Honoured,
            path.display().to_string(),
        );
        let mut in_group = false;
        for line in read.lines().map(str::trim) {
            if line.is_empty() || line.starts_with(['#', ';', '!']) {
                // Includes name the image's own folders, which are read anyway.
                continue;
            }
            if let Some(group) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
                in_group =
                    GROUPS.iter().any(|known| group == *known || group.starts_with(&format!("{known}-")));
                text.push_str(&format!("[{group}]\n"));
            } else if in_group {
                let (name, value) = match line.split_once('=') {
                    Some((name, value)) => (name.trim(), Some(unquoted(value).to_owned())),
                    None => (line, None),
                };
                text.extend(self.setting(&shown, name, value)?.map(|setting| format!("{setting}\n")));
            }
        }
        Ok(())
    }

    /// A setting as the server gets it; none where it must not.
    fn setting(&mut self, from: &str, name: &str, value: Option<String>) -> Result<Option<String>, Refusal> {
        let plain = name.to_ascii_lowercase().replace('_', "-");
        let what = format!("{from} {plain}");
        let bare = ["loose-", "skip-"]
            .iter()
            .fold(plain.as_str(), |name, start| name.strip_prefix(start).unwrap_or(name));
        if plain == "skip-networking" {
            return Err(Refusal::new("skip-networking makes a server that tests cannot reach"));
        }
        if let Some((_, why)) = OURS.iter().find(|(ours, _)| *ours == bare) {
            self.asked.ledger().note(what, Fidelity::Emulated, *why);
            return Ok(None);
        }
        let text = value.clone().unwrap_or_default();
        if plain == "port" {
            self.port = arguments::port(&what, &text)?;
            self.asked.ledger().note(what, Fidelity::Honoured, text);
            return Ok(None);
        }
        if self.flavour == Flavour::StandIn {
            return Ok(self.stand_in(&what, &plain, bare, value));
        }
        let shown =
            value.as_deref().map_or_else(|| "set".to_owned(), |value| secret::mask_value(&plain, value));
        self.asked.ledger().note(what, Fidelity::Honoured, shown);
        Ok(Some(written(&plain, value.map(|value| self.asked.translate(&value)))))
    }

    /// A setting for MySQL, as MariaDB understands it. Unknown ones are told in its log instead of ending it.
    fn stand_in(&mut self, what: &str, plain: &str, bare: &str, value: Option<String>) -> Option<String> {
        if let Some((_, why)) = MYSQL_ONLY.iter().find(|(only, _)| bare.starts_with(only)) {
            self.asked.ledger().note(what, Fidelity::Emulated, *why);
            return None;
        }
        let value = value.map(|value| self.asked.translate(&value));
        if value.as_deref().is_some_and(|value| value.starts_with("utf8mb4_0900")) {
            let collation = collation(self.provision);
            self.asked.ledger().note(
                what,
                Fidelity::Emulated,
                format!("{collation} is the nearest that MariaDB has"),
            );
            return Some(written(plain, Some(collation.to_owned())));
        }
        let shown =
            value.as_deref().map_or_else(|| "set".to_owned(), |value| secret::mask_value(plain, value));
        self.asked.ledger().note(what, Fidelity::Emulated, format!("{shown}, as far as MariaDB knows it"));
        let loose = if plain.starts_with("loose-") { "" } else { "loose-" };
        Some(written(&format!("{loose}{plain}"), value))
    }
}

fn written(name: &str, value: Option<String>) -> String {
    value.map_or_else(|| name.to_owned(), |value| format!("{name}={value}"))
}

/// The value without the blanks and quotes around it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    quoted.unwrap_or(value)
}
