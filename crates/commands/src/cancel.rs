//! The wish that a run stop, gently or at once.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use tokio::sync::watch;

/// The wish as everyone below watches it. 0: go on. 1: stop, and leave everybody the time to say what they have. 2:
/// stop now.
pub(crate) type Level = watch::Receiver<u8>;

/// The wish that a run stop, and whose it is.
#[derive(Debug, Clone)]
pub struct Cancel {
    level: Level,
    by: Arc<OnceLock<String>>,
}

/// The one who can wish. Dropped without a wish, the run goes on to its end.
#[derive(Debug)]
pub struct Canceller {
    level: watch::Sender<u8>,
    by: Arc<OnceLock<String>>,
}

/// Both ends of a wish.
pub fn cancel() -> (Canceller, Cancel) {
    let (sender, level) = watch::channel(0);
    let by = Arc::<OnceLock<String>>::default();
    (Canceller { level: sender, by: by.clone() }, Cancel { level, by })
}

impl Canceller {
    /// Wishes once more: the first wish is to stop gently, the second to stop at once. Returns the level.
    pub fn wish(&self, by: &str) -> u8 {
        // The first one is named; a second one only hurries.
        self.by.get_or_init(|| by.to_owned());
        self.level.send_modify(|level| *level = 2.min(*level + 1));
        *self.level.borrow()
    }
}

impl Cancel {
    /// The wish as the rooms below watch it.
    pub(crate) fn level(&self) -> Level {
        self.level.clone()
    }

    /// Whose wish it is; none while there is no wish.
    pub fn by(&self) -> Option<&str> {
        self.by.get().map(String::as_str)
    }

    /// Waits until somebody wants the run to stop. Forever, when nobody is left who could.
    pub(crate) async fn wanted(&self) {
        if self.level.clone().wait_for(|level| *level > 0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The work's result; none when somebody wants the run to stop before it is there. The work is dropped then, and
    /// its processes with it.
    pub async fn unless<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.wanted() => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_ends_by_itself_or_by_a_wish() {
        let (canceller, wish) = cancel();
        assert_eq!(wish.unless(async { 7 }).await, Some(7));
        assert_eq!(wish.by(), None);
        assert_eq!(canceller.wish("Ctrl-C"), 1);
        assert_eq!(wish.unless(std::future::pending::<()>()).await, None);
        assert_eq!((canceller.wish("SIGTERM"), canceller.wish("SIGTERM")), (2, 2));
        assert_eq!(wish.by(), Some("Ctrl-C"));
        // Whoever could have wished is gone: the work goes on.
        let (canceller, wish) = cancel();
        drop(canceller);
        assert_eq!(wish.unless(tokio::task::yield_now()).await, Some(()));
    }
}
