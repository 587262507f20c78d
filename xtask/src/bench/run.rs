//! What a run costs beside bare pytest on the same tests.

use std::path::Path;
use std::process::Command;

use super::{ROUNDS, command, median, python, tell, testyard, timed, write};
use crate::shell;

/// Prints both comparisons.
pub(crate) fn run() -> Result<(), String> {
    let program = testyard()?;
    let venv = python()?;
    trivial(&program, &venv)?;
    with_services(&program, &venv)
}

/// 3,000 tests that do nothing: what each test costs.
fn trivial(program: &Path, venv: &Path) -> Result<(), String> {
    let project = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(project.path(), "pytest.ini", "[pytest]\n")?;
    for file in 0..150 {
        let tests: String =
            (0..20).map(|test| format!("def test_{test}():\n    assert {test} < 20\n\n\n")).collect();
        write(project.path(), &format!("test_{file:03}.py"), &tests)?;
    }
    let (ours, bare) =
        pairs(|| command(program, project.path(), Some(venv), &["run"]), || pytest(venv, project.path()))?;
    println!("\n3,000 trivial tests ({ROUNDS} pairs, medians)");
    tell("testyard run", median(ours.clone()), "ms", None);
    tell("pytest -q", median(bare.clone()), "ms", None);
    tell(
        "ratio, pair by pair",
        median(ours.iter().zip(&bare).map(|(a, b)| a / b).collect()),
        "x",
        Some(1.15),
    );
    Ok(())
}

/// A few tests on real services: what a whole run costs beyond pytest with the services already up.
fn with_services(program: &Path, venv: &Path) -> Result<(), String> {
    let project = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(project.path(), "pytest.ini", "[pytest]\n")?;
    let compose = "services:\n  db:\n    image: postgres\n    environment: {POSTGRES_PASSWORD: bench}\n  cache:\n    image: redis\n";
    write(project.path(), "docker-compose.test.yml", compose)?;
    let tests = "import socket, time\nimport pytest\n\n\n@pytest.mark.parametrize('n', range(30))\ndef test_services(n):\n    \
                 socket.create_connection(('db', 5432), 2).close()\n    \
                 with socket.create_connection(('cache', 6379), 2) as cache:\n        cache.sendall(b'PING\\r\\n')\n        \
                 assert cache.recv(10) == b'+PONG\\r\\n'\n    time.sleep(0.02)\n";
    write(project.path(), "test_services.py", tests)?;
    timed(&mut command(program, project.path(), Some(venv), &["up"]))?;
    let interpreter = venv.join("bin/python").display().to_string();
    let measured = pairs(
        || command(program, project.path(), Some(venv), &["run"]),
        || command(program, project.path(), Some(venv), &["exec", "--", &interpreter, "-m", "pytest", "-q"]),
    );
    timed(&mut command(program, project.path(), Some(venv), &["down"]))?;
    let (ours, bare) = measured?;
    println!("\n30 tests on PostgreSQL and Redis ({ROUNDS} pairs, medians)");
    tell("testyard run, services brought up and removed", median(ours.clone()), "ms", None);
    tell("pytest -q, services already up", median(bare.clone()), "ms", None);
    tell(
        "difference, pair by pair",
        median(ours.iter().zip(&bare).map(|(a, b)| a - b).collect()),
        "ms",
        Some(300.0),
    );
    Ok(())
}

/// The times of two commands in turn, after one round that does not count.
fn pairs(ours: impl Fn() -> Command, bare: impl Fn() -> Command) -> Result<(Vec<f64>, Vec<f64>), String> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (a, _) = timed(&mut ours())?;
        let (b, _) = timed(&mut bare())?;
        if round > 0 {
            first.push(a);
            second.push(b);
        }
    }
    Ok((first, second))
}

fn pytest(venv: &Path, project: &Path) -> Command {
    let mut command = shell::command(&[&venv.join("bin/python").display().to_string(), "-m", "pytest", "-q"]);
    command.current_dir(project);
    command
}
