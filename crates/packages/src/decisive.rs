//! The lines of a tool's output that say why it failed.

/// How many lines of evidence are kept.
const MOST: usize = 12;

/// How many last lines stand in when no line says that it is an error.
const LAST: usize = 6;

/// Beginnings of lines that say what is wrong: pip, uv, apt, dpkg, poetry, Python.
const BEGINNINGS: [&str; 10] = [
    "error",
    "e: ",
    "fatal",
    "dpkg-deb: error",
    "× ",
    "╰─▶ ",
    "├─▶ ",
    "hint: ",
    "modulenotfounderror",
    "no module named",
];

/// Parts of lines that tell a cause although the line is only a warning.
const PARTS: [&str; 6] = [
    "connection broken by",
    "no such file or directory",
    "permission denied",
    "no space left",
    "temporary failure",
    "timed out",
];

/// The decisive lines of an output, in their order, without repetitions.
pub(crate) fn lines(output: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for line in output.iter().map(|line| line.trim_end()).filter(|line| is_decisive(line)) {
        if !kept.iter().any(|other| same(other, line)) {
            kept.push(line.to_owned());
        }
    }
    if kept.is_empty() {
        let said: Vec<&String> = output.iter().filter(|line| !line.trim().is_empty()).collect();
        return said[said.len().saturating_sub(LAST)..]
            .iter()
            .map(|line| line.trim_end().to_owned())
            .collect();
    }
    // The first lines name the cause, the last the consequence; what stands between is left out.
    if kept.len() > MOST {
        let tail = kept.split_off(kept.len() - MOST / 2);
        kept.truncate(MOST / 2);
        kept.extend(tail);
    }
    kept
}

fn is_decisive(line: &str) -> bool {
    let plain = line.trim_start().to_lowercase();
    BEGINNINGS.iter().any(|beginning| plain.starts_with(beginning))
        || PARTS.iter().any(|part| plain.contains(part))
}

/// Retry warnings differ only in their counters: one of them is enough.
fn same(one: &str, other: &str) -> bool {
    let cause = |line: &str| line.split_once("connection broken by").map(|(_, cause)| cause.to_owned());
    one == other || matches!((cause(one), cause(other)), (Some(_), Some(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, expected: &[&str]) {
        let output: Vec<String> = output.lines().map(str::to_owned).collect();
        assert_eq!(lines(&output), expected);
    }

    #[test]
    fn errors_are_kept_and_the_rest_is_not() {
        check(
            "Collecting nothing-such\nWARNING: You are using pip\nERROR: No matching distribution found for nothing-such",
            &["ERROR: No matching distribution found for nothing-such"],
        );
        check(
            "  × No solution found when resolving dependencies:\n  ╰─▶ Because a",
            &["  × No solution found when resolving dependencies:", "  ╰─▶ Because a"],
        );
    }

    #[test]
    fn one_of_many_retries_is_enough() {
        check(
            "WARNING: Retrying (total=4) after connection broken by 'A'\nWARNING: Retrying (total=3) after connection broken by 'A'\nERROR: none",
            &["WARNING: Retrying (total=4) after connection broken by 'A'", "ERROR: none"],
        );
    }

    #[test]
    fn without_any_error_the_last_lines_stand_in() {
        check("one\n\ntwo\n", &["one", "two"]);
        check("", &[]);
    }
}
