//! Shell scripts, broken.

use super::lines::each_line;
use super::{Files, Mutant};

fn is_script(path: &str) -> bool {
    path.ends_with(".sh")
}

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
    all
}
