//! Accounts and databases, by the variables of the images.

use testyard_model::Fidelity;

use super::super::asked::Asked;
use super::Flavour;
use crate::Refusal;

/// Tools that turn the machine's time zones into SQL, by their names over time.
pub(super) const ZONE_TOOLS: [&str; 2] = ["mariadb-tzinfo-to-sql", "mysql_tzinfo_to_sql"];

/// Variables that make the image a replica of another server, or restore a backup.
const REPLICATION: [&str; 2] = ["MARIADB_MASTER_HOST", "MARIADB_REPLICATION_USER"];

/// How root proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Root {
    Password(String),
    /// A hash that the server takes as it is.
    Hash(String),
    Empty,
    /// A password that is made up and told in the log.
    Random,
}

/// Who is let in, and into what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accounts {
    pub(super) root: Root,
    /// From where root may come; nobody but the machine itself when `localhost`.
    pub(super) root_host: String,
    pub(super) database: Option<String>,
    pub(super) user: Option<User>,
    /// Whether time zones are wanted.
    pub(super) zones: bool,
}

/// An account beside root's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) password: String,
    /// The password is a hash.
    pub(super) hashed: bool,
    pub(super) host: String,
}

impl Accounts {
    /// Reads the variables, or says what the image would not start with.
    pub(super) fn read(flavour: Flavour, asked: &mut Asked<'_>) -> Result<Accounts, Refusal> {
        let root_host = value("ROOT_HOST", flavour, asked)?.unwrap_or_else(|| "%".to_owned());
        let database = value("DATABASE", flavour, asked)?;
        let root = root(flavour, asked)?;
        let user = user(flavour, asked)?;
        let zones = flag("INITDB_SKIP_TZINFO", flavour, asked).is_none();
        for name in REPLICATION {
            if flavour == Flavour::MariaDb && asked.text(name).is_some() {
                return Err(Refusal::new(format!("{name} is set; replication is not provided natively")));
            }
        }
        asked.note("MYSQL_ONETIME_PASSWORD", Fidelity::Refused, "root's password does not expire");
        asked.note("MARIADB_AUTO_UPGRADE", Fidelity::Emulated, "there is no older data to upgrade");
        Ok(Accounts { root, root_host, database, user, zones })
    }

    /// Everything that the data depends on.
    pub(super) fn key(&self) -> Vec<u8> {
        format!("{self:?}").into_bytes()
    }
}

/// A variable by its value or its file. MariaDB's image knows it by both names and prefers its own.
fn value(name: &str, flavour: Flavour, asked: &mut Asked<'_>) -> Result<Option<String>, Refusal> {
    let mysql = asked.text_or_file(&format!("MYSQL_{name}"))?;
    if flavour != Flavour::MariaDb {
        return Ok(mysql);
    }
    Ok(asked.text_or_file(&format!("MARIADB_{name}"))?.or(mysql))
}

/// The same for a variable that has no file.
fn flag(name: &str, flavour: Flavour, asked: &mut Asked<'_>) -> Option<String> {
    let mysql = asked.text(&format!("MYSQL_{name}"));
    if flavour != Flavour::MariaDb {
        return mysql;
    }
    asked.text(&format!("MARIADB_{name}")).or(mysql)
}

fn root(flavour: Flavour, asked: &mut Asked<'_>) -> Result<Root, Refusal> {
    let password = value("ROOT_PASSWORD", flavour, asked)?;
    let random = flag("RANDOM_ROOT_PASSWORD", flavour, asked).is_some();
    let mut empty = asked.text("MYSQL_ALLOW_EMPTY_PASSWORD").is_some();
    let mut hash = None;
    if flavour == Flavour::MariaDb {
        empty |= asked.text("MARIADB_ALLOW_EMPTY_ROOT_PASSWORD").is_some();
        hash = asked.text_or_file("MARIADB_ROOT_PASSWORD_HASH")?;
    }
    match (password, hash) {
        (Some(_), Some(_)) => Err(both("MARIADB_ROOT_PASSWORD_HASH", "another setting of root's password")),
        (None, Some(_)) if empty || random => {
            Err(both("MARIADB_ROOT_PASSWORD_HASH", "another setting of root's password"))
        }
        (None, Some(hash)) => Ok(Root::Hash(hash)),
        // The image makes one up even where a password is given.
        _ if random => Ok(Root::Random),
        (Some(password), None) => Ok(Root::Password(password)),
        (None, None) if empty => Ok(Root::Empty),
        (None, None) => {
            let [own, allow] = match flavour {
                Flavour::MariaDb => ["MARIADB_ROOT_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD"],
                _ => ["MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD"],
            };
            Err(Refusal::new(format!("{own} is not set, and the image does not start without it"))
                .help(format!("set {own}, or {allow}=1")))
        }
    }
}

fn user(flavour: Flavour, asked: &mut Asked<'_>) -> Result<Option<User>, Refusal> {
    let name = value("USER", flavour, asked)?;
    let password = value("PASSWORD", flavour, asked)?;
    let (mut hash, mut host) = (None, "%".to_owned());
    if flavour == Flavour::MariaDb {
        hash = asked.text_or_file("MARIADB_PASSWORD_HASH")?;
        host = asked.text_or_file("MARIADB_USER_HOST")?.unwrap_or(host);
    }
    if name.as_deref() == Some("root") {
        return Err(Refusal::new("MYSQL_USER is root, which the image refuses: root is always there")
            .help("remove MYSQL_USER and MYSQL_PASSWORD, and use MYSQL_ROOT_PASSWORD"));
    }
    let (password, hashed) = match (password, hash) {
        (Some(_), Some(_)) => return Err(both("MARIADB_PASSWORD", "MARIADB_PASSWORD_HASH")),
        (Some(password), None) => (Some(password), false),
        (None, hash) => (hash, true),
    };
    match (name, password) {
        (Some(name), Some(password)) => Ok(Some(User { name, password, hashed, host })),
        (Some(name), None) => {
            let detail = format!("{name} has no password, and without one the image does not create it");
            asked.ledger().note("user", Fidelity::Honoured, detail);
            Ok(None)
        }
        (None, _) => Ok(None),
    }
}

fn both(one: &str, other: &str) -> Refusal {
    Refusal::new(format!("both {one} and {other} are set")).help("keep one of them")
}
