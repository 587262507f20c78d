//! Reading `testyard.toml` into settings, every key checked against the table of known keys.

use std::collections::BTreeSet;
use std::ops::Range;

use toml_edit::{Document, Item, Key, TableLike};

use super::schema::{self, Node};
use super::settings::Settings;
use crate::codes;
use crate::source::{Source, Sourced, Text};

/// Reads the text of a file into the settings. A file that is not TOML gives one finding and no settings.
pub(super) fn read(text: Text<'_>, settings: &mut Settings) {
    match Document::parse(text.text) {
        Ok(document) => Reader { text, settings }.table(&mut Vec::new(), document.as_table()),
        Err(error) => {
            let source = text.source_at(error.span().map_or(0, |span| span.start));
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let finding =
                source.error(codes::TOML_SYNTAX, format!("not valid TOML: {}", lower_first(&message)));
            settings.findings.push(finding.help("see https://toml.io for the syntax"));
        }
    }
}

/// Messages begin in lower case.
fn lower_first(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

struct Reader<'a> {
    text: Text<'a>,
    settings: &'a mut Settings,
}

impl Reader<'_> {
    fn source(&self, span: Option<Range<usize>>) -> Source {
        self.text.source_at(span.map_or(0, |span| span.start))
    }

    /// Reads the keys of one table. `path` leads to it.
    fn table(&mut self, path: &mut Vec<String>, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let key = table.get_key_value(name).map(|(key, _)| key.clone()).unwrap_or_else(|| Key::new(name));
            path.push(name.to_owned());
            self.item(path, &key, item);
            path.pop();
        }
    }

    fn item(&mut self, path: &mut Vec<String>, key: &Key, item: &Item) {
        if *path == ["suite"] {
            return self.suites(key, item);
        }
        let source = self.source(key.span().or_else(|| item.span()));
        match schema::lookup(path) {
            Node::Leaf(kind) => match kind.read(item, self.text) {
                Some(value) => {
                    let source = self.source(item.span().or_else(|| key.span()));
                    self.settings.values.insert(path.clone(), Sourced::new(value, source));
                }
                None => {
                    let source = self.source(item.span().or_else(|| key.span()));
                    let message = format!("`{}` takes {}", key.get(), kind.expected());
                    let found = format!("this is {}", found(item));
                    self.settings.findings.push(source.error(codes::WRONG_VALUE, message).help(found));
                }
            },
            Node::Table => match item.as_table_like() {
                Some(table) => self.table(path, table),
                None => {
                    let message = format!("`{}` is a table", key.get());
                    let help = format!("write [{}] and its keys below it", path.join("."));
                    self.settings.findings.push(source.error(codes::WRONG_VALUE, message).help(help));
                }
            },
            Node::Unknown { help, .. } => {
                let message = format!("unknown key `{}`", key.get());
                self.settings.findings.push(source.error(codes::UNKNOWN_KEY, message).help(help));
            }
        }
    }

    /// Reads the suites: `[[suite]]`, or a list of inline tables.
    fn suites(&mut self, key: &Key, item: &Item) {
        let tables: Vec<(&dyn TableLike, Option<Range<usize>>)> = match item {
            Item::ArrayOfTables(tables) => {
                tables.iter().map(|table| (table as &dyn TableLike, table.span())).collect()
            }
            Item::Value(toml_edit::Value::Array(list))
                if list.iter().all(toml_edit::Value::is_inline_table) =>
            {
                list.iter()
                    .filter_map(|one| Some((one.as_inline_table()? as &dyn TableLike, one.span())))
                    .collect()
            }
            _ => {
                let source = self.source(key.span().or_else(|| item.span()));
                let finding = source.error(codes::WRONG_VALUE, "`suite` is a list of tables");
                return self.settings.findings.push(finding.help("write [[suite]], with two brackets"));
            }
        };
        let mut seen = BTreeSet::new();
        for (table, span) in tables {
            self.suite(table, self.source(span), &mut seen);
        }
    }

    fn suite(&mut self, table: &dyn TableLike, source: Source, seen: &mut BTreeSet<String>) {
        let name = table.get("name").and_then(Item::as_str).map(str::to_owned);
        let known = name.clone().filter(|name| !name.is_empty());
        match known {
            None if table.get("name").is_none() || name.is_some() => {
                let finding = source.error(codes::BAD_SUITE, "a suite has no name");
                self.settings.findings.push(finding.help("add name = \"unit\", or what it is called"));
            }
            Some(name) if !seen.insert(name.clone()) => {
                let finding = source.error(codes::BAD_SUITE, format!("there are two suites named `{name}`"));
                self.settings.findings.push(finding.help("give each suite a name of its own"));
            }
            Some(name) => self.settings.suites.push(Sourced::new(name, source)),
            // A name of the wrong type is told where its value is read.
            None => {}
        }
        let mut path = vec!["suite".to_owned(), name.unwrap_or_default()];
        self.table(&mut path, table);
    }
}

/// What an item is, for a message about a wrong one.
fn found(item: &Item) -> String {
    match item {
        Item::Value(toml_edit::Value::String(text)) => format!("the text {:?}", text.value()),
        Item::Value(toml_edit::Value::Integer(number)) => format!("the number {}", number.value()),
        Item::Value(toml_edit::Value::Float(number)) => format!("the number {}", number.value()),
        Item::Value(toml_edit::Value::Boolean(flag)) => flag.value().to_string(),
        Item::Value(toml_edit::Value::Array(_)) => "a list of something else".to_owned(),
        Item::Value(toml_edit::Value::Datetime(when)) => format!("the time {}", when.value()),
        Item::Value(toml_edit::Value::InlineTable(_)) | Item::Table(_) => "a table".to_owned(),
        Item::ArrayOfTables(_) => "a list of tables".to_owned(),
        Item::None => "nothing".to_owned(),
    }
}
