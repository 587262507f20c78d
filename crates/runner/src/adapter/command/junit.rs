//! Reads JUnit files as programs write them: every element and attribute may be missing.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Decoder, Reader};
use testyard_model::Outcome;

use super::case::Case;

/// Why a file is no JUnit file.
#[derive(Debug, thiserror::Error)]
#[error("byte {at}: {what}")]
pub(super) struct JunitError {
    at: u64,
    what: String,
}

/// The results in a JUnit file, in their order.
///
/// A test's name is `classname::name`. Surefire's `flakyFailure` and `flakyError` make a test flaky.
pub(super) fn read(text: &str) -> Result<Vec<Case>, JunitError> {
    let mut reader = Reader::from_str(text);
    let mut found = Found::default();
    loop {
        let event = reader
            .read_event()
            .map_err(|error| JunitError { at: reader.error_position(), what: error.to_string() })?;
        let decoder = reader.decoder();
        match event {
            Event::Start(element) => {
                found.depth += 1;
                found.open(&element, decoder);
            }
            Event::Empty(element) => {
                found.open(&element, decoder);
                found.close(element.local_name().as_ref());
            }
            Event::End(element) => {
                found.depth -= 1;
                found.close(element.local_name().as_ref());
            }
            Event::Text(piece) => found.text(&piece.decode().unwrap_or_default()),
            Event::CData(piece) => found.text(&piece.decode().unwrap_or_default()),
            Event::GeneralRef(reference) => found.reference(&reference.decode().unwrap_or_default()),
            Event::Eof => break,
            _ => {}
        }
    }
    if !found.is_junit || found.depth > 0 {
        let what = if found.is_junit { "it ends in the middle" } else { "there is no <testsuite> in it" };
        return Err(JunitError { at: reader.buffer_position(), what: what.to_owned() });
    }
    Ok(found.cases)
}

#[derive(Default)]
struct Found {
    is_junit: bool,
    depth: usize,
    cases: Vec<Case>,
    case: Option<Open>,
    within: Option<Vec<u8>>,
}

/// A `<testcase>` that is being read.
struct Open {
    case: Case,
    texts: Vec<String>,
    text: String,
}

impl Found {
    fn open(&mut self, element: &BytesStart, decoder: Decoder) {
        let name = element.local_name().as_ref().to_vec();
        match name.as_slice() {
            b"testsuites" | b"testsuite" => self.is_junit = true,
            b"testcase" => self.case = Some(Open::new(element, decoder)),
            _ => {
                if let Some(open) = &mut self.case {
                    open.child(&name, element, decoder);
                    self.within = Some(name);
                }
            }
        }
    }

    fn close(&mut self, name: &[u8]) {
        if name == b"testcase" {
            self.cases.extend(self.case.take().map(Open::finish));
        } else if let Some(open) = &mut self.case
            && self.within.take().is_some()
        {
            open.end_child(name);
        }
    }

    fn text(&mut self, text: &str) {
        if let (Some(open), Some(_)) = (&mut self.case, &self.within) {
            open.text.push_str(text);
        }
    }

    /// A reference such as `&lt;` or `&#10;`.
    fn reference(&mut self, name: &str) {
        let known = quick_xml::escape::unescape(&format!("&{name};")).map(|text| text.into_owned());
        self.text(&known.unwrap_or_default());
    }
}

impl Open {
    fn new(element: &BytesStart, decoder: Decoder) -> Open {
        let (class, name) = (attribute(element, decoder, "classname"), attribute(element, decoder, "name"));
        let seconds: f64 = attribute(element, decoder, "time").replace(',', "").parse().unwrap_or_default();
        Open {
            case: Case {
                name: if class.is_empty() { name } else { format!("{class}::{name}") },
                outcome: Outcome::Passed,
                duration_ms: if seconds.is_finite() { seconds.max(0.0) * 1000.0 } else { 0.0 },
                message: String::new(),
                detail: String::new(),
            },
            texts: Vec::new(),
            text: String::new(),
        }
    }

    fn child(&mut self, name: &[u8], element: &BytesStart, decoder: Decoder) {
        self.text.clear();
        let message = attribute(element, decoder, "message");
        let outcome = match name {
            b"failure" => Outcome::Failed,
            b"error" => Outcome::Error { why: or(&message, "error") },
            b"skipped" => Outcome::Skipped { why: or(&message, "no reason given") },
            b"flakyFailure" | b"flakyError" if self.case.outcome == Outcome::Passed => Outcome::Flaky,
            _ => return,
        };
        if outcome != Outcome::Flaky || self.case.message.is_empty() {
            self.case.message = message;
        }
        self.case.outcome = outcome;
    }

    fn end_child(&mut self, name: &[u8]) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        let output = matches!(name, b"system-out" | b"system-err");
        self.texts.push(if output {
            format!("---- {} ----\n{text}", String::from_utf8_lossy(name))
        } else {
            text
        });
    }

    fn finish(mut self) -> Case {
        // Output of tests that passed is of no use to anybody.
        if !matches!(self.case.outcome, Outcome::Passed | Outcome::Skipped { .. }) {
            self.case.detail = self.texts.join("\n\n");
            if self.case.message.is_empty() {
                self.case.message = self.case.detail.lines().next().unwrap_or_default().to_owned();
            }
        } else {
            self.case.message.clear();
        }
        self.case
    }
}

fn attribute(element: &BytesStart, decoder: Decoder, name: &str) -> String {
    let found =
        element.attributes().with_checks(false).flatten().find(|found| found.key.as_ref() == name.as_bytes());
    let Some(found) = found else { return String::new() };
    let text = decoder.decode(&found.value).unwrap_or_default();
    quick_xml::escape::unescape(&text).map_or_else(|_| text.to_string(), |text| text.into_owned())
}

fn or(text: &str, other: &str) -> String {
    if text.is_empty() { other.to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name outcome duration message | detail` of each case.
    fn shown(text: &str) -> Vec<String> {
        let show = |case: Case| {
            let outcome = match &case.outcome {
                Outcome::Skipped { why } | Outcome::Error { why } => {
                    format!("{}({why})", case.outcome.word())
                }
                other => other.word().to_owned(),
            };
            format!("{} {outcome} {} {}|{}", case.name, case.duration_ms, case.message, case.detail)
        };
        read(text).unwrap().into_iter().map(show).collect()
    }

    #[test]
    fn every_ending_is_read() {
        let text = r#"<?xml version="1.0"?><testsuites><testsuite name="s">
            <testcase classname="a.B" name="ok" time="0.25"><system-out>noise</system-out></testcase>
            <testcase name="bad" time="1"><failure message="1 &lt; 2">trace &amp; <![CDATA[more <b>]]></failure></testcase>
            <testcase name="err"><error type="E">boom
second</error><system-err>last words</system-err></testcase>
            <testcase name="skip"><skipped message="not today"/></testcase>
            <testcase name="flaky"><flakyFailure message="once">trace</flakyFailure></testcase>
            <testcase name="rerun"><failure message="twice"/><rerunFailure message="again">x</rerunFailure></testcase>
            </testsuite></testsuites>"#;
        assert_eq!(
            shown(text),
            [
                "a.B::ok passed 250 |",
                "bad failed 1000 1 < 2|trace & more <b>",
                "err error(error) 0 boom|boom\nsecond\n\n---- system-err ----\nlast words",
                "skip skipped(not today) 0 |",
                "flaky flaky 0 once|trace",
                "rerun failed 0 twice|x",
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "(</?(testsuite|testcase|failure)( name=\"[a&;]*\")?/?>|<!\\[CDATA\\[|\\]\\]>|&[a-z#0-9]*;|[ -~é]){0,30}") {
            // A result or an error, but no panic.
            let _ = read(&text);
        }
    }

    #[test]
    fn a_bare_suite_is_junit_and_other_files_are_not() {
        assert_eq!(shown(r#"<testsuite><testcase name="a"/></testsuite>"#), ["a passed 0 |"]);
        assert_eq!(shown("<testsuites/>"), Vec::<String>::new());
        for text in ["", "<html></html>", "<testsuite><testcase></testsuite>", "{}", "<testsuite>"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
