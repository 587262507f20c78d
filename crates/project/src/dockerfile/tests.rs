//! Whole Dockerfiles.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// The tree in one line an instruction, for comparison.
fn outline(file: &Dockerfile) -> String {
    let mut text = String::new();
    for stage in &file.stages {
        let name = stage.name.as_ref().map_or(String::new(), |name| format!(" as {}", name.text));
        let _ = writeln!(text, "{}: from {}{name}", stage.spot.line, stage.base.text);
        for instruction in &stage.instructions {
            let _ =
                writeln!(text, "{}-{}: {}", instruction.spot.line, instruction.last_line, said(instruction));
        }
    }
    if let Some(error) = &file.error {
        let _ = writeln!(text, "{}:{}: {}", error.spot.line, error.spot.column, error.message);
    }
    text
}

fn said(instruction: &Instruction) -> String {
    let list = |words: &[Word]| words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join("|");
    let command = |command: &Command| match command {
        Command::Exec(words) => format!("exec {}", list(words)),
        Command::Shell { text, heredocs } => {
            let heredocs: Vec<_> = heredocs.iter().map(|one| one.text.escape_debug().to_string()).collect();
            format!("shell {} {heredocs:?}", text.text)
        }
    };
    let assignments = |list: &[Assignment]| {
        let value = |one: &Assignment| one.value.as_ref().map_or("-".to_owned(), |value| value.text.clone());
        list.iter().map(|one| format!("{}={}", one.name.text, value(one))).collect::<Vec<_>>().join("|")
    };
    let what = match &instruction.kind {
        Kind::Add(transfer) | Kind::Copy(transfer) => {
            let sources: Vec<_> = transfer
                .sources
                .iter()
                .map(|source| match source {
                    TransferSource::Path(word) => word.text.clone(),
                    TransferSource::Heredoc(heredoc) => format!("<<{}", heredoc.name),
                })
                .collect();
            format!("{} -> {}", sources.join("|"), transfer.destination.text)
        }
        Kind::Arg(list) | Kind::Env(list) | Kind::Label(list) => assignments(list),
        Kind::Run(one) | Kind::Cmd(one) | Kind::Entrypoint(one) => command(one),
        Kind::Healthcheck(one) => one.as_ref().map_or("none".to_owned(), command),
        Kind::Expose(words) | Kind::Volume(words) | Kind::Shell(words) => list(words),
        Kind::User(word) | Kind::Workdir(word) | Kind::StopSignal(word) | Kind::Maintainer(word) => {
            word.text.clone()
        }
    };
    let flags: String = instruction
        .flags
        .iter()
        .map(|flag| format!("[{}={}] ", flag.name, flag.value.as_deref().unwrap_or_default()))
        .collect();
    let onbuild = if instruction.onbuild { "onbuild " } else { "" };
    format!("{onbuild}{} {flags}{what}", instruction.keyword())
}

fn check(text: &str, expected: &str) {
    assert_eq!(outline(&parse("Dockerfile", text)).trim(), expected.trim(), "{text}");
}

#[test]
fn every_instruction() {
    check(
        r#"ARG V=1
FROM --platform=$BUILDPLATFORM a:$V AS build
env A=1 B="x y" \
    C='z'
ENV OLD some words
COPY --from=x --chown=1:1 a b* "c" /d/
COPY ["a b", "c"]
ADD --checksum=sha256:1 https://x/y /z
RUN --mount=type=cache,target=/c --network=none make
RUN ["a", "b"]
HEALTHCHECK --interval=5s CMD curl -f http://localhost
HEALTHCHECK NONE
EXPOSE 80/tcp 81
USER me:me
WORKDIR /a b
VOLUME ["/x"]
VOLUME /x /y
SHELL ["/bin/sh", "-c"]
LABEL a=b "c d"=e
ONBUILD COPY . /app
STOPSIGNAL SIGINT
ENTRYPOINT ["a"]
CMD b c
FROM build
"#,
        r#"
2: from a:$V as build
3-4: ENV A=1|B="x y"|C='z'
5-5: ENV OLD=some words
6-6: COPY [from=x] [chown=1:1] a|b*|"c" -> /d/
7-7: COPY a b -> c
8-8: ADD [checksum=sha256:1] https://x/y -> /z
9-9: RUN [mount=type=cache,target=/c] [network=none] shell make []
10-10: RUN exec a|b
11-11: HEALTHCHECK [interval=5s] shell curl -f http://localhost []
12-12: HEALTHCHECK none
13-13: EXPOSE 80/tcp|81
14-14: USER me:me
15-15: WORKDIR /a b
16-16: VOLUME /x
17-17: VOLUME /x|/y
18-18: SHELL /bin/sh|-c
19-19: LABEL a=b|"c d"=e
20-20: onbuild COPY . -> /app
21-21: STOPSIGNAL SIGINT
22-22: ENTRYPOINT exec a
23-23: CMD shell b c []
24: from build"#,
    );
}

#[test]
fn heredocs_belong_to_their_instruction() {
    check(
        "FROM a\nRUN cat <<EOF > /x && cat <<-'B'\nFROM no\nEOF\n\tb\n\tB\nCOPY <<one <<two /d/\n1\none\n2\ntwo\nUSER x",
        r#"
1: from a
2-6: RUN shell cat <<EOF > /x && cat <<-'B' ["FROM no\\n", "b\\n"]
7-11: COPY <<one|<<two -> /d/
12-12: USER x"#,
    );
    check("FROM a\nRUN <<EOF\nx", "1: from a\n2:5: the heredoc `EOF` is never ended");
}

#[test]
fn reading_stops_at_the_first_error_and_keeps_what_was_read() {
    check("FROM a\nUSER x\nRUM y\nCOPY z", "1: from a\n2-2: USER x\n3:1: `RUM` is not an instruction");
    check("FROM a\nCOPY z", "1: from a\n2:1: `COPY` needs a source and a destination");
    check("RUN x\nFROM a", "1:1: `RUN` stands before the first `FROM`");
    check("# nothing", "1:1: there is no `FROM`");
    check("FROM a AS x\nFROM b as X", "1: from a as x\n2:11: the stage `X` is defined twice");
    check("FROM a AS 1x", "1:11: `1x` is not a name for a stage");
    check("FROM a b", "1:1: `FROM` takes an image, and perhaps `AS` and a name");
    check("FROM a\nENV A=1 B", "1: from a\n2:9: `B` has no value");
    check("FROM a\nCMD [1]", "1: from a\n2:1: an array here may hold strings only");
    check("FROM a\nHEALTHCHECK curl x", "1: from a\n2:13: `HEALTHCHECK` does not know `curl`");
    check("FROM a\nRUN [ -f x ] || y", "1: from a\n2-2: RUN shell [ -f x ] || y []");
    check("# escape=x\nFROM a", "1:10: `x` cannot be the escape character");
}

#[test]
fn languages_of_other_frontends_are_not_read() {
    let file = parse("Dockerfile", "# syntax=example/other:1\nthis is another language");
    assert!(file.is_foreign() && !file.is_complete() && file.error.is_none());
    for own in ["docker/dockerfile:1", "docker.io/docker/dockerfile:1-labs", "docker/dockerfile@sha256:1"] {
        assert!(parse("Dockerfile", &format!("# syntax={own}\nFROM a")).is_complete(), "{own}");
    }
}

#[test]
fn stages_are_found_by_name_and_number() {
    let file = parse("Dockerfile", "FROM a AS One\nFROM b\nFROM c AS three\n");
    let found = |name: &str, before| file.stage(name, before).map(|stage| stage.index);
    assert_eq!((found("one", 2), found("1", 2), found("three", 2)), (Some(0), Some(1), None));
    assert_eq!((found("three", 3), found("7", 3), found("x", 3)), (Some(2), None, None));
}

#[test]
fn what_grows_without_end_is_given_up() {
    let doubling = format!("FROM scratch\nENV A=aaaa\n{}", "ENV A=$A$A$A$A\n".repeat(60));
    let file = parse("Dockerfile", &doubling);
    let stage = file.last_stage().expect("a stage");
    assert_eq!(Scope::at(&file, stage, usize::MAX, None).value("A"), Value::Unknown);
    let chain: String = (1..5000).map(|n| format!("FROM s{} AS s{n}\n", n - 1)).collect();
    let file = parse("Dockerfile", &chain);
    let stage = file.last_stage().expect("a stage");
    assert_eq!(Scope::at(&file, stage, usize::MAX, None).value("A"), Value::Unknown);
}

proptest! {
    /// Whatever is written, reading ends, and every place lies in the text.
    #[test]
    fn any_text_is_read(text in text()) {
        let file = parse("Dockerfile", &text);
        let lines = text.lines().count().max(1);
        prop_assert!(file.error.is_some() || file.is_foreign() || !file.stages.is_empty());
        for stage in &file.stages {
            let _ = Scope::at(&file, stage, usize::MAX, None);
            for instruction in &stage.instructions {
                prop_assert!(instruction.spot.line >= 1 && instruction.last_line as usize <= lines);
                prop_assert!(instruction.spot.line <= instruction.last_line);
            }
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("FROM a AS b\n".to_owned()),
        Just("ARG V=${V:-x}\n".to_owned()),
        Just("ENV A=\"$V\" \\\n".to_owned()),
        Just("COPY <<E [\"a\", \"\\u00fc\"] --from=b\n".to_owned()),
        Just("RUN --mount=\"x cat <<-'E' \\\n".to_owned()),
        Just("HEALTHCHECK CMD [\"\n".to_owned()),
        Just("# escape=`\n".to_owned()),
        "[ -~äß\t\r\n]{0,40}",
        any::<String>(),
    ];
    proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}
