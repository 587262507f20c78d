//! A workflow of GitHub Actions that runs the project's suites.
//!
//! Actions are pinned to commits: a tag can be moved to other code, a commit cannot. Where a project has several suites,
//! each is a job of its own; they do not wait for each other there.

use super::site::{Draft, Site};
use super::yaml::{fill, github, list, quoted};
use crate::CommandError;

const CHECKOUT: &str = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2";
const PYTHON: &str = "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0";
const CACHE: &str = "actions/cache@9255dc7a253b0ccc959486e2bca901246202afeb # v5.0.1";
const UPLOAD: &str = "actions/upload-artifact@b7c566a772e6b6bfb58ed0dc250532a479d7789f # v6.0.0";

/// The workflow. Words between `@` signs are filled in.
const WORKFLOW: &str = "\
# Runs the tests of @name@ on real services, as `testyard run` does on any machine.
# Written by `testyard init --with ci`; from here on it is yours.
name: @title@

on:
  push:
    branches: [main, master]
  pull_request:
  workflow_dispatch:

permissions:
  contents: read

jobs:
  test:
@matrix@    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: @checkout@
        with:
          persist-credentials: false
@python@      # Ubuntu keeps programs from having a network of their own. With one, services have the names and ports that the
      # compose file gives them, whatever else runs here.
      - name: Allow networks of their own
        run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 || true
      - name: Restore testyard
        id: testyard
        uses: @cache@
        with:
          path: ~/.cargo/bin/testyard
          key: testyard-program-${{ runner.os }}-${{ runner.arch }}-@version@
      - name: Install testyard
        if: steps.testyard.outputs.cache-hit != 'true'
        run: |
          rustup toolchain install stable --profile minimal
          cargo +stable install --locked --git @source@ testyard-cli
      # Service programs, initialised data directories and virtual environments.
      - name: Restore what testyard provides
        uses: @cache@
        with:
          path: ~/.cache/testyard
          key: >-
            testyard-${{ runner.os }}-${{ runner.arch }}-${{ strategy.job-index }}-${{ hashFiles(@inputs@) }}
          restore-keys: |
            testyard-${{ runner.os }}-${{ runner.arch }}-${{ strategy.job-index }}-
      - name: Run the tests
@run@      - name: Keep the runs
        if: always()
        uses: @upload@
        with:
          name: testyard-runs-${{ strategy.job-index }}
          path: @runs@
          include-hidden-files: true
          if-no-files-found: ignore
";

/// The workflow of this project.
pub(super) fn draft(site: &Site) -> Result<Draft, CommandError> {
    let slug: String = site.prefix.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = if slug.is_empty() { "testyard".to_owned() } else { format!("testyard-{slug}") };
    site.new_file(&format!(".github/workflows/{name}.yml"), || text(site, &name))
}

fn text(site: &Site, title: &str) -> String {
    let inputs: Vec<String> = site.inputs().iter().map(|path| quoted(path)).collect();
    let words = [
        ("checkout", CHECKOUT.to_owned()),
        ("cache", CACHE.to_owned()),
        ("upload", UPLOAD.to_owned()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("source", env!("CARGO_PKG_REPOSITORY").to_owned()),
        ("title", title.to_owned()),
        ("python", python(site)),
        ("inputs", inputs.join(", ")),
        ("matrix", matrix(site)),
        ("run", run(site)),
        ("runs", github(&site.path(".testyard/runs"))),
        ("name", site.name()),
    ];
    fill(WORKFLOW, &words)
}

fn matrix(site: &Site) -> String {
    let parts = site.parts();
    if parts.is_empty() {
        return String::new();
    }
    let suites = list(parts.into_iter().map(github), 10);
    format!(
        "    name: ${{{{ matrix.suite }}}}\n    strategy:\n      # What the other suites say is worth knowing when one \
         fails.\n      fail-fast: false\n      matrix:\n        suite:\n{suites}"
    )
}

/// The interpreter, where the project asks for a certain one: otherwise the machine's own serves.
fn python(site: &Site) -> String {
    let version = site.plan.python.as_ref().and_then(|python| python.version.as_deref());
    let certain = version.filter(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'));
    let step = |version| {
        format!("      - uses: {PYTHON}\n        with:\n          python-version: {}\n", quoted(version))
    };
    certain.map_or_else(String::new, step)
}

/// A suite's name reaches the shell as a variable: in the command itself it could be more than a word.
fn run(site: &Site) -> String {
    let mut step = String::new();
    if !site.prefix.is_empty() {
        step += &format!("        working-directory: {}\n", github(&site.prefix));
    }
    if site.parts().is_empty() {
        return step + "        run: testyard run --ci\n";
    }
    step + "        env:\n          SUITE: ${{ matrix.suite }}\n        run: testyard run --ci \"$SUITE\"\n"
}
