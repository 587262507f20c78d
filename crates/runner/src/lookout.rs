//! What can end a suite from outside: somebody who cancels, a service that dies, a time limit.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::launch::SuiteLaunch;

/// Why a suite has to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// Somebody cancelled: 1 gently, 2 at once.
    Cancelled(u8),
    /// A service of the suite died.
    Died(String),
    /// It took longer than it may.
    Late(Duration),
}

/// Looks out for alarms on behalf of one suite.
pub(crate) struct Lookout {
    cancel: watch::Receiver<u8>,
    deaths: watch::Receiver<Vec<String>>,
    services: Vec<String>,
    limit: Option<(Instant, Duration)>,
}

impl Lookout {
    /// Looks out for a suite. The services of one that is blocked already are not looked after.
    pub(crate) fn new(launch: &SuiteLaunch) -> Lookout {
        let services = if launch.blocked_by.is_some() { &[][..] } else { &launch.suite.services };
        Lookout::of(launch.cancel.clone(), launch.vitals.deaths(), services)
    }

    fn of(cancel: watch::Receiver<u8>, deaths: watch::Receiver<Vec<String>>, services: &[String]) -> Lookout {
        Lookout { cancel, deaths, services: services.to_vec(), limit: None }
    }

    /// No longer looks after services: what can be said about them is known.
    pub(crate) fn forget_services(&mut self) {
        self.services.clear();
    }

    /// Raises an alarm that much later; none clears an earlier limit.
    pub(crate) fn limit(&mut self, limit: Option<Duration>) {
        self.limit = limit.map(|limit| (Instant::now() + limit, limit));
    }

    /// Raises an alarm that much later, unless one is due before.
    pub(crate) fn limit_at_most(&mut self, limit: Duration) {
        if self.limit.is_none_or(|(at, _)| at > Instant::now() + limit) {
            self.limit(Some(limit));
        }
    }

    /// Waits for an alarm. An alarm that holds already comes at once. May be dropped and called again.
    pub(crate) async fn alarm(&mut self) -> Alarm {
        let late = self.limit;
        tokio::select! {
            biased;
            level = wait_for(&mut self.cancel, |level| (*level > 0).then_some(*level)) => Alarm::Cancelled(level),
            service = wait_for(&mut self.deaths, |dead| dead.iter().find(|name| self.services.contains(name)).cloned())
                => Alarm::Died(service),
            limit = passed(late) => Alarm::Late(limit),
        }
    }

    /// Waits until whoever cancelled wants it at once.
    pub(crate) async fn hurry(&mut self) {
        wait_for(&mut self.cancel, |level| (*level > 1).then_some(())).await;
    }
}

/// Waits until a watched value answers. Forever, when nobody is left who could change it.
async fn wait_for<T, R>(watched: &mut watch::Receiver<T>, answer: impl Fn(&T) -> Option<R>) -> R {
    loop {
        if let Some(found) = answer(&watched.borrow_and_update()) {
            return found;
        }
        if watched.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

async fn passed(limit: Option<(Instant, Duration)>) -> Duration {
    match limit {
        Some((at, limit)) => {
            tokio::time::sleep_until(at).await;
            limit
        }
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn alarm(lookout: &mut Lookout) -> Option<Alarm> {
        tokio::time::timeout(Duration::from_millis(20), lookout.alarm()).await.ok()
    }

    #[tokio::test(start_paused = true)]
    async fn alarms_come_for_what_concerns_the_suite() {
        let (cancel, cancelled) = watch::channel(0);
        let (deaths, died) = watch::channel(Vec::new());
        let mut lookout = Lookout::of(cancelled, died, &["db".to_owned()]);
        assert_eq!(alarm(&mut lookout).await, None);

        deaths.send(vec!["other".to_owned()]).unwrap();
        assert_eq!(alarm(&mut lookout).await, None);
        lookout.limit(Some(Duration::from_millis(5)));
        assert_eq!(alarm(&mut lookout).await, Some(Alarm::Late(Duration::from_millis(5))));
        lookout.limit_at_most(Duration::from_secs(9));
        assert_eq!(
            alarm(&mut lookout).await,
            Some(Alarm::Late(Duration::from_millis(5))),
            "the earlier one stays"
        );
        lookout.limit(Some(Duration::from_secs(9)));
        lookout.limit_at_most(Duration::from_millis(7));
        assert_eq!(alarm(&mut lookout).await, Some(Alarm::Late(Duration::from_millis(7))));
        deaths.send(vec!["other".to_owned(), "db".to_owned()]).unwrap();
        assert_eq!(alarm(&mut lookout).await, Some(Alarm::Died("db".to_owned())));
        cancel.send(1).unwrap();
        assert_eq!(alarm(&mut lookout).await, Some(Alarm::Cancelled(1)));
    }
}
