//! A rule: its code, what it is called, how much it weighs, its page, and how it looks.
//!
//! A rule is a file. Its header is the manual page that `testyard check --explain` shows: first line what is wrong, then
//! why it matters, what fires, what is fine, and what to do. Below it:
//!
//! ```ignore
//! pub(crate) const RULE: Rule = rule!("TY-DI001", "an ignore file applies to no context", Warning, check);
//!
//! fn check(scene: &Scene, found: &mut Sink<'_>) {
//!     for file in scene.own_files().filter(|file| file.name() == ".dockerignore") {
//!         found.at(file, "no build context lies here").help("move it beside the Dockerfile");
//!     }
//! }
//! ```
//!
//! and its two tests: `fixture::fires(RULE, &[("sub/.dockerignore", "")])` and `fixture::holds(RULE, &[…])`.

use testyard_model::Severity;

use crate::scene::Scene;
use crate::sink::Sink;

/// One thing that inspection can see. Made by `rule!` in the rule's own file.
#[derive(Clone, Copy)]
pub struct Rule {
    /// Its code, such as `TY-CX001`: public, never used for something else.
    pub code: &'static str,
    /// What it says, in a few words: lower case, no full stop.
    pub title: &'static str,
    /// How much its findings weigh, unless one of them says otherwise.
    pub severity: Severity,
    /// The text of the file it stands in; its header is the rule's page.
    pub(crate) text: &'static str,
    /// How it looks.
    pub(crate) check: fn(&Scene, &mut Sink<'_>),
}

/// Makes the [`Rule`] of a file: `rule!("TY-CX001", "a source is missing", Error, check)`.
macro_rules! rule {
    ($code:literal, $title:literal, $severity:ident, $check:expr) => {
        $crate::rule::Rule {
            code: $code,
            title: $title,
            severity: testyard_model::Severity::$severity,
            // `file!` is relative to the workspace, whose members lie two folders deep.
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../", file!())),
            check: $check,
        }
    };
}
pub(crate) use rule;

impl Rule {
    /// The rule's manual page in Markdown: the header of its file.
    pub fn page(&self) -> String {
        let header = self.text.lines().map_while(|line| line.strip_prefix("//!"));
        let lines: Vec<&str> = header.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        lines.join("\n").trim().to_owned()
    }

    /// The two letters of its family.
    pub fn family(&self) -> &'static str {
        self.code.get(3..5).unwrap_or_default()
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Rule").field(&self.code).field(&self.title).finish()
    }
}
