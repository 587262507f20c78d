//! Ignore files, broken.

use super::lines::each_line;
use super::{Files, Mutant};

fn is_ignore_file(path: &str) -> bool {
    path.ends_with(".dockerignore")
}

pub(super) fn mutants(files: &Files) -> Vec<Mutant> {
    let mut all = each_line(files, is_ignore_file, "a comment behind a pattern", &["TY-DI003"], |line| {
        pattern(line).map(|pattern| format!("{pattern} # not needed"))
    });
    all.extend(each_line(files, is_ignore_file, "a bracket that is not closed", &["TY-DI004"], |line| {
        pattern(line).map(|pattern| format!("{pattern}["))
    }));
    all.extend(each_line(files, is_ignore_file, "a lone exclamation mark", &["TY-DI004"], |line| {
        pattern(line).map(|_| "!".to_owned())
    }));
    all
}

fn pattern(line: &str) -> Option<&str> {
    (!line.is_empty() && !line.starts_with(['#', '!'])).then_some(line)
}
