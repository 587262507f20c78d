//! Runs in the background, hit at random moments: whatever happens to one, what is told of it afterwards must be true,
//! nothing of it may be left, and no result that was written down may be missing.
//!
//! Every round is made from its number and a seed, so that one that went wrong can be had again.

mod blow;
mod round;
mod truth;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use crate::bench;
use round::Round;

/// Rounds unless it is said how many.
const ROUNDS: u64 = 200;

/// What all rounds share.
pub(crate) struct Arena {
    /// The program.
    program: PathBuf,
    /// A Python with pytest.
    venv: PathBuf,
    /// How long a run takes that nobody hits, in milliseconds.
    whole_ms: u64,
}

/// Reads `--rounds N`, `--seed N` and `--only ROUND`, and hits as many runs.
pub(crate) fn run(words: &[&str]) -> Result<(), String> {
    let number = |name: &str, default: u64| {
        let at = words.iter().position(|word| *word == name);
        let value = at.map(|at| words.get(at + 1).copied().unwrap_or_default());
        value.map_or(Ok(default), |value| value.parse().map_err(|_| format!("{name} wants a number")))
    };
    let (rounds, seed) = (number("--rounds", ROUNDS)?, number("--seed", 1)?);
    let only = number("--only", 0)?;
    let mut arena = Arena { program: bench::testyard()?, venv: bench::python()?, whole_ms: 0 };
    arena.whole_ms = warm(&arena)?;
    let began = Instant::now();
    let mut told: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let mut wrong = 0;
    for number in if only > 0 { only..=only } else { 1..=rounds } {
        let round = Round::new(number, seed, arena.whole_ms);
        match round.fight(&arena) {
            Ok(ended) => {
                let verdicts = told.entry(round.blow.name().to_owned()).or_default();
                *verdicts.entry(ended.verdict).or_default() += 1;
            }
            Err(what) => {
                wrong += 1;
                eprintln!("round {number} of seed {seed}: {:?}: {what}", round.blow);
            }
        }
        if number % 20 == 0 {
            eprintln!("{number} rounds, {wrong} wrong, {:.0} s", began.elapsed().as_secs_f64());
        }
    }
    for (blow, verdicts) in &told {
        let verdicts: Vec<String> =
            verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
        println!("{blow:24} {}", verdicts.join(", "));
    }
    println!("{wrong} rounds wrong, {:.0} s", began.elapsed().as_secs_f64());
    if wrong > 0 { Err(format!("{wrong} rounds ended in something that is not true")) } else { Ok(()) }
}

/// Two runs that nobody hits: the first fills the caches, the second tells how long one takes.
fn warm(arena: &Arena) -> Result<u64, String> {
    let mut took = 0;
    for _ in 0..2 {
        took = Round::new(0, 0, 0).fight(arena)?.elapsed_ms;
    }
    Ok(took)
}

/// Numbers that are the same for the same seed (SplitMix64).
pub(crate) struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below.max(1)
    }
}
