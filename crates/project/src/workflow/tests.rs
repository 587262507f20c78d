//! What workflows call, and where.

use std::path::Path;

use super::*;
use crate::commandline::Call;

fn shown(path: &str, text: &str) -> Vec<String> {
    let workflow = read(Path::new(path), text);
    assert_eq!(workflow.broken, None, "{text}");
    let calls = workflow.jobs.iter().flat_map(|job| &job.calls);
    calls
        .map(|call| {
            let what = match &call.what {
                What::Action(word) => format!("action {}", word.text),
                What::Command(Call::Build(build)) => {
                    let text =
                        |word: &Option<Word>| word.as_ref().map_or("-".to_owned(), |word| word.text.clone());
                    format!("build {} {} {}", text(&build.context), text(&build.file), text(&build.target))
                }
                What::Command(Call::Compose(compose)) => {
                    let files: Vec<&str> = compose.files.iter().map(|word| word.text.as_str()).collect();
                    format!("compose {}", files.join(","))
                }
                What::Command(Call::Script(word)) => format!("script {}", word.text),
                What::Command(other) => format!("{other:?}"),
            };
            let folder = call.folder.as_ref().map_or("?".to_owned(), |folder| folder.display().to_string());
            format!("{}:{} [{folder}] {what}", call.place.line, call.place.column)
        })
        .collect()
}

const GITHUB: &str = ".github/workflows/ci.yml";

#[test]
fn a_workflow_is_followed_through_its_steps() {
    let text = "\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: ./early.sh
      - uses: actions/checkout@v4
      - run: docker build -f a/Dockerfile .
      - name: x
        working-directory: sub
        run: |

          ./one.sh
          cd deeper && ./two.sh
          cd $X
          ./three.sh
      - run: >
          ./folded.sh
          more
      - uses: docker/build-push-action@v6
        with:
          context: ctx
          file: ${{ matrix.file }}
          target: prod
      - uses: ./.github/actions/own
      - shell: pwsh
        run: ./x.sh
";
    assert_eq!(
        shown(GITHUB, text),
        [
            "6:14 [?] script ./early.sh",
            "8:14 [] build . a/Dockerfile -",
            "13:11 [sub] script ./one.sh",
            "14:24 [sub/deeper] script ./two.sh",
            "16:11 [?] script ./three.sh",
            "18:11 [] script ./folded.sh",
            "20:15 [] build ctx - prod",
            "25:15 [] action ./.github/actions/own",
        ]
    );
}

#[test]
fn what_others_bring_makes_folders_unknown() {
    let check = |steps: &str, known: bool| {
        let text = format!("jobs:\n  a:\n    steps:\n{steps}      - run: ./x.sh\n");
        let expected = if known { "[] script" } else { "[?] script" };
        assert!(shown(GITHUB, &text).iter().any(|call| call.contains(expected)), "{steps}");
    };
    let checkout = "      - uses: actions/checkout@v4\n";
    check(checkout, true);
    check("", false);
    check(&format!("{checkout}        with: {{fetch-depth: 0}}\n"), true);
    check(&format!("{checkout}        with: {{repository: a/b}}\n"), false);
    check(&format!("{checkout}        with: {{path: a}}\n"), false);
    check(&format!("{checkout}        with: {{ref: main}}\n"), false);
    check(&format!("{checkout}        with: {{ref: '${{{{ github.sha }}}}'}}\n"), true);
    check(&format!("{checkout}      - uses: actions/download-artifact@v4\n"), false);
}

#[test]
fn a_pipeline_is_followed_through_its_scripts() {
    let text = "\
before_script:
  - cd app
.hidden: &hidden
  - ./anchored.sh
job:
  script:
    - ./one.sh
    - |
      ./two.sh
      ./three.sh
other:
  needs: [job]
  script: ./four.sh
";
    assert_eq!(
        shown(".gitlab-ci.yml", text),
        [
            "7:7 [app] script ./one.sh",
            "9:7 [app] script ./two.sh",
            "10:7 [app] script ./three.sh",
            "13:11 [?] script ./four.sh",
        ]
    );
}

#[test]
fn names_before_a_call_are_remembered() {
    let text = "job:\n  script:\n    - sed s/a/b/ x > made.yml\n    - docker compose -f made.yml up\n";
    let workflow = read(Path::new(".gitlab-ci.yml"), text);
    let job = &workflow.jobs[0];
    assert!(job.mentioned_before(&job.calls[0], "made.yml"));
    assert!(!job.mentioned_before(&job.calls[0], "other.yml"));
}

#[test]
fn broken_and_strange_files_are_no_trouble() {
    let broken = read(Path::new(GITHUB), "jobs: [a\n").broken.map(|(place, _)| place.line);
    assert!(broken.is_some());
    for text in ["", "a", "jobs: 1", "jobs: {a: {steps: [1, {uses: [x]}, {run: {}}]}}", "[]"] {
        let workflow = read(Path::new(GITHUB), text);
        assert!(workflow.jobs.iter().all(|job| job.calls.is_empty()), "{text}");
    }
}

#[test]
fn workflows_by_path() {
    for (path, expected) in [
        (".github/workflows/ci.yml", true),
        (".gitlab-ci.yml", true),
        (".github/workflows/sub/ci.yml", false),
        (".github/dependabot.yml", false),
        ("ci.yml", false),
    ] {
        assert_eq!(is_workflow(Path::new(path)), expected, "{path}");
    }
}
