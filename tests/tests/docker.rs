//! What `check` says of build contexts, beside what a real Docker engine does with them: builds from `scratch` whose result
//! is written to a folder. Skipped aloud where no engine with BuildKit answers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use testyard_tests::Project;

/// The files of every context, apart from those that tell how it is built.
const TREE: [&str; 20] = [
    "a",
    "b.py",
    "ab.txt",
    ".env",
    "lib/a",
    "lib/b.py",
    "lib/ab/a",
    "lib/ab/c.txt",
    "lib/ab/b/a",
    "lib/.env",
    "src/a.py",
    "src/b/a.py",
    "src/b/c/a.py",
    "src/b/c/.env",
    "docs/README.md",
    "docs/a.md",
    "docs/b/README.md",
    "docs/b/a",
    "x y/a",
    "x y/b.py",
];

/// A Docker client whose `build` works, with what the engine then does.
#[derive(Debug)]
struct Engine {
    client: PathBuf,
    /// Whether it matches patterns as BuildKit does since 2022. Before, `**x` and `!` meant something else, and a wildcard
    /// below a folder that is not there was fine.
    modern: bool,
}

/// The engine of this machine. One machine may have several clients, of which one knows BuildKit.
fn engine() -> Option<&'static Engine> {
    static ENGINE: OnceLock<Option<Engine>> = OnceLock::new();
    let found = ENGINE.get_or_init(|| {
        let project = Project::of(&[("Dockerfile", "FROM scratch\nCOPY Dockerfile /\n")]);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut clients = std::env::split_paths(&path).map(|folder| folder.join("docker"));
        let works =
            |client: &PathBuf| client.is_file() && Engine::of(client.clone()).build(project.path()).is_some();
        clients.find(works).map(Engine::of)
    });
    if found.is_none() {
        eprintln!("skipped: no Docker engine with BuildKit answers on this machine");
    }
    found.as_ref()
}

/// The first version of the engine's API whose engines all have a modern BuildKit: Docker 25.
const MODERN: (u32, u32) = (1, 44);

impl Engine {
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    fn of(client: PathBuf) -> Engine {
        let mut command = Command::new(&client);
        command.args(["version", "--format", "{{.Server.APIVersion}}"]);
        let version = command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let version = version.unwrap_or_default();
        let mut parts = version.trim().split('.').map(|part| part.parse().unwrap_or(0));
        let modern = (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= MODERN;
        Engine { client, modern }
    }

    /// Whether this engine reads an ignore file as every engine does.
    fn reads_alike(&self, ignore: &str) -> bool {
        let glued = |line: &str| line.trim().split('/').any(|part| part.contains("**") && part != "**");
        self.modern || !ignore.lines().any(|line| line.contains('!') || glued(line))
    }

    /// The files of what a folder builds; nothing when the build fails.
    #[allow(clippy::disallowed_methods, reason = "the tests stand outside of the program they drive")]
    fn build(&self, folder: &Path) -> Option<BTreeSet<String>> {
        let out = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(&self.client);
        command
            .args(["build", "--quiet", "--output"])
            .arg(out.path())
            .arg(folder)
            .env("DOCKER_BUILDKIT", "1");
        let done = command.output().ok()?;
        done.status.success().then(|| files_below(out.path()))
    }
}

fn files_below(root: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inside = path.strip_prefix(root).expect("it lies below");
                files.insert(inside.to_string_lossy().into_owned());
            }
        }
    }
    files
}

/// A project with the tree, and what its Dockerfile and its ignore file say.
fn project(dockerfile: &str, ignore: &str) -> Project {
    let mut files: Vec<(&str, &str)> = TREE.iter().map(|path| (*path, "text\n")).collect();
    files.extend([("Dockerfile", dockerfile), (".dockerignore", ignore)]);
    files.push(("compose.yaml", "services: {a: {build: .}}\n"));
    Project::of(&files)
}

/// Numbers that are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits fit") % limit
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn path(&mut self, parts: &[&str]) -> String {
        let number = 1 + self.below(3);
        (0..number).map(|_| self.one(parts)).collect::<Vec<_>>().join("/")
    }
}

#[test]
fn the_same_files_are_sent() {
    let Some(engine) = engine() else { return };
    let parts = [
        "a",
        "b",
        "*",
        "**",
        "?",
        "a*",
        "*.py",
        "[ab]",
        "[^a]*",
        "lib",
        "src",
        "docs",
        ".env",
        "**.md",
        "..",
        ".",
        "x y",
        "\\a",
        "*b*",
        "README.md",
    ];
    let mut numbers = Numbers(0x7e57_7a2d);
    let mut wrong = Vec::new();
    let mut compared = 0;
    while compared < 120 {
        let lines = 1 + numbers.below(4);
        let line = |numbers: &mut Numbers| {
            let sign = numbers.one(&["", "", "", "!", "! ", "/", " "]);
            let end = numbers.one(&["", "", "", "/", " "]);
            format!("{sign}{}{end}\n", numbers.path(&parts))
        };
        let ignore: String = (0..lines).map(|_| line(&mut numbers)).collect();
        if !engine.reads_alike(&ignore) {
            continue;
        }
        compared += 1;
        let project = project("FROM scratch\nCOPY . /\n", &ignore);
        let said = project.testyard(&["check", "--context", "Dockerfile", "--format", "json"]).json();
        let files = said["contexts"][0]["files"].as_array().cloned().unwrap_or_default();
        let ours: BTreeSet<String> =
            files.iter().filter_map(|file| Some(file["path"].as_str()?.to_owned())).collect();
        let theirs = engine.build(project.path());
        if theirs.as_ref() != Some(&ours) {
            wrong.push(format!("{ignore:?}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of 120 differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_same_copies_succeed() {
    let Some(engine) = engine() else { return };
    let parts = [
        "a",
        "b",
        "*",
        "?",
        "a*",
        "*.py",
        "[ab]",
        "lib",
        "src",
        "docs",
        ".env",
        "..",
        ".",
        "gone",
        "b.py",
        "*.md",
        "ab",
        "README.md",
        "go*",
    ];
    let ignores =
        ["", "lib\n", "**/a\n", "*\n!src\n", "docs/*\n!docs/b\n", "**/*.py\n!src/b/**\n", "**/.env\n"];
    let mut numbers = Numbers(0x000c_0b1e_5eed);
    let mut wrong = Vec::new();
    let mut compared = 0;
    while compared < 150 {
        let source = numbers.path(&parts);
        let word = numbers.one(&["COPY", "COPY", "COPY --chown=1:1", "ADD"]);
        let start = numbers.one(&["", "", "/", "./", "$DIR"]);
        let dockerfile =
            format!("FROM scratch AS used\nARG DIR=src/\n{word} {start}{source} /to/\nFROM used\n");
        let ignore = numbers.one(&ignores);
        let project = project(&dockerfile, ignore);
        let said = project.testyard(&["check", "--format", "json"]).json();
        let findings = said["findings"].as_array().cloned().unwrap_or_default();
        // A wildcard below something that is no folder ends the build in some versions only.
        if has(&findings, "TY-CX003", false) || is_below_a_file(&source) {
            continue;
        }
        compared += 1;
        let missing = ["TY-CX001", "TY-CX002"];
        let builds = engine.build(project.path()).is_some();
        let right = if builds {
            !missing.iter().any(|code| has(&findings, code, true))
        } else {
            // What something may make before the build, and what leaves the context, is only warned of.
            missing.iter().chain(&["TY-CX007"]).any(|code| has(&findings, code, false))
        };
        if !right {
            wrong.push(format!("{word} {start}{source} with {ignore:?}: builds {builds}, {findings:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of 150 differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether a code was found, as an error or at all.
fn has(findings: &[serde_json::Value], code: &str, as_error: bool) -> bool {
    findings.iter().any(|finding| finding["code"] == code && (!as_error || finding["severity"] == "error"))
}

/// Whether a wildcard of a source stands below a file.
fn is_below_a_file(source: &str) -> bool {
    let wild = |part: &&str| part.contains(['*', '?', '[']);
    let parts: Vec<&str> = source.split('/').filter(|part| *part != "." && *part != "..").collect();
    let Some(first) = parts.iter().position(wild) else { return false };
    let folder = parts[..first].join("/");
    let is_file = |path: &str| TREE.contains(&path) || TREE.contains(&format!("src/{path}").as_str());
    (1..=first).any(|number| is_file(&parts[..number].join("/"))) || is_file(&folder)
}
