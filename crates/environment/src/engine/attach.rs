//! The attach engine: services that already run elsewhere, each given by a URL.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use testyard_model::plan::{Engine, ServicePlan};
use testyard_model::{Fidelity, Ledger, event::ServiceReport, secret};
use testyard_sys::keeper::Keeper;

use super::Up;
use crate::Refusal;
use crate::probe::{self, Probe};
use crate::ready::{self, Doing};

/// The longest time that a service which is said to run may take to answer.
const LIMIT: Duration = Duration::from_secs(10);

/// A service elsewhere.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    url: Url,
    probe: Arc<dyn Probe>,
}

/// Reads the URL and finds the host.
pub(crate) async fn settle(service: &ServicePlan, ledger: &mut Ledger) -> Result<Target, Refusal> {
    let text = service.attach.as_deref().unwrap_or_default();
    let url = Url::parse(text).ok_or_else(|| {
        Refusal::new(format!("{} is no address of a service", secret::mask_urls(text)))
            .help("write scheme://user:password@host:port/name, with the port unless the scheme has one")
    })?;
    let address = find(&url).await?;
    let probe = url.probe();
    ledger.note("attach", Fidelity::Honoured, secret::mask_urls(text));
    if url.is_tls() {
        ledger.note(
            "readiness",
            Fidelity::Emulated,
            format!("{} is asked over TCP only: it speaks TLS", url.scheme),
        );
    }
    for key in ["environment", "command", "volumes"] {
        if asks(service, key) {
            ledger.note(key, Fidelity::Refused, "the service is configured where it runs");
        }
    }
    Ok(Target { address, url, probe })
}

async fn find(url: &Url) -> Result<SocketAddr, Refusal> {
    let mut found = tokio::net::lookup_host((url.host.as_str(), url.port))
        .await
        .map_err(|error| Refusal::new(format!("the host {} is not found: {error}", url.host)))?;
    found.next().ok_or_else(|| Refusal::new(format!("the host {} has no address", url.host)))
}

fn asks(service: &ServicePlan, key: &str) -> bool {
    match key {
        "environment" => !service.environment.is_empty(),
        "command" => service.command.is_some(),
        _ => !service.mounts.is_empty(),
    }
}

impl Target {
    /// The container ports that tests would use: those the project names, else the scheme's own.
    pub(crate) fn container_ports(&self, service: &ServicePlan) -> Vec<u16> {
        let named: Vec<u16> =
            service.published.iter().map(|it| it.target).chain(service.exposed.iter().copied()).collect();
        if named.is_empty() { vec![self.url.default_port().unwrap_or(self.url.port)] } else { named }
    }

    /// Asks until it answers, for a while.
    pub(crate) async fn bring(
        self,
        plan: &ServicePlan,
        keeper: &Keeper,
        doing: &Doing,
    ) -> Result<Up, Refusal> {
        let started = Instant::now();
        let limit = LIMIT.min(Duration::from_millis(plan.ready_within_ms));
        ready::ask(self.probe.as_ref(), self.address, keeper, limit, doing)
            .await
            .map_err(|why| Refusal::new(format!("{}:{}: {why}", self.url.host, self.url.port)))?;
        let report = ServiceReport {
            name: plan.name.clone(),
            engine: Engine::Attach,
            product: self.product(plan),
            version: String::new(),
            address: format!("{}:{}", self.url.host, self.url.port),
            published: Vec::new(),
            ready_ms: ready::millis(started),
            ledger: Ledger::default(),
            log: None,
        };
        Ok(Up { report, probe: self.probe, address: self.address, child: None })
    }

    fn product(&self, plan: &ServicePlan) -> String {
        match &plan.want {
            Some(want) => want.product.title().to_owned(),
            None => self.probe.protocol().to_owned(),
        }
    }
}

/// The parts of a service's URL.
#[derive(Clone, PartialEq, Eq)]
struct Url {
    /// Lower case, without a driver: `postgresql` of `postgresql+psycopg`.
    scheme: String,
    user: Option<String>,
    password: Option<String>,
    host: String,
    port: u16,
    /// The path, with its slash.
    path: String,
    /// The query, without its question mark.
    query: String,
}

impl Url {
    fn parse(text: &str) -> Option<Url> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = scheme.split('+').next()?.to_ascii_lowercase();
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
            Some((user, password)) => (decoded(user), decoded(password)),
            None => (None, None),
        };
        let (host, port) = host_and_port(place)?;
        let tail = tail.split('#').next()?;
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let url = Url { scheme, user, password, host, port: 0, path, query };
        let port = port.or_else(|| url.default_port())?;
        Some(Url { port, ..url })
    }

    fn default_port(&self) -> Option<u16> {
        Some(match self.scheme.as_str() {
            "postgresql" | "postgres" => 5432,
            "mysql" | "mariadb" => 3306,
            "redis" | "rediss" | "valkey" | "valkeys" => 6379,
            "http" | "ws" => 80,
            "https" | "wss" => 443,
            "amqp" => 5672,
            "amqps" => 5671,
            "nats" => 4222,
            "mqtt" => 1883,
            "memcached" => 11211,
            _ => return None,
        })
    }

    fn is_tls(&self) -> bool {
        let demanded = ["sslmode=require", "sslmode=verify", "ssl=true", "tls=true"];
        matches!(self.scheme.as_str(), "rediss" | "valkeys" | "https" | "wss" | "amqps" | "mqtts" | "tls")
            || demanded.iter().any(|words| self.query.contains(words))
    }

    fn probe(&self) -> Arc<dyn Probe> {
        let host = || format!("{}:{}", self.host, self.port);
        let path = || if self.path.is_empty() { "/".to_owned() } else { self.path_and_query() };
        match self.scheme.as_str() {
            _ if self.is_tls() => Arc::new(probe::Tcp),
            "postgresql" | "postgres" => {
                let user = self.user.clone().unwrap_or_else(|| "postgres".to_owned());
                let database = decoded(self.path.trim_start_matches('/')).unwrap_or_else(|| user.clone());
                Arc::new(probe::Postgres { user, password: self.password.clone(), database })
            }
            "mysql" | "mariadb" => Arc::new(probe::MySql { locked_is_ready: false }),
            "redis" | "valkey" => Arc::new(probe::Redis {
                user: self.user.clone(),
                password: self.password.clone(),
                locked_is_ready: false,
            }),
            "http" => {
                Arc::new(probe::Http { method: "GET", host: host(), path: path(), credentials: self.login() })
            }
            "ws" => Arc::new(probe::WebSocket { host: host(), path: path() }),
            _ => Arc::new(probe::Tcp),
        }
    }

    fn path_and_query(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    fn login(&self) -> Option<String> {
        Some(format!("{}:{}", self.user.as_deref()?, self.password.as_deref().unwrap_or_default()))
    }
}

/// `host:5432`, `[::1]:5432`, `host`.
fn host_and_port(place: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (host, port.strip_prefix(':'))
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|port| *port > 0)?),
        None => None,
    };
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// The text with `%41` as `A`; none when it is empty.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    (!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        type Parts<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a str, u16, &'a str);
        let check = |text: &str, expected: Option<Parts<'_>>| {
            let url = Url::parse(text);
            let parts = url.as_ref().map(|u| {
                (
                    u.scheme.as_str(),
                    u.user.as_deref(),
                    u.password.as_deref(),
                    u.host.as_str(),
                    u.port,
                    u.path.as_str(),
                )
            });
            assert_eq!(parts, expected, "{text}");
        };
        check(
            "postgresql+psycopg://me:p%40ss@db.example/x",
            Some(("postgresql", Some("me"), Some("p@ss"), "db.example", 5432, "/x")),
        );
        check("redis://:pw@[::1]:6380/0?a=b", Some(("redis", None, Some("pw"), "::1", 6380, "/0")));
        check("http://h", Some(("http", None, None, "h", 80, "")));
        check("tcp://h:1", Some(("tcp", None, None, "h", 1, "")));
        for wrong in ["tcp://h", "h:1", "http://", "http://h:x/", "http://h:0/", ""] {
            check(wrong, None);
        }
    }

    #[test]
    fn tls_is_not_asked_in_the_clear() {
        let protocol = |text: &str| Url::parse(text).unwrap().probe().protocol();
        assert_eq!(protocol("postgres://h/x"), "PostgreSQL");
        assert_eq!(protocol("postgres://h/x?sslmode=require"), "TCP");
        assert_eq!(protocol("postgres://h/x?sslmode=disable"), "PostgreSQL");
        assert_eq!((protocol("redis://h"), protocol("rediss://h")), ("Redis", "TCP"));
        assert_eq!((protocol("ws://h/x"), protocol("https://h/")), ("WebSocket", "TCP"));
    }
}
