//! A pipeline of GitLab CI that runs the project's suites.

use super::site::{Draft, Site};
use super::yaml::{fill, list, quoted, shell};
use crate::CommandError;

/// The pipeline. Words between `@` signs are filled in.
const PIPELINE: &str = "\
# Runs the tests of @name@ on real services, as `testyard run` does on any machine.
# Written by `testyard init --with gitlab`; from here on it is yours.
testyard:
  image: rust:1-bookworm
  timeout: 1h
@matrix@  variables:
    # GitLab keeps only what lies below the project's folder.
    CARGO_HOME: $CI_PROJECT_DIR/.cache/cargo
    TESTYARD_CACHE_DIR: $CI_PROJECT_DIR/.cache/testyard
  cache:
    - key: testyard-program-@version@
      paths:
        - .cache/cargo/bin
    # Service programs, initialised data directories and virtual environments.
    - key:
        files:
@inputs@        prefix: $CI_JOB_NAME_SLUG
      paths:
        - .cache/testyard
  before_script:
    - apt-get update && apt-get install -y --no-install-recommends python3 python3-venv
    - test -x \"$CARGO_HOME/bin/testyard\" || cargo install --locked --git @source@ testyard-cli
  script:
@run@  artifacts:
    when: always
    paths:
      - @runs@
    reports:
      junit: @junit@
";

/// GitLab makes a key of at most so many files. Source: GitLab's CI/CD YAML reference, `cache:key:files`.
const FILES: usize = 2;

/// The pipeline of this project.
pub(super) fn draft(site: &Site) -> Result<Draft, CommandError> {
    site.new_file(".gitlab-ci.yml", || text(site))
}

fn text(site: &Site) -> String {
    let words = [
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("source", env!("CARGO_PKG_REPOSITORY").to_owned()),
        ("inputs", list(inputs(site), 10)),
        ("matrix", matrix(site)),
        ("run", list(run(site), 4)),
        ("runs", quoted(&site.path(".testyard/runs"))),
        ("junit", quoted(&site.path(".testyard/runs/*/junit.xml"))),
        ("name", site.name()),
    ];
    fill(PIPELINE, &words)
}

/// The files that decide most, as far as they exist: what is locked or declared for Python, then what names services.
fn inputs(site: &Site) -> Vec<String> {
    let is_there = |path: &String| site.repository.join(path).is_file();
    let python = ["uv.lock", "poetry.lock", "requirements.txt", "pyproject.toml"].map(|name| site.path(name));
    let python = python.into_iter().find(is_there);
    let others = site.inputs().into_iter().filter(|path| Some(path) != python.as_ref() && is_there(path));
    let mut chosen: Vec<String> = python.iter().cloned().chain(others).take(FILES).collect();
    if chosen.is_empty() {
        // A key needs one; one that does not exist is allowed.
        chosen.push(site.path("testyard.toml"));
    }
    chosen.iter().map(|path| quoted(path)).collect()
}

fn matrix(site: &Site) -> String {
    let parts = site.parts();
    if parts.is_empty() {
        return String::new();
    }
    format!("  parallel:\n    matrix:\n      - SUITE:\n{}", list(parts.into_iter().map(quoted), 10))
}

fn run(site: &Site) -> Vec<String> {
    let enter = (!site.prefix.is_empty()).then(|| quoted(&format!("cd {}", shell(&site.prefix))));
    let suite = if site.parts().is_empty() { "" } else { " \"$SUITE\"" };
    enter.into_iter().chain([format!("$CARGO_HOME/bin/testyard run --ci{suite}")]).collect()
}
