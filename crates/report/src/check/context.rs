//! What the builds of a Dockerfile are sent: as people read it, and as a document.

use serde::Serialize;
use testyard_model::{ContextListing, IgnoreProposal};

use crate::json::document;
use crate::style::{Line, Style};

/// The most files of a build that people are shown; the document has all.
const MOST: usize = 40;

/// What is sent, and what is proposed.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Sent<'a> {
    /// One listing a build.
    #[serde(rename = "contexts")]
    pub listings: &'a [ContextListing],
    /// The proposal.
    pub proposal: Option<&'a IgnoreProposal>,
    /// Whether a proposal was asked for.
    #[serde(skip)]
    pub suggested: bool,
}

/// The document.
pub fn context_json(sent: &Sent<'_>) -> String {
    document(sent)
}

/// The lines for people. With a proposal, its text comes last, ready to be copied.
pub fn context(sent: &Sent<'_>, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, listing) in sent.listings.iter().enumerate() {
        lines.extend((at > 0).then(Line::new));
        lines.extend(listed(listing, style));
    }
    if sent.suggested {
        lines.push(Line::new());
        lines.extend(proposed(sent.proposal));
    }
    lines.iter().map(|line| line.paint(style)).collect()
}

fn listed(listing: &ContextListing, style: Style) -> Vec<Line> {
    let target = listing.target.as_ref().map_or(String::new(), |target| format!(", target {target}"));
    let ignore = listing.ignore_file.as_deref().unwrap_or("no ignore file");
    let mut lines = vec![
        Line::new().plain(format!("{} in context {}{target}", listing.dockerfile, listing.context)),
        Line::new().dim(format!("  {}; {ignore}", listing.basis)),
        Line::new().plain(format!(
            "  {} in {} files may be sent, {} of it is read by the build",
            bytes(listing.bytes),
            listing.files.len(),
            bytes(listing.needed_bytes)
        )),
    ];
    for file in listing.files.iter().take(MOST) {
        let line = Line::new().plain(format!("  {:>10}  {}", bytes(file.bytes), file.path));
        lines.push(if file.needed { line } else { line.dim("  (not read)") });
    }
    if let Some(more) = listing.files.len().checked_sub(MOST).filter(|more| *more > 0) {
        lines.push(Line::new().dim(format!("  {} and {more} more", style.ellipsis())));
    }
    lines
}

fn proposed(proposal: Option<&IgnoreProposal>) -> Vec<Line> {
    let Some(proposal) = proposal else {
        return vec![Line::new().plain("nothing to propose: no pattern would make the context smaller")];
    };
    let mut lines = vec![Line::new().plain(format!(
        "proposed {}: {} instead of {}; all {} sources of {} builds are still found",
        proposal.path,
        bytes(proposal.bytes_after),
        bytes(proposal.bytes_before),
        proposal.sources,
        proposal.builds
    ))];
    let dropped = |pattern: &String| {
        Line::new().dim(format!("  {pattern} is left out: a source needs what it matches"))
    };
    lines.extend(proposal.dropped.iter().map(dropped));
    lines.push(Line::new());
    lines.extend(proposal.text.lines().map(|line| Line::new().plain(line)));
    lines
}

/// A number of bytes with the unit that leaves it readable.
fn bytes(number: u64) -> String {
    let (mut shown, mut unit) = (number as f64, 0);
    let units = ["B", "KiB", "MiB", "GiB"];
    while shown >= 1024.0 && unit + 1 < units.len() {
        shown /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{number} B") } else { format!("{shown:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use testyard_model::SentFile;

    use super::*;

    fn listing() -> ContextListing {
        let file = |path: &str, bytes, needed| SentFile { path: path.to_owned(), bytes, needed };
        ContextListing {
            dockerfile: "Dockerfile".to_owned(),
            target: None,
            context: ".".to_owned(),
            basis: "inferred".to_owned(),
            ignore_file: None,
            bytes: 2060,
            needed_bytes: 12,
            files: vec![file("big", 2048, false), file("a", 12, true)],
        }
    }

    fn proposal() -> IgnoreProposal {
        IgnoreProposal {
            path: ".dockerignore".to_owned(),
            text: "*\n!a\n".to_owned(),
            bytes_before: 2060,
            bytes_after: 12,
            builds: 1,
            sources: 1,
            dropped: vec!["**/venv".to_owned()],
        }
    }

    #[test]
    fn people_see_sizes_and_what_is_not_read() {
        let (listings, proposal) = ([listing()], proposal());
        let sent = Sent { listings: &listings, proposal: Some(&proposal), suggested: true };
        insta::assert_snapshot!(context(&sent, Style::default()).join("\n"), @r"
        Dockerfile in context .
          inferred; no ignore file
          2.0 KiB in 2 files may be sent, 12 B of it is read by the build
             2.0 KiB  big  (not read)
                12 B  a

        proposed .dockerignore: 12 B instead of 2.0 KiB; all 1 sources of 1 builds are still found
          **/venv is left out: a source needs what it matches

        *
        !a
        ");
        let nothing = Sent { proposal: None, ..sent };
        assert!(context(&nothing, Style::default()).join("\n").contains("nothing to propose"));
    }

    #[test]
    fn the_document_has_every_file() {
        let listings = [listing()];
        let text = context_json(&Sent { listings: &listings, proposal: None, suggested: false });
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["contexts"][0]["files"][1]["path"], "a");
        assert_eq!(value["format"], 1);
        assert!(value["proposal"].is_null());
    }
}
