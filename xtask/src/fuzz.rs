//! A bounded run of every fuzz target.

use crate::shell;

/// Runs each target for so many seconds.
pub(crate) fn run(seconds: &str) -> Result<(), String> {
    let targets =
        std::fs::read_dir(shell::root().join("fuzz/fuzz_targets")).map_err(|error| error.to_string())?;
    let mut names: Vec<String> = targets
        .flatten()
        .filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    for name in names {
        let limit = format!("-max_total_time={seconds}");
        shell::run(&["cargo", "+nightly", "fuzz", "run", &name, "--", &limit])?;
    }
    Ok(())
}
