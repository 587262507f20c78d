//! The Markdown report as the summary of a step of GitHub Actions.

use std::borrow::Cow;

use crate::Subject;
use crate::markdown::{self, GITHUB_LIMIT};

/// With less room than this a report cannot choose any more what it leaves out: it is cut.
const LEAST: usize = 4 * 1_024;

/// What is appended to a step's summary that holds `taken` bytes already, such that the whole stays within GitHub's
/// limit; `None` when there is no room even to say so. The report leaves details out by itself when there is little room,
/// and says how many; what is still too long is cut.
pub fn step_summary(subject: &Subject<'_>, taken: usize) -> Option<String> {
    // What stands there may not end with a line end.
    let gap = if taken > 0 { "\n\n" } else { "" };
    let room = GITHUB_LIMIT.saturating_sub(taken + gap.len());
    let report = markdown::within(subject, room.max(LEAST));
    Some(format!("{gap}{}", cut(&report, room)?))
}

/// The text, at most `room` bytes of it, with a last line that says how much is missing.
fn cut(text: &str, room: usize) -> Option<Cow<'_, str>> {
    if text.len() <= room {
        return Some(Cow::Borrowed(text));
    }
    let word = |left_out: usize| {
        let kib = GITHUB_LIMIT / 1_024;
        format!(
            "\n\n_Cut here: {left_out} of {} bytes are left out, because a step's summary holds {kib} KiB._\n",
            text.len()
        )
    };
    // The number that is told has at most as many digits as the whole length.
    let kept = text.floor_char_boundary(room.checked_sub(word(text.len()).len())?);
    Some(Cow::Owned(format!("{}{}", &text[..kept], word(text.len() - kept))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_is_cut_says_so_and_stays_text() {
        let text = "é".repeat(200);
        for room in 100..400 {
            let Some(shown) = cut(&text, room) else { continue };
            assert!(shown.len() <= room, "{room}");
            let kept = shown.chars().filter(|c| *c == 'é').count() * 2;
            if kept < 400 {
                assert!(
                    shown.contains(&format!("Cut here: {} of 400 bytes are left out", 400 - kept)),
                    "{shown}"
                );
            }
        }
        assert_eq!(cut(&text, 400).as_deref(), Some(text.as_str()));
        assert_eq!(cut(&text, 50), None);
    }

    #[test]
    fn the_room_that_is_left_is_kept() {
        let state = fixture::state(&fixture::failing());
        let subject = fixture::subject(&state);
        let whole = step_summary(&subject, 0).unwrap();
        assert_eq!(whole, markdown::markdown(&subject));
        for room in (0..whole.len() + 10).rev().step_by(37) {
            let taken = GITHUB_LIMIT - room;
            let Some(added) = step_summary(&subject, taken) else { continue };
            assert!(added.len() <= room, "{} in {room}", added.len());
            assert!(room > whole.len() || added.contains(" left out"), "{room}: {added}");
        }
        assert_eq!(step_summary(&subject, GITHUB_LIMIT), None);
        assert_eq!(step_summary(&subject, GITHUB_LIMIT + 5), None);
    }
}
