//! Which Python versions a project accepts: `3.11`, `>=3.9,<3.13`, `~=3.10`, `^3.9`.

/// How well a version serves a specifier. Better ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is what is asked for.
    Asked,
    /// A pin names another patch of the same minor version: `3.12.1` for `3.12.4`.
    OtherPatch,
    /// It is something else.
    Refused,
}

/// How well a version serves a specifier. A pin down to the patch, as tools write it, stands for its minor version.
pub(super) fn fit(specifier: &str, version: &str) -> Fit {
    if accepts(specifier, version) {
        return Fit::Asked;
    }
    match pinned_patch(specifier) {
        Some(pin) if numbers(version).starts_with(&pin[..2]) => Fit::OtherPatch,
        _ => Fit::Refused,
    }
}

/// The numbers of a specifier that is nothing but one full version.
fn pinned_patch(specifier: &str) -> Option<Vec<u64>> {
    let pin = numbers(bare(specifier.trim()));
    (pin.len() == 3 && clauses(specifier).count() == 1).then_some(pin)
}

/// The specifier in the words of uv, which knows neither Poetry's operators nor alternatives: of those, the last, which
/// is the newest by habit.
pub(super) fn for_uv(specifier: &str) -> String {
    let alternative = specifier.rsplit("||").next().unwrap_or_default();
    let clause = |clause: &str| match (clause.strip_prefix('^'), clause.strip_prefix('~')) {
        (Some(from), _) => {
            let next = numbers(from).first().map_or(0, |major| major + 1);
            format!(">={from},<{next}")
        }
        (None, Some(minor)) if !minor.starts_with('=') => format!("=={minor}.*"),
        _ => clause.to_owned(),
    };
    clauses(alternative).map(|one| clause(&one)).collect::<Vec<_>>().join(",")
}

/// Whether a version meets a specifier, in the forms that `.python-version`, `requires-python` and Poetry use. What is
/// not understood accepts nothing.
pub(super) fn accepts(specifier: &str, version: &str) -> bool {
    let version = numbers(version);
    specifier.split("||").any(|alternative| clauses(alternative).all(|clause| meets(&clause, &version)))
}

/// The clauses of a specifier, between commas or blanks; blanks within one are left out.
fn clauses(specifier: &str) -> impl Iterator<Item = String> {
    let mut found: Vec<String> = Vec::new();
    let is_operator = |word: &str| word.chars().all(|c| "=<>!~^".contains(c));
    for word in specifier.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match found.last_mut() {
            Some(last) if is_operator(last) => last.push_str(word),
            _ => found.push(word.to_owned()),
        }
    }
    found.into_iter()
}

/// A version without the words that some tools put before it.
fn bare(version: &str) -> &str {
    version.strip_prefix("cpython").unwrap_or(version).trim_start_matches(['@', '-', 'v'])
}

fn meets(clause: &str, version: &[u64]) -> bool {
    if clause == "*" {
        return true;
    }
    let operators = ["===", "==", "!=", ">=", "<=", "~=", ">", "<", "^", "~"];
    let operator = operators.iter().find(|operator| clause.starts_with(**operator)).copied().unwrap_or("");
    let operand = bare(&clause[operator.len()..]);
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

/// The numbers that a version begins with: those of `3.13.0rc1` are 3, 13 and 0.
fn numbers(text: &str) -> Vec<u64> {
    let mut found = Vec::new();
    for part in text.split('.') {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let Ok(number) = part[..digits].parse() else { break };
        found.push(number);
        if digits < part.len() {
            break;
        }
    }
    found
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
        check("*", &["3.11.4"], &[]);
        check(">= 3.9 <3.13", &["3.12.1"], &["3.13.0", "3.8.0"]);
        check("^3.8 || ~3.6", &["3.9.1", "3.6.2"], &["3.7.1"]);
        check("3.14-dev", &["3.14.0"], &["3.11.4"]);
        check("<=3.13.0rc1", &["3.13.0"], &["3.13.1"]);
    }

    #[test]
    fn a_pin_stands_for_its_minor_version() {
        let check = |specifier: &str, version: &str, expected: Fit| {
            assert_eq!(fit(specifier, version), expected, "{version} {specifier}");
        };
        check("3.12.1", "3.12.1", Fit::Asked);
        check("3.12.1", "3.12.4", Fit::OtherPatch);
        check("cpython@3.12.1", "3.12.4", Fit::OtherPatch);
        check("3.12.1", "3.11.1", Fit::Refused);
        check("==3.12.1", "3.12.4", Fit::Refused);
        check(">=3.12.5", "3.12.4", Fit::Refused);
        check("3.12.1,<4", "3.12.4", Fit::Refused);
        check("3.12", "3.12.4", Fit::Asked);
    }

    #[test]
    fn uv_is_asked_in_its_own_words() {
        let check = |specifier: &str, expected: &str| assert_eq!(for_uv(specifier), expected, "{specifier}");
        check("^3.9", ">=3.9,<4");
        check("~3.10", "==3.10.*");
        check("~=3.10", "~=3.10");
        check(">=3.9, <3.13", ">=3.9,<3.13");
        check("^3.8 || ^3.10", ">=3.10,<4");
        check("3.12.1", "3.12.1");
    }
}
