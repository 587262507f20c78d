//! A bounded run of every fuzz target.

use crate::shell;

/// How long fuzzing goes on: by the clock for people who look for something new, by a number of inputs made from one
/// seed where the answer must not depend on luck.
pub(crate) enum Limit<'a> {
    /// So many seconds for each target.
    Seconds(&'a str),
    /// So many inputs for each target, the same ones every time as long as the corpus is empty.
    Inputs(u32),
}

/// Runs each target within the limit.
pub(crate) fn run(limit: &Limit<'_>) -> Result<(), String> {
    if !shell::is_there(&["cargo", "fuzz", "--version"]) {
        shell::run(&["cargo", "install", "cargo-fuzz", "--locked"])?;
    }
    let fuzz = shell::root().join("fuzz");
    let targets = std::fs::read_dir(fuzz.join("fuzz_targets")).map_err(|error| error.to_string())?;
    let mut names: Vec<String> = targets
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    for name in names {
        target(&name, limit)?;
    }
    Ok(())
}

fn target(name: &str, limit: &Limit<'_>) -> Result<(), String> {
    let corpus = format!("fuzz/corpus/{name}");
    let seeds = format!("fuzz/seeds/{name}");
    std::fs::create_dir_all(shell::root().join(&corpus)).map_err(|error| format!("{corpus}: {error}"))?;
    let limits = match limit {
        Limit::Seconds(seconds) => vec![format!("-max_total_time={seconds}")],
        Limit::Inputs(number) => vec![format!("-runs={number}"), "-seed=1".to_owned()],
    };
    let mut words = vec!["cargo", "fuzz", "run", name, &corpus, &seeds, "--", "-timeout=20", "-verbosity=0"];
    words.extend(limits.iter().map(String::as_str));
    eprintln!("\n$ {}", words.join(" "));
    // Sanitizers are switches that only a nightly compiler takes, or one that is told to take them: so the pinned
    // toolchain serves, and nothing else needs to be installed.
    shell::check(shell::command(&words).env("RUSTC_BOOTSTRAP", "1"), &format!("fuzzing of {name}"))
}
