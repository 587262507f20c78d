//! Everything a person would otherwise have to remember: `cargo xtask ci`, `bench`, `fuzz`.

mod bench;
mod chaos;
mod ci;
mod docs;
mod fuzz;
mod mutate;
mod shell;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK

  ci              format, lints, docs, licences, fuzzing and the tests, as .ci/run does
  bench services  how fast PostgreSQL and Redis come up, cold and warm
  bench run       what a run costs beside bare pytest on the same tests
  bench check     what an inspection costs beside hadolint and ShellCheck
  bench collect   what collecting a large suite costs beside rtest and pytest
  bench background  how fast a run in the background is started and told, and what its supervisor holds
  bench           all of them
  chaos [--rounds N] [--seed N] [--only ROUND]
                  runs in the background, hit at random moments (default 200 rounds)
  mutate-check    breaks healthy projects in every way the rules claim to see, and counts what is seen
  docs            write docs/rules.md from the rules' own pages
  fuzz [SECONDS]  each fuzz target for so long (default 30)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["ci"] => ci::run(),
        ["bench"] => {
            let all = [
                bench::services::run,
                bench::run::run,
                bench::check::run,
                bench::collect::run,
                bench::background::run,
            ];
            all.iter().try_for_each(|one| one())
        }
        ["bench", "check"] => bench::check::run(),
        ["bench", "collect"] => bench::collect::run(),
        ["bench", "background"] => bench::background::run(),
        ["chaos", rest @ ..] => chaos::run(rest),
        ["mutate-check"] => mutate::run(),
        ["bench", "services"] => bench::services::run(),
        ["bench", "run"] => bench::run::run(),
        ["docs"] => docs::run(),
        ["fuzz"] => fuzz::run(&fuzz::Limit::Seconds("30")),
        ["fuzz", seconds] => fuzz::run(&fuzz::Limit::Seconds(seconds)),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
