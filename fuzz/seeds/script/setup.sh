#!/usr/bin/env bash
set -euo pipefail
cleanup() { rm -f "$tmp"; }
trap cleanup EXIT
tmp=$(mktemp)
for i in {1..30}; do
  nc -z db 5432 && break
  sleep 1
done
cat <<EOF > "$tmp"
${A:-b}
EOF
if [[ -f x ]]; then docker compose -f compose.yaml up -d; fi
