//! References to images.

/// A reference to an image, split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// The name, without the prefixes that Docker Hub's own images may be written with.
    pub(crate) name: String,
    /// The tag.
    pub(crate) tag: Option<String>,
    /// Whether a digest pins it.
    pub(crate) digest: bool,
}

/// Official images that are a system or a language: they run as root, and hold nothing of a project.
const PLAIN: [&str; 27] = [
    "almalinux",
    "alpine",
    "amazoncorretto",
    "buildpack-deps",
    "busybox",
    "centos",
    "debian",
    "eclipse-temurin",
    "elixir",
    "erlang",
    "fedora",
    "golang",
    "gradle",
    "haskell",
    "ibmjava",
    "julia",
    "maven",
    "node",
    "openjdk",
    "perl",
    "php",
    "pypy",
    "python",
    "rockylinux",
    "ruby",
    "rust",
    "ubuntu",
];

impl Image {
    /// Splits a reference. Nothing for one that names no image.
    pub(crate) fn of(reference: &str) -> Option<Image> {
        let (reference, digest) = match reference.split_once('@') {
            Some((before, _)) => (before, true),
            None => (reference, false),
        };
        // A colon before the last slash belongs to a registry's port.
        let (name, tag) = match reference.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag.to_owned())),
            _ => (reference, None),
        };
        let name = ["docker.io/", "index.docker.io/", "public.ecr.aws/docker/", "mirror.gcr.io/", "library/"]
            .iter()
            .fold(name, |name, prefix| name.strip_prefix(prefix).unwrap_or(name));
        (!name.is_empty()).then(|| Image { name: name.to_owned(), tag, digest })
    }

    /// Whether it is an official image of a system or a language.
    pub(crate) fn is_plain(&self) -> bool {
        PLAIN.contains(&self.name.as_str())
    }

    /// The tag, or nothing.
    pub(crate) fn tag(&self) -> &str {
        self.tag.as_deref().unwrap_or_default()
    }

    /// The version at the start of the tag, as its numbers: `[3, 12]` of `3.12-slim`. Nothing where the tag starts with no
    /// number.
    pub(crate) fn version(&self) -> Option<Vec<u32>> {
        let tag = self.tag();
        let end = tag.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tag.len());
        let numbers: Option<Vec<u32>> = tag[..end].split('.').map(|part| part.parse().ok()).collect();
        // `3rd` is a word, not a version.
        numbers.filter(|_| !tag[end..].starts_with(|c: char| c.is_alphanumeric()))
    }

    /// Whether it is small enough to lack what only full systems have: `slim` and `alpine` variants and bare systems.
    pub(crate) fn is_bare(&self) -> bool {
        let bare = ["alpine", "debian", "ubuntu"].contains(&self.name.as_str());
        let full = self.name == "buildpack-deps" || self.tag().contains("curl");
        self.is_plain() && !full && (bare || self.has("slim") || self.is_alpine())
    }

    /// Whether it is made from Alpine Linux.
    pub(crate) fn is_alpine(&self) -> bool {
        self.name == "alpine" || self.tag().split('-').any(|part| part.starts_with("alpine"))
    }

    fn has(&self, variant: &str) -> bool {
        self.tag().split('-').any(|part| part == variant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_split() {
        let check = |text: &str, name: &str, tag: Option<&str>, digest: bool| {
            let expected = Image { name: name.to_owned(), tag: tag.map(str::to_owned), digest };
            assert_eq!(Image::of(text), Some(expected), "{text}");
        };
        check("python:3.12-slim", "python", Some("3.12-slim"), false);
        check("docker.io/library/python", "python", None, false);
        check("localhost:5000/a/b", "localhost:5000/a/b", None, false);
        check("ghcr.io/a/b:1@sha256:00", "ghcr.io/a/b", Some("1"), true);
        assert_eq!(Image::of(""), None);
        assert_eq!(Image::of(":1"), None);
    }

    #[test]
    fn tags_say_versions_and_variants() {
        let version = |text: &str| Image::of(text).and_then(|image| image.version());
        assert_eq!(version("python:3.12-slim"), Some(vec![3, 12]));
        assert_eq!(version("node:20"), Some(vec![20]));
        assert_eq!(version("python:latest"), None);
        assert_eq!(version("a:3rd"), None);
        assert_eq!(version("a"), None);
        let bare = |text: &str| Image::of(text).is_some_and(|image| image.is_bare());
        assert!(bare("python:3.12-slim") && bare("alpine:3") && bare("node:20-alpine3.19"));
        assert!(!bare("python:3.12") && !bare("ghcr.io/x/slim:slim") && !bare("buildpack-deps:curl"));
    }
}
