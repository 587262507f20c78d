//! What a project declares that pytest's rules ask for: options in `addopts`, and files that name requirements.

use crate::scene::Scene;

/// The files in which anything may be required.
pub(super) fn files(scene: &Scene) -> Vec<&str> {
    let files = scene.own_files().filter(|file| {
        let name = file.name();
        let kind = |end: &str| name.ends_with(end);
        matches!(
            name,
            "pyproject.toml" | "setup.py" | "setup.cfg" | "tox.ini" | "noxfile.py" | "Pipfile" | "Makefile"
        ) || kind(".lock")
            || kind("Dockerfile")
            || (kind(".yml") || kind(".yaml"))
            || (kind(".txt") || kind(".in"))
                && (name.contains("require") || file.folder().contains("require"))
            || kind(".sh")
    });
    let paths: Vec<&str> = files.map(|file| file.path.as_str()).collect();
    // Without a declaration that is read as such, nothing is known about what gets installed.
    let known =
        paths.iter().any(|path| path.ends_with(".txt") || path.ends_with(".toml") || path.ends_with(".lock"));
    if known { paths } else { Vec::new() }
}

/// The long options of `addopts`, each with its line.
pub(super) fn options(text: &str) -> Vec<(u32, &str)> {
    let mut options = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let starts = line.trim_start().starts_with("addopts");
        let continues = line.starts_with([' ', '\t', '"', '\'', ']', '-']) && !line.trim().is_empty();
        inside = starts || (inside && continues);
        if !inside || line.trim_start().starts_with('#') {
            continue;
        }
        let words = line.split([' ', '\t', '"', '\'', ',', '[', ']']).filter(|word| word.starts_with("--"));
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        options.extend(words.map(|word| (number, word.split('=').next().unwrap_or(word))));
    }
    options
}
