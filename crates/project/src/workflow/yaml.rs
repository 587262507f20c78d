//! A CI file as a tree, and the places of the lines in its block scalars.

use std::path::Path;

use testyard_model::Place;

use crate::commandline::{Origin, Word};
use crate::compose::codes;
use crate::compose::findings::Findings;
use crate::compose::tree::{self, Entry, Map, Node, Spot, Value};

/// A file that was read.
pub(super) struct File<'a> {
    /// Relative to the repository's root.
    pub(super) path: &'a Path,
    lines: Vec<&'a str>,
    /// The first document.
    pub(super) root: Map,
}

/// Reads a file: nothing for an empty one, the first error for one that is not YAML.
pub(super) fn parse<'a>(path: &'a Path, text: &'a str) -> Result<Option<File<'a>>, (Place, String)> {
    let mut findings = Findings::default();
    let number = findings.open(path.to_owned(), text);
    let documents = tree::parse(text, number, &mut findings);
    if let Some(finding) = findings.finish().into_iter().find(|finding| finding.code == codes::SYNTAX) {
        return Err((finding.place, finding.message));
    }
    let root = documents.into_iter().next().map(|node| node.value);
    let Some(Value::Map(root)) = root else { return Ok(None) };
    Ok(Some(File { path, lines: text.lines().collect(), root }))
}

impl File<'_> {
    /// The place of a spot.
    pub(super) fn place(&self, spot: Spot) -> Place {
        Place::at(self.path, spot.line, spot.column)
    }

    /// A text value as a word; expressions make it unknown.
    pub(super) fn word(&self, node: &Node) -> Option<Word> {
        let text = node.as_text()?;
        let known = !text.contains('$') && !text.contains("{{");
        Some(Word { text: text.to_owned(), known, single: true, place: self.place(node.spot) })
    }

    /// Where the lines of a text stand.
    pub(super) fn origin(&self, node: &Node) -> Origin {
        let text = node.as_text().unwrap_or_default();
        let spot = node.spot;
        if !text.contains('\n') && self.line(spot.line).contains(text) {
            let quote = u32::from(self.quoted(spot));
            return Origin::lines(self.path, spot.line, vec![spot.column.saturating_sub(1) + quote]);
        }
        // The text of a block scalar stands below its `|`.
        let head = (1..spot.line).rev().find(|line| !self.line(*line).trim().is_empty()).unwrap_or(1);
        let literal = self.line(head).rsplit([' ', ':', '-']).find(|end| !end.trim().is_empty());
        if literal.is_some_and(|end| end.starts_with('|')) {
            return self.literal(text, head + 1);
        }
        Origin::whole(self.path, spot.line, spot.column)
    }

    fn line(&self, number: u32) -> &str {
        self.lines.get((number as usize).wrapping_sub(1)).copied().unwrap_or_default()
    }

    fn quoted(&self, spot: Spot) -> bool {
        let first = self.line(spot.line).chars().nth(spot.column.saturating_sub(1) as usize);
        matches!(first, Some('"' | '\''))
    }

    /// The lines of a block scalar, which are those of the file without their common indentation.
    fn literal(&self, text: &str, first: u32) -> Origin {
        let blank = |line: &str| line.trim().is_empty();
        let start = (first..).take(self.lines.len()).find(|line| !blank(self.line(*line))).unwrap_or(first);
        let leading = text.lines().take_while(|line| blank(line)).count();
        let own = text.lines().nth(leading).map_or(0, indent);
        let shift = indent(self.line(start)).saturating_sub(own);
        let leading = u32::try_from(leading).unwrap_or_default();
        Origin::lines(self.path, start.saturating_sub(leading), vec![shift; text.lines().count()])
    }
}

fn indent(line: &str) -> u32 {
    u32::try_from(line.chars().take_while(|c| *c == ' ').count()).unwrap_or_default()
}

/// The entries of a mapping, none for another value.
pub(super) fn entries(node: Option<&Node>) -> &[Entry] {
    match node.map(|node| &node.value) {
        Some(Value::Map(map)) => &map.entries,
        _ => &[],
    }
}

/// The items of a list, none for another value.
pub(super) fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}
