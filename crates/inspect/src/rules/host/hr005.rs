//! The clock is behind the project's newest commit.
//!
//! A machine that lost its time, as virtual ones do after a pause, takes certificates and tokens for not yet valid, caches
//! for newer than their sources, and signed package lists for forged.
//!
//! Fires: the commit that is checked out was made more than a day in the future.
//!
//! Fine: less, or no git.
//!
//! Help: set the clock, or let it be set: `timedatectl set-ntp true`.
//!
//! Source: git's commit times.

use std::time::{SystemTime, UNIX_EPOCH};

use testyard_model::Place;

use crate::rule::{Rule, rule};
use crate::scene::{Scene, ask_git};
use crate::sink::Sink;

/// The rule.
pub(crate) const RULE: Rule = rule!("TY-HR005", "the clock is behind the newest commit", Warning, check);

/// Clocks of other machines may be wrong by some hours; in seconds.
const MUCH: u64 = 24 * 60 * 60;

fn check(scene: &Scene, found: &mut Sink<'_>) {
    let Some(commit) = ask_git(scene.root(), &["log", "-1", "--format=%ct"]) else { return };
    let Ok(commit) = commit.trim().parse::<u64>() else { return };
    let Ok(now) = SystemTime::now().duration_since(UNIX_EPOCH) else { return };
    if let Some(message) = told(now.as_secs(), commit) {
        found.at(Place::file("."), message).help("set the clock: `timedatectl set-ntp true`");
    }
}

fn told(now: u64, commit: u64) -> Option<String> {
    let behind = commit.checked_sub(now).filter(|behind| *behind > MUCH)?;
    Some(format!("the commit that is checked out lies {} hours in the future of this clock", behind / 3600))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_count() {
        let told = |commit| told(1_000_000, commit);
        assert_eq!(
            told(1_180_000).as_deref(),
            Some("the commit that is checked out lies 50 hours in the future of this clock")
        );
        assert_eq!(told(1_086_400), None);
        assert_eq!(told(5), None);
    }
}
