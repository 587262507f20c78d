//! A health check of PostgreSQL is answered by the temporary server.
//!
//! On its first start the image brings up a temporary server that listens on its socket only, creates the database, runs
//! the scripts in `/docker-entrypoint-initdb.d`, stops it, and starts the real one. `pg_isready` without `-h` asks the
//! socket: it can answer while the database is still being made, and what waits for it then finds the server gone.
//!
//! Fires:
//!
//! ```yaml
//! services:
//!   db:
//!     image: postgres:16
//!     healthcheck: {test: ["CMD-SHELL", "pg_isready -U postgres"]}
//! ```
//!
//! Fine: `pg_isready -h 127.0.0.1 -U postgres`: the temporary server does not listen there.
//!
//! Help: add `-h 127.0.0.1`. The same holds for `psql -c 'SELECT 1'`. Other images than the official one and those made
//! from it are passed over, and so is a service that sets `PGHOST`.
//!
//! Source: the entrypoint of the official image.

use testyard_model::product::Product;
use testyard_project::commandline::Command;
use testyard_project::compose::Service;

use super::each::{self, Once};
use super::probe::{self, Host};
use crate::rule::{Rule, rule};
use crate::scene::Scene;
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule =
    rule!("TY-CM108", "a health check is answered by PostgreSQL's temporary server", Warning, check);

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let mut once = Once::default();
    for (set, service) in each::service(scene) {
        let Some(program) = racy(service) else { continue };
        let place = probe::place(service);
        if once.first(place, &service.name) {
            let message = format!(
                "`{program}` without `-h` is answered by the temporary server that makes the database of `{}` on its first start",
                service.name
            );
            let help = "add `-h 127.0.0.1`: the temporary server does not listen there";
            found.at(place, message).help(help).basis(set.basis());
        }
    }
}

/// The program that asks too early, when every one of the check's questions does.
fn racy(service: &Service) -> Option<String> {
    if probe::product(service) != Some(Product::PostgreSql) || service.environment.contains_key("PGHOST") {
        return None;
    }
    let commands = probe::commands(service);
    let asks: Vec<&Command> = commands.iter().filter(|command| asks(command)).collect();
    let early = |command: &&Command| {
        let socket = match probe::host(command) {
            Host::Default => true,
            Host::Named(host) => host.starts_with('/'),
            Host::Unknown => false,
        };
        socket && command.assigned.iter().all(|name| name != "PGHOST")
    };
    let first = asks.first()?;
    (asks.iter().all(early)).then(|| first.words[0].text.clone())
}

/// Whether a command asks whether the server is there, and no more.
fn asks(command: &Command) -> bool {
    let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
    let plain = |word: &&str| {
        let word = word.trim().trim_end_matches(';').to_lowercase();
        word == "select 1" || word == "-l" || word == "\\q"
    };
    let elsewhere = |word: &&str| word.contains("://") || word.contains("host=");
    match words.first() {
        Some(&"pg_isready") => !words.iter().any(|word| elsewhere(word) && !word.starts_with("--host=")),
        Some(&"psql") => words.iter().any(plain) && !words.iter().any(elsewhere),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{fires, holds};

    fn compose(image: &str, test: &str) -> String {
        format!("services:\n  db:\n    image: {image}\n    healthcheck:\n      test: {test}\n")
    }

    #[test]
    fn questions_to_the_socket() {
        for test in [
            "pg_isready",
            "[CMD-SHELL, 'pg_isready -U $$POSTGRES_USER -d x']",
            "[CMD, pg_isready, -U, postgres]",
            "[CMD-SHELL, 'pg_isready -U a || exit 1']",
            "[CMD, sh, -c, pg_isready]",
            "pg_isready -h /var/run/postgresql",
            "psql -U postgres -c 'SELECT 1;'",
        ] {
            let found = fires(RULE, &[("compose.yaml", &compose("postgres:16", test))]);
            assert_eq!((found.len(), found[0].place.line), (1, 5), "{test}");
        }
    }

    #[test]
    fn questions_to_the_network_and_to_others() {
        for test in [
            "pg_isready -h localhost",
            "[CMD, pg_isready, --host=127.0.0.1]",
            "pg_isready -hlocalhost",
            "pg_isready -h $$HOSTNAME",
            "PGHOST=localhost pg_isready",
            "pg_isready -d postgres://localhost/x",
            "pg_isready && psql -h localhost -c 'select 1'",
            "psql -c 'select * from made_last'",
            "exit 0",
        ] {
            holds(RULE, &[("compose.yaml", &compose("postgres:16", test))]);
        }
        holds(RULE, &[("compose.yaml", &compose("example/db", "pg_isready"))]);
        let with_host = compose("postgres", "pg_isready") + "    environment: {PGHOST: localhost}\n";
        holds(RULE, &[("compose.yaml", &with_host)]);
    }
}
