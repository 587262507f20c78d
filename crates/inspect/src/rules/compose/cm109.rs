//! A health check of MySQL or MariaDB is answered by the temporary server.
//!
//! On its first start the image brings up a temporary server without network, makes accounts and databases, runs the
//! scripts in `/docker-entrypoint-initdb.d`, stops it, and starts the real one. `mysqladmin ping` asks the socket, also
//! with `-h localhost`, which means the socket to these programs: it can answer while everything is still being made.
//!
//! Fires:
//!
//! ```yaml
//! services:
//!   db:
//!     image: mysql:8.4
//!     healthcheck: {test: ["CMD", "mysqladmin", "ping", "-h", "localhost"]}
//! ```
//!
//! Fine: `mysqladmin ping -h 127.0.0.1`, `--protocol=tcp`, or MariaDB's own `healthcheck.sh --connect`.
//!
//! Help: ask `127.0.0.1`, where the temporary server does not listen. Other images than the official ones are passed over.
//!
//! Source: the entrypoints of the official images; the reference of `--host`.

use testyard_model::product::Product;
use testyard_project::commandline::Command;
use testyard_project::compose::Service;

use super::each::{self, Once};
use super::probe::{self, Host};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!(
    "TY-CM109",
    "a health check is answered by the temporary server of MySQL or MariaDB",
    Warning,
    check
);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene) {
        let Some(program) = racy(service) else { continue };
        let place = probe::place(service);
        if once.first(place, &service.name) {
            let message = format!(
                "`{program} ping` asks the socket, where the temporary server answers that makes the database of `{}` on its first start",
                service.name
            );
            let help = "write `-h 127.0.0.1`: the temporary server does not listen there, and `localhost` means the socket";
            found.at(place, message).help(help).basis(set.basis());
        }
    }
}

/// The program that asks too early, when every one of the check's questions does.
fn racy(service: &Service) -> Option<String> {
    if !matches!(probe::product(service), Some(Product::MySql | Product::MariaDb))
        || service.environment.contains_key("MYSQL_HOST")
    {
        return None;
    }
    let commands = probe::commands(service);
    let asks: Vec<&Command> = commands.iter().filter(|command| is_client(command)).collect();
    let first = asks.first()?;
    asks.iter().all(|command| early(command)).then(|| first.words[0].text.clone())
}

fn is_client(command: &Command) -> bool {
    let programs = ["mysqladmin", "mariadb-admin", "mysql", "mariadb", "healthcheck.sh"];
    command.words.first().is_some_and(|word| programs.contains(&word.text.as_str()))
}

fn early(command: &Command) -> bool {
    let text = |at: usize| command.words.get(at).map_or("", |word| word.text.as_str());
    let pings = matches!(text(0), "mysqladmin" | "mariadb-admin")
        && command.words.iter().any(|word| word.text == "ping");
    let network = command.words.iter().any(|word| word.text.to_lowercase().starts_with("--protocol"));
    let socket = match probe::host(command) {
        Host::Default => true,
        Host::Named(host) => host == "localhost",
        Host::Unknown => false,
    };
    pings && socket && !network
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    fn compose(image: &str, test: &str) -> String {
        format!("services:\n  db:\n    image: {image}\n    healthcheck:\n      test: {test}\n")
    }

    #[test]
    fn pings_to_the_socket() {
        for test in [
            "[CMD, mysqladmin, ping, -h, localhost]",
            "mysqladmin ping -hlocalhost -uroot -p$$MYSQL_ROOT_PASSWORD",
            "mysqladmin ping --silent",
            "mariadb-admin ping || exit 1",
        ] {
            let found = fires(RULE, &[("compose.yaml", &compose("mysql:8", test))]);
            assert_eq!((found.len(), found[0].place.line), (1, 5), "{test}");
        }
        fires(RULE, &[("compose.yaml", &compose("mariadb:11", "mysqladmin ping"))]);
    }

    #[test]
    fn pings_to_the_network_and_other_questions() {
        for test in [
            "[CMD, mysqladmin, ping, -h, 127.0.0.1]",
            "mysqladmin ping --protocol=tcp",
            "mysqladmin ping -h $$HOSTNAME",
            "mysqladmin ping && mysql -e 'select 1 from t'",
            "healthcheck.sh --connect",
            "mysqladmin status",
        ] {
            holds(RULE, &[("compose.yaml", &compose("mysql:8", test))]);
        }
        holds(RULE, &[("compose.yaml", &compose("example/mysql", "mysqladmin ping"))]);
    }
}
