//! A build context: a folder, the ignore file that applies to it, and what of it a build can see.

use testyard_project::dockerignore::{IgnoreFile, Line, Matcher, State};

use crate::scene::{File, Scene};

/// A folder that is handed to a build.
pub(crate) struct Context<'a> {
    scene: &'a Scene,
    /// Relative to the project; empty for its root.
    folder: String,
    /// The path of the ignore file, relative to the project, with its patterns.
    ignore: Option<(String, IgnoreFile)>,
}

/// What a build sees at a path of its context.
#[derive(Debug, Clone)]
pub(crate) enum Look {
    /// The file or folder is sent.
    Sent,
    /// It is there, and this line of the ignore file leaves it out.
    Ignored(Line),
    /// It is not there.
    Missing,
    /// It lies behind a link, in `.git`, in a submodule that is not checked out: nothing is said about it.
    Unknown,
}

impl<'a> Context<'a> {
    /// The context of a folder for a Dockerfile, both relative to the project. The ignore file beside the Dockerfile
    /// wins over the context's own; never both apply.
    pub(crate) fn new(scene: &'a Scene, folder: &str, dockerfile: &str) -> Context<'a> {
        let names = [format!("{dockerfile}.dockerignore"), join(folder, ".dockerignore")];
        let read = |path: String| scene.text(&path).map(|text| (path.clone(), IgnoreFile::parse(text)));
        Context { scene, folder: folder.to_owned(), ignore: names.into_iter().find_map(read) }
    }

    /// The same folder under another ignore file: to try a proposal.
    pub(crate) fn with_ignore(&self, file: IgnoreFile) -> Context<'a> {
        Context { scene: self.scene, folder: self.folder.clone(), ignore: Some((String::new(), file)) }
    }

    /// The folder, relative to the project.
    pub(crate) fn folder(&self) -> &str {
        &self.folder
    }

    /// The folder as messages name it.
    pub(crate) fn shown(&self) -> &str {
        if self.folder.is_empty() { "." } else { &self.folder }
    }

    /// The ignore file that applies, relative to the project.
    pub(crate) fn ignore_path(&self) -> Option<&str> {
        self.ignore.as_ref().map(|(path, _)| path.as_str())
    }

    /// The patterns that apply.
    pub(crate) fn ignore(&self) -> Option<&IgnoreFile> {
        self.ignore.as_ref().map(|(_, file)| file)
    }

    /// A path of the context as a path of the project.
    pub(crate) fn path(&self, inside: &str) -> String {
        join(&self.folder, inside)
    }

    /// What a build sees at a tidied path relative to the context; the empty path is the context itself.
    pub(crate) fn look(&self, inside: &str) -> Look {
        let path = self.path(inside);
        if inside.is_empty() {
            return Look::Sent;
        }
        if self.is_hidden(inside) {
            return Look::Unknown;
        }
        if self.scene.tree().file(&path).is_none() && !self.scene.tree().is_folder(&path) {
            return if self.scene.tree().complete() { Look::Missing } else { Look::Unknown };
        }
        match self.ignored_by(inside) {
            Some(line) => Look::Ignored(line),
            None => Look::Sent,
        }
    }

    /// The line that leaves an existing path out. A folder is there as long as anything in it is.
    fn ignored_by(&self, inside: &str) -> Option<Line> {
        let matcher = self.ignore()?.matcher();
        let state = matcher.state(inside);
        if !state.is_ignored() || (matcher.includes_again() && self.sent_below(inside).next().is_some()) {
            return None;
        }
        matcher.decided(&state).cloned()
    }

    /// Whether a path lies where the tree cannot see: behind a link, in `.git`, in an empty submodule.
    fn is_hidden(&self, inside: &str) -> bool {
        let parts: Vec<&str> = inside.split('/').collect();
        let mut ends = (1..=parts.len()).map(|count| self.path(&parts[..count].join("/")));
        parts.contains(&".git")
            || ends.any(|path| {
                self.scene.tree().file(&path).is_some_and(|file| file.link.is_some())
                    || self.is_empty_submodule(&path)
            })
    }

    fn is_empty_submodule(&self, path: &str) -> bool {
        self.scene.tree().below(path).is_empty()
            && self.scene.text(".gitmodules").is_some_and(|text| {
                text.lines().filter_map(|line| line.trim().strip_prefix("path")).any(|rest| {
                    rest.trim_start()
                        .strip_prefix('=')
                        .is_some_and(|value| value.trim().trim_matches('/') == path)
                })
            })
    }

    /// The names directly in a folder of the context.
    pub(crate) fn names(&self, inside: &str) -> Vec<String> {
        let folder = self.path(inside);
        let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
        let start = format!("{folder}/");
        let files = self.scene.tree().below(&folder).iter().map(|file| file.path.as_str());
        let folders = self.scene.tree().folders().filter(|path| skip == 0 || path.starts_with(&start));
        let name = |path: &str| {
            path.get(skip..)?.split('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
        };
        let mut names: Vec<String> = files.chain(folders).filter_map(name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Every file below a folder of the context that is sent, with its path relative to the context.
    pub(crate) fn sent_below(&self, inside: &str) -> impl Iterator<Item = (&'a str, &'a File)> {
        let skip = if self.folder.is_empty() { 0 } else { self.folder.len() + 1 };
        let mut walk = self.ignore().map(|file| Walk::new(file.matcher()));
        self.scene.tree().below(&self.path(inside)).iter().filter_map(move |file| {
            let path = file.path.get(skip..)?;
            let ignored = walk.as_mut().is_some_and(|walk| walk.is_ignored(path));
            (!ignored).then_some((path, file))
        })
    }
}

/// Matches the paths of a sorted tree, each folder once.
pub(crate) struct Walk<'a> {
    matcher: Matcher<'a>,
    /// The folders that lead to the last file, each with its state.
    open: Vec<(String, State)>,
}

impl<'a> Walk<'a> {
    /// A walk that has seen nothing.
    pub(crate) fn new(matcher: Matcher<'a>) -> Walk<'a> {
        Walk { matcher, open: Vec::new() }
    }

    /// Whether a path is left out. Paths come in their order.
    pub(crate) fn is_ignored(&mut self, path: &str) -> bool {
        let leads = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        while self.open.last().is_some_and(|(folder, _)| !leads(folder)) {
            self.open.pop();
        }
        let known = self.open.last().map_or(0, |(folder, _)| folder.len() + 1);
        for (at, _) in path.match_indices('/').filter(|(at, _)| *at >= known) {
            let state = self.step(&path[..at]);
            self.open.push((path[..at].to_owned(), state));
        }
        // Nothing below an ignored folder comes back without a `!`.
        match self.open.last() {
            Some((_, state)) if state.is_ignored() && !self.matcher.includes_again() => true,
            _ => self.step(path).is_ignored(),
        }
    }

    fn step(&self, path: &str) -> State {
        let parent = self.open.last().map(|(_, state)| state);
        self.matcher.step(parent.unwrap_or(&State::default()), path)
    }
}

/// Two paths as one; the empty path is the root.
pub(crate) fn join(folder: &str, inside: &str) -> String {
    match (folder.is_empty(), inside.is_empty()) {
        (true, _) => inside.to_owned(),
        (_, true) => folder.to_owned(),
        _ => format!("{folder}/{inside}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::scene;

    fn check(files: &[(&str, &str)], folder: &str, expected: &[&str]) {
        let (scene, _kept) = scene(files);
        let context = Context::new(&scene, folder, "Dockerfile");
        let sent: Vec<&str> = context.sent_below("").map(|(path, _)| path).collect();
        assert_eq!(sent, expected);
        for (path, _) in context.sent_below("") {
            assert!(matches!(context.look(path), Look::Sent), "{path}");
        }
    }

    #[test]
    fn what_is_sent_is_what_no_line_leaves_out() {
        let files = [
            (".dockerignore", "*\n!src\n**/*.pyc\n"),
            ("a.txt", ""),
            ("src/a.py", ""),
            ("src/a.pyc", ""),
            ("src/x/b.py", ""),
            ("srcs/c.py", ""),
        ];
        check(&files, "", &["src/a.py", "src/x/b.py"]);
        check(&files, "src", &["a.py", "a.pyc", "x/b.py"]);
    }

    #[test]
    fn the_ignore_file_beside_the_dockerfile_wins() {
        let files = [(".dockerignore", "a"), ("Dockerfile.dockerignore", "b"), ("a", ""), ("b", "")];
        check(&files, "", &[".dockerignore", "Dockerfile.dockerignore", "a"]);
    }

    #[test]
    fn a_look_tells_why_something_is_not_there() {
        let (scene, _kept) = scene(&[
            (".dockerignore", "# x\nlogs\nkept\n!kept/me\n"),
            ("logs/a", ""),
            ("kept/me", ""),
            ("kept/not", ""),
            ("empty/", ""),
            ("link@", "logs"),
            (".gitmodules", "[submodule \"x\"]\n\tpath = lib/x\n"),
        ]);
        let context = Context::new(&scene, "", "Dockerfile");
        let shown = |path: &str| match context.look(path) {
            Look::Ignored(line) => format!("line {}", line.number),
            look => format!("{look:?}"),
        };
        let cases = [
            ("", "Sent"),
            ("kept", "Sent"),
            ("kept/not", "line 3"),
            ("logs/a", "line 2"),
            ("none", "Missing"),
            ("empty", "Sent"),
            ("link/a", "Unknown"),
            (".git/HEAD", "Unknown"),
            ("lib/x/y", "Unknown"),
        ];
        for (path, expected) in cases {
            assert_eq!(shown(path), expected, "{path:?}");
        }
        assert_eq!(context.names(""), [".dockerignore", ".gitmodules", "empty", "kept", "link", "logs"]);
        assert_eq!(context.names("kept"), ["me", "not"]);
    }
}
