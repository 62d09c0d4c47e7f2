#!/usr/bin/env bash
# Fuzzes each target for some seconds (30): fuzz/run.sh [SECONDS] [TARGET…]. Needs a C++ compiler, no sanitizer and no nightly compiler: the compiler's
# coverage is asked for as cargo-fuzz does. Corpora stay in .cache/fuzz/ and grow from run to run; an input that fails is kept there and named.
set -euo pipefail
cd "$(dirname "$0")"
seconds="${1:-30}"
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || targets=(text columns rules policies usage)
kept="$PWD/../.cache/fuzz"
target_dir="$PWD/../target/fuzz"

# Of the compiler's own machinery, only the crates that matter are watched for coverage; assertions and overflow checks are on in all of them.
RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$target_dir" \
  RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Ccodegen-units=4" \
  cargo build --release --locked --target "$(rustc -vV | sed -n 's/^host: //p')" --bins

seeds="$kept/seeds"
rm -rf "$seeds"
python3 seeds.py "$seeds"

failed=0
for name in "${targets[@]}"; do
  mkdir -p "$kept/$name" "$kept/failures"
  echo "-- $name, $seconds s"
  log="$kept/$name.log"
  if "$target_dir"/*/release/"$name" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="$kept/failures/$name-" \
    "$kept/$name" "$seeds/$name" >"$log" 2>&1; then
    tail -n 1 "$log"
  else
    failed=1
    tail -n 40 "$log"
    echo "$name failed; its input: $(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)"
  fi
done
exit "$failed"
