//! What a build brings over from its context, how much it is, and what of it is only ballast.

use std::collections::BTreeMap;
use std::path::Path;

use super::judge::Judged;
use super::resolve::Outcome;
use super::transfer::{Context, join};
use crate::scene::{File, Scene};

/// Folders that no build needs from outside: what tools wrote for themselves on this machine.
const BALLAST: [&str; 18] = [
    ".git",
    "node_modules",
    "__pycache__",
    ".venv",
    "venv",
    ".tox",
    ".nox",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".gradle",
    ".terraform",
    ".next",
    ".nuxt",
    "htmlcov",
    ".testyard",
    ".idea",
    ".cache",
];

/// The files that BuildKit transfers for a build: those that its sources cover. All that are sent, where a source is the
/// whole context or has a wildcard or cannot be known.
pub(crate) fn transferred<'a>(context: &Context<'a>, judged: &Judged) -> Vec<(&'a str, &'a File)> {
    let covers = |outcome: &Outcome| matches!(outcome, Outcome::Found | Outcome::Unknown);
    let sources = judged.sources.iter().filter(|source| covers(&source.outcome));
    let paths = sources.map(|source| match (&source.inside, &source.outcome) {
        (Some(inside), Outcome::Found) if !inside.contains(['*', '?', '[']) => inside.as_str(),
        _ => "",
    });
    let mut files: BTreeMap<&'a str, &'a File> = BTreeMap::new();
    for path in paths {
        let below = |(name, _): &(&str, &File)| {
            path.is_empty()
                || name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        files.extend(context.sent_below("").filter(below));
        if path.is_empty() {
            break;
        }
    }
    files.into_iter().collect()
}

/// A folder of ballast: its path relative to the context as a pattern would name it, and the bytes in all of its kind.
pub(crate) fn ballast(files: &[(&str, &File)]) -> BTreeMap<&'static str, u64> {
    let mut found = BTreeMap::new();
    for (path, file) in files {
        let kind = path.split('/').find_map(|part| BALLAST.iter().find(|kind| **kind == part));
        if let Some(kind) = kind {
            *found.entry(*kind).or_default() += file.bytes;
        }
    }
    found
}

/// The bytes of `.git` in a context's folder, when it is sent. The tree does not list what is in it.
pub(crate) fn git_bytes(scene: &Scene, context: &Context<'_>) -> u64 {
    let ignored = context.ignore().is_some_and(|file| file.matcher().is_ignored(".git"));
    if ignored { 0 } else { bytes_below(&scene.root().join(join(context.folder(), ".git")), 0) }
}

fn bytes_below(folder: &Path, depth: usize) -> u64 {
    // A repository is some folders deep; a loop of mounts is not followed to its end.
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().filter(|_| depth < 16);
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(data) if data.is_dir() => bytes_below(&entry.path(), depth + 1),
        Ok(data) if data.is_file() => data.len(),
        _ => 0,
    });
    sizes.sum()
}

/// A number of bytes as people read it.
pub(crate) fn shown(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB"];
    let (mut number, mut unit) = (bytes as f64 / 1024.0, 0);
    while number >= 1024.0 && unit + 1 < units.len() {
        number /= 1024.0;
        unit += 1;
    }
    if bytes < 1024 { format!("{bytes} B") } else { format!("{number:.1} {}", units[unit]) }
}

/// Whether a file's name says that it holds secrets. Examples and public halves do not.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain =
        ["example", "sample", "template", "dist", ".pub", "default"].iter().any(|word| name.contains(word));
    let named = matches!(
        name.as_str(),
        ".env"
            | ".netrc"
            | ".pypirc"
            | ".npmrc"
            | "id_rsa"
            | "id_ed25519"
            | "id_ecdsa"
            | "credentials.json"
            | ".htpasswd"
    );
    let ends = [".pem", ".key", ".p12", ".pfx", ".keystore"].iter().any(|end| name.ends_with(end));
    !plain && (named || ends || name.starts_with(".env."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_as_people_read_them() {
        for (bytes, expected) in
            [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 20, "5.0 MiB"), (3 << 40, "3072.0 GiB")]
        {
            assert_eq!(shown(bytes), expected);
        }
    }

    #[test]
    fn secrets_are_known_by_name() {
        for name in [".env", ".env.local", "server.key", "id_rsa", "CERT.PEM"] {
            assert!(is_secret(name), "{name}");
        }
        for name in [".env.example", "id_rsa.pub", "env.py", "keys.txt", ".environment"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
