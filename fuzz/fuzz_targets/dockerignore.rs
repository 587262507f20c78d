//! Any text is read as an ignore file and matched against paths, which stand behind a line of `%%`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use testyard_project::dockerignore::{GoMatch, IgnoreFile, has_wildcard};

fuzz_target!(|text: &str| {
    let (patterns, paths) = text.split_once("\n%%\n").unwrap_or((text, "a\na/b.c\n.env"));
    let file = IgnoreFile::parse(patterns);
    let lines = patterns.lines().count();
    assert!(file.lines.len() + file.problems.len() <= lines);
    assert!(file.lines.iter().all(|line| (1..=lines).contains(&(line.number as usize))));
    let matcher = file.matcher();
    for path in paths.lines() {
        let state = matcher.state(path);
        assert_eq!(state.is_ignored(), matcher.decided(&state).is_some_and(|line| !line.negated));
        if let Ok(pattern) = GoMatch::new(path)
            && !has_wildcard(path)
            && !path.contains('\\')
        {
            assert!(pattern.matches(path));
        }
    }
});
