//! Commands as workflows hold them.

use std::path::Path;

use proptest::prelude::*;

use super::*;

fn origin(text: &str) -> Origin {
    Origin::lines(Path::new("ci.yml"), 10, vec![4; text.lines().count()])
}

fn shown(text: &str) -> Vec<String> {
    let word = |word: &Word| if word.known { word.text.clone() } else { "?".to_owned() };
    let commands = split(text, &origin(text));
    commands.iter().map(|one| one.words.iter().map(word).collect::<Vec<_>>().join("|")).collect()
}

#[test]
fn texts_become_commands() {
    let check = |text: &str, expected: &[&str]| assert_eq!(shown(text), expected, "{text}");
    check("a b\nc", &["a|b", "c"]);
    check("a && b || c; d | e & f", &["a", "b", "c", "d", "e", "f"]);
    check("a 'b c' \"d e\"f", &["a|b c|d ef"]);
    check("a \\\n  b # c\n# d\ne#f", &["a|b", "e#f"]);
    check("a $B \"$C\" $(d; e) `f` *.g ${{ h }} i", &["a|?|?|?|?|?|?|i"]);
    check("if ! A=1 sudo b c; then d; fi", &["b|c", "d", "fi"]);
    check("a > b 2>&1 < c &> d e", &["a|e"]);
    check("cat <<EOF > x\nrm y\nEOF\nz", &["cat", "z"]);
    check("cat <<-'E'\n b\n E\nz", &["cat", "z"]);
    check("(cd a && b)\nc", &["cd|a", "b", "c"]);
    check("f() { a; }\nb", &[]);
    check("a 'b", &["a|b"]);
    check("a <<EOF\nb", &["a"]);
    check("", &[]);
}

#[test]
fn words_know_their_places() {
    let text = "ab\ncd \\\n  ef";
    let words: Vec<Word> = split(text, &origin(text)).into_iter().flat_map(|one| one.words).collect();
    let places: Vec<(u32, u32)> = words.iter().map(|word| (word.place.line, word.place.column)).collect();
    assert_eq!(places, [(10, 5), (11, 5), (12, 7)]);
}

#[test]
fn redirections_are_apart() {
    let commands = split("sed x > a.yml 2>> b.log", &origin("x"));
    assert_eq!(commands[0].redirected, ["a.yml", "b.log"]);
}

fn one(text: &str) -> Option<Call> {
    call(split(text, &origin(text)).first()?)
}

fn texts(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

#[test]
fn builds() {
    let check =
        |text: &str, context: Option<&str>, file: Option<&str>, target: Option<&str>, complete: bool| {
            let Some(Call::Build(build)) = one(text) else { panic!("{text} is no build") };
            let text_of = |word: &Option<Word>| word.as_ref().map(|word| word.text.clone());
            let found =
                (text_of(&build.context), text_of(&build.file), text_of(&build.target), build.complete);
            let owned = |text: Option<&str>| text.map(str::to_owned);
            assert_eq!(found, (owned(context), owned(file), owned(target), complete), "{text}");
        };
    check("docker build .", Some("."), None, None, true);
    check("docker build -t a:$V --no-cache -f b/Dockerfile c", Some("c"), Some("b/Dockerfile"), None, true);
    check("docker buildx build --target=x --file=y -ta .", Some("."), Some("y"), Some("x"), true);
    check("docker build -f \"$F\" .", Some("."), None, None, false);
    check("docker build $ARGS -f x .", None, None, None, false);
    check("docker build -f x $ARGS .", None, Some("x"), None, false);
    check("docker build --unheard-of x .", None, None, None, false);
}

#[test]
fn composes() {
    let check = |text: &str, files: &[&str], command: Option<&str>, services: &[&str], complete: bool| {
        let Some(Call::Compose(compose)) = one(text) else { panic!("{text} is no compose") };
        assert_eq!(texts(&compose.files), files, "{text}");
        assert_eq!(compose.command.as_deref(), command, "{text}");
        assert_eq!(texts(&compose.services), services, "{text}");
        assert_eq!(compose.complete, complete, "{text}");
    };
    check("docker compose up -d db redis", &[], Some("up"), &["db", "redis"], true);
    check("docker-compose -f a.yml --file=b.yml up", &["a.yml", "b.yml"], Some("up"), &[], true);
    check("docker compose -f $F up db", &[], Some("up"), &["db"], false);
    check("docker compose -f a.yml run --rm -e A=1 app pytest -x", &["a.yml"], Some("run"), &["app"], true);
    check("docker compose exec -T db psql", &[], Some("exec"), &["db"], true);
    check("docker compose up --unheard-of x db", &[], Some("up"), &[], true);
    check("COMPOSE_FILE=x docker compose up", &[], Some("up"), &[], false);
    check("docker compose --project-directory x up", &[], Some("up"), &[], false);
    check("docker compose up --scale web=3 web", &[], Some("up"), &["web"], true);
    check("docker compose $X up web", &[], None, &[], false);
}

#[test]
fn scripts_folders_and_bakes() {
    let script = |text: &str, expected: Option<&str>| {
        let found = match one(text) {
            Some(Call::Script(word)) => Some(word.text),
            _ => None,
        };
        assert_eq!(found.as_deref(), expected, "{text}");
    };
    script("./scripts/ci.sh a", Some("./scripts/ci.sh"));
    script("bash -eux ci.sh", Some("ci.sh"));
    script("python3 -u tools/x.py", Some("tools/x.py"));
    script("bash -c 'x.sh'", None);
    script("python -m x.py", None);
    script("$DIR/x.sh", None);
    script("ci.sh", None);
    script("./gradlew build", None);
    assert!(matches!(one("cd sub"), Some(Call::Folder(Some(word))) if word.text == "sub"));
    assert!(matches!(one("cd $X"), Some(Call::Folder(None))));
    let Some(Call::Bake(bake)) = one("docker buildx bake -f b.json --push app web") else {
        panic!("no bake")
    };
    assert_eq!((texts(&bake.files), texts(&bake.targets)), (vec!["b.json"], vec!["app", "web"]));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[a-z \\n'\"$(){}<>|&;#\\\\`=E-]{0,80}") {
        for command in split(&text, &origin(&text)) {
            let _ = call(&command);
        }
    }
}
