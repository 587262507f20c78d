//! What hits a run.

use super::Dice;

/// What hits a run, and when: milliseconds after its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// Nothing: such a run passes.
    None,
    /// SIGKILL for whoever starts it.
    Starter(u64),
    /// SIGKILL for its supervisor.
    Supervisor(u64),
    /// SIGTERM for its supervisor, and SIGKILL so many milliseconds later: in the middle of its end.
    End(u64, u64),
    /// SIGKILL for one of its other processes: a keeper, a service, pytest, what a test left.
    Other(u64),
    /// `cancel`, so many at once.
    Cancel(u64, u64),
    /// SIGSTOP for its supervisor, and SIGCONT so many milliseconds later.
    Freeze(u64, u64),
    /// Another request, with --queue.
    Queue,
    /// Another request, with --replace, so many milliseconds later.
    Replace(u64),
    /// The same request, so many at once.
    Crowd(u64),
}

impl Blow {
    /// A blow for a run that would take so long, and somewhat longer: some come too late.
    pub(crate) fn roll(dice: &mut Dice, whole_ms: u64) -> Blow {
        let kind = dice.roll(20);
        let at = dice.roll(whole_ms * 6 / 5);
        let later = dice.roll(120);
        match kind {
            0 => Blow::None,
            1 | 2 => Blow::Starter(dice.roll(60)),
            3..=8 => Blow::Supervisor(at),
            9 | 10 => Blow::End(at, later),
            11..=13 => Blow::Other(at),
            14 | 15 => Blow::Cancel(at, 1 + dice.roll(3)),
            16 => Blow::Freeze(at, 100 + later * 4),
            17 => Blow::Queue,
            18 => Blow::Replace(at),
            _ => Blow::Crowd(2 + dice.roll(6)),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Blow::None => "nothing",
            Blow::Starter(_) => "starter killed",
            Blow::Supervisor(_) => "supervisor killed",
            Blow::End(..) => "killed while it ends",
            Blow::Other(_) => "another process killed",
            Blow::Cancel(..) => "cancelled",
            Blow::Freeze(..) => "supervisor frozen",
            Blow::Queue => "another one queued",
            Blow::Replace(_) => "replaced",
            Blow::Crowd(_) => "many starts at once",
        }
    }

    /// The verdicts that can be true after it, but for `passed`, which every run may reach that was hit too late.
    pub(crate) fn allows(self, verdict: &str) -> bool {
        match self {
            Blow::None | Blow::Queue | Blow::Crowd(_) | Blow::Freeze(..) | Blow::Starter(_) => false,
            Blow::Supervisor(_) => verdict == "lost",
            Blow::End(..) => matches!(verdict, "lost" | "cancelled"),
            Blow::Cancel(..) | Blow::Replace(_) => verdict == "cancelled",
            // A test whose process was killed broke; a run whose keeper or service was killed is blocked.
            Blow::Other(_) => matches!(verdict, "failed" | "blocked" | "lost"),
        }
    }
}
