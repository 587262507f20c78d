//! Changing one line of one file.

use super::{Files, Mutant};

/// One mutant for every line of the wanted files that a change applies to. The change gets the line and gives what
/// stands there instead.
pub(super) fn each_line(
    files: &Files,
    wanted: impl Fn(&str) -> bool,
    what: &str,
    codes: &'static [&'static str],
    change: impl Fn(&str) -> Option<String>,
) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| wanted(path.trim_end_matches('*'))) {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(changed) = change(line) else { continue };
            let mut all: Vec<&str> = lines.clone();
            all[at] = &changed;
            let mut files = files.clone();
            files.insert(path.clone(), all.join("\n") + "\n");
            mutants.push(Mutant { what: format!("{what}: {path}:{}", at + 1), codes, files });
        }
    }
    mutants
}

/// The value of a key in a line of YAML: `  key: value`.
pub(super) fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (found, value) = line.split_once(": ")?;
    (found.trim_start().trim_start_matches("- ") == key).then_some(value)
}
