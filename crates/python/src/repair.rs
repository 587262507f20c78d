//! What would put files right that cannot be imported: only where it is certain, and stubs only where they are asked for.

use std::collections::BTreeMap;

use testyard_model::collection::{FileChange, Link};

use crate::diagnose::Troubles;
use crate::project::Project;
use crate::read::STUB;

/// How something could be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repair {
    /// A line in a file of requirements.
    Require {
        /// The file, relative to the project.
        file: String,
        /// What is missing in it.
        distribution: String,
    },
    /// Another module in an import: that of one name, or the module itself.
    Import {
        /// The name that is imported; the module itself when not said.
        name: Option<String>,
        /// Where it is now.
        to: String,
    },
    /// A skip instead of an end of the process.
    Skip {
        /// The line that ends it.
        line: u32,
    },
    /// A module that is to be written.
    StubModule {
        /// Its file.
        path: String,
    },
    /// A name that is to be written.
    StubName {
        /// The file that is to have it.
        path: String,
        /// The name.
        name: String,
    },
}

/// The changes that put troubles right, by file. `files` are the test files.
pub(crate) fn changes(
    project: &Project<'_>,
    files: &[String],
    troubles: &Troubles,
    scaffold: bool,
) -> Vec<FileChange> {
    let mut texts = Texts { project, changed: BTreeMap::new() };
    for (link, trouble, repair) in troubles.repairs() {
        let because = trouble.message.as_str();
        match repair {
            Repair::Require { file, distribution } => texts.require(file, distribution, because),
            Repair::Import { name, to } => {
                texts.edit(&shown(link), because, |text| with_import(text, link.line, name.as_deref(), to));
            }
            Repair::Skip { line } => {
                let path = shown(link);
                // Elsewhere ending the process may be what is meant; a test file has no reason to.
                if files.iter().any(|file| project.shown(file) == link.path) {
                    texts.edit(&path, because, |text| with_skip(text, *line));
                }
            }
            Repair::StubModule { path } if scaffold => texts.stub_module(path, link, because),
            Repair::StubName { path, name } if scaffold => {
                let path = project.shown(path).to_string_lossy().into_owned();
                texts.edit(&path, because, |text| with_stub(text, name, &shown(link)));
            }
            Repair::StubModule { .. } | Repair::StubName { .. } => {}
        }
    }
    texts.changed.into_values().filter(|change| change.before != change.after).collect()
}

fn shown(link: &Link) -> String {
    link.path.to_string_lossy().into_owned()
}

/// Files as they would be. Paths are relative to the project.
struct Texts<'p, 's> {
    project: &'p Project<'s>,
    changed: BTreeMap<String, FileChange>,
}

impl Texts<'_, '_> {
    /// The change of a file, begun with what is in it.
    fn of(&mut self, path: &str) -> &mut FileChange {
        // What is shown begins at the project, which is above the root by the folder's own parts.
        let settings = self.project.settings;
        let up = settings.folder.components().fold(settings.root.clone(), |root, _| root.join(".."));
        self.changed.entry(path.to_owned()).or_insert_with(|| {
            let text = std::fs::read_to_string(up.join(path)).unwrap_or_default();
            FileChange { path: path.into(), before: text.clone(), after: text, because: Vec::new() }
        })
    }

    /// Changes a text, unless the change does not come about.
    fn edit(&mut self, path: &str, because: &str, edit: impl Fn(&str) -> Option<String>) {
        let change = self.of(path);
        if change.because.iter().any(|one| one == because) {
            return;
        }
        if let Some(after) = edit(&change.after) {
            change.after = after;
            change.because.push(because.to_owned());
        }
    }

    fn require(&mut self, file: &str, distribution: &str, because: &str) {
        // Other kinds of files have a form of their own, and tools that keep it.
        if file.ends_with(".txt") {
            let line = format!("{distribution}\n");
            self.edit(file, because, |text| {
                let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                Some(format!("{text}{end}{line}"))
            });
        }
    }

    fn stub_module(&mut self, path: &str, by: &Link, because: &str) {
        let shown_path = self.project.shown(path).to_string_lossy().into_owned();
        let text = format!(
            "{STUB}* because {} imports it: write it, then remove this line\n\
             \"\"\"A stub: nothing of it is written yet.\"\"\"\n\nimport sys\n\n\
             if \"pytest\" in sys.modules:\n    \
                 sys.modules[\"pytest\"].skip(\"{path} is a stub\", allow_module_level=True)\n\
             raise NotImplementedError(\"{path} is a stub\")\n",
            by.path.display()
        );
        self.edit(&shown_path, because, |_| Some(text.clone()));
    }
}

/// A text with another module in one import; nothing when the line is of a form in which that is not certain.
fn with_import(text: &str, line: u32, name: Option<&str>, to: &str) -> Option<String> {
    replaced(text, line, |old| {
        let (indent, rest) = old.split_at(old.len() - old.trim_start().len());
        let (_, names) = rest.strip_prefix("from ")?.split_once(" import ")?;
        if names.contains(['(', '\\', '#', '*', ';']) {
            return None;
        }
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        let own = |one: &&str| name.is_none_or(|name| one.split_whitespace().next() == Some(name));
        let (moved, kept): (Vec<&str>, Vec<&str>) = names.into_iter().partition(own);
        let new = format!("{indent}from {to} import {}", moved.join(", "));
        if kept.is_empty() {
            return Some(new);
        }
        let (start, _) = old.split_once(" import ")?;
        Some(format!("{start} import {}\n{new}", kept.join(", ")))
    })
}

/// A text that skips its tests where it ended the process.
fn with_skip(text: &str, line: u32) -> Option<String> {
    let skipped = replaced(text, line, |old| {
        let indent = &old[..old.len() - old.trim_start().len()];
        let call = old.trim();
        let whole = ["sys.exit(", "exit(", "quit(", "os._exit("].iter().any(|start| call.starts_with(start));
        let reason = call.split_once('(')?.1.strip_suffix(')')?;
        let is_text = reason.starts_with(['"', '\'']) && !reason[1..reason.len() - 1].contains(['"', '\'']);
        let reason = if is_text { reason } else { "\"what this file needs is not there\"" };
        whole.then(|| format!("{indent}pytest.skip({reason}, allow_module_level=True)"))
    })?;
    let imports = skipped.lines().any(|line| line.trim() == "import pytest");
    Some(if imports { skipped } else { after_head(&skipped, "import pytest\n") })
}

/// A text with a line after what has to stand first: comments, the text that describes a module, `from __future__`.
fn after_head(text: &str, line: &str) -> String {
    let mut at = 0;
    let mut inside = false;
    for part in text.split_inclusive('\n') {
        let quotes = part.matches("\"\"\"").count() + part.matches("'''").count();
        let head = inside
            || part.starts_with('#')
            || part.trim().is_empty()
            || quotes > 0
            || part.starts_with("from __future__");
        if !head {
            break;
        }
        inside ^= quotes % 2 == 1;
        at += part.len();
    }
    format!("{}{line}{}", &text[..at], &text[at..])
}

/// A module that answers for one more name that is to be written; nothing where it answers for names already.
fn with_stub(text: &str, name: &str, by: &str) -> Option<String> {
    if text.contains("__getattr__") {
        return None;
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Some(format!(
        "{text}{end}\n\n{STUB}{name} because {by} imports it: write it, then remove this function\n\
         def __getattr__(name):\n    \
             if name != \"{name}\":\n        \
                 raise AttributeError(name)\n    \
             import sys\n\n    \
             if \"pytest\" in sys.modules:\n        \
                 sys.modules[\"pytest\"].skip(\"{name} is a stub\", allow_module_level=True)\n    \
             raise NotImplementedError(\"{name} is a stub\")\n"
    ))
}

/// A text with one line replaced.
fn replaced(text: &str, line: u32, replace: impl Fn(&str) -> Option<String>) -> Option<String> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let mut lines: Vec<&str> = text.split('\n').collect();
    let old = lines.get(index)?;
    let new = replace(old.trim_end_matches('\r'))?;
    lines[index] = &new;
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_changed_where_that_is_certain() {
        let check = |line: &str, name: Option<&str>, expected: Option<&str>| {
            assert_eq!(with_import(line, 1, name, "new.place").as_deref(), expected, "{line}");
        };
        check("from old import a", Some("a"), Some("from new.place import a"));
        check("    from .old import a as b", Some("a"), Some("    from new.place import a as b"));
        check("from old import a, b, c", Some("b"), Some("from old import a, c\nfrom new.place import b"));
        check("from old import a, b", None, Some("from new.place import a, b"));
        check("from old import (a,", Some("a"), None);
        check("import old", None, None);
    }

    #[test]
    fn exits_become_skips() {
        let text = "\"\"\"About.\"\"\"\nimport sys\ntry:\n    import x\nexcept ImportError:\n    sys.exit('needs x')\n";
        let expected = "\"\"\"About.\"\"\"\nimport pytest\nimport sys\ntry:\n    import x\nexcept ImportError:\n    \
                        pytest.skip('needs x', allow_module_level=True)\n";
        assert_eq!(with_skip(text, 6).as_deref(), Some(expected));
        let number = with_skip("import pytest\nsys.exit(1)\n", 2).unwrap();
        assert_eq!(
            number,
            "import pytest\npytest.skip(\"what this file needs is not there\", allow_module_level=True)\n"
        );
        assert_eq!(with_skip("main() or sys.exit(1)\n", 1), None);
    }

    #[test]
    fn a_module_answers_for_one_stub_only() {
        let stubbed = with_stub("x = 1", "late", "test_a.py").unwrap();
        assert!(
            stubbed.starts_with("x = 1\n\n\n# testyard: stub late because test_a.py imports it"),
            "{stubbed}"
        );
        assert_eq!(with_stub(&stubbed, "other", "test_a.py"), None);
    }
}
