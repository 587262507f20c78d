//! Telling a client how far a run has come while it waits.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::Peer;
use tokio::sync::watch;

use crate::ask::wait::Progress;

/// The shortest time between two notifications: nobody reads faster.
const PAUSE: Duration = Duration::from_millis(250);

/// Tells what comes through the channel until its other end is gone, the last of it too.
pub(super) async fn tell(
    peer: Peer<RoleServer>,
    token: Option<ProgressToken>,
    mut seen: watch::Receiver<Progress>,
) {
    let Some(token) = token else { return };
    let mut told = 0.0;
    loop {
        let ended = seen.changed().await.is_err();
        let progress = seen.borrow_and_update().clone();
        let number = number(&progress);
        // The protocol wants every number to be higher than the one before it.
        if number > told {
            told = number;
            // A client that is gone needs no progress; its wait ends by itself.
            let _ = peer.notify_progress(notification(token.clone(), &progress, number)).await;
        }
        if ended {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// How many tests have an outcome. Before the first one has, each phase is worth a tenth of a test.
fn number(progress: &Progress) -> f64 {
    match (progress.settled, progress.phase) {
        (0, Some((_, seen))) => seen.min(9) as f64 / 10.0,
        (settled, _) => settled as f64,
    }
}

fn notification(token: ProgressToken, progress: &Progress, number: f64) -> ProgressNotificationParam {
    let phase = progress.phase.map_or("starting", |(phase, _)| phase);
    let told = ProgressNotificationParam::new(token, number);
    match progress.total {
        0 => told.with_message(phase),
        total => told
            .with_total(total as f64)
            .with_message(format!("{phase}: {} of {total} tests", progress.settled)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_from_phase_to_phase_and_from_test_to_test() {
        let check = |settled, seen, expected: f64| {
            let phase = (seen > 0).then_some(("test", seen));
            let number = number(&Progress { settled, total: 5, phase });
            assert!((number - expected).abs() < 1e-9, "{number}");
        };
        check(0, 0, 0.0);
        check(0, 1, 0.1);
        check(0, 6, 0.6);
        check(1, 6, 1.0);
        check(5, 8, 5.0);
    }
}
