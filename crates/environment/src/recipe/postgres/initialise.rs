//! Making the initial data, as the image's entrypoint would.

use std::time::{Duration, Instant};

use testyard_sys::process::{Child, RunAs, Signal};

use super::settings::Settings;
use crate::Refusal;
use crate::recipe::Launch;
use crate::workshop::Workshop;

/// How long a server may take to stop cleanly; it has next to nothing to write.
const STOP: Duration = Duration::from_secs(30);

/// Fills the data directory: initdb, the password, the database, then the init scripts.
pub(super) async fn run(settings: &Settings, workshop: &Workshop) -> Result<(), Refusal> {
    workshop.doing("initialising the data directory");
    workshop.folder(&workshop.site.data, RunAs::NotRoot)?;
    initdb(settings, workshop).await?;
    let hba = workshop.site.data.join("pg_hba.conf");
    workshop.write(&hba, &access(&settings.method), RunAs::NotRoot)?;
    single(settings, workshop).await?;
    if settings.scripts.is_empty() {
        return Ok(());
    }
    scripts(settings, workshop).await?;
    // Scripts run as ourselves; what they wrote must belong to the server.
    workshop.give_all(&workshop.site.data, RunAs::NotRoot).await
}

async fn initdb(settings: &Settings, workshop: &Workshop) -> Result<(), Refusal> {
    let mut launch = Launch::at(&workshop.site, "initdb").arguments(settings.initdb_arguments()).not_root();
    launch.arguments.extend(["-D".to_owned(), workshop.site.data.display().to_string()]);
    // The image never runs initdb with these.
    launch.environment.remove("PGDATA");
    workshop.run("initdb", &launch, None).await.map(drop)
}

/// The whole of `pg_hba.conf`. Sockets are trusted, as in the image; no address is, unless the project says so.
fn access(method: &str) -> String {
    format!(
        "# Written by Testyard.\n\
         local all all trust\n\
         local replication all trust\n\
         host all all all {method}\n"
    )
}

/// Sets the password and creates the database by the server's single-user mode, which needs no server.
async fn single(settings: &Settings, workshop: &Workshop) -> Result<(), Refusal> {
    let mut statements = String::new();
    if let Some(password) = &settings.password {
        let (user, password) = (identifier(&settings.user), literal(password));
        statements.push_str(&format!("ALTER ROLE {user} WITH PASSWORD {password};\n\n"));
    }
    if !matches!(settings.database.as_str(), "postgres" | "template1" | "template0") {
        statements.push_str(&format!("CREATE DATABASE {};\n\n", identifier(&settings.database)));
    }
    if statements.is_empty() {
        return Ok(());
    }
    let mut launch = Launch::at(&workshop.site, "postgres").not_root();
    let data = workshop.site.data.display().to_string();
    launch.arguments = ["--single", "-j", "-D", &data].map(str::to_owned).into();
    for setting in ["fsync=off", "dynamic_shared_memory_type=mmap", "exit_on_error=on", "log_statement=none"]
    {
        launch.arguments.extend(["-c".to_owned(), setting.to_owned()]);
    }
    // An error would otherwise show the statement, and with it the password, in the log.
    launch.arguments.extend([
        "-c".to_owned(),
        "log_min_error_statement=panic".to_owned(),
        "postgres".to_owned(),
    ]);
    workshop.run("creating the user and the database", &launch, Some(&statements)).await.map(drop)
}

/// Runs the init scripts against a server that nobody else can reach: it has a socket and no port.
async fn scripts(settings: &Settings, workshop: &Workshop) -> Result<(), Refusal> {
    let site = &workshop.site;
    let address = [
        "listen_addresses=".to_owned(),
        format!("port={}", settings.port),
        format!("unix_socket_directories={}", site.run.display()),
    ];
    let mut server = workshop.start(&settings.server(site, &address)).await?;
    let result = async {
        answers(settings, workshop, &mut server).await?;
        for script in &settings.scripts {
            super::scripts::run(script, settings, workshop).await?;
        }
        Ok(())
    };
    let result = result.await;
    // A fast shutdown: sessions end, and the data is left clean.
    let exit = server.stop(Signal::INT, STOP).await;
    result?;
    match exit.is_success() {
        true => Ok(()),
        false => Err(Refusal::new(format!("the server that ran the init scripts ended with {exit}"))
            .showing(workshop.last_lines())),
    }
}

/// Waits until the temporary server answers.
async fn answers(settings: &Settings, workshop: &Workshop, server: &mut Child) -> Result<(), Refusal> {
    let mut launch = Launch::at(&workshop.site, "psql");
    let (socket, port) = (workshop.site.run.display().to_string(), settings.port.to_string());
    launch.arguments =
        ["-h", &socket, "-p", &port, "-U", &settings.user, "-d", &settings.database, "-Xwqc", "SELECT 1"]
            .map(str::to_owned)
            .into();
    let started = Instant::now();
    let socket = workshop.keeper().outside(&workshop.site.run.join(format!(".s.PGSQL.{port}")));
    loop {
        // The socket is there before the server answers; asking earlier only costs processes.
        if socket.exists() && workshop.run("asking the server", &launch, None).await.is_ok() {
            return Ok(());
        }
        if let Some(exit) = server.exit() {
            return Err(Refusal::new(format!("the server for the init scripts ended with {exit}"))
                .showing(workshop.last_lines()));
        }
        if started.elapsed() > workshop.limit() {
            return Err(Refusal::new("the server for the init scripts does not answer")
                .showing(workshop.last_lines()));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A name as SQL writes it.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it, whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!(" E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_cannot_break_out() {
        assert_eq!(identifier("a\"; DROP"), "\"a\"\"; DROP\"");
        assert_eq!(literal("it's \\ fine"), " E'it''s \\\\ fine'");
    }

    #[test]
    fn no_address_is_trusted_unless_asked_for() {
        let lines = |method: &str| {
            access(method).lines().filter(|l| l.starts_with("host")).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(lines("scram-sha-256"), ["host all all all scram-sha-256"]);
        assert_eq!(lines("trust"), ["host all all all trust"]);
    }
}
