//! Where in the repository something happened: the file and line that an annotation is put at.

use std::path::Path;

use crate::Subject;
use crate::digest;

/// Folders of a project that hold what others wrote.
const FOREIGN: [&str; 4] = ["site-packages", "dist-packages", ".venv", "node_modules"];

/// A file of the repository, and perhaps a line of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: String,
}

/// A path of the project as seen from where `prefix` is the project's folder.
pub(crate) fn under(prefix: &str, path: &str) -> String {
    if prefix.is_empty() || path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", prefix.trim_end_matches('/'))
    }
}

/// Reads places out of what tests say.
pub(super) struct Places<'a> {
    subject: &'a Subject<'a>,
    prefix: &'a str,
}

impl<'a> Places<'a> {
    /// `prefix` is the project's folder as the repository's root sees it.
    pub(super) fn of(subject: &'a Subject<'a>, prefix: &'a str) -> Places<'a> {
        Places { subject, prefix }
    }

    /// Where a failure came from: the innermost line of its traceback that lies in the project, else the file of the
    /// test.
    pub(super) fn of_failure(&self, suite: &str, name: &str, detail: &str) -> Place {
        let places = digest::locations(detail).filter_map(|place| place.rsplit_once(':'));
        let own = places.rev().find_map(|(path, line)| Some((self.own(suite, path)?, line)));
        match own {
            Some((file, line)) => Place { file, line: line.to_owned() },
            None => Place { file: self.of_test(suite, name).unwrap_or_default(), line: String::new() },
        }
    }

    /// A file of the project that is named by its path from there.
    pub(super) fn of_file(&self, path: &Path, line: u32) -> Place {
        let line = if line > 0 { line.to_string() } else { String::new() };
        Place { file: under(self.prefix, &path.to_string_lossy()), line }
    }

    /// The file that the name of a test begins with, where it is one.
    fn of_test(&self, suite: &str, name: &str) -> Option<String> {
        let file = name.split("::").next()?;
        let is_file = Path::new(file).extension().is_some() && !file.contains(char::is_whitespace);
        if is_file { self.own(suite, file) } else { None }
    }

    /// A path that a suite names, as one of the repository; nothing for what is not the project's own.
    fn own(&self, suite: &str, path: &str) -> Option<String> {
        let path = Path::new(path);
        let path = match self.subject.plan {
            Some(plan) => {
                let known = plan.suites.iter().find(|known| known.name == suite);
                let folder = known.map_or(plan.project.root.as_path(), |known| &known.folder);
                folder.join(path).strip_prefix(&plan.project.root).ok()?.to_owned()
            }
            None if path.is_absolute() => return None,
            None => path.to_owned(),
        };
        let is_foreign =
            path.iter().any(|part| FOREIGN.iter().any(|foreign| part == *foreign) || part == "..");
        (!is_foreign).then(|| under(self.prefix, &path.to_string_lossy()))
    }
}
