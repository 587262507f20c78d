//! What failed in a run, put together by what went wrong: hundreds of tests that break for one reason are one group.
//!
//! Pages have a budget of bytes, so that whoever reads them can hold them. Source of the sizes: failure output of public
//! suites has a median of 200 bytes and a 95th percentile of 8.5 KB, so 4 KiB of head and tail hold most of it whole.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;
use testyard_model::RunState;

use crate::digest::{self, Failure};
use crate::json::document;
use crate::style::{Line, Role, Style};
use crate::text;

/// How much of one failure's output is shown, in bytes.
const EXCERPT: usize = 4096;

/// How many tests of a group are named.
const NAMED: usize = 10;

/// Failures that say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailureGroup {
    /// What they say, with numbers and addresses taken out.
    pub signature: String,
    /// How many there are.
    pub count: usize,
    /// Whether some of them did not fail in the run before.
    pub new: bool,
    /// The first of their names.
    pub tests: Vec<String>,
    /// The output of the first one: its head and its tail.
    pub excerpt: String,
    /// The whole of it, relative to the run's folder, where it was kept.
    pub log: Option<String>,
}

/// Some of the groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailurePage {
    /// The groups: those with what is new first, then the largest.
    pub groups: Vec<FailureGroup>,
    /// Where the next page begins; null on the last one.
    pub cursor: Option<usize>,
    /// How many groups there are in all.
    pub of: usize,
}

/// All groups of a run. `before` is the run that newness is held against.
pub fn groups(state: &RunState, before: Option<&RunState>) -> Vec<FailureGroup> {
    let old: Option<HashSet<String>> =
        before.map(|before| digest::failures(before).map(|one| name(&one)).collect());
    let mut found: BTreeMap<String, FailureGroup> = BTreeMap::new();
    for failure in digest::failures(state) {
        let signature = signature(&failure);
        let test = name(&failure);
        let is_new = old.as_ref().is_some_and(|old| !old.contains(&test));
        let group = found.entry(signature.clone()).or_insert_with(|| FailureGroup {
            signature,
            count: 0,
            new: false,
            tests: Vec::new(),
            excerpt: excerpt(&failure.evidence.detail),
            log: failure.evidence.log.as_ref().map(|log| log.display().to_string()),
        });
        group.count += 1;
        group.new |= is_new;
        if group.tests.len() < NAMED {
            group.tests.push(test);
        }
    }
    let mut groups: Vec<FailureGroup> = found.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.new, group.count)));
    groups
}

/// The groups from a cursor on, as many as fit into a budget of bytes, and at least one.
pub fn page(groups: &[FailureGroup], cursor: usize, budget: usize) -> FailurePage {
    let rest = groups.get(cursor..).unwrap_or_default();
    let sizes = rest.iter().scan(0, |sum, group| {
        *sum += size(group);
        Some(*sum)
    });
    let fitting = sizes.take_while(|sum| *sum <= budget).count().max(1).min(rest.len());
    let next = cursor + fitting;
    FailurePage {
        groups: rest[..fitting].to_vec(),
        cursor: (next < groups.len()).then_some(next),
        of: groups.len(),
    }
}

/// A page as JSON, with the run that newness is held against.
pub fn json(page: &FailurePage, base: Option<&str>) -> String {
    #[derive(Serialize)]
    struct Failures<'a> {
        #[serde(flatten)]
        page: &'a FailurePage,
        base: Option<&'a str>,
    }
    document(Failures { page, base })
}

/// A page for people, with the run that newness is held against.
pub fn human(page: &FailurePage, base: Option<&str>, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for group in &page.groups {
        let new = if group.new { " (new)" } else { "" };
        lines.push(
            Line::new()
                .add(Role::Bad, text::many(group.count as u64, "failure"))
                .plain(format!("{new}: {}", group.signature)),
        );
        lines.extend(group.tests.iter().map(|test| Line::new().plain(format!("  {test}"))));
        if group.count > group.tests.len() {
            lines.push(Line::new().dim(format!("  … and {} more", group.count - group.tests.len())));
        }
        lines.extend(text::lines(&group.excerpt).map(|line| Line::new().dim("  | ").plain(line)));
        if let Some(log) = &group.log {
            lines.push(Line::new().dim(format!("  whole output: {log}")));
        }
    }
    if let Some(base) = base.filter(|_| page.groups.iter().any(|group| group.new)) {
        lines.push(Line::new().dim(format!("new: did not fail in {base}")));
    }
    match page.cursor {
        Some(cursor) => lines.push(Line::new().dim(format!("more: --cursor {cursor} (of {})", page.of))),
        None if page.of == 0 => lines.push(Line::new().plain("nothing failed")),
        None => {}
    }
    lines.iter().map(|line| line.paint(style)).collect()
}

fn name(failure: &Failure<'_>) -> String {
    format!("{}: {}", failure.suite, failure.name)
}

/// What a failure says, such that those which differ by numbers, addresses and quoted values alone are one.
fn signature(failure: &Failure<'_>) -> String {
    let message = text::one_line(failure.message());
    let mut signature = String::with_capacity(message.len());
    let mut signs = message.chars().peekable();
    while let Some(sign) = signs.next() {
        if !sign.is_ascii_digit() {
            signature.push(sign);
            continue;
        }
        // A number with all its digits, hexadecimal ones too.
        while signs.peek().is_some_and(|next| next.is_ascii_hexdigit() || matches!(next, 'x' | '.' | '_')) {
            signs.next();
        }
        signature.push('#');
    }
    match signature.is_empty() {
        true => failure.word().to_owned(),
        false => signature,
    }
}

/// The head and the tail of an output.
fn excerpt(detail: &str) -> String {
    if detail.len() <= EXCERPT {
        return detail.to_owned();
    }
    let head = detail.floor_char_boundary(EXCERPT / 2);
    let tail = detail.ceil_char_boundary(detail.len() - EXCERPT / 2);
    format!("{}\n… {} bytes left out …\n{}", &detail[..head], tail - head, &detail[tail..])
}

fn size(group: &FailureGroup) -> usize {
    let names: usize = group.tests.iter().map(String::len).sum();
    group.signature.len() + names + group.excerpt.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn failures_that_say_the_same_are_one() {
        let state = fixture::state(&fixture::failing());
        let found = groups(&state, None);
        let shown: Vec<String> =
            found.iter().map(|group| format!("{} {}", group.count, group.signature)).collect();
        assert_eq!(
            shown,
            [
                "1 AssertionError: assert # == #",
                "1 ModuleNotFoundError: No module named 'fastapi'",
                "1 fixture 'client' not found",
            ]
        );
        assert!(found.iter().all(|group| !group.new));
    }

    #[test]
    fn what_did_not_fail_before_comes_first() {
        let state = fixture::state(&fixture::failing());
        let before = fixture::state(&fixture::passing());
        assert!(groups(&state, Some(&before)).iter().all(|group| group.new));
        assert!(groups(&state, Some(&state)).iter().all(|group| !group.new));
    }

    #[test]
    fn pages_keep_to_their_budget_and_lose_nothing() {
        let all = groups(&fixture::state(&fixture::failing()), None);
        let mut cursor = Some(0);
        let mut seen = Vec::new();
        while let Some(at) = cursor {
            let page = page(&all, at, 1);
            assert_eq!(page.groups.len(), 1);
            seen.extend(page.groups);
            cursor = page.cursor;
        }
        assert_eq!(seen, all);
        assert_eq!(page(&all, 0, 100_000).cursor, None);
        assert_eq!(page(&all, 99, 100), FailurePage { groups: Vec::new(), cursor: None, of: 3 });
    }

    #[test]
    fn long_output_keeps_its_head_and_its_tail() {
        let long = format!("first{}last", "é".repeat(EXCERPT));
        let short = excerpt(&long);
        assert!(short.starts_with("first") && short.ends_with("last") && short.contains("bytes left out"));
        assert!(short.len() < EXCERPT + 64, "{}", short.len());
        assert_eq!(excerpt("short"), "short");
    }
}
