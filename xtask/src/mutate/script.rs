//! Shell scripts, broken.

use super::lines::each_line;
use super::{Files, Mutant};

fn is_script(path: &str) -> bool {
    path.ends_with(".sh")
}

/// What is done, which codes must then be found, and a part of a line with what stands there instead.
type Change = (&'static str, &'static [&'static str], &'static str, &'static str);

/// Parts of lines.
const WORDS: [Change; 6] = [
    ("no shell is named", &["TY-SH002"], "#!/usr/bin/env bash", ""),
    ("the first line ends as on Windows", &["TY-SH003"], "#!/usr/bin/env bash", "#!/usr/bin/env bash\r"),
    ("the shell lacks what bash has", &["TY-SH006"], "#!/usr/bin/env bash", "#!/bin/sh"),
    (
        "Compose V1 is called",
        &["TY-SH010"],
        "docker compose -f compose.yaml up",
        "docker-compose -f compose.yaml up",
    ),
    ("it sleeps instead of waiting", &["TY-SH011"], "up -d --wait", "up -d\n    sleep 10"),
    ("a compose file is misspelled", &["TY-SH013"], "-f compose.yaml up", "-f compose.gone.yaml up"),
];

/// Whole lines, of which some are said twice or too early.
const LINES: [Change; 6] = [
    ("a function is called too early", &["TY-SH016"], "start() {", "start\nstart() {"),
    ("a colour is used too early", &["TY-SH015"], "red=$'\\033[31m'", "echo \"${red}a\"\nred=$'\\033[31m'"),
    ("a folder is used too early", &["TY-SH014"], "mkdir -p out", "echo a >>out/a.log\nmkdir -p out"),
    ("a wait has no end", &["TY-SH012"], "start", "until curl -sf localhost:80; do\n    sleep 1\ndone"),
    ("a status is read too late", &["TY-SH009"], "start", "start\nif [ $? -ne 0 ]; then\n    exit 2\nfi"),
    ("failures go by", &["TY-SH005"], "set -Eeuo pipefail", ""),
];

pub(super) fn mutants(files: &Files) -> Vec<Mutant> {
    let mut all = Vec::new();
    for end in ["fi", "done", "esac", "}"] {
        all.extend(each_line(files, is_script, &format!("`{end}` is missing"), &["TY-SH001"], |line| {
            (line.trim() == end).then(String::new)
        }));
    }
    all.extend(each_line(files, is_script, "a quote is not closed", &["TY-SH001"], |line| {
        let echo = line.trim_start().starts_with("echo \"") && line.ends_with('"');
        echo.then(|| line.trim_end_matches('"').to_owned())
    }));
    all.extend(each_line(files, is_script, "`then` is missing", &["TY-SH001"], |line| {
        line.ends_with("; then").then(|| line.trim_end_matches("; then").to_owned())
    }));
    for (what, codes, word, instead) in WORDS {
        all.extend(each_line(files, is_script, what, codes, |line| {
            line.contains(word).then(|| line.replace(word, instead))
        }));
    }
    for (what, codes, line, instead) in LINES {
        all.extend(each_line(files, is_script, what, codes, |other| {
            (other == line).then(|| instead.to_owned())
        }));
    }
    all.extend(each_text(files, "functions hide failures", &["TY-SH008"], |text| {
        text.contains(" ERR\n").then(|| text.replace("set -Eeuo", "set -euo"))
    }));
    all.extend(each_text(files, "nobody takes it down on failure", &["TY-SH007"], |text| {
        let trap = text.lines().find(|line| line.starts_with("trap 'docker"))?;
        let down = trap.split('\'').nth(1)?;
        (!text.contains(" ERR\n")).then(|| format!("{}{down}\n", text.replace(trap, "")))
    }));
    all.extend(run_bits(files));
    all
}

/// One mutant for every script that a change applies to as a whole.
fn each_text(
    files: &Files,
    what: &str,
    codes: &'static [&'static str],
    change: impl Fn(&str) -> Option<String>,
) -> Vec<Mutant> {
    let scripts = files.iter().filter(|(path, _)| is_script(path.trim_end_matches('*')));
    let mutants = scripts.filter_map(|(path, text)| {
        let mut files = files.clone();
        files.insert(path.clone(), change(text)?);
        Some(Mutant { what: format!("{what}: {path}"), codes, files })
    });
    mutants.collect()
}

/// A script that another one starts by its path, without its run bit.
fn run_bits(files: &Files) -> Vec<Mutant> {
    let scripts = files.iter().filter_map(|(path, text)| Some((path, path.strip_suffix(".sh*")?, text)));
    let called = |stem: &str| {
        files.iter().any(|(path, text)| path.ends_with(".sh*") && text.contains(&format!("\n./{stem}.sh")))
    };
    scripts
        .filter(|(_, stem, _)| called(stem))
        .map(|(path, stem, text)| {
            let mut files = files.clone();
            files.remove(path);
            files.insert(format!("{stem}.sh"), text.clone());
            Mutant { what: format!("{stem}.sh is not executable"), codes: &["TY-SH004"], files }
        })
        .collect()
}
