//! Speed, measured side by side with what people use otherwise, and printed as medians and ratios.
//!
//! Nothing here fails because a machine is slow: a goal that is missed is printed as missed, and a person reads it.

pub(crate) mod background;
pub(crate) mod check;
pub(crate) mod collect;
pub(crate) mod run;
pub(crate) mod services;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::shell;

/// How many rounds are counted; one more warms up.
const ROUNDS: usize = 7;

/// The release binary, built first.
pub(crate) fn testyard() -> Result<PathBuf, String> {
    shell::run(&["cargo", "build", "--release", "--quiet", "--package", "testyard-cli"])?;
    Ok(shell::root().join("target/release/testyard"))
}

/// Where the benches keep what they need again.
fn cache() -> PathBuf {
    shell::root().join("target/bench-cache")
}

/// A Python environment that holds pytest and nothing else, made once.
pub(crate) fn python() -> Result<PathBuf, String> {
    let folder = cache().join("venv");
    if !folder.join("bin/pytest").exists() {
        let path = folder.display().to_string();
        shell::run(&["python3", "-m", "venv", &path])?;
        shell::run(&[&format!("{path}/bin/pip"), "install", "--quiet", "pytest"])?;
    }
    Ok(folder)
}

/// A command of testyard in a project, its caches apart from the user's own.
pub(crate) fn command(program: &Path, project: &Path, venv: Option<&Path>, words: &[&str]) -> Command {
    let mut command = shell::command(&[&program.display().to_string()]);
    command.args(words).current_dir(project).env("TESTYARD_CACHE_DIR", cache().join("testyard"));
    match venv {
        Some(venv) => command.env("VIRTUAL_ENV", venv),
        None => command.env_remove("VIRTUAL_ENV"),
    };
    command
}

/// How long a command takes, in milliseconds, and what it wrote to standard output.
fn timed(command: &mut Command) -> Result<(f64, String), String> {
    let before = Instant::now();
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    let elapsed = before.elapsed().as_secs_f64() * 1e3;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} ended with {}:\n{said}", output.status));
    }
    Ok((elapsed, String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// Writes a file of a bench's project.
#[allow(clippy::disallowed_methods, reason = "a fixture in a temporary folder")]
fn write(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    std::fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))
}

/// Writes a file of a bench's project into a folder that may not be there yet.
pub(crate) fn put(root: &Path, path: &str, text: &str) -> Result<(), String> {
    let folder = root.join(path).parent().map_or_else(|| root.to_owned(), Path::to_owned);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    write(root, path, text)
}

/// The most memory that a verb of testyard held in a folder, in megabytes, as the kernel counts it for a child.
fn memory(program: &Path, folder: &Path, words: &[&str]) -> Result<f64, String> {
    let script = "import resource,subprocess,sys\n\
                  subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n\
                  print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let program = program.display().to_string();
    let line = [&["python3", "-c", script, &program][..], words].concat();
    let (_, printed) = timed(shell::command(&line).current_dir(folder))?;
    printed.trim().parse::<f64>().map(|kilobytes| kilobytes / 1024.0).map_err(|error| error.to_string())
}

/// The middle of some figures.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// One line of a result: the figure, its goal, and whether it was reached.
fn tell(what: &str, figure: f64, unit: &str, goal: Option<f64>) {
    let verdict = match goal {
        Some(goal) if figure <= goal => format!("goal {goal} {unit}, reached"),
        Some(goal) => format!("goal {goal} {unit}, MISSED"),
        None => String::new(),
    };
    println!("  {what:<58} {figure:>9.2} {unit:<2}  {verdict}");
}
