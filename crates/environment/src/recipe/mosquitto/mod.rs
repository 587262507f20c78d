//! Eclipse Mosquitto.
//!
//! The image reads no variables; everything stands in its configuration file, which [`config`] rewrites to the
//! service's own address, storage and mounted files. Logins are checked by the server itself, from the project's own
//! password file.

mod config;

use testyard_model::{Fidelity, Ledger, Product, Provision, plan::ServicePlan};

use super::asked::Asked;
use super::{Launch, Recipe, Server, Site, arguments};
use crate::Refusal;
use crate::probe::{self, Probe};
use config::{Config, Listener};

/// Where the image's own command looks for its configuration.
const CONFIG: &str = "/mosquitto/config/mosquitto.conf";

/// A configuration that the image brings along, for brokers that let everybody in.
const NO_AUTH: &str = "/mosquitto-no-auth.conf";

/// The recipe.
pub(super) struct Mosquitto;

impl Recipe for Mosquitto {
    fn settle(
        &self,
        service: &ServicePlan,
        provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Box<dyn Server>, Refusal> {
        let words = arguments::of(service, &["mosquitto"])?;
        let mut asked = Asked::new(service, ledger);
        let flags = Flags::read(words, &mut asked)?;
        let mut config = match &flags.config {
            Some(file) if file == NO_AUTH => Config::open_to_all(),
            Some(file) => config::read(file, provision, &mut asked)?,
            // The image's own command names its own file, in which everything is commented out.
            None if service.command.is_none() => match asked.host_path(CONFIG) {
                Some(_) => config::read(CONFIG, provision, &mut asked)?,
                None => Config::default(),
            },
            None => Config::default(),
        };
        config.complete(flags.port, old(service), asked.ledger());
        asked.storage("/mosquitto");
        asked.finish();
        Ok(Box::new(Settings { config, verbose: flags.verbose }))
    }
}

/// Whether the wanted image is older than 2.0, which began to let nobody in by default.
fn old(service: &ServicePlan) -> bool {
    let version = service.want.as_ref().filter(|want| want.product == Product::Mosquitto);
    let version = version.and_then(|want| want.version.as_deref());
    version.is_some_and(|version| version.starts_with("1."))
}

/// The command line.
#[derive(Default)]
struct Flags {
    config: Option<String>,
    port: Option<u16>,
    verbose: bool,
}

impl Flags {
    fn read(words: Vec<String>, asked: &mut Asked<'_>) -> Result<Flags, Refusal> {
        let mut flags = Flags::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (how, detail) = match word.as_str() {
                "-c" | "--config-file" => {
                    flags.config = words.next();
                    (Fidelity::Honoured, flags.config.clone().unwrap_or_default())
                }
                "-p" | "--port" => {
                    let port = words.next().unwrap_or_default();
                    flags.port = Some(arguments::port(&word, &port)?);
                    (Fidelity::Honoured, port)
                }
                "-v" | "--verbose" => {
                    flags.verbose = true;
                    (Fidelity::Honoured, "passed on".to_owned())
                }
                "-d" | "--daemon" => (Fidelity::Emulated, "it is supervised in the foreground".to_owned()),
                other => return Err(Refusal::new(format!("mosquitto has no flag {other}"))),
            };
            asked.ledger().note(format!("command {word}"), how, detail);
        }
        Ok(flags)
    }
}

/// What was asked for.
struct Settings {
    config: Config,
    verbose: bool,
}

impl Server for Settings {
    fn ports(&self) -> Vec<u16> {
        self.config.listeners().iter().map(|listener| listener.port).collect()
    }

    fn launch(&self, site: &Site) -> Launch {
        let file = site.run.join("mosquitto.conf");
        let mut launch =
            Launch::at(site, "mosquitto").arguments(["-c".to_owned(), file.display().to_string()]);
        if self.verbose {
            launch.arguments.push("-v".to_owned());
        }
        launch.files.push((file, self.config.written(site)));
        launch
    }

    fn probe(&self) -> Box<dyn Probe> {
        match self.config.listeners().first() {
            Some(Listener { plain_mqtt: true, .. }) => Box::new(probe::Mqtt::default()),
            _ => Box::new(probe::Tcp),
        }
    }
}

#[cfg(test)]
mod tests;
