#!/usr/bin/env bash
# Installs what the tests need, then runs all of them: format, lints, the whole suite against a real Postgres, a real MariaDB and a real S3 server
# (started by the tests themselves on free loopback ports, stopped by them), and the documentation's examples.
# What is installed goes to the system's packages and to .cache/ (not tracked); versions are pinned in tests/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

say "what the tests need"
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
need=()
command -v cc >/dev/null || need+=(gcc libc6-dev)
command -v git >/dev/null || need+=(git)
command -v setpriv >/dev/null || need+=(util-linux)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || need+=(postgresql)
command -v mariadbd >/dev/null || need+=(mariadb-server)
command -v c++ >/dev/null || need+=(g++)
command -v pkg-config >/dev/null || need+=(pkg-config)
[ -e /usr/include/hs/hs.h ] || need+=(libhyperscan-dev)
python3 -c 'import venv, ensurepip' 2>/dev/null || need+=(python3 python3-venv)
audit=
compgen -G '/usr/lib/postgresql/*/lib/pgaudit.so' >/dev/null || audit=yes
if [ ${#need[@]} -gt 0 ] || [ -n "$audit" ]; then
  as_root apt-get update -q
  # Its package is named after the version of the server.
  [ -z "$audit" ] || need+=("$(apt-cache pkgnames postgresql- | grep -Ex 'postgresql-[0-9]+-pgaudit' | sort -V | tail -n 1)")
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${need[@]}"
fi
command -v cargo-nextest >/dev/null || cargo install --locked cargo-nextest --version 0.9.143

export SONDE_TEST_VENV="${SONDE_TEST_VENV:-$PWD/.cache/venv}"
stamp="$SONDE_TEST_VENV/.installed"
if ! cmp -s tests/requirements.txt "$stamp"; then
  python3 -m venv --clear "$SONDE_TEST_VENV"
  "$SONDE_TEST_VENV/bin/pip" install -q --disable-pip-version-check -r tests/requirements.txt
  cp tests/requirements.txt "$stamp"
fi

say "format"
cargo fmt --all --check

say "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings

say "tests"
# The tests run the program itself: build it with them.
cargo nextest run --workspace --locked --no-fail-fast --status-level fail --final-status-level slow

say "literals found by Hyperscan"
cargo nextest run -p sonde-classifiers --features hyperscan --test hyperscan --locked --status-level fail

say "models on free text"
cargo nextest run -p sonde-classifiers --features model --lib --locked --status-level fail -E 'test(/^model::/)'

say "fuzzing, 30 s each"
fuzz/run.sh 30

say "examples in the documentation"
cargo test --workspace --doc --locked -q
