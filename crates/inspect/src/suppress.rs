//! Suppressions in the files themselves: `# testyard: allow TY-DF021 because …`.
//!
//! A comment at the end of a line allows findings on that line; one on a line of its own allows those of the next line
//! that is no comment, with the lines that continue it, and those about the file as a whole. Only files that a rule
//! looked at, or that a finding is about, are searched.

use std::collections::BTreeSet;

use testyard_model::{Finding, Place};

use crate::rules;
use crate::scene::Scene;

const WORD: &str = "testyard: allow ";
const UNUSED: &str = "TY-CK001";
const WITHOUT_REASON: &str = "TY-CK002";

/// One suppression.
#[derive(Debug, PartialEq, Eq)]
struct Suppression {
    codes: Vec<String>,
    reasoned: bool,
    place: Place,
    /// The lines it allows findings on, first and last.
    lines: (u32, u32),
    /// Whether it stands on a line of its own.
    alone: bool,
}

/// Takes out what is allowed, and adds what is wrong with the suppressions. `run` are the codes of the rules that ran;
/// suppressions of others are left alone.
pub(crate) fn lay_over(scene: &Scene, mut findings: Vec<Finding>, run: &[&str]) -> Vec<Finding> {
    let mut files: BTreeSet<String> = scene.read_files().map(str::to_owned).collect();
    files.extend(findings.iter().filter_map(|finding| scene.relative(&finding.place.path)));
    files.extend(scene.compose().iter().flat_map(|set| set.files.iter().cloned()));
    let told: Vec<&str> = crate::told().into_iter().map(|(code, _)| code).collect();
    for file in &files {
        if !has_comments(file) {
            continue;
        }
        for suppression in suppressions(file, scene.text(file).unwrap_or_default()) {
            apply(scene, &suppression, &mut findings, &|code| {
                run.contains(&code) || told.contains(&code) || rules::find(code).is_none()
            });
        }
    }
    findings
}

fn apply(scene: &Scene, one: &Suppression, findings: &mut Vec<Finding>, ran: &dyn Fn(&str) -> bool) {
    let mut tell = |code: &str, message: String, help: &str| {
        let severity = rules::find(code).map_or(testyard_model::Severity::Warning, |rule| rule.severity);
        let mut finding = Finding::new(code, severity, one.place.clone(), message).help(help);
        finding.source = scene.shown_line(&one.place);
        findings.push(finding);
    };
    if !one.reasoned {
        let message =
            format!("this suppression of {} gives no reason and has no effect", one.codes.join(", "));
        return tell(WITHOUT_REASON, message, "write why, behind `because`");
    }
    let mut unused = Vec::new();
    for code in &one.codes {
        let before = findings.len();
        findings.retain(|finding| !one.allows(code, finding));
        if findings.len() == before && ran(code) {
            unused.push(code);
        }
    }
    for code in unused {
        let known = rules::find(code).is_some() || crate::told().iter().any(|(told, _)| told == code);
        let message = if known {
            format!("{code} finds nothing here: this suppression has no effect")
        } else {
            format!("there is no rule {code}: this suppression has no effect")
        };
        let help =
            if known { "remove the comment" } else { "`testyard check --explain CODE` knows every code" };
        findings.push(Finding {
            source: scene.shown_line(&one.place),
            ..Finding::new(UNUSED, testyard_model::Severity::Warning, one.place.clone(), message).help(help)
        });
    }
}

impl Suppression {
    fn allows(&self, code: &str, finding: &Finding) -> bool {
        let line = finding.place.line;
        let here = (self.lines.0..=self.lines.1).contains(&line) || (line == 0 && self.alone);
        here && finding.code == code && finding.place.path == self.place.path
    }
}

/// Whether `#` or `//` begins a comment in a file that rules are about. Prose and programs may show a suppression
/// without meaning it.
fn has_comments(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, "rs" | "py" | "md" | "rst" | "txt" | "json" | "html" | "js" | "ts" | "go")) => {
            // A requirement file is a text with comments; so is `Dockerfile.py`, whatever it is for.
            stem.contains("requirements") || stem.eq_ignore_ascii_case("dockerfile")
        }
        _ => true,
    }
}

/// The suppressions of a text.
fn suppressions(path: &str, text: &str) -> Vec<Suppression> {
    if !text.contains(WORD) {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let each = lines.iter().enumerate().filter_map(|(at, line)| suppression(path, &lines, at, line));
    each.collect()
}

fn suppression(path: &str, lines: &[&str], at: usize, line: &str) -> Option<Suppression> {
    let (before, said) = line.split_once(WORD)?;
    let before = before.trim_end();
    let code_before = before.strip_suffix('#').or_else(|| before.strip_suffix("//"))?;
    if !code_before.is_empty() && !code_before.ends_with([' ', '\t']) {
        return None;
    }
    let alone = code_before.trim().is_empty();
    let (codes, reason) = said.split_once(" because").unwrap_or((said, ""));
    let codes: Vec<String> =
        codes.split([',', ' ']).map(str::trim).filter(|code| !code.is_empty()).map(str::to_owned).collect();
    let column = number(code_before.chars().count());
    Some(Suppression {
        codes,
        reasoned: !reason.trim().is_empty(),
        place: Place::at(path, number(at), column),
        lines: if alone { covered(lines, at) } else { (number(at), number(at)) },
        alone,
    })
}

/// The lines that a comment on its own line at position `at` covers: the next line that is no comment, and those that
/// continue it.
fn covered(lines: &[&str], at: usize) -> (u32, u32) {
    let plain = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !line.starts_with("//")
    };
    let first = (at + 1..lines.len()).find(|next| plain(&lines[*next])).unwrap_or(at);
    let mut last = first;
    while last + 1 < lines.len()
        && (lines[last].trim_end().ends_with('\\') || (last > first && !plain(&lines[last])))
    {
        last += 1;
    }
    (number(first), number(last))
}

/// A position from 0 as a line or column from 1.
fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::fixture::scene;
    use crate::{Request, check};

    use super::*;

    fn found(text: &str) -> Vec<String> {
        let (scene, _folder) = scene(&[("compose.yaml", text)]);
        let found = check(&scene, &Request::default()).unwrap().findings;
        found.iter().map(|finding| format!("{} {}", finding.code, finding.place.line)).collect()
    }

    #[test]
    fn what_is_allowed_with_a_reason_is_not_told() {
        let rest = "services: {a: {image: 'x:1'}}\n";
        let check = |text: &str, expected: &[&str]| {
            let codes: Vec<String> = found(&format!("{text}{rest}"))
                .into_iter()
                .filter(|found| found.starts_with("TY-CM050") || found.starts_with("TY-CK"))
                .collect();
            assert_eq!(codes, expected, "{text}");
        };
        check("version: '3'\n", &["TY-CM050 1"]);
        check("version: '3' # testyard: allow TY-CM050 because old tools read it\n", &[]);
        check("# testyard: allow TY-CM050 because old tools read it\n\n# and so\nversion: '3'\n", &[]);
        check(
            "version: '3'\n# testyard: allow TY-CM050 because it stands too low\n",
            &["TY-CM050 1", "TY-CK001 2"],
        );
        check("# testyard: allow TY-CM050\nversion: '3'\n", &["TY-CK002 1", "TY-CM050 2"]);
        check("# testyard: allow TY-CM050 because \nversion: '3'\n", &["TY-CK002 1", "TY-CM050 2"]);
        check("# testyard: allow TY-XX999 because it is misspelled\n", &["TY-CK001 1"]);
        check("x-a: 'testyard: allow TY-CM050 because this is no comment'\n", &[]);
        check("x-a: '`# testyard: allow TY-CM050 because this is quoted`'\n", &[]);
    }

    #[test]
    fn prose_and_programs_show_suppressions_without_meaning_them() {
        for (path, expected) in
            [("README.md", false), ("a/b.rs", false), ("Dockerfile", true), ("a.sh", true)]
        {
            assert_eq!(has_comments(path), expected, "{path}");
        }
        assert!(has_comments("requirements-dev.txt") && has_comments("Dockerfile.py"));
    }

    #[test]
    fn a_comment_covers_the_lines_that_continue_the_next_one() {
        let text =
            "# testyard: allow TY-DF001, TY-DF002 because it is so\nRUN a \\\n  # why\n  b \\\n  c\nRUN d\n";
        let all = suppressions("Dockerfile", text);
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].codes.len(), all[0].lines), (2, (2, 5)));
    }
}
