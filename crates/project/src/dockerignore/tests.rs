//! What Docker does with patterns, as its documentation and its own behaviour show it.

use proptest::prelude::*;

use super::{IgnoreFile, ProblemKind};

/// The paths of `sent` are in the context, those of `ignored` are not.
fn check(text: &str, sent: &[&str], ignored: &[&str]) {
    let file = IgnoreFile::parse(text);
    assert_eq!(file.problems, [], "{text:?}");
    let matcher = file.matcher();
    for path in sent {
        assert!(!matcher.is_ignored(path), "{path:?} is ignored by {text:?}");
    }
    for path in ignored {
        assert!(matcher.is_ignored(path), "{path:?} is sent by {text:?}");
    }
}

#[test]
fn every_pattern_is_anchored_at_the_root() {
    check("*.pyc", &["app/a.pyc", "a.py"], &["a.pyc"]);
    check("node_modules", &["web/node_modules/x"], &["node_modules", "node_modules/x/y"]);
    check("/logs", &["a/logs"], &["logs", "logs/a"]);
    check("logs/", &["a/logs"], &["logs", "logs/a"]);
    check("./a/../logs//", &["a"], &["logs"]);
    check("Logs", &["logs"], &["Logs"]);
    check("../up", &["up"], &["../up"]);
}

#[test]
fn stars_stop_at_folders_unless_doubled() {
    check("*/temp*", &["temp", "a/b/temp", "a/x"], &["a/temp", "a/temporary.txt", "a/temp/x"]);
    check("temp?", &["temp", "temp12", "a/tempa"], &["tempa", "temp1/x"]);
    check("**/*.pyc", &["a.py"], &["a.pyc", "x/y/a.pyc"]);
    check("**/dir", &["adir", "x/adir"], &["dir", "dir/file", "x/y/dir/z"]);
    check("**dir", &["dira"], &["dir", "adir", "x/adir/z"]);
    check("abc/**", &["abc", "abcd"], &["abc/def", "abc/def/ghi"]);
    check("abc**", &["ab"], &["abc", "abcd/e"]);
    check("a/**/z", &["a", "az", "b/z"], &["a/z", "a/b/z", "a/b/c/z"]);
    check("a**/*.txt", &["b/a.txt"], &["a/f.txt", "a/b/c/f.txt"]);
    check("**/a/**", &["a", "x/a"], &["a/b", "x/a/b/c"]);
    check("**/**/*.txt", &["a.txt2"], &["a.txt", "x/y/a.txt"]);
    check("a/*.txt**", &["a/b/f.txt"], &["a/f.txt", "a/f.txt.gz"]);
}

#[test]
fn everything_can_be_left_out_and_parts_taken_in_again() {
    for all in ["*", "**", "**/", "*/", "**/**", "**/*"] {
        check(all, &["", "."], &["a", "a/b", ".git"]);
    }
    check("*\n!src", &["src", "src/a/b"], &["a", "a/src"]);
    check("docs\n!docs/README.md", &["docs/README.md"], &["docs", "docs/a"]);
    check("**\n!dist/*.whl", &["dist/a-1.0+g0-py3.whl"], &["dist", "dist/a.tar", "dist/x/a.whl"]);
    check(
        "*.md\n!README*.md\nREADME-secret.md",
        &["README.md", "README-a.md"],
        &["a.md", "README-secret.md"],
    );
    check("*.md\nREADME-secret.md\n!README*.md", &["README.md", "README-secret.md"], &["a.md"]);
    check("!a\na", &[], &["a"]);
    check("a\n!  a/b  ", &["a/b", "a/b/c"], &["a/c"]);
}

#[test]
fn what_a_folder_was_not_tried_on_does_not_count_for_its_content() {
    check("a\n!a/b\na", &["a/b"], &["a", "a/c"]);
    check("a\n!a/b\na/b", &[], &["a", "a/b"]);
}

#[test]
fn characters_of_expressions_stand_for_themselves() {
    check("a.c", &["abc"], &["a.c"]);
    check("a.*", &["abc"], &["a.c"]);
    check("a(b)+{c}|$*", &["ab"], &["a(b)+{c}|$x"]);
    check("a^b", &["ab"], &["a^b"]);
    check(r"a\*b", &["axb"], &["a*b"]);
    check("a[b-d]e", &["ae", "aae", "a/e"], &["abe", "ade/x"]);
    check("a[^b-d]e", &["abe"], &["aae", "a/e"]);
    check("a[!b]e", &["ace"], &["a!e", "abe"]);
    check("é?", &["é"], &["éa", "éß"]);
}

#[test]
fn what_go_makes_of_wildcards_in_brackets_is_kept() {
    // `*` becomes `[^/]*` even here, so the class ends earlier than it seems.
    check("x[a*]", &["xa"], &["xa]", "x]", "x/^]"]);
    check(r"v\d*", &["vd"], &["v1"]);
}

#[test]
fn only_a_first_character_begins_a_comment() {
    check("# a\n #b\n\n  \nc # d\n", &["# a", "a", "c", "b"], &["#b", "c # d"]);
    check("\u{feff}a\n\u{feff}b", &["b"], &["a"]);
    check("a\r\nb\r\n", &["c"], &["a", "b"]);
}

#[test]
fn refused_lines_are_named() {
    let file = IgnoreFile::parse("a\n!\nb[\n! \n!/\nc\\\n[z-a]\nok");
    let problems: Vec<_> = file.problems.iter().map(|problem| (problem.number, problem.kind)).collect();
    use ProblemKind::{BadPattern, LoneNegation};
    let expected = [
        (2, LoneNegation),
        (3, BadPattern),
        (4, LoneNegation),
        (5, LoneNegation),
        (6, BadPattern),
        (7, BadPattern),
    ];
    assert_eq!(problems, expected);
    let lines: Vec<_> = file.lines.iter().map(|line| (line.number, line.pattern.text())).collect();
    assert_eq!(lines, [(1, "a"), (8, "ok")]);
}

#[test]
fn the_deciding_line_is_known() {
    let file = IgnoreFile::parse("# all\n*\n!src\nsrc/secret\n");
    let matcher = file.matcher();
    let decided = |path: &str| matcher.decided(&matcher.state(path)).map(|line| line.number);
    assert_eq!(decided("a/b"), Some(2));
    assert_eq!(decided("src/a"), Some(3));
    assert_eq!(decided("src/secret/x"), Some(4));
    assert!(!IgnoreFile::parse("x").matcher().state("a").is_ignored());
}

#[test]
fn what_go_reads_differently_matches_nothing_and_is_known_to() {
    let file = IgnoreFile::parse("[[:alpha:]]\n\\bx*\n");
    assert_eq!(file.problems, []);
    assert!(file.lines.iter().all(|line| !line.pattern.is_known()));
    assert!(!file.matcher().is_ignored("a"));
}

/// Patterns out of the characters that mean something, short enough to hit often.
fn pattern() -> impl Strategy<Value = String> {
    proptest::string::string_regex("!?/?(\\*\\*/|a|b|\\*|\\?|/|\\.|\\[ab\\]|\\[\\^a\\]|\\\\|\\[){1,6}")
        .expect("a regex")
}

fn path() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab][ab.]{0,2}(/[ab][ab.]{0,2}){0,3}").expect("a regex")
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC*", path in "\\PC*") {
        let file = IgnoreFile::parse(&text);
        file.matcher().is_ignored(&path);
    }

    /// A folder's state handed on gives what the path alone gives, and a problem or a pattern comes of every line.
    #[test]
    fn a_walk_and_a_single_look_agree(patterns in prop::collection::vec(pattern(), 1..6), path in path()) {
        let file = IgnoreFile::parse(&patterns.join("\n"));
        prop_assert_eq!(file.lines.len() + file.problems.len(), patterns.len());
        let matcher = file.matcher();
        let (mut state, mut walked) = (matcher.root(), String::new());
        for part in path.split('/') {
            walked = if walked.is_empty() { part.to_owned() } else { format!("{walked}/{part}") };
            state = matcher.step(&state, &walked);
        }
        prop_assert_eq!(state.is_ignored(), matcher.is_ignored(&path));
        prop_assert_eq!(state.is_ignored(), matcher.decided(&state).is_some_and(|line| !line.negated));
    }

    /// Without negations, more lines never send more, and what lies in an ignored folder is ignored.
    #[test]
    fn without_negations_ignoring_only_grows(patterns in prop::collection::vec(pattern(), 1..6), path in path()) {
        let plain: Vec<String> = patterns.iter().map(|text| text.trim_start_matches('!').to_owned()).collect();
        let (few, all) = (IgnoreFile::parse(&plain[1..].join("\n")), IgnoreFile::parse(&plain.join("\n")));
        prop_assert!(!few.matcher().is_ignored(&path) || all.matcher().is_ignored(&path));
        let inside = format!("{path}/x");
        prop_assert!(!all.matcher().is_ignored(&path) || all.matcher().is_ignored(&inside));
    }

    /// A plain name behind `**/` matches that name in every folder, and nothing else.
    #[test]
    fn two_stars_and_a_name_match_the_name_anywhere(name in "[a-c]{1,2}", path in path()) {
        let file = IgnoreFile::parse(&format!("**/{name}"));
        let expected = path.split('/').any(|part| part == name);
        prop_assert_eq!(file.matcher().is_ignored(&path), expected);
    }
}
