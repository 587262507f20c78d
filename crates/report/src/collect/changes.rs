//! Changes that would put things right, as diffs.

use serde::Serialize;
use similar::TextDiff;
use testyard_model::collection::FileChange;

use crate::style::{Line, Role};

/// A change, as a document has it.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    path: &'a std::path::Path,
    because: &'a [String],
    diff: String,
}

pub(super) fn shown(changes: &[FileChange]) -> Vec<Shown<'_>> {
    let each = changes.iter();
    each.map(|change| Shown { path: &change.path, because: &change.because, diff: diff(change) }).collect()
}

pub(super) fn human(changes: &[FileChange]) -> Vec<Line> {
    let each = changes.iter().flat_map(|change| {
        let because = change.because.iter().map(|why| Line::new().dim(format!("# {why}")));
        let because: Vec<Line> = because.collect();
        because.into_iter().chain(diff(change).lines().map(coloured).collect::<Vec<Line>>())
    });
    each.collect()
}

fn coloured(line: &str) -> Line {
    match line.as_bytes().first() {
        Some(b'+') => Line::new().add(Role::Good, line),
        Some(b'-') => Line::new().add(Role::Bad, line),
        _ => Line::new().plain(line),
    }
}

/// A unified diff, as `git apply` takes it.
fn diff(change: &FileChange) -> String {
    let path = change.path.display();
    let old = if change.before.is_empty() { "/dev/null".to_owned() } else { format!("a/{path}") };
    let diff = TextDiff::from_lines(&change.before, &change.after);
    diff.unified_diff().context_radius(3).header(&old, &format!("b/{path}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_unified_diff() {
        let change = FileChange {
            path: "requirements.txt".into(),
            before: "flask\n".to_owned(),
            after: "flask\npsycopg\n".to_owned(),
            because: vec!["`psycopg` is not installed".to_owned()],
        };
        insta::assert_snapshot!(diff(&change), @r"
        --- a/requirements.txt
        +++ b/requirements.txt
        @@ -1 +1,2 @@
         flask
        +psycopg
        ");
    }
}
