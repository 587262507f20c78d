//! What collecting a large suite without running it costs beside rtest and pytest on the same files.
//!
//! The suite is generated: 6,000 test files of 139 MB together, with the packages they import, the size of a large
//! company's. rtest and pytest come from PyPI into an environment under `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::{command, median, memory, put, tell, testyard};
use crate::shell;

const FILES: usize = 6_000;
const BYTES: usize = 139_000_000;
const AREAS: usize = 300;
const MODULES: usize = 200;
/// How many rounds are counted; the rest of the machine is never quite still.
const ROUNDS: usize = 3;

/// Prints how long `testyard collect` takes, cold and warm, its memory, and how much longer the others take.
pub(crate) fn run() -> Result<(), String> {
    let program = testyard()?;
    let venv = peers()?;
    // A name without a dot at its beginning: rtest passes hidden folders over.
    let folder = tempfile::Builder::new().prefix("suite").tempdir().map_err(|error| error.to_string())?;
    let bytes = generate(folder.path())?;
    println!("\ncollect: {FILES} test files, {} MB", bytes / 1_000_000);
    let python = venv.join("bin/python").display().to_string();
    let words = ["collect", "--format", "json", "--python", &python];
    let own = |more: &[&str]| command(&program, folder.path(), None, &[&words[..], more].concat());
    let mut figures: [Vec<f64>; 4] = Default::default();
    // A file that changed a moment ago is read again, whatever the cache says.
    std::thread::sleep(std::time::Duration::from_secs(3));
    for _ in 0..ROUNDS {
        figures[0].push(timed(&mut own(&["--no-cache"]))?);
        timed(&mut own(&[]))?;
        figures[1].push(timed(&mut own(&[]))?);
        figures[2].push(timed(&mut peer(&venv.join("bin/rtest"), folder.path(), &["--collect-only"]))?);
    }
    // pytest takes a quarter of an hour for all of it.
    let part =
        ["--collect-only", "-q", "-p", "no:cacheprovider", "tests/area000", "tests/area001", "tests/area002"];
    figures[3].push(timed(&mut peer(&venv.join("bin/pytest"), folder.path(), &part))? * AREAS as f64 / 3.0);
    let [cold, warm, rtest, pytest] = figures.map(median);
    tell("testyard collect, cold", cold, "ms", None);
    tell("testyard collect, nothing changed", warm, "ms", None);
    tell(
        "  its memory at most",
        memory(&program, folder.path(), &[&words[..], &["--no-cache"]].concat())?,
        "MB",
        Some(300.0),
    );
    tell("rtest --collect-only", rtest, "ms", None);
    tell("pytest --collect-only, three folders of 300, times 100", pytest, "ms", None);
    println!(
        "  cold, {:.1} times faster than rtest (goal: 3), {:.1} than pytest",
        rtest / cold,
        pytest / cold
    );
    println!("  with nothing changed, {:.1} times faster than rtest (goal: 20)", rtest / warm);
    Ok(())
}

/// An environment with rtest and pytest, made once.
fn peers() -> Result<PathBuf, String> {
    let folder = super::cache().join("collectors");
    if !folder.join("bin/rtest").exists() {
        let path = folder.display().to_string();
        shell::run(&["python3", "-m", "venv", &path])?;
        shell::run(&[&format!("{path}/bin/pip"), "install", "--quiet", "pytest", "rtest"])?;
    }
    Ok(folder)
}

fn peer(program: &Path, folder: &Path, words: &[&str]) -> Command {
    let mut command = shell::command(&[&program.display().to_string()]);
    command.args(words).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// How long a command takes, in milliseconds. What it prints is read, as a caller would.
fn timed(command: &mut Command) -> Result<f64, String> {
    let before = Instant::now();
    let done = command.output().map_err(|error| error.to_string())?;
    let elapsed = before.elapsed().as_secs_f64() * 1e3;
    // Who finds nothing is fast, and no peer.
    if done.status.success() && String::from_utf8_lossy(&done.stdout).contains("test_method_4") {
        return Ok(elapsed);
    }
    Err(format!("{command:?} ended with {}:\n{}", done.status, String::from_utf8_lossy(&done.stderr)))
}

/// Writes the suite; gives the size of its test files.
fn generate(root: &Path) -> Result<usize, String> {
    put(root, "pytest.ini", "[pytest]\ntestpaths = tests\npythonpath = .\n")?;
    put(root, "app/__init__.py", "")?;
    for module in 0..MODULES {
        put(root, &format!("app/part{}/__init__.py", module % 20), "")?;
        put(root, &format!("app/part{}/module{module}.py", module % 20), MODULE)?;
    }
    put(root, "tests/__init__.py", "")?;
    put(root, "tests/conftest.py", CONFTEST)?;
    let mut bytes = 0;
    for file in 0..FILES {
        let folder = format!("tests/area{:03}", file % AREAS);
        put(root, &format!("{folder}/__init__.py"), "")?;
        let text = test_file(file);
        bytes += text.len();
        put(root, &format!("{folder}/test_file{file}.py"), &text)?;
    }
    Ok(bytes)
}

/// A file of seven tests, filled up with steps to its share of all bytes.
fn test_file(file: usize) -> String {
    let module = file % MODULES;
    let mut text = HEAD.replace("PART", &(module % 20).to_string()).replace("MODULE", &module.to_string());
    let share = BYTES / FILES / 7;
    let steps = |indent: &str, at: usize| -> String {
        (0..)
            .scan(0, |length, step| {
                let lines = STEP.replace("NUMBER", &(at * 100 + step).to_string()).replace("INDENT", indent);
                *length += lines.len();
                (*length < share).then_some(lines)
            })
            .collect()
    };
    for at in 0..3 {
        text.push_str(&format!("\ndef test_function_{at}(account):\n{}", steps("    ", at)));
    }
    text.push_str("\n@pytest.mark.parametrize(\"amount, fee\", [(1, 2), (30, 4), (500, 6)])\n");
    text.push_str(&format!("def test_amounts(amount, fee):\n{}", steps("    ", 3)));
    text.push_str("\n\nclass TestOfAccount:\n");
    for at in 4..7 {
        text.push_str(&format!("    def test_method_{at}(self, account):\n{}\n", steps("        ", at)));
    }
    text
}

const MODULE: &str = "\
import os
import json


class Account:
    def __init__(self, name):
        self.name = name

    def book(self, amount, *, reason):
        return {\"amount\": amount, \"reason\": reason, \"name\": self.name}


def load(path):
    with open(os.path.join(\"data\", path)) as file:
        return json.load(file)
";

const CONFTEST: &str = "\
import pytest

from app.part0.module0 import Account


@pytest.fixture
def account():
    return Account(\"somebody\")
";

const HEAD: &str = "\
\"\"\"Tests of one part of the program.\"\"\"
import datetime
import json
from decimal import Decimal

import pytest

from app.partPART.moduleMODULE import Account, load

";

const STEP: &str = "\
INDENT# A booking of an amount has to come back with its reason, whatever was booked before it.
INDENTbooked_NUMBER = Account(\"name NUMBER\").book(Decimal(\"NUMBER.50\"), reason=\"the reason of NUMBER\")
INDENTassert booked_NUMBER[\"amount\"] == Decimal(\"NUMBER.50\"), f\"not {booked_NUMBER['amount']} but NUMBER\"
INDENTassert json.dumps({\"name\": booked_NUMBER[\"name\"], \"tags\": [\"one\", \"two\", NUMBER]}) != \"\"
INDENTif booked_NUMBER[\"reason\"] is None and datetime.date.today().year < 2000:
INDENT    pytest.fail(\"the reason was lost on the way to the account\")
";
