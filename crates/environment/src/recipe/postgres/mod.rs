//! PostgreSQL, also with pgvector or PostGIS where the provision has them.
//!
//! The contract is that of the official image; [`settings`] reads it, [`initialise`] makes the initial data by it,
//! [`scripts`] runs what lies in `/docker-entrypoint-initdb.d`. What differs on purpose: the data does not outlive
//! the run, so durability is off, and no line of `pg_hba.conf` trusts an address, because tests come from loopback
//! addresses, which `initdb` would let in with any password.

mod initialise;
mod locale;
mod scripts;
mod settings;

use futures_util::future::BoxFuture;
use testyard_model::{Ledger, Provision, plan::ServicePlan};

use super::{GoldenKey, Launch, Recipe, Server, Site, Tools};
use crate::Refusal;
use crate::probe::{self, Probe};
use crate::workshop::Workshop;
use settings::Settings;

/// Rises when initial data made by an earlier Testyard must not be used any more.
const REVISION: &str = "1";

/// The recipe.
pub(super) struct Postgres;

impl Recipe for Postgres {
    fn settle(
        &self,
        service: &ServicePlan,
        provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Box<dyn Server>, Refusal> {
        if let [missing, ..] = provision.missing_extensions.as_slice() {
            let image = service.image.as_deref().unwrap_or("the image");
            return Err(Refusal::new(format!(
                "{image} has the extension {missing}, which PostgreSQL {} of this machine has not",
                provision.version
            ))
            .help(format!(
                "install {missing} for PostgreSQL {}, or attach a server that has it",
                provision.major()
            )));
        }
        Ok(Box::new(Settings::read(service, provision, ledger)?))
    }
}

impl Server for Settings {
    fn ports(&self) -> Vec<u16> {
        vec![self.port]
    }

    fn golden(&self) -> Option<GoldenKey> {
        let mut key = vec![
            ("recipe".to_owned(), format!("postgresql {REVISION}").into_bytes()),
            ("user".to_owned(), self.user.clone().into_bytes()),
            ("password".to_owned(), self.password.clone().unwrap_or_default().into_bytes()),
            ("database".to_owned(), self.database.clone().into_bytes()),
            ("method".to_owned(), self.method.clone().into_bytes()),
            ("initdb".to_owned(), self.initdb_arguments().join("\0").into_bytes()),
        ];
        // Without scripts the rest of the environment and the server's flags change nothing about the data.
        if !self.scripts.is_empty() {
            key.extend(
                self.scripts
                    .iter()
                    .map(|script| (format!("script {}", script.name), script.contents.clone())),
            );
            key.extend(
                self.environment
                    .iter()
                    .map(|(name, value)| (format!("variable {name}"), value.clone().into_bytes())),
            );
            key.push(("flags".to_owned(), self.flags.join("\0").into_bytes()));
        }
        Some(key)
    }

    fn initialise<'a>(&'a self, workshop: &'a Workshop) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(initialise::run(self, workshop))
    }

    fn launch(&self, site: &Site) -> Launch {
        let address = [
            format!("listen_addresses={}", site.ip),
            format!("port={}", site.port(self.port)),
            format!("unix_socket_directories={}", site.run.display()),
        ];
        self.server(site, &address)
    }

    fn probe(&self) -> Box<dyn Probe> {
        Box::new(probe::Postgres {
            user: self.user.clone(),
            password: self.password.clone(),
            database: self.database.clone(),
        })
    }

    /// In the container, tools reach the server by its socket, which trusts them, or by localhost, which does as well.
    fn tools(&self, site: &Site) -> Tools {
        let mut tools = Tools::default();
        let mut set = |name: &str, value: String| tools.environment.insert(name.to_owned(), value);
        set("PGHOST", site.run.display().to_string());
        set("PGPORT", site.port(self.port).to_string());
        if let Some(password) = &self.password {
            set("PGPASSWORD", password.clone());
        }
        tools
    }
}

impl Settings {
    /// The server itself, with settings that say where it listens.
    fn server(&self, site: &Site, address: &[String]) -> Launch {
        let ours = [
            // Data that nobody reads after the run need not survive a power cut.
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            // Segments in /dev/shm would be left behind by a server that is killed; files in the data directory go
            // with it.
            "dynamic_shared_memory_type=mmap",
        ];
        let mut arguments = vec!["-D".to_owned(), site.data.display().to_string()];
        let with_flag = |setting: &str| ["-c".to_owned(), setting.to_owned()];
        arguments.extend(ours.into_iter().flat_map(with_flag));
        arguments.extend(self.flags.iter().cloned());
        // The last of two equal settings wins, also over a configuration file.
        arguments.extend(address.iter().flat_map(|setting| with_flag(setting)));
        arguments.extend(with_flag(&format!("data_directory={}", site.data.display())));
        let mut launch = Launch::at(site, "postgres").arguments(arguments).not_root();
        launch.folder.clone_from(&site.data);
        launch.environment.insert("PGDATA".to_owned(), site.data.display().to_string());
        launch
    }
}
