//! RabbitMQ, also with its management pages.
//!
//! The server listens on the service's own address alone, Erlang's distribution included, which it serves on a fixed
//! port: no port mapper is started, so nothing of two runs can meet. Its node is named by that address. The user,
//! password and virtual host are made by the server itself from the image's variables; its default user, `guest`, does
//! not exist when another is set.

mod command;
mod config;
mod plugins;

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use testyard_model::{Fidelity, Ledger, Provision, plan::ServicePlan};

use super::asked::Asked;
use super::{Launch, Recipe, Server, Site, Tools, arguments};
use crate::Refusal;
use crate::probe::{self, AmqpLogin, Probe};
use config::Config;
use plugins::Plugins;

/// The port of Erlang's distribution, by which `rabbitmqctl` reaches the server.
const DISTRIBUTION: u16 = 25672;

/// Variables that the image refuses since 3.9 and honoured before.
const BY_FILE: [&str; 2] = ["RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS"];

/// Variables that the image refuses since 3.9, without anything in their place.
const REMOVED: [&str; 3] =
    ["RABBITMQ_VM_MEMORY_HIGH_WATERMARK", "RABBITMQ_SSL_CERTFILE", "RABBITMQ_MANAGEMENT_SSL_CERTFILE"];

/// Variables that say where and how the process itself lives, which is the engine's business.
const OURS: [&str; 17] = [
    "RABBITMQ_NODENAME",
    "RABBITMQ_USE_LONGNAME",
    "RABBITMQ_NODE_IP_ADDRESS",
    "RABBITMQ_DIST_PORT",
    "RABBITMQ_LOGS",
    "RABBITMQ_LOG_BASE",
    "RABBITMQ_MNESIA_BASE",
    "RABBITMQ_MNESIA_DIR",
    "RABBITMQ_PID_FILE",
    "RABBITMQ_CONF_ENV_FILE",
    "RABBITMQ_PLUGINS_EXPAND_DIR",
    "RABBITMQ_QUORUM_DIR",
    "RABBITMQ_STREAM_DIR",
    "RABBITMQ_SCHEMA_DIR",
    "RABBITMQ_GENERATED_CONFIG_DIR",
    "RABBITMQ_CTL_ERL_ARGS",
    "RABBITMQ_HOME",
];

/// The recipe.
pub(super) struct RabbitMq;

impl Recipe for RabbitMq {
    fn settle(
        &self,
        service: &ServicePlan,
        provision: &Provision,
        ledger: &mut Ledger,
    ) -> Result<Box<dyn Server>, Refusal> {
        let added = command::plugins(service)?;
        let mut asked = Asked::new(service, ledger);
        let [user, password] = BY_FILE.map(|name| credential(name, service, &mut asked));
        let (user, password) = (user?, password?);
        let host = asked.text("RABBITMQ_DEFAULT_VHOST");
        let cookie = asked.text("RABBITMQ_ERLANG_COOKIE");
        let port = asked.text("RABBITMQ_NODE_PORT");
        let port = port.map(|port| arguments::port("RABBITMQ_NODE_PORT", &port)).transpose()?;
        let erlang = asked.text("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS").unwrap_or_default();
        for name in OURS {
            asked.note(name, Fidelity::Emulated, "the run decides where the node lives and how it is called");
        }
        let plugins = Plugins::settle(service, provision, added, &mut asked)?;
        let config = Config::read(port, &mut asked)?;
        asked.storage("/var/lib/rabbitmq");
        asked.storage("/var/log/rabbitmq");
        asked.finish();
        Ok(Box::new(Settings { user, password, host, cookie, erlang, plugins, config }))
    }
}

/// A variable that images before 3.9 also took from a file; later ones do not start with it.
fn credential(name: &str, service: &ServicePlan, asked: &mut Asked<'_>) -> Result<Option<String>, Refusal> {
    let version = service.want.as_ref().and_then(|want| want.version.clone()).unwrap_or_default();
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    let old = matches!((parts.next(), parts.next()), (Some(3), Some(..=8)) | (Some(..=2), _));
    if old {
        return asked.text_or_file(name);
    }
    let refused = |name: &str| service.environment.get(name).is_some_and(|value| !value.is_empty());
    let by_file = format!("{name}_FILE");
    match REMOVED.into_iter().chain([by_file.as_str()]).find(|name| refused(name)) {
        Some(name) => {
            Err(Refusal::new(format!("{name} is set, and the image does not start with it since 3.9"))
                .help("use a configuration file instead"))
        }
        None => Ok(asked.text(name)),
    }
}

/// What was asked for.
struct Settings {
    user: Option<String>,
    password: Option<String>,
    host: Option<String>,
    cookie: Option<String>,
    /// Further arguments for the Erlang machine.
    erlang: String,
    plugins: Plugins,
    config: Config,
}

impl Settings {
    /// Who is let in, unless definitions decide it.
    fn login(&self) -> Option<AmqpLogin> {
        let definitions = ["load_definitions", "definitions.import_backend", "definitions.local.path"];
        if self.config.advanced.is_some() || definitions.iter().any(|name| self.config.value(name).is_some())
        {
            return None;
        }
        let value = |given: &Option<String>, setting: &str, default: &str| {
            given
                .clone()
                .or_else(|| self.config.value(setting).map(str::to_owned))
                .unwrap_or_else(|| default.to_owned())
        };
        Some(AmqpLogin {
            user: value(&self.user, "default_user", "guest"),
            password: value(&self.password, "default_pass", "guest"),
            virtual_host: value(&self.host, "default_vhost", "/"),
        })
    }

    /// Variables that both the server and its tools read.
    fn common(site: &Site) -> [(&'static str, String); 3] {
        [
            // An address for a host counts as a long name.
            ("RABBITMQ_USE_LONGNAME", "true".to_owned()),
            ("RABBITMQ_NODENAME", format!("rabbit@{}", site.ip)),
            // Nodes are found at their fixed port, without a port mapper.
            ("ERL_ZFLAGS", format!("-start_epmd false -erl_epmd_port {}", site.port(DISTRIBUTION))),
        ]
    }
}

impl Server for Settings {
    fn ports(&self) -> Vec<u16> {
        let mut ports = self.config.ports(&self.plugins);
        ports.push(DISTRIBUTION);
        ports
    }

    fn launch(&self, site: &Site) -> Launch {
        let mut launch = Launch::at(site, "rabbitmq-server");
        let [run, data] = [&site.run, &site.data].map(|folder| folder.display().to_string());
        let has = |plugin: &str| plugins::is_there(plugin, &site.provision, &self.plugins.folders);
        launch.files = vec![
            (site.run.join("rabbitmq.conf"), self.config.written(site, has)),
            (site.run.join("enabled_plugins"), self.plugins.written()),
            (site.run.join(".erlang.cookie"), self.cookie.clone().unwrap_or_else(unguessable)),
        ];
        for name in
            OURS.iter().chain(&["RABBITMQ_NODE_PORT", "RABBITMQ_CONFIG_FILES", "RABBITMQ_ERLANG_COOKIE"])
        {
            launch.environment.remove(*name);
        }
        let advanced = self.config.advanced.clone().unwrap_or_else(|| site.run.join("advanced.config"));
        let name = format!("-name rabbit@{} -kernel inet_dist_use_interface {}", site.ip, term(site.ip));
        let mut set = |name: &str, value: String| launch.environment.insert(name.to_owned(), value);
        set("HOME", run.clone());
        set("RABBITMQ_CONFIG_FILE", format!("{run}/rabbitmq"));
        // Neither folder nor file is there: those of this machine's own server must not be read.
        set("RABBITMQ_CONFIG_FILES", format!("{run}/conf.d"));
        set("RABBITMQ_CONF_ENV_FILE", format!("{run}/rabbitmq-env.conf"));
        set("RABBITMQ_ADVANCED_CONFIG_FILE", advanced.display().to_string());
        set("RABBITMQ_ENABLED_PLUGINS_FILE", format!("{run}/enabled_plugins"));
        set("RABBITMQ_MNESIA_BASE", data.clone());
        set("RABBITMQ_LOG_BASE", format!("{data}/log"));
        set("RABBITMQ_LOGS", "-".to_owned());
        set("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", format!("{} {name}", self.erlang).trim().to_owned());
        // A crash would otherwise write hundreds of megabytes.
        set("ERL_CRASH_DUMP_SECONDS", "0".to_owned());
        if let (Some(own), false) = (plugins::own_folder(&site.provision), self.plugins.folders.is_empty()) {
            let folders = std::iter::once(&own).chain(&self.plugins.folders);
            let folders: Vec<String> = folders.map(|folder| folder.display().to_string()).collect();
            set("RABBITMQ_PLUGINS_DIR", folders.join(":"));
        }
        for (name, value) in Settings::common(site) {
            set(name, value);
        }
        // By value also where they were given by a file.
        for (name, value) in BY_FILE.iter().zip([&self.user, &self.password]) {
            if let Some(value) = value {
                set(name, value.clone());
            }
        }
        launch.folder.clone_from(&site.data);
        launch
    }

    fn probe(&self) -> Box<dyn Probe> {
        match self.config.plain() {
            true => Box::new(probe::Amqp { login: self.login() }),
            false => Box::new(probe::Tcp),
        }
    }

    fn tools(&self, site: &Site) -> Tools {
        let mut tools = Tools::default();
        let mut set = |name: &str, value: String| tools.environment.insert(name.to_owned(), value);
        for (name, value) in Settings::common(site) {
            set(name, value);
        }
        set("HOME", site.run.display().to_string());
        // A tool talks to the server and needs not be reached itself; it would want the server's own port.
        set("RABBITMQ_CTL_ERL_ARGS", "-dist_listen false".to_owned());
        tools
    }
}

/// A cookie that other users of the machine cannot guess: it lets its holder run anything as the server. The standard
/// library seeds its hash maps from the system's randomness.
fn unguessable() -> String {
    (0..4_u8).map(|part| format!("{:016X}", RandomState::new().hash_one(part))).collect()
}

/// An address as an Erlang term: `{127,0,0,1}`.
fn term(ip: IpAddr) -> String {
    let parts: Vec<String> = match ip {
        IpAddr::V4(ip) => ip.octets().iter().map(ToString::to_string).collect(),
        IpAddr::V6(ip) => ip.segments().iter().map(ToString::to_string).collect(),
    };
    format!("{{{}}}", parts.join(","))
}

#[cfg(test)]
mod tests;
