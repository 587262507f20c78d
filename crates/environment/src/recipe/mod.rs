//! Recipes: how the native engine provides one well-known image without Docker. One file (or folder) a recipe.
//!
//! A recipe knows the contract of its image (variables, `_FILE` variants, init scripts, command) and the program
//! behind it. It first settles what the project asks for, without touching anything ([`Recipe::settle`]); the
//! [`Server`] it returns then says how to make the data directory, how to launch, and how readiness is asked. What
//! does not live here: networks, golden directories, waiting and watching; the engine does those for every recipe.

mod arguments;
pub mod asked;
mod mariadb;
mod memcached;
mod mosquitto;
mod nats;
mod postgres;
mod rabbitmq;
mod redis;
mod scripts;
#[cfg(test)]
mod testing;
pub mod words;

use futures_util::future::BoxFuture;
use testyard_model::{Ledger, Product, Provision, plan::ServicePlan};

use crate::Refusal;
use crate::probe::Probe;
use crate::workshop::Workshop;

pub use crate::launch::{Launch, Site, Tools};

/// How one well-known image is provided.
pub trait Recipe: Send + Sync {
    /// Settles what the project asks of the service, by the contract of its image: reads the environment, the
    /// command and the mounts, and notes in the ledger how each of them is met. Touches nothing but files that the
    /// project mounts. A refusal makes the service broken, with its lines as evidence.
    fn settle(
        &self,
        service: &ServicePlan,
        provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Box<dyn Server>, Refusal>;
}

/// A service whose settings are settled.
pub trait Server: Send + Sync {
    /// The ports it listens on, as within its container. The first is the one it is probed on; there is at least one.
    fn ports(&self) -> Vec<u16>;

    /// What its initial data depends on, beyond the program itself; none when it starts with an empty directory.
    /// Data made once under a key is used by every later run with the same key.
    fn golden(&self) -> Option<GoldenKey> {
        None
    }

    /// Fills `workshop.site.data` with its initial data. Called when there is no golden directory under the key, and
    /// never when [`Server::golden`] is none. Leaves no process behind.
    fn initialise<'a>(&'a self, workshop: &'a Workshop) -> BoxFuture<'a, Result<(), Refusal>> {
        let _ = workshop;
        Box::pin(async { Ok(()) })
    }

    /// How it is launched at its site.
    fn launch(&self, site: &Site) -> Launch;

    /// How it is asked whether it is ready, in its own protocol.
    fn probe(&self) -> Box<dyn Probe>;

    /// How its command-line tools find it in a health check, where the container's `localhost` is the service itself.
    fn tools(&self, site: &Site) -> Tools {
        let _ = site;
        Tools::default()
    }
}

/// What initial data depends on: named contents, hashed in their order. Name the recipe's own revision among them.
pub type GoldenKey = Vec<(String, Vec<u8>)>;

/// The recipe for a product, as it really is: MariaDB that stands in for MySQL asks for the product `MySql` here, and
/// the provision says `MariaDb`.
pub fn recipe(product: Product) -> Option<&'static dyn Recipe> {
    Some(match product {
        Product::PostgreSql => &postgres::Postgres,
        Product::Redis | Product::Valkey => &redis::Redis,
        Product::Nats => &nats::Nats,
        Product::MariaDb | Product::MySql => &mariadb::MariaDb,
        Product::RabbitMq => &rabbitmq::RabbitMq,
        Product::Mosquitto => &mosquitto::Mosquitto,
        Product::Memcached => &memcached::Memcached,
    })
}
