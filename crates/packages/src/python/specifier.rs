//! Which Python versions a project accepts: `3.11`, `>=3.9,<3.13`, `~=3.10`, `^3.9`.

/// Whether a version meets a specifier, in the forms that `.python-version`, `requires-python` and Poetry use. What is
/// not understood accepts nothing.
pub(super) fn accepts(specifier: &str, version: &str) -> bool {
    let version = numbers(version);
    specifier
        .split(',')
        .map(str::trim)
        .filter(|clause| !clause.is_empty())
        .all(|clause| meets(clause, &version))
}

fn meets(clause: &str, version: &[u64]) -> bool {
    let operators = ["===", "==", "!=", ">=", "<=", "~=", ">", "<", "^", "~"];
    let operator = operators.iter().find(|operator| clause.starts_with(**operator)).copied().unwrap_or("");
    let operand = clause[operator.len()..].trim();
    let operand = operand.strip_prefix("cpython").unwrap_or(operand).trim_start_matches(['@', '-', 'v']);
    let prefix = operand.ends_with(".*") || operator.is_empty() || operator == "~";
    let bound = numbers(operand.trim_end_matches(".*"));
    if bound.is_empty() {
        return false;
    }
    let order = compare(version, &bound);
    match operator {
        "" | "==" | "===" | "~" if prefix => version.starts_with(&bound),
        "==" | "===" => order.is_eq(),
        "!=" if prefix => !version.starts_with(&bound),
        "!=" => order.is_ne(),
        ">=" => order.is_ge(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        "<" => order.is_lt(),
        "~=" => order.is_ge() && version.starts_with(&bound[..bound.len() - 1]),
        "^" => order.is_ge() && version.first() == bound.first(),
        _ => false,
    }
}

fn numbers(text: &str) -> Vec<u64> {
    text.split('.').map_while(|part| part.parse().ok()).collect()
}

/// Missing parts count as zero: `3.11` is `3.11.0`.
fn compare(one: &[u64], other: &[u64]) -> std::cmp::Ordering {
    let length = one.len().max(other.len());
    let padded =
        |numbers: &[u64]| (0..length).map(|at| numbers.get(at).copied().unwrap_or(0)).collect::<Vec<_>>();
    padded(one).cmp(&padded(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_meet_specifiers() {
        let check = |specifier: &str, yes: &[&str], no: &[&str]| {
            yes.iter().for_each(|version| assert!(accepts(specifier, version), "{version} {specifier}"));
            no.iter().for_each(|version| assert!(!accepts(specifier, version), "{version} {specifier}"));
        };
        check("3.11", &["3.11.0", "3.11.7"], &["3.12.1", "3.1.0"]);
        check("3.11.7", &["3.11.7"], &["3.11.8"]);
        check(">=3.9", &["3.9.0", "3.13.1"], &["3.8.18"]);
        check(">=3.9,<3.13", &["3.12.1"], &["3.13.0", "3.8.0"]);
        check("~=3.10", &["3.10.2", "3.12.0"], &["3.9.1", "4.0.0"]);
        check("^3.9", &["3.9.18", "3.13.0"], &["3.8.1", "4.0.0"]);
        check("==3.11.*", &["3.11.4"], &["3.12.0"]);
        check("!=3.12.*, >3.9", &["3.11.4", "3.9.1"], &["3.12.0", "3.9.0"]);
        check("cpython@3.12", &["3.12.1"], &["3.11.1"]);
        check("pypy3.10", &[], &["3.10.1"]);
        check("", &["3.11.4"], &[]);
    }
}
