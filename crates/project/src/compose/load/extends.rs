//! `extends`: a service made from another one, of the same file or of another.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Base, Loader};
use crate::compose::codes;
use crate::compose::files;
use crate::compose::findings::Problem;
use crate::compose::merge;
use crate::compose::tree::{Map, Node, Spot, Value};
use crate::nearest;

/// The longest chain of services that extend one another.
const MAX_CHAIN: usize = 50;

/// The services of one document or file, with the folder that relative paths in them start from.
#[derive(Debug)]
pub(crate) struct Book {
    services: Map,
    path: PathBuf,
    folder: PathBuf,
}

/// A service on the way to itself: its file and name.
type Step = (PathBuf, String);

/// What `extends` says.
struct Extends {
    service: String,
    spot: Spot,
    file: Option<(String, Spot)>,
}

impl Loader {
    /// Resolves every `extends` of a document in place.
    pub(super) fn extend(&mut self, document: &mut Map, base: &Base, path: &Path) {
        let Some(Node { value: Value::Map(services), .. }) = document.get_mut("services") else { return };
        if !services
            .entries
            .iter()
            .any(|entry| entry.value.as_map().is_some_and(|map| map.get("extends").is_some()))
        {
            return;
        }
        let book = Book { services: services.clone(), path: path.to_owned(), folder: base.folder.clone() };
        for entry in &mut services.entries {
            if let Some(node) = self.extended(&entry.key, &book, base, &mut Vec::new()) {
                entry.value = node;
            }
        }
    }

    /// A service of a book with everything it extends merged in. None when the book has no such service.
    fn extended(&mut self, name: &str, book: &Book, base: &Base, way: &mut Vec<Step>) -> Option<Node> {
        let mut node = book.services.get(name)?.clone();
        let Value::Map(service) = &mut node.value else { return Some(node) };
        let Some(entry) = service.take("extends") else { return Some(node) };
        let Some(extends) = self.read_extends(&entry.value, entry.spot) else { return Some(node) };
        let step = (book.path.clone(), name.to_owned());
        if way.contains(&step) || way.len() >= MAX_CHAIN {
            self.cycle(&extends, way, name);
            return Some(node);
        }
        way.push(step);
        let parent = self.parent(&extends, book, base, way);
        way.pop();
        let Some(mut parent) = parent else { return Some(node) };
        // Removals in the parent are about what the parent extends, not about this service's other files.
        merge::sweep(&mut parent);
        let mut at = vec!["services".to_owned(), name.to_owned()];
        Some(merge::merge(parent, node, &mut at, &mut self.findings))
    }

    /// The service that is extended, resolved.
    fn parent(&mut self, extends: &Extends, book: &Book, base: &Base, way: &mut Vec<Step>) -> Option<Node> {
        let other = match &extends.file {
            None => None,
            Some((file, spot)) => Some(self.book(file, *spot, book, base)?),
        };
        let book = other.as_deref().unwrap_or(book);
        let parent = self.extended(&extends.service, book, base, way);
        if parent.is_none() {
            let names = book.services.entries.iter().map(|entry| entry.key.as_str());
            let shown = self.shown(&book.path);
            let message = format!("`{}` has no service `{}` to extend", shown.display(), extends.service);
            let help = nearest::help(&extends.service, names);
            self.findings.push(Problem::error(codes::BAD_EXTENDS, extends.spot, message).help(help));
        }
        parent
    }

    fn read_extends(&mut self, node: &Node, spot: Spot) -> Option<Extends> {
        let map = node.as_map();
        let service = map.and_then(|map| map.get("service"));
        let Some((name, spot)) =
            service.and_then(|service| Some((service.as_text()?.to_owned(), service.spot)))
        else {
            self.findings.push(
                Problem::error(codes::BAD_EXTENDS, spot, "`extends` does not name a service")
                    .help("write `extends: {service: other}`, with `file:` when it is in another file"),
            );
            return None;
        };
        let file = map
            .and_then(|map| map.get("file"))
            .and_then(|file| Some((file.as_text()?.to_owned(), file.spot)));
        Some(Extends { service: name, spot, file })
    }

    /// The services of another file. Its own `include` is not followed, as in compose.
    fn book(&mut self, file: &str, spot: Spot, from: &Book, base: &Base) -> Option<Rc<Book>> {
        let path = self.find(file, spot, from, base)?;
        let key = (base.number, path.clone());
        if let Some(book) = self.extended.get(&key) {
            return Some(Rc::clone(book));
        }
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let documents = self.read(&path, Some((codes::BAD_EXTENDS, spot)));
        if documents.is_empty() {
            return None;
        }
        let own = Base { folder: folder.clone(), variables: base.variables.clone(), number: base.number };
        let mut services = Map::default();
        for node in documents {
            let Some(mut document) = self.document(node, &own) else { continue };
            if let Some(Value::Map(more)) = document.take("services").map(|entry| entry.value.value) {
                more.entries.into_iter().for_each(|entry| services.put(entry));
            }
        }
        let book = Rc::new(Book { services, path, folder });
        self.extended.insert(key, Rc::clone(&book));
        Some(book)
    }

    /// The file that is named, relative to the folder of the book, else to that of the file itself.
    fn find(&mut self, file: &str, spot: Spot, from: &Book, base: &Base) -> Option<PathBuf> {
        let first = files::absolute(file, &from.folder, &base.variables);
        let beside = files::absolute(file, from.path.parent().unwrap_or(&from.folder), &base.variables);
        let found = [&first, &beside].into_iter().find(|path| self.files.has(path)).cloned();
        if found.is_none() {
            let message = format!("`{}` is not there", self.shown(&first).display());
            self.findings.push(
                Problem::error(codes::BAD_EXTENDS, spot, message).help("correct the path, or make the file"),
            );
        }
        found
    }

    fn cycle(&mut self, extends: &Extends, way: &[Step], name: &str) {
        let start = way.iter().position(|(_, step)| step == name).unwrap_or(0);
        let names: Vec<&str> = way[start..].iter().map(|(_, step)| step.as_str()).chain([name]).collect();
        let message = format!("`extends` leads back to itself: {}", names.join(" → "));
        self.findings.push(
            Problem::error(codes::EXTENDS_CYCLE, extends.spot, message)
                .help("let each service extend one that does not extend it"),
        );
    }
}
