//! What is read from scripts, shown compactly.

use super::*;

/// `line: name words… [way]` for every command.
fn commands(text: &str) -> String {
    let script = read(text);
    assert_eq!(script.error, None);
    let shown = script.commands.iter().map(|command| {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        let way = &command.way;
        let marks = [
            (way.function.is_some(), 'f'),
            (!way.loops.is_empty(), 'l'),
            (way.asked, '?'),
            (way.optional, 'o'),
            (way.apart, 'a'),
            (way.background, '&'),
        ];
        let marks: String = marks.iter().filter(|(on, _)| *on).map(|(_, mark)| *mark).collect();
        format!("{}: {} [{marks}]\n", command.at.line, words.join(" "))
    });
    shown.collect()
}

#[test]
fn commands_come_with_their_circumstances() {
    let text = "#!/bin/bash\nset -e\nf() {\n  docker compose up -d\n}\nif ! f; then exit 1; fi\na && b || c\n\
                until nc -z db 5432; do sleep 1; done\nx=$(cd a; pwd) | cat\nserver &\n(cd x && [[ -f y ]])\n";
    let expected = "2: set -e []\n4: docker compose up -d [f]\n6: f [?]\n6: exit 1 [o]\n7: a [?]\n7: b [?o]\n7: c [o]\n\
                    8: nc -z db 5432 [l?]\n8: sleep 1 [lo]\n9: cd a [a]\n9: pwd [a]\n9:  [a]\n9: cat [a]\n10: server [&]\n\
                    11: cd x [?a]\n11: [[ -f y [oa]\n";
    assert_eq!(commands(text), expected);
}

#[test]
fn words_say_what_is_literal() {
    let script = read("run 'a b' \"$DIR/x\" ${A:-d} *.txt \"q\"r ~/z\n");
    let shown: Vec<(&str, bool)> =
        script.commands[0].words.iter().map(|w| (w.text.as_str(), w.literal)).collect();
    let expected = [
        ("run", true),
        ("a b", true),
        ("${DIR}/x", false),
        ("${A:-d}", false),
        ("*.txt", false),
        ("qr", true),
        ("~/z", false),
    ];
    assert_eq!(shown, expected);
    let uses: Vec<(&str, bool)> =
        script.uses.iter().map(|used| (used.name.as_str(), used.cared_for)).collect();
    assert_eq!(uses, [("DIR", false), ("A", true)]);
}

#[test]
fn places_in_substitutions_are_those_of_the_script() {
    let script = read("echo \"a $(first) $(\n  second\n)\"\n");
    let shown: Vec<(u32, u32)> = script.commands.iter().map(|c| (c.at.line, c.at.column)).collect();
    assert_eq!(shown, [(1, 11), (2, 3), (1, 1)]);
}

#[test]
fn the_status_of_a_plain_command_is_known_by_its_reader() {
    let reads = |text: &str| -> Vec<(u32, usize)> {
        read(text).status_reads.iter().map(|read| (read.at.line, read.command)).collect()
    };
    assert_eq!(reads("make\nif [ $? -ne 0 ]; then x; fi\n"), [(2, 0)]);
    assert_eq!(reads("make\nrc=$?\n"), [(2, 0)]);
    assert_eq!(reads("make\n[[ $? -eq 0 ]] && y\n"), [(2, 0)]);
    assert_eq!(reads("make || rc=$?\n"), []);
    assert_eq!(reads("make || true\nrc=$?\n"), []);
    assert_eq!(reads("make &\nrc=$?\n"), []);
    assert_eq!(reads("if make; then x; fi\nrc=$?\n"), []);
}

#[test]
fn options_are_those_in_force() {
    let script = read("#!/bin/bash -u\nset -eo pipefail\na\nset +e\nb\n");
    let at = |command| script.options_at(command);
    assert_eq!(at(1), Options { errexit: true, nounset: true, pipefail: true, errtrace: false });
    assert!(!at(3).errexit && at(3).pipefail);
    assert!(script.lifts_errexit() && script.options_anywhere().errexit);
}

#[test]
fn what_cannot_be_understood_is_said_with_its_place() {
    let error = |text: &str| read(text).error.map(|error| error.at.map_or(0, |at| at.line));
    assert_eq!(error("if true; then\necho\n"), Some(0));
    assert_eq!(error("echo a\nfi\n"), Some(2));
    assert_eq!(error("echo 'open\n"), Some(2));
    assert_eq!(error("echo done\n"), None);
    assert_eq!(error("#!/usr/bin/env zsh\nif true; then\n"), None);
}

#[test]
fn carriage_returns_do_not_disturb() {
    let script = read("#!/bin/sh\r\nif true; then\r\n  run\r\nfi\r\n");
    assert_eq!((script.error, script.carriage_return), (None, Some(1)));
    assert_eq!(script.commands[1].name(), Some("run"));
}

#[test]
fn deep_and_odd_texts_are_survived() {
    for unit in [
        "(",
        "$(",
        "if ",
        "{ ",
        "${a:-",
        "`",
        "((",
        "[[ ( ",
        "case x in (",
        "f() ",
        "\"$(",
        "! ",
        "while ",
        "<(",
    ] {
        for times in [5, 14, 5000] {
            read(&unit.repeat(times));
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_fail(words in proptest::collection::vec("(if|then|fi|do|done|for|in|\\$\\(|\\)|\\{|\\}|;|\n| |<<E|\nE\n|\"|'|`|a|\\$\\{a|#|&|\\||!|\\[\\[|\\]\\])", 0..40)) {
        read(&words.concat());
    }

    #[test]
    fn no_noise_makes_the_reader_fail(text in ".{0,60}") {
        read(&text);
    }
}
