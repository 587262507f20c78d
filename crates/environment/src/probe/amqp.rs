//! Ready when it lets a user into a virtual host, by AMQP 0-9-1.

use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Probe, Unready, shown};

/// Ready when it opens a connection for this login; without one, when it offers to.
#[derive(Clone, Default)]
pub struct Amqp {
    /// How to log in.
    pub login: Option<AmqpLogin>,
}

/// How to log in to an AMQP server.
#[derive(Clone)]
pub struct AmqpLogin {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
    /// The virtual host, `/` for the default one.
    pub virtual_host: String,
}

impl std::fmt::Debug for Amqp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let login = self.login.as_ref().map(|login| (&login.user, &login.virtual_host));
        f.debug_struct("Amqp").field("login", &login).finish_non_exhaustive()
    }
}

/// What a client says first.
const HEADER: &[u8; 8] = b"AMQP\0\0\x09\x01";

/// The class of all methods about connections.
const CONNECTION: u16 = 10;

/// Methods of that class.
const START: u16 = 10;
const START_OK: u16 = 11;
const TUNE: u16 = 30;
const TUNE_OK: u16 = 31;
const OPEN: u16 = 40;
const OPEN_OK: u16 = 41;
const CLOSE: u16 = 50;

/// Ends every frame.
const FRAME_END: u8 = 0xce;

/// The longest frame that is believed, in bytes; those of a handshake have a few hundred.
const LONGEST: usize = 1 << 16;

impl Probe for Amqp {
    fn protocol(&self) -> &'static str {
        "AMQP"
    }

    fn ask<'a>(&'a self, mut connection: TcpStream) -> BoxFuture<'a, Result<String, Unready>> {
        Box::pin(async move {
            connection.write_all(HEADER).await?;
            expect(&mut connection, START).await?;
            let Some(login) = &self.login else { return Ok("offers a connection".to_owned()) };
            send(&mut connection, START_OK, &login.start_ok()).await?;
            // The limits that the server proposes are taken as they are, but for the heartbeat.
            let mut limits = expect(&mut connection, TUNE).await.map_err(refused)?;
            limits.truncate(6);
            limits.extend([0, 0]);
            send(&mut connection, TUNE_OK, &limits).await?;
            send(&mut connection, OPEN, &[short(&login.virtual_host), short(""), vec![0]].concat()).await?;
            expect(&mut connection, OPEN_OK).await?;
            // A farewell; the server would log a client that just vanishes. Whether it is heard does not matter.
            let farewell = [&200_u16.to_be_bytes()[..], &short(""), &[0; 4]].concat();
            let _ = send(&mut connection, CLOSE, &farewell).await;
            let _ = frame(&mut connection).await;
            Ok(format!("lets {} into {}", login.user, login.virtual_host))
        })
    }
}

impl AmqpLogin {
    /// Client properties, mechanism, response and locale.
    fn start_ok(&self) -> Vec<u8> {
        // With this capability a refusal is said; else the server only closes the connection after a while.
        let capability = [short("authentication_failure_close"), b"t\x01".to_vec()].concat();
        let properties = [short("capabilities"), b"F".to_vec(), long(&capability)].concat();
        let response = format!("\0{}\0{}", self.user, self.password);
        [long(&properties), short("PLAIN"), long(response.as_bytes()), short("en_US")].concat()
    }
}

/// A short text: at most 255 bytes, which is what the protocol can carry.
fn short(text: &str) -> Vec<u8> {
    let text = &text.as_bytes()[..text.len().min(255)];
    [&[text.len() as u8][..], text].concat()
}

fn long(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

async fn send(connection: &mut TcpStream, method: u16, arguments: &[u8]) -> Result<(), Unready> {
    let payload = [&CONNECTION.to_be_bytes()[..], &method.to_be_bytes(), arguments].concat();
    // A method, on channel 0.
    let frame = [&[1, 0, 0][..], &long(&payload), &[FRAME_END]].concat();
    Ok(connection.write_all(&frame).await?)
}

/// The arguments of the method that has to come next.
async fn expect(connection: &mut TcpStream, expected: u16) -> Result<Vec<u8>, Unready> {
    let payload = frame(connection).await?;
    let [0, 10, high, low, arguments @ ..] = payload.as_slice() else {
        return Err(Unready::Never(format!("it does not speak AMQP 0-9-1: {}", shown(&payload))));
    };
    match u16::from_be_bytes([*high, *low]) {
        method if method == expected => Ok(arguments.to_vec()),
        CLOSE => Err(Unready::Never(format!("it closes the connection: {}", closing(arguments)))),
        method => Err(Unready::Never(format!("it answers with method {method} instead of {expected}"))),
    }
}

/// The reason of a close: its number, then a short text.
fn closing(arguments: &[u8]) -> String {
    let text = arguments.get(3..).unwrap_or_default();
    let length = usize::from(arguments.get(2).copied().unwrap_or_default()).min(text.len());
    shown(&text[..length])
}

/// A connection that ends when a login is awaited was refused: the usual way before RabbitMQ 3.
fn refused(unready: Unready) -> Unready {
    match unready {
        Unready::NotYet(reason) if reason.contains("closed the connection") => {
            Unready::Never("it refuses the user name and password".to_owned())
        }
        other => other,
    }
}

/// The payload of the next frame.
async fn frame(connection: &mut TcpStream) -> Result<Vec<u8>, Unready> {
    let mut header = [0; 7];
    connection.read_exact(&mut header).await?;
    let length = u32::from_be_bytes([header[3], header[4], header[5], header[6]]) as usize;
    if header[0] != 1 || length > LONGEST {
        return Err(Unready::Never(format!("it does not speak AMQP 0-9-1: {}", shown(&header))));
    }
    let mut payload = vec![0; length + 1];
    connection.read_exact(&mut payload).await?;
    payload.pop();
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::super::fake::asked;
    use super::*;

    fn method(method: u16, arguments: &[u8]) -> Vec<u8> {
        let payload = [&CONNECTION.to_be_bytes()[..], &method.to_be_bytes(), arguments].concat();
        [&[1, 0, 0][..], &long(&payload), &[FRAME_END]].concat()
    }

    #[tokio::test]
    async fn what_counts_as_ready() {
        let login = AmqpLogin { user: "u".into(), password: "p".into(), virtual_host: "/v".into() };
        let login = Amqp { login: Some(login) };
        let start = method(START, b"\0\x09");
        let tune = method(TUNE, &[7, 255, 0, 2, 0, 0, 0, 60]);
        let closed = method(CLOSE, b"\x01\x93\x0eACCESS_REFUSED\0\0\0\0");
        let ask = |answers: Vec<Vec<u8>>| {
            let login = login.clone();
            async move {
                let answers: Vec<&[u8]> = answers.iter().map(Vec::as_slice).collect();
                asked(&login, b"", &answers).await
            }
        };
        let ready = ask(vec![start.clone(), tune.clone(), method(OPEN_OK, &[0])]).await;
        assert_eq!(ready, Ok("lets u into /v".to_owned()));
        let refused = ask(vec![start.clone(), closed]).await;
        assert_eq!(refused, Err(Unready::Never("it closes the connection: ACCESS_REFUSED".to_owned())));
        let dropped = ask(vec![start.clone()]).await;
        assert!(matches!(dropped, Err(Unready::Never(_) | Unready::NotYet(_))), "{dropped:?}");
        assert!(asked(&Amqp::default(), b"", &[&start]).await.is_ok());
        let other = asked(&Amqp::default(), b"", &[b"HTTP/1.1 400 Bad Request\r\n\r\n"]).await;
        assert!(matches!(other, Err(Unready::Never(_))), "{other:?}");
    }
}
