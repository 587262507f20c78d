//! Patterns in their order: is a path left out, and by which line?

use super::read::Line;

/// All patterns of an ignore file.
#[derive(Debug, Clone, Copy)]
pub struct Matcher<'a> {
    lines: &'a [Line],
}

/// What is known of one path: whether it is left out, and which patterns matched it or a parent. A walk hands the
/// state of a folder on to what lies in it, so that every path is matched once.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// One entry a pattern: whether it matched. Empty for the root.
    matched: Vec<bool>,
    /// The index of the pattern that decided last.
    decided: Option<usize>,
    ignored: bool,
}

impl State {
    /// Whether the path is left out of the context.
    pub fn is_ignored(&self) -> bool {
        self.ignored
    }
}

impl<'a> Matcher<'a> {
    pub(super) fn new(lines: &'a [Line]) -> Matcher<'a> {
        Matcher { lines }
    }

    /// The state of the context's root: never left out.
    pub fn root(&self) -> State {
        State::default()
    }

    /// The state of a path that lies directly in the folder of `parent`.
    ///
    /// A pattern that cannot change the answer any more is not tried, and what was not tried for a folder counts as
    /// not matched for what lies in it. So `a`, `!a/b`, `a` sends `a/b`: the second `a` was never tried on the folder.
    pub fn step(&self, parent: &State, path: &str) -> State {
        let mut state = State { matched: Vec::with_capacity(self.lines.len()), ..State::default() };
        for (index, line) in self.lines.iter().enumerate() {
            let inherited = parent.matched.get(index).copied().unwrap_or_default();
            let hit = inherited || (line.negated == state.ignored && line.pattern.matches(path));
            state.matched.push(hit);
            if hit {
                state.ignored = !line.negated;
                state.decided = Some(index);
            }
        }
        state
    }

    /// The state of a path, by way of all its parents. The path is relative to the context, tidied, with `/` between
    /// its parts; the empty path and `.` are the root.
    pub fn state(&self, path: &str) -> State {
        let mut state = self.root();
        if path.is_empty() || path == "." {
            return state;
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for end in ends {
            state = self.step(&state, &path[..end]);
        }
        state
    }

    /// Whether a path is left out of the context.
    pub fn is_ignored(&self, path: &str) -> bool {
        self.state(path).ignored
    }

    /// The line that left a path out, or included it again.
    pub fn decided(&self, state: &State) -> Option<&'a Line> {
        self.lines.get(state.decided?)
    }

    /// Whether anything is included again by a `!`: only then may something below an ignored folder be sent.
    pub fn includes_again(&self) -> bool {
        self.lines.iter().any(|line| line.negated)
    }
}
