//! Infrastructure behind a small Dockerfile: a known image with a few files copied in and variables set.
//!
//! Such a service needs no image built: what its Dockerfile adds can be given to the program as it is. A Dockerfile
//! that runs anything while it is built, or has more than one stage, is not one of these.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use testyard_model::image;
use testyard_model::plan::Mount;

use crate::compose::Service;
use crate::compose::service::InlineOrFile;

/// What a small Dockerfile adds to a known image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BaseImage {
    /// The known image.
    pub(super) image: String,
    /// What is copied in.
    pub(super) mounts: Vec<Mount>,
    /// `ENV`.
    pub(super) environment: BTreeMap<String, String>,
    /// `CMD`, when written.
    pub(super) command: Option<Vec<String>>,
}

/// The known image that a service is built from, when that is all its Dockerfile does.
pub(super) fn of(service: &Service) -> Option<BaseImage> {
    let build = service.build.as_ref().filter(|build| build.target.is_none())?;
    let text = match &build.dockerfile {
        InlineOrFile::File(path) => std::fs::read_to_string(path).ok()?,
        InlineOrFile::Inline(text) => text.clone(),
    };
    read(&text, Path::new(&build.context))
}

/// Reads a Dockerfile; `None` as soon as it does anything else.
fn read(text: &str, context: &Path) -> Option<BaseImage> {
    let mut base: Option<BaseImage> = None;
    for line in instructions(text) {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
        let rest = rest.trim();
        match (word.to_ascii_uppercase().as_str(), &mut base) {
            ("FROM", None) => {
                let image = rest.split_whitespace().find(|word| !word.starts_with("--"))?;
                image::want(image)?;
                base = Some(BaseImage { image: image.to_owned(), ..BaseImage::default() });
            }
            ("COPY" | "ADD", Some(base)) => base.mounts.extend(copied(rest, context)?),
            ("ENV", Some(base)) => base.environment.extend(variables(rest)?),
            ("CMD", Some(base)) => base.command = Some(words(rest)?),
            ("EXPOSE" | "LABEL" | "MAINTAINER" | "VOLUME" | "HEALTHCHECK" | "STOPSIGNAL", Some(_)) => {}
            _ => return None,
        }
    }
    base
}

/// The instructions of a Dockerfile: continued lines joined, comments and blank lines left out.
fn instructions(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_suffix('\\') {
            Some(more) => open.push_str(more),
            None => lines.push(std::mem::take(&mut open) + line),
        }
    }
    if !open.is_empty() {
        lines.push(open);
    }
    lines
}

/// What one `COPY` or `ADD` gives, when all of it lies in the context.
fn copied(rest: &str, context: &Path) -> Option<Vec<Mount>> {
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace());
    let list = if rest.starts_with('[') { words(rest)? } else { shlex::split(rest)? };
    let list: Vec<&String> = list.iter().filter(|word| !is_ownership(word)).collect();
    let (target, sources) = list.split_last().filter(|(_, sources)| !sources.is_empty())?;
    // A folder that every known image has: what is copied to it is copied into it.
    let into = target.ends_with('/') || sources.len() > 1 || target.as_str() == "/docker-entrypoint-initdb.d";
    sources.iter().map(|source| mount(source, target, into, context)).collect()
}

/// `--chown` and `--chmod`, which change nothing that a program of this user sees. `--from` names another image.
fn is_ownership(word: &str) -> bool {
    word.starts_with("--chown=") || word.starts_with("--chmod=")
}

fn mount(source: &str, target: &str, into: bool, context: &Path) -> Option<Mount> {
    let inside = Path::new(source.trim_start_matches('/'));
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if source.starts_with("--") || source.contains(['*', '?', '[', '$']) || !inside.components().all(plain) {
        return None;
    }
    let path: PathBuf = context.join(inside);
    let name = inside.file_name().map(|name| name.to_string_lossy().into_owned());
    let target = match name {
        Some(name) if into && path.is_file() => format!("{}/{name}", target.trim_end_matches('/')),
        _ => target.trim_end_matches('/').to_owned(),
    };
    path.exists().then_some(Mount { source: Some(path), target, read_only: true })
}

/// `ENV A=1 B="x y"`, or the old form `ENV A the rest`.
fn variables(rest: &str) -> Option<Vec<(String, String)>> {
    if rest.contains('$') {
        return None;
    }
    let words = shlex::split(rest)?;
    match words.first()?.contains('=') {
        true => words
            .iter()
            .map(|word| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
            .collect(),
        false => rest
            .split_once(char::is_whitespace)
            .map(|(name, value)| vec![(name.to_owned(), value.trim().to_owned())]),
    }
}

/// The words of the list form, or of a plain line without anything that needs a shell.
fn words(rest: &str) -> Option<Vec<String>> {
    if rest.starts_with('[') {
        return serde_json::from_str(rest).ok();
    }
    super::command::understand(rest).map(|command| command.words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn check(dockerfile: &str, expected: Option<&str>) {
        let folder = testing::folder(&[("create.sql", ""), ("initdb/a.sql", "")]);
        let root = folder.path();
        let shown = read(dockerfile, root).map(|base| {
            let mount = |mount: &Mount| {
                let source = mount.source.as_deref().and_then(|source| source.strip_prefix(root).ok());
                format!("{}:{}", source.unwrap_or(Path::new("?")).display(), mount.target)
            };
            let mounts: Vec<String> = base.mounts.iter().map(mount).collect();
            format!("{} {mounts:?} {:?} {:?}", base.image, base.environment, base.command)
        });
        assert_eq!(shown.as_deref(), expected, "{dockerfile}");
    }

    #[test]
    fn a_known_image_with_files_and_variables() {
        check(
            "# base\nFROM postgres:17\n\nADD create.sql /docker-entrypoint-initdb.d\n",
            Some("postgres:17 [\"create.sql:/docker-entrypoint-initdb.d/create.sql\"] {} None"),
        );
        check(
            "FROM postgres:17\nCOPY --chown=a:b create.sql initdb/ \\\n  /docker-entrypoint-initdb.d/\nEXPOSE 5432\n",
            Some(
                "postgres:17 [\"create.sql:/docker-entrypoint-initdb.d/create.sql\", \"initdb:/docker-entrypoint-initdb.d\"] {} None",
            ),
        );
        check(
            "FROM redis:7\nENV A=1 B=\"x y\"\nENV C d e\nCMD [\"redis-server\", \"--save\", \"\"]\n",
            Some(
                "redis:7 [] {\"A\": \"1\", \"B\": \"x y\", \"C\": \"d e\"} Some([\"redis-server\", \"--save\", \"\"])",
            ),
        );
    }

    #[test]
    fn anything_else_needs_its_image() {
        for dockerfile in [
            "FROM python:3.12\n",
            "FROM postgres:17\nRUN apt-get install -y something\n",
            "FROM postgres:17 AS a\nFROM redis:7\n",
            "FROM postgres:17\nCOPY --from=builder /x /y\n",
            "FROM postgres:17\nCOPY missing.sql /x\n",
            "FROM postgres:17\nCOPY *.sql /x/\n",
            "FROM postgres:17\nCOPY ../create.sql /x/\n",
            "FROM postgres:17\nADD https://example.org/x /x\n",
            "ARG V\nFROM postgres:$V\n",
            "",
        ] {
            check(dockerfile, None);
        }
    }
}
