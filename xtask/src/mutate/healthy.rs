//! Projects in which nothing is wrong.

use std::path::Path;

use super::Files;
use crate::shell;

/// The healthy projects by their names: the bundled example and some with what it lacks.
pub(super) fn projects() -> Result<Vec<(&'static str, Files)>, String> {
    Ok(vec![
        ("ingester", bundled("examples/ingester")?),
        ("shop", inline(&SHOP)),
        ("monorepo", inline(&MONOREPO)),
        ("tool", inline(&TOOL)),
    ])
}

fn inline(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// The files that git has of a folder of this repository.
fn bundled(folder: &str) -> Result<Files, String> {
    let root = shell::root().join(folder);
    let mut files = Files::new();
    read(&root, &root, &mut files).map_err(|error| format!("{}: {error}", root.display()))?;
    Ok(files)
}

fn read(root: &Path, folder: &Path, files: &mut Files) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let made = [".testyard", ".venv", "__pycache__", ".pytest_cache"].contains(&name.as_str());
        if path.is_dir() && !made {
            read(root, &path, files)?;
        } else if let (false, Ok(text)) = (path.is_dir(), std::fs::read_to_string(&path)) {
            let inside = path.strip_prefix(root).unwrap_or(&path);
            files.insert(inside.to_string_lossy().into_owned(), text);
        }
    }
    Ok(())
}

/// One service with a build in the root.
const SHOP: [(&str, &str); 10] = [
    (
        "Dockerfile",
        "\
FROM node:22.11-alpine AS build
WORKDIR /src
COPY package.json ./
COPY package-lock.json ./
RUN npm ci
COPY src ./src
RUN npm run build

FROM nginx:1.27-alpine AS web
WORKDIR /site
COPY --from=build /src/dist /usr/share/nginx/html
COPY nginx.conf /etc/nginx/conf.d/default.conf
COPY static/*.txt /usr/share/nginx/html/
EXPOSE 80
HEALTHCHECK CMD wget -q -O /dev/null http://localhost/ || exit 1
USER nginx
",
    ),
    (
        "compose.yaml",
        "\
services:
  db:
    image: redis:7.4-alpine
    healthcheck: {test: [CMD, redis-cli, ping], interval: 2s}
    ports: ['127.0.0.1:6390:6379']
  web:
    build:
      context: .
      target: web
    depends_on:
      db: {condition: service_healthy}
    ports: ['8090:80']
",
    ),
    (".dockerignore", "**/node_modules\n.git\n*.md\n"),
    ("package.json", "{\"name\": \"shop\"}\n"),
    ("package-lock.json", "{}\n"),
    ("src/main.js", "console.log(1)\n"),
    ("nginx.conf", "server { listen 80; }\n"),
    ("static/robots.txt", "User-agent: *\n"),
    ("README.md", "# shop\n"),
    ("node_modules/left/index.js", "\n"),
];

/// Dockerfiles in a folder of their own, with the root as context.
const MONOREPO: [(&str, &str); 12] = [
    (
        "docker/Dockerfile.api",
        "\
# syntax=docker/dockerfile:1
ARG PYTHON=3.12-slim
FROM python:${PYTHON} AS base
WORKDIR /srv
COPY api/requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt

FROM base AS api
COPY api/app ./app
COPY shared ./shared
USER 1000
EXPOSE 8000
CMD [\"uvicorn\", \"app.main:app\"]
",
    ),
    (
        "docker/Dockerfile.worker",
        "\
FROM golang:1.23-alpine AS build
WORKDIR /src
COPY worker/go.mod ./
COPY worker/main.go ./
RUN go build -o /out/worker .

FROM alpine:3.20
WORKDIR /srv
COPY --from=build /out/worker ./worker
COPY scripts/start.sh ./start.sh
USER 1000
CMD [\"./start.sh\"]
",
    ),
    (
        "docker-compose.yml",
        "\
services:
  queue:
    image: rabbitmq:3.13-alpine
    healthcheck: {test: [CMD, rabbitmq-diagnostics, -q, ping], interval: 5s}
  api:
    build:
      context: .
      dockerfile: docker/Dockerfile.api
      target: api
    depends_on:
      queue: {condition: service_healthy}
    ports: ['127.0.0.1:8100:8000']
  worker:
    build:
      context: .
      dockerfile: docker/Dockerfile.worker
    depends_on:
      queue: {condition: service_healthy}
    secrets: [key]
secrets:
  key:
    file: ops/key.txt
",
    ),
    ("api/requirements.txt", "fastapi==0.121.3\nuvicorn==0.34.0\n"),
    ("api/app/main.py", "app = None\n"),
    ("shared/models.py", "\n"),
    ("worker/go.mod", "module worker\n\ngo 1.23\n"),
    ("worker/main.go", "package main\n\nfunc main() {}\n"),
    ("ops/key.txt", "not a real key\n"),
    (
        "scripts/start.sh*",
        "\
#!/bin/sh
set -eu
if [ -z \"${QUEUE_URL:-}\" ]; then
    echo \"QUEUE_URL is not set\"
    exit 1
fi
exec ./worker
",
    ),
    (".dockerignore", "**/__pycache__\n.git\n"),
    (
        ".github/workflows/ci.yml",
        "\
name: ci
on: [push]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: docker compose -f docker-compose.yml up -d queue
      - run: docker build -f docker/Dockerfile.api --target api .
      - run: docker build -f docker/Dockerfile.worker .
      - run: ./scripts/start.sh
",
    ),
];

/// Scripts, without any build.
const TOOL: [(&str, &str); 6] = [
    (
        "bin/setup.sh*",
        "\
#!/usr/bin/env bash
set -Eeuo pipefail

log() {
    echo \"[setup] $*\"
}

cleanup() {
    log \"done\"
}
trap cleanup EXIT

main() {
    mkdir -p logs
    for name in one two; do
        case \"$name\" in
            one) log \"first\" ;;
            *) log \"other\" ;;
        esac
    done >logs/setup.log
    if [[ -n \"${EXTRA:-}\" ]]; then
        echo \"extra: $EXTRA\"
    fi
}

main \"$@\"
",
    ),
    (
        "bin/wait.sh*",
        "\
#!/usr/bin/env bash
set -euo pipefail

left=30
until (exec 3<>/dev/tcp/localhost/5432) 2>/dev/null; do
    left=$((left - 1))
    if [[ $left -le 0 ]]; then
        echo \"the database never answered\"
        exit 1
    fi
    sleep 1
done
",
    ),
    (
        "bin/deploy.sh*",
        "\
#!/usr/bin/env bash
set -Eeuo pipefail

red=$'\\033[31m'

on_error() {
    echo \"deploy failed\"
    exit 1
}
trap on_error ERR
trap 'docker compose -f compose.yaml down' EXIT

start() {
    echo \"starting\"
    docker compose -f compose.yaml up -d --wait
}

mkdir -p out
echo \"deploy\" >>out/deploy.log
echo \"${red}deploy\"
start
bash bin/setup.sh
./bin/wait.sh
",
    ),
    (
        "bin/check.sh*",
        "\
#!/usr/bin/env bash
set -euo pipefail

trap 'docker compose -f compose.yaml down' EXIT
docker compose -f compose.yaml up -d --wait
bash bin/setup.sh
if [[ -n \"${VERBOSE:-}\" ]]; then
    echo \"checked\"
fi
",
    ),
    (
        "compose.yaml",
        "\
services:
  db:
    image: postgres:16.4
    environment: {POSTGRES_PASSWORD: only-for-tests}
    healthcheck: {test: [CMD, pg_isready, -h, localhost, -U, postgres], interval: 2s}
  admin:
    image: adminer:4.8.1
    depends_on:
      db: {condition: service_healthy}
",
    ),
    ("README.md", "# tool\n"),
];
