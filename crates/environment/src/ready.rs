//! Asking until a service is ready, from the first millisecond and with growing pauses.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use testyard_sys::keeper::Keeper;
use tokio::net::TcpStream;

use crate::probe::{Probe, Unready};

/// The first and the longest pause between two questions. Most services answer within 50 ms of their start.
const PAUSE: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// How long one question may take: a service that is swapped out on a busy machine may need seconds.
const ONE: Duration = Duration::from_secs(5);

/// What is being waited for, for whoever watches.
pub(crate) type Doing = Arc<Mutex<String>>;

/// Says what is being waited for.
pub(crate) fn doing(doing: &Doing, what: String) {
    *doing.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = what;
}

/// What was said last.
pub(crate) fn said(doing: &Doing) -> String {
    doing.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
}

/// Whole milliseconds since then.
pub(crate) fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Asks once.
pub(crate) async fn once(probe: &dyn Probe, address: SocketAddr, keeper: &Keeper) -> Result<String, Unready> {
    let asked = async {
        let connection: TcpStream = keeper.connect(address).await?;
        connection.set_nodelay(true)?;
        probe.ask(connection).await
    };
    match tokio::time::timeout(ONE, asked).await {
        Ok(said) => said,
        Err(_) => Err(Unready::NotYet(format!("no answer within {} s", ONE.as_secs()))),
    }
}

/// Asks until it is ready. The error says why it is not: at once when waiting cannot help, else when the time is up.
pub(crate) async fn ask(
    probe: &dyn Probe,
    address: SocketAddr,
    keeper: &Keeper,
    limit: Duration,
    told: &Doing,
) -> Result<String, String> {
    let (started, mut pause) = (Instant::now(), PAUSE.0);
    loop {
        let why = match once(probe, address, keeper).await {
            Ok(said) => return Ok(said),
            Err(Unready::Never(why)) => return Err(why),
            Err(Unready::NotYet(why)) => why,
        };
        tracing::trace!(%address, protocol = probe.protocol(), why, "not ready yet");
        if started.elapsed() >= limit {
            let seconds = limit.as_secs_f32();
            return Err(format!("no {} answer within {seconds} s: {why}", probe.protocol()));
        }
        doing(told, format!("an answer to {} on {address}: {why}", probe.protocol()));
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}
