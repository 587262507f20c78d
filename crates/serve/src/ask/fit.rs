//! Cutting a document to a budget: whoever asks holds the answer in a memory that is paid by the byte.
//!
//! Only lists are shortened, and long texts in them. What is left out is counted, with the call that gets it.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

/// How much a whole answer may take where nobody says, in bytes: its document, its text, and what frames them.
pub const BUDGET: usize = 8192;

/// The least that an answer can be asked to take; below it there is room for nothing but counts.
const LEAST: usize = 2048;

/// The most that one can: more than this is read from the logs and reports themselves.
const MOST: usize = 65_536;

/// What the frame of an answer takes, generously: the envelope of the protocol and the names of its fields.
const FRAME: usize = 512;

/// Longer texts in a list lose their middle, also where there would be room: so many bytes hold most failures whole.
const TEXT: usize = 2048;

/// A longer line of an answer's text loses its middle.
const LINE: usize = 500;

/// Texts are not made shorter than this.
const SHORTEST: usize = 24;

/// What an answer may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    whole: usize,
}

impl Room {
    /// What was asked for, as far as it is sensible.
    pub(super) fn of(budget: Option<usize>) -> Room {
        Room { whole: budget.unwrap_or(BUDGET).clamp(LEAST, MOST) - FRAME }
    }

    /// For its text, as it is written in JSON.
    pub(super) fn text(self) -> usize {
        self.whole / 3
    }

    /// For its document.
    fn document(self) -> usize {
        self.whole - self.text()
    }
}

/// A list of a document that may be shortened.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    /// Its key.
    pub(super) key: &'static str,
    /// The call that gets what is left out.
    pub(super) get: &'static str,
}

/// The document within its room. Lists are in the order of their importance. `page` is the one that is given in pages, from
/// a cursor on: the document says in `cursor` where the next page begins.
pub(super) fn fit(document: Value, lists: &[List], page: Option<(&str, usize)>, room: Room) -> Value {
    let Value::Object(mut document) = document else { return document };
    let mut taken: Vec<Taken> = lists.iter().filter_map(|list| Taken::from(&mut document, *list)).collect();
    let paged =
        page.and_then(|(key, cursor)| Some((taken.iter().position(|one| one.list.key == key)?, cursor)));
    if let Some((at, cursor)) = paged {
        taken[at].skip(cursor);
    }
    shorten_rest(&mut document, room.document() / 2);
    // What is said of what is left out takes its place as well.
    let reserved = lists.iter().map(|list| list.key.len() + list.get.len() + 48).sum::<usize>();
    let mut left = room.document().saturating_sub(size(&document) + reserved);
    // At first no list gets more than half of what is left, so that none is without a word; then what nobody needed
    // goes by importance, and whatever is still too long is cut.
    for (share, least) in [(2, TEXT), (1, SHORTEST)] {
        taken.iter_mut().for_each(|one| left -= one.keep(left / share, least));
    }
    if let Some((at, cursor)) = paged {
        document.insert("cursor".to_owned(), json!(taken[at].next(cursor)));
    }
    let left_out: Vec<Value> = taken.iter().filter_map(Taken::left_out).collect();
    document.insert("omitted".to_owned(), Value::Array(left_out));
    for one in taken {
        document.insert(one.list.key.to_owned(), Value::Array(one.kept));
    }
    Value::Object(document)
}

/// Cuts what is no list, where it is longer than anybody would expect.
fn shorten_rest(document: &mut Map<String, Value>, room: usize) {
    let whole = document.clone();
    let mut limit = TEXT / 2;
    while size(document) > room && limit >= SHORTEST {
        document.clone_from(&whole);
        shorten_fields(document, limit);
        limit /= 2;
    }
}

/// A list on its way through the budget.
struct Taken {
    list: List,
    kept: Vec<Value>,
    rest: VecDeque<Value>,
    /// An item that fits into no room, not even cut: it is counted, and passed over.
    unfit: usize,
}

impl Taken {
    fn from(document: &mut Map<String, Value>, list: List) -> Option<Taken> {
        let Some(Value::Array(items)) = document.remove(list.key) else { return None };
        Some(Taken { list, kept: Vec::new(), rest: items.into(), unfit: 0 })
    }

    fn skip(&mut self, count: usize) {
        self.rest.drain(..count.min(self.rest.len()));
    }

    /// Keeps items as long as there is room, and returns how much they take. Only the first one may be cut to less than
    /// a long text.
    fn keep(&mut self, room: usize, least: usize) -> usize {
        let mut used = 0;
        while let Some(item) = self.rest.front() {
            let least = if self.kept.is_empty() { least } else { TEXT };
            let Some(item) = shortened(item, room.saturating_sub(used), least) else { break };
            used += size(&item) + 1;
            self.kept.push(item);
            self.rest.pop_front();
        }
        used
    }

    /// Where the next page begins. Every page goes on by one item at least, or pages would never come to an end.
    fn next(&mut self, cursor: usize) -> Option<usize> {
        if self.kept.is_empty() && self.rest.pop_front().is_some() {
            self.unfit = 1;
        }
        (!self.rest.is_empty()).then_some(cursor + self.kept.len() + self.unfit)
    }

    fn left_out(&self) -> Option<Value> {
        let count = self.rest.len() + self.unfit;
        (count > 0).then(|| json!({ "what": self.list.key, "count": count, "get": self.list.get }))
    }
}

/// The item with its texts cut until it fits; none when they would be cut to less than `least`.
fn shortened(item: &Value, room: usize, least: usize) -> Option<Value> {
    let mut limit = TEXT;
    while limit >= least {
        let mut shorter = item.clone();
        shorten(&mut shorter, limit);
        if size(&shorter) < room {
            return Some(shorter);
        }
        limit /= 2;
    }
    None
}

fn shorten(value: &mut Value, limit: usize) {
    match value {
        Value::String(text) => *text = cut(text, limit),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, limit)),
        Value::Object(fields) => shorten_fields(fields, limit),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Lists inside of an item are shortened as well, and say beside them by how much.
fn shorten_fields(fields: &mut Map<String, Value>, limit: usize) {
    let most = (limit / 64).max(3);
    let mut counts = Vec::new();
    for (name, field) in fields.iter_mut() {
        if let Value::Array(items) = field
            && items.len() > most
        {
            counts.push((format!("{name}_omitted"), json!(items.len() - most)));
            // Of evidence, the last lines are the decisive ones, and the first says what they are about.
            items.drain(most / 2..items.len() - (most - most / 2));
        }
        shorten(field, limit);
    }
    fields.extend(counts);
}

/// The head and the tail of a text that is too long.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let half = limit / 2;
    let head = text.floor_char_boundary(half);
    let tail = text.ceil_char_boundary(text.len() - half);
    format!("{}… {} bytes left out …{}", &text[..head], tail - head, &text[tail..])
}

/// Lines as one text, as many as fit when they are written in JSON; what is left out is counted.
pub(crate) fn text(lines: &[String], room: usize) -> String {
    let lines: Vec<String> = lines.iter().map(|line| cut(line, LINE)).collect();
    let mut used = 64;
    let fitting = lines.iter().take_while(|line| {
        used += written(line) + 2;
        used <= room
    });
    let count = fitting.count();
    let mut text = lines[..count].join("\n");
    if count < lines.len() {
        text += &format!("\n… lines left out: {}", lines.len() - count);
    }
    text
}

/// How many bytes a text takes in JSON, without its quotes.
pub(super) fn written(text: &str) -> usize {
    serde_json::to_string(text).map_or(0, |text| text.len() - 2)
}

fn size(value: &impl serde::Serialize) -> usize {
    serde_json::to_string(value).map_or(0, |text| text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: [List; 2] = [List { key: "a", get: "a again" }, List { key: "b", get: "b again" }];

    fn fitted(document: &Value, page: Option<(&str, usize)>, budget: usize) -> Value {
        let room = Room::of(Some(budget));
        let fitted = fit(document.clone(), &LISTS, page, room);
        assert!(size(&fitted) <= room.document(), "{} of {}", size(&fitted), room.document());
        fitted
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let document = json!({ "a": [1, 2], "b": [], "c": "text" });
        assert_eq!(
            fitted(&document, None, 4096),
            json!({ "a": [1, 2], "b": [], "c": "text", "omitted": [] })
        );
    }

    #[test]
    fn what_is_left_out_is_counted_and_no_list_takes_all() {
        let long =
            |count: usize| Value::Array((0..count).map(|n| json!({ "n": n, "t": "x".repeat(90) })).collect());
        let document = json!({ "a": long(1000), "b": long(1000) });
        let fitted = fitted(&document, None, 4096);
        let kept = |key: &str| fitted[key].as_array().unwrap().len();
        assert!(kept("a") > kept("b") && kept("b") > 0, "{} {}", kept("a"), kept("b"));
        let counted = &fitted["omitted"][1];
        assert_eq!(*counted, json!({ "what": "b", "count": 1000 - kept("b"), "get": "b again" }));
    }

    #[test]
    fn pages_show_every_item_once() {
        let items: Vec<Value> = (0..200).map(|n| json!({ "n": n, "t": "é\n".repeat(n * 7) })).collect();
        let document = json!({ "a": items });
        let (mut cursor, mut seen) = (Some(0), Vec::new());
        while let Some(at) = cursor {
            let page = fitted(&document, Some(("a", at)), 2048);
            seen.extend(page["a"].as_array().unwrap().iter().map(|item| item["n"].as_u64().unwrap()));
            cursor = page["cursor"].as_u64().map(|next| usize::try_from(next).unwrap());
            assert!(cursor.is_none_or(|next| next > at));
        }
        assert_eq!(seen, (0..200).collect::<Vec<u64>>());
        assert_eq!(fitted(&document, Some(("a", 999)), 2048)["cursor"], Value::Null);
    }

    #[test]
    fn an_item_of_too_many_fields_is_passed_over_and_counted() {
        let fields: Map<String, Value> = (0..1000).map(|n| (format!("field {n}"), json!(n))).collect();
        let page = fitted(&json!({ "a": [fields, 2] }), Some(("a", 0)), 2048);
        assert_eq!((&page["a"], &page["cursor"]), (&json!([]), &json!(1)));
        assert_eq!(page["omitted"][0]["count"], 2);
    }

    #[test]
    fn lists_in_items_say_how_much_they_lost() {
        let page = fitted(&json!({ "a": [{ "of": (0..100).collect::<Vec<u32>>() }] }), None, 8192);
        assert_eq!(
            (page["a"][0]["of"].as_array().unwrap().len(), &page["a"][0]["of_omitted"]),
            (32, &json!(68))
        );
        assert_eq!((&page["a"][0]["of"][15], &page["a"][0]["of"][16]), (&json!(15), &json!(84)));
    }

    #[test]
    fn lines_are_kept_from_the_first_on() {
        let lines: Vec<String> = (0..100).map(|n| format!("line \"{n}\"")).collect();
        let short = text(&lines, 200);
        assert!(written(&short) <= 200 && short.starts_with("line \"0\"\n"), "{short}");
        assert!(short.contains("\n… lines left out: "), "{short}");
        assert_eq!(text(&lines[..2], 200), "line \"0\"\nline \"1\"");
    }
}
