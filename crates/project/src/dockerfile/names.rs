//! How Dockerfiles are named.

use std::path::Path;

/// Whether a file's name says that it is a Dockerfile: `Dockerfile`, `Containerfile`, `api.Dockerfile` or
/// `Dockerfile.api`, also in lower case. Templates, ignore files and what editors leave behind are none.
pub fn is_dockerfile(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let name = name.to_ascii_lowercase();
    ["dockerfile", "containerfile"].iter().any(|plain| {
        name == *plain
            || name.strip_suffix(plain).is_some_and(|before| before.ends_with('.') && before.len() > 1)
            || name
                .strip_prefix(plain)
                .and_then(|after| after.strip_prefix('.'))
                .is_some_and(|extension| !extension.is_empty() && !is_other(extension))
    })
}

/// What behind `Dockerfile.` makes it something else than a Dockerfile.
fn is_other(extension: &str) -> bool {
    let last = extension.rsplit('.').next().unwrap_or_default();
    const OTHER: [&str; 34] = [
        "dockerignore",
        "containerignore",
        "j2",
        "jinja",
        "jinja2",
        "tmpl",
        "tpl",
        "template",
        "in",
        "erb",
        "m4",
        "mustache",
        "hbs",
        "bak",
        "orig",
        "rej",
        "swp",
        "swo",
        "md",
        "txt",
        "rst",
        "html",
        "sh",
        "py",
        "go",
        "rs",
        "js",
        "ts",
        "rb",
        "yml",
        "yaml",
        "json",
        "toml",
        "lock",
    ];
    OTHER.contains(&last) || last.ends_with('~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_dockerfiles() {
        let yes =
            ["Dockerfile", "a/Dockerfile", "dockerfile", "Containerfile", "api.Dockerfile", "api.dockerfile"];
        let more = ["Dockerfile.api", "Dockerfile.test.api", "Dockerfile-not/Dockerfile"];
        for name in yes.into_iter().chain(more) {
            assert!(is_dockerfile(Path::new(name)), "{name}");
        }
        let no = ["Dockerfile.dockerignore", "Dockerfile.j2", "Dockerfile.", ".Dockerfile", "mydockerfile"];
        let more = [
            "dockerfile.go",
            "Dockerfile.api.dockerignore",
            "Dockerfile~",
            "Dockerfile.bak",
            "docs/docker.md",
        ];
        for name in no.into_iter().chain(more) {
            assert!(!is_dockerfile(Path::new(name)), "{name}");
        }
    }
}
