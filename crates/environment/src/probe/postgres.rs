//! Ready when a login succeeds and a query is answered.

use futures_util::future::BoxFuture;
use tokio::net::TcpStream;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use super::{Probe, Unready};

/// Ready when it lets this user into this database and answers `SELECT 1`.
#[derive(Clone)]
pub struct Postgres {
    /// The user.
    pub user: String,
    /// The password; nothing is sent when none.
    pub password: Option<String>,
    /// The database.
    pub database: String,
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Postgres")
            .field("user", &self.user)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

impl Probe for Postgres {
    fn protocol(&self) -> &'static str {
        "PostgreSQL"
    }

    fn ask<'a>(&'a self, connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            let mut config = Config::new();
            config.user(&self.user).dbname(&self.database).application_name("testyard");
            if let Some(password) = &self.password {
                config.password(password);
            }
            let (client, session) = config.connect_raw(connection, NoTls).await.map_err(unready)?;
            // The session ends by itself once the client is dropped, or with its task.
            let session = tokio::spawn(session);
            let answer = client.simple_query("SELECT 1").await;
            drop(client);
            session.abort();
            answer.map_err(unready).map(|_| format!("answers a query in {}", self.database))
        })
    }
}

fn unready(error: tokio_postgres::Error) -> Unready {
    let Some(database) = error.as_db_error() else {
        // Without a word from the server: it closed the connection, or wants what we cannot give.
        let reason = chain(&error);
        return if reason.contains("password missing") || reason.contains("authentication method") {
            Unready::Never(format!("it wants a password and none is given: {reason}"))
        } else {
            Unready::NotYet(reason)
        };
    };
    let said = database.message().to_owned();
    match database.code() {
        code if *code == SqlState::CANNOT_CONNECT_NOW || *code == SqlState::TOO_MANY_CONNECTIONS => {
            Unready::NotYet(said)
        }
        code if code.code().starts_with("28") || code.code().starts_with("3D") => Unready::Never(said),
        _ => Unready::NotYet(said),
    }
}

/// An error with its causes: the outermost alone says no more than `error connecting to server`.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
