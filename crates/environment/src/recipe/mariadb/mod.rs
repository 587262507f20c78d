//! MariaDB, and MySQL, for which MariaDB stands in where it is what can be had.
//!
//! The contracts are those of the official images: [`settings`] reads the variables, [`flags`] the command and mounted
//! configuration files, [`initialise`] makes the initial data. What differs on purpose: the data does not outlive the
//! run, so nothing is synced. Where MariaDB stands in for MySQL it is configured to behave like it as far as it can,
//! and settings that only MySQL has are left out; the ledger says which.

mod flags;
mod initialise;
mod settings;
mod statements;

use futures_util::future::BoxFuture;
use testyard_model::{Fidelity, Ledger, Product, Provision, plan::ServicePlan};

use super::asked::Asked;
use super::{GoldenKey, Launch, Recipe, Server, Site, Tools, scripts};
use crate::Refusal;
use crate::probe::{self, Probe};
use crate::workshop::Workshop;
use flags::Flags;
use scripts::Script;
use settings::Accounts;

/// Rises when initial data made by an earlier Testyard must not be used any more.
const REVISION: &str = "1";

/// Where time zones are read from, as in the image.
const ZONES: &str = "/usr/share/zoneinfo";

/// The recipe.
pub(super) struct MariaDb;

/// Whose contract is kept, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    MariaDb,
    MySql,
    /// MariaDB in the place of MySQL.
    StandIn,
}

impl Flavour {
    fn of(service: &ServicePlan, provision: &Provision) -> Flavour {
        let wanted = service.want.as_ref().map_or(provision.product, |want| want.product);
        match (wanted, provision.product) {
            (Product::MySql, Product::MySql) => Flavour::MySql,
            (Product::MySql, _) => Flavour::StandIn,
            _ => Flavour::MariaDb,
        }
    }
}

impl Recipe for MariaDb {
    fn settle(
        &self,
        service: &ServicePlan,
        provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Box<dyn Server>, Refusal> {
        let flavour = Flavour::of(service, provision);
        let mut asked = Asked::new(service, ledger);
        let accounts = Accounts::read(flavour, &mut asked)?;
        let flags = Flags::read(flavour, service, provision, &mut asked)?;
        let scripts = scripts::found(&asked.mounts_under(scripts::FOLDER), asked.ledger())?;
        asked.storage("/var/lib/mysql");
        asked.ledger().note(
            "durability",
            Fidelity::Emulated,
            "nothing is synced to disk unless the command says so",
        );
        if flavour == Flavour::StandIn {
            let detail = "MariaDB speaks MySQL's protocol and most of its SQL; it differs in JSON, roles, the optimizer \
                          and what VERSION() says";
            asked.ledger().note("MySQL", Fidelity::Emulated, detail);
        }
        let zones = accounts.zones && has_zones(provision);
        if accounts.zones && !zones {
            let detail = "this machine has no time zones to load; named ones are not known to the server";
            asked.ledger().note("time zones", Fidelity::Refused, detail);
        }
        asked.finish();
        let environment = service.environment.clone().into_iter().collect();
        Ok(Box::new(Settings { flavour, accounts, flags, scripts, zones, environment }))
    }
}

/// Whether there are time zones and a tool to load them.
fn has_zones(provision: &Provision) -> bool {
    let tool = provision
        .bin
        .iter()
        .any(|folder| settings::ZONE_TOOLS.iter().any(|tool| folder.join(tool).is_file()));
    tool && std::path::Path::new(ZONES).join("UTC").exists()
}

/// What was asked for.
struct Settings {
    flavour: Flavour,
    accounts: Accounts,
    flags: Flags,
    scripts: Vec<Script>,
    /// Whether time zones are loaded.
    zones: bool,
    /// The service's own environment, which init scripts see.
    environment: Vec<(String, String)>,
}

impl Settings {
    /// The server, with further arguments that say where it listens.
    fn server(&self, site: &Site, address: &[String]) -> Launch {
        let mut launch = Launch::at(site, self.server_name(site)).not_root();
        let file = site.run.join("server.cnf");
        launch.arguments.push(format!("--defaults-file={}", file.display()));
        launch.files.push((file, self.flags.file()));
        launch.arguments.extend(base(site));
        launch.arguments.extend(self.flags.arguments().iter().cloned());
        // Last, because the last of two equal settings wins, also over the file.
        launch.arguments.extend([
            format!("--datadir={}", site.data.display()),
            format!("--socket={}", socket(site)),
            format!("--pid-file={}", site.run.join("mysqld.pid").display()),
            format!("--tmpdir={}", site.run.display()),
        ]);
        launch.arguments.extend(address.iter().cloned());
        launch.folder.clone_from(&site.data);
        launch
    }

    fn server_name(&self, site: &Site) -> &'static str {
        if self.flavour != Flavour::MySql && site.has_program("mariadbd") { "mariadbd" } else { "mysqld" }
    }
}

/// The base folder of a program that does not lie where it was built for.
fn base(site: &Site) -> Option<String> {
    let root = &site.provision.root;
    (root.as_os_str() != "/").then(|| format!("--basedir={}", root.join("usr").display()))
}

fn socket(site: &Site) -> String {
    site.run.join("mysqld.sock").display().to_string()
}

/// Settings of the tools: their own files are read later than those of this machine, and so win over them.
fn tool_file(site: &Site, port: u16) -> (std::path::PathBuf, String) {
    let text = format!("[client]\nsocket={}\nport={port}\n", socket(site));
    (site.run.join(".my.cnf"), text)
}

impl Server for Settings {
    fn ports(&self) -> Vec<u16> {
        vec![self.flags.port()]
    }

    fn golden(&self) -> Option<GoldenKey> {
        let mut key = vec![
            ("recipe".to_owned(), format!("mariadb {REVISION} {:?}", self.flavour).into_bytes()),
            ("accounts".to_owned(), self.accounts.key()),
            ("zones".to_owned(), vec![u8::from(self.zones)]),
            ("flags".to_owned(), self.flags.arguments().join("\0").into_bytes()),
            ("file".to_owned(), self.flags.file().into_bytes()),
        ];
        key.extend(
            self.scripts.iter().map(|script| (format!("script {}", script.name), script.contents.clone())),
        );
        if !self.scripts.is_empty() {
            let variables = self.environment.iter();
            key.extend(
                variables.map(|(name, value)| (format!("variable {name}"), value.clone().into_bytes())),
            );
        }
        Some(key)
    }

    fn initialise<'a>(&'a self, workshop: &'a Workshop) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(initialise::run(self, workshop))
    }

    fn launch(&self, site: &Site) -> Launch {
        let port = site.port(self.flags.port());
        let mut launch =
            self.server(site, &[format!("--bind-address={}", site.ip), format!("--port={port}")]);
        launch.files.push(tool_file(site, port));
        launch
    }

    fn probe(&self) -> Box<dyn Probe> {
        Box::new(probe::MySql { locked_is_ready: true })
    }

    /// In the container, tools reach the server by its socket.
    fn tools(&self, site: &Site) -> Tools {
        let mut tools = Tools::default();
        let mut set = |name: &str, value: String| tools.environment.insert(name.to_owned(), value);
        set("HOME", site.run.display().to_string());
        set("MYSQL_UNIX_PORT", socket(site));
        set("MYSQL_TCP_PORT", site.port(self.flags.port()).to_string());
        tools
    }
}

#[cfg(test)]
mod tests;
