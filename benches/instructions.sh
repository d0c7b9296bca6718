#!/usr/bin/env bash
# The instructions of one training step of W2 and of W4 on one thread, counted by callgrind: the same number on every run, so that two
# versions of the code can be compared exactly. Needs valgrind, whose processor has AVX2 and no AVX-512.
#
#   benches/instructions.sh             the counts
#   benches/instructions.sh FOLDER      and the profiles are left there, for callgrind_annotate or kcachegrind
#
# Counted with N and with 2 N steps: what differs is N steady steps. Only what happens inside of steps is counted at all.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v valgrind >/dev/null || { echo "valgrind is not installed: apt-get install valgrind" >&2; exit 1; }
cargo build --release --quiet --bin wengert
program=${CARGO_TARGET_DIR:-target}/release/wengert
if [ $# -gt 0 ]; then
    folder=$1
    mkdir -p "$folder"
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi

# instructions NAME STEPS ARGUMENTS...: the instructions in so many steps.
instructions() {
    local profile=$folder/$1.$2 steps=$2
    shift 2
    valgrind --tool=callgrind --toggle-collect='*bench::training::Training*::step' --callgrind-out-file="$profile" \
        "$program" bench step --threads 1 --warmup 2 --steps "$steps" "$@" >/dev/null 2>"$profile.log" ||
        { cat "$profile.log" >&2; exit 1; }
    awk '/^(summary|totals):/ { sum = $2 } END { if (!sum) exit 1; print sum }' "$profile"
}

# count NAME STEPS ARGUMENTS...
count() {
    local name=$1 steps=$2 few many
    shift 2
    few=$(instructions "$name" "$steps" "$@")
    many=$(instructions "$name" $((2 * steps)) "$@")
    echo "$name: $(((many - few) / steps)) instructions a step"
}

count W2 40 --layers 2,64,64,3 --batch 64 --optimizer adam
count W4 16 --layers 784,128,64,10 --batch 64 --optimizer adam
