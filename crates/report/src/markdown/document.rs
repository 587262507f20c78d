//! A document that never grows beyond its limit, and says what it left out.

/// Room kept for the sentence that says what was left out of one section.
const SENTENCE: usize = 200;

pub(super) struct Document {
    text: String,
    limit: usize,
}

impl Document {
    /// An empty document of at most that many bytes.
    pub(super) fn new(limit: usize) -> Document {
        Document { text: String::new(), limit }
    }

    /// A section that is there whole or not at all.
    pub(super) fn text(&mut self, section: &str) {
        if section.is_empty() {
            return;
        }
        if self.text.len() + section.len() + SENTENCE <= self.limit {
            self.push(section);
        } else {
            self.left_out(section.lines().next().unwrap_or_default().trim_start_matches('#').trim());
        }
    }

    /// Says that a section is not there, as long as there is room even for that.
    fn left_out(&mut self, title: &str) {
        let sentence = format!("_{title}: left out, because there was no room for it._\n");
        if self.text.len() + sentence.len() < self.limit {
            self.push(&sentence);
        }
    }

    /// A section of items, as many of them as there is room for. Without items there is no section.
    pub(super) fn items(&mut self, title: &str, what: &str, items: Vec<String>) {
        let heading = format!("## {title}\n");
        if items.is_empty() {
            return;
        }
        if self.text.len() + heading.len() + SENTENCE > self.limit {
            return self.left_out(title);
        }
        self.push(&heading);
        for (index, item) in items.iter().enumerate() {
            if self.text.len() + item.len() + SENTENCE > self.limit {
                let left = items.len() - index;
                self.push(&format!(
                    "_{left} of {} {what} are left out here, because a report may hold {} KiB; `junit.xml` and \
                     `events.jsonl` hold them all._\n",
                    items.len(),
                    self.limit.div_ceil(1_024)
                ));
                return;
            }
            self.text.push_str(item);
        }
        self.text.truncate(self.text.trim_end_matches('\n').len());
        self.text.push_str("\n\n");
    }

    /// The document with its last section, for which the limit left room.
    pub(super) fn finish(mut self, last: &str) -> String {
        self.text.push_str(last);
        self.text
    }

    /// A section and the blank line after it.
    fn push(&mut self, section: &str) {
        self.text.push_str(section);
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_said() {
        let mut document = Document::new(400);
        document.text("# Title\n");
        document.items("Things", "things", (0..40).map(|n| format!("- thing number {n}\n")).collect());
        document.items("More", "things", vec!["- no room for the heading\n".to_owned()]);
        let text = document.finish("the end\n");
        assert!(text.contains("of 40 things are left out here"), "{text}");
        assert!(!text.contains("## More"), "{text}");
        assert!(text.contains("_More: left out"), "{text}");
        assert!(text.len() <= 400 + "the end\n".len());
    }

    #[test]
    fn what_fits_is_whole() {
        let mut document = Document::new(1_000);
        document.items("Nothing", "things", Vec::new());
        document.items("Things", "things", vec!["- one\n".to_owned(), "- two\n".to_owned()]);
        assert_eq!(document.finish("end"), "## Things\n\n- one\n- two\n\nend");
    }
}
