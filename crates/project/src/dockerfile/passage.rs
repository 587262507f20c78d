//! A text joined from several lines, in which every offset still knows where it stands.

use super::tree::{Spot, Word};

/// A text of one or more lines of a file, joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Passage {
    /// The text.
    pub text: String,
    /// Where each piece of it starts: byte offset in the text, and place in the file; by rising offset.
    pieces: Vec<(usize, Spot)>,
}

impl Passage {
    /// Appends a piece that starts at a place. It is one line or a part of one.
    pub(super) fn push(&mut self, text: &str, spot: Spot) {
        self.pieces.push((self.text.len(), spot));
        self.text.push_str(text);
    }

    /// Where a byte offset stands in the file. One past the end is the end; one inside a character is its start.
    pub fn spot(&self, offset: usize) -> Spot {
        let offset = self.text.floor_char_boundary(offset);
        let after = self.pieces.partition_point(|(start, _)| *start <= offset);
        let Some((start, spot)) = after.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return Spot::default();
        };
        let characters = self.text[*start..offset].chars().count();
        Spot { line: spot.line, column: spot.column.saturating_add(crate::source::count(characters)) }
    }

    /// A part of the text as a word.
    pub fn word(&self, range: std::ops::Range<usize>) -> Word {
        Word { spot: self.spot(range.start), text: self.text[range].to_owned() }
    }

    /// A part of the text as a passage of its own.
    pub(super) fn part(&self, range: std::ops::Range<usize>) -> Passage {
        let mut part = Passage::default();
        let ends = self.pieces.iter().skip(1).map(|(start, _)| *start).chain([self.text.len()]);
        for ((start, _), end) in self.pieces.iter().zip(ends) {
            let (from, to) = ((*start).max(range.start), end.min(range.end));
            if from < to {
                part.push(&self.text[from..to], self.spot(from));
            }
        }
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_know_their_place_across_pieces() {
        let mut passage = Passage::default();
        passage.push("RUN zwö ", Spot { line: 3, column: 1 });
        passage.push("  three", Spot { line: 5, column: 1 });
        let spot = |line, column| Spot { line, column };
        assert_eq!(passage.spot(0), spot(3, 1));
        assert_eq!(passage.spot(8), spot(3, 8));
        assert_eq!(passage.spot(9), spot(5, 1));
        assert_eq!(passage.spot(11), spot(5, 3));
        assert_eq!(passage.spot(99), spot(5, 8));
        let part = passage.part(4..13);
        assert_eq!((part.text.as_str(), part.spot(0), part.spot(7)), ("zwö   th", spot(3, 5), spot(5, 3)));
        assert_eq!(passage.part(3..3), Passage::default());
    }
}
