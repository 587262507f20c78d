//! Reads the Test Anything Protocol, versions 12 to 14, line by line.

use testyard_model::Outcome;

use super::case::Case;

/// Reads TAP as it comes.
#[derive(Debug, Default)]
pub(super) struct Tap {
    planned: Option<u64>,
    seen: u64,
    bail: Option<String>,
    open: Option<Case>,
    diagnostics: Vec<String>,
}

impl Tap {
    /// Takes in one line, and returns the test that is complete with it: its diagnostics follow a test, so that it
    /// is complete when the next one begins. Lines that are no TAP are passed over, as the protocol asks.
    pub(super) fn line(&mut self, line: &str) -> Option<Case> {
        let line = line.trim_end();
        // Indented lines belong to the test before or after them: subtests and YAML diagnostics.
        if line.starts_with([' ', '\t']) || line.starts_with('#') {
            self.diagnostics.push(line.to_owned());
            return None;
        }
        if let Some(count) = line.strip_prefix("1..") {
            self.planned = count.split([' ', '#']).next().and_then(|count| count.parse().ok());
            return None;
        }
        if let Some(reason) = line.strip_prefix("Bail out!") {
            self.bail = Some(reason.trim().to_owned());
            return None;
        }
        let (ok, rest) = match (word(line, "ok"), word(line, "not ok")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return None,
        };
        self.seen += 1;
        let before = self.take();
        self.open = Some(case(ok, rest, self.seen));
        before
    }

    /// The last test.
    pub(super) fn take(&mut self) -> Option<Case> {
        let mut case = self.open.take();
        let said = std::mem::take(&mut self.diagnostics).join("\n");
        if let Some(case) = &mut case
            && case.outcome.is_failure()
        {
            let first = said.lines().map(|line| line.trim().trim_start_matches('#').trim());
            case.message = first.clone().find(|line| line.starts_with("message:")).map_or_else(
                || first.clone().find(|line| !matches!(*line, "" | "---")).unwrap_or("not ok").to_owned(),
                |line| line.trim_start_matches("message:").trim().to_owned(),
            );
            case.detail = said;
        }
        case
    }

    /// What is wrong with the output as a whole.
    pub(super) fn trouble(&self) -> Option<String> {
        if let Some(reason) = &self.bail {
            return Some(format!("bailed out: {reason}"));
        }
        match self.planned {
            None if self.seen == 0 => Some("no TAP on its standard output".to_owned()),
            Some(planned) if planned != self.seen => {
                Some(format!("planned {planned} tests and reported {}", self.seen))
            }
            _ => None,
        }
    }
}

/// What follows a leading word.
fn word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(word)?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim_start())
}

/// The description and the directive after its `#`. A `#` that is written `\#` belongs to the description.
fn split_directive(rest: &str) -> (&str, &str) {
    let starts = |at: &usize| *at == 0 || rest[..*at].ends_with(char::is_whitespace);
    match rest.match_indices('#').map(|(at, _)| at).find(starts) {
        Some(at) => (&rest[..at], rest[at + 1..].trim_start()),
        None => (rest, ""),
    }
}

fn case(ok: bool, rest: &str, number: u64) -> Case {
    let (described, directive) = split_directive(rest);
    let described = described.trim_start_matches(|c: char| c.is_ascii_digit()).trim();
    let described = described.strip_prefix("- ").unwrap_or(described);
    let lower = directive.to_ascii_lowercase();
    let reason = |word: &str| {
        let reason = directive[word.len()..].trim();
        if reason.is_empty() { word.to_owned() } else { reason.to_owned() }
    };
    let outcome = match (ok, &lower) {
        (_, lower) if lower.starts_with("skip") => {
            Outcome::Skipped { why: reason(if lower.starts_with("skipped") { "skipped" } else { "skip" }) }
        }
        (false, lower) if lower.starts_with("todo") => {
            Outcome::Skipped { why: format!("todo: {}", reason("todo")) }
        }
        (true, _) => Outcome::Passed,
        (false, _) => Outcome::Failed,
    };
    Case {
        name: if described.is_empty() { format!("test {number}") } else { described.replace("\\#", "#") },
        outcome,
        duration_ms: 0.0,
        message: String::new(),
        detail: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, Outcome, String)>, Option<String>) {
        let mut tap = Tap::default();
        let mut cases: Vec<Case> = text.lines().filter_map(|line| tap.line(line)).collect();
        cases.extend(tap.take());
        (cases.into_iter().map(|case| (case.name, case.outcome, case.message)).collect(), tap.trouble())
    }

    #[test]
    fn lines_become_tests() {
        let text = "TAP version 14\n1..6\nok 1 - adds\nnot ok 2 - divides\n  ---\n  message: by zero\n  ...\nnoise\n\
                    ok 3 # SKIP no network\nnot ok 4 later # TODO write it\nnot ok\n# why not\nok 6 - a \\# b\n";
        let passed = |name: &str| (name.to_owned(), Outcome::Passed, String::new());
        let failed = |name: &str, why: &str| (name.to_owned(), Outcome::Failed, why.to_owned());
        let skipped = |name: &str, why: &str| {
            (name.to_owned(), Outcome::Skipped { why: why.to_owned() }, String::new())
        };
        let expected = vec![
            passed("adds"),
            failed("divides", "by zero"),
            skipped("test 3", "no network"),
            skipped("later", "todo: write it"),
            failed("test 5", "why not"),
            passed("a # b"),
        ];
        assert_eq!(read(text), (expected, None));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "(ok|not ok|1\\.\\.|#|[ -~\u{212a}é\n]){0,40}") {
            read(&text);
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        for (text, trouble) in [
            ("1..2\nok 1\n", Some("planned 2 tests and reported 1")),
            ("ok 1\nok 2\n1..2\n", None),
            ("ok 1\n", None),
            ("hello\nokay\n", Some("no TAP on its standard output")),
            ("1..0 # SKIP nothing here\n", None),
            ("1..1\nok 1\nBail out! disk full\n", Some("bailed out: disk full")),
        ] {
            assert_eq!(read(text).1.as_deref(), trouble, "{text}");
        }
    }
}
