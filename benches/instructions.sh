#!/usr/bin/env bash
# Counts the instructions of one training step of W1 to W4 on one thread with callgrind. The count is the same in every
# run, so that two versions of the code can be compared exactly. Needs valgrind, which emulates AVX2 but not AVX-512, and
# would take an hour for W5 and W6.
#
#   benches/instructions.sh             prints the counts
#   benches/instructions.sh FOLDER      also leaves the profiles there, for callgrind_annotate or kcachegrind
#
# Each network runs N and 2 N timed steps; the difference is N steady steps. Only instructions inside of steps are counted.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v valgrind >/dev/null || { echo "valgrind is not installed: apt-get install valgrind" >&2; exit 1; }
cargo build --release --quiet -p wengert-step-bench
program=${CARGO_TARGET_DIR:-target}/release/wengert-step-bench
if [ $# -gt 0 ]; then
    folder=$1
    mkdir -p "$folder"
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi

# instructions NAME STEPS ARGUMENTS...: the instructions in this many steps, and in those of the warm-up.
instructions() {
    local profile=$folder/$1.$2 steps=$2
    shift 2
    valgrind --tool=callgrind --toggle-collect='*step_bench::training::Training*::step' \
        --callgrind-out-file="$profile" \
        "$program" --threads 1 --warmup 2 --steps "$steps" "$@" >/dev/null 2>"$profile.log" ||
        { cat "$profile.log" >&2; exit 1; }
    awk '/^(summary|totals):/ { sum = $2 } END { if (!sum) exit 1; print sum }' "$profile"
}

# count NAME STEPS ARGUMENTS...: prints the instructions per step.
count() {
    local name=$1 steps=$2 few many
    shift 2
    few=$(instructions "$name" "$steps" "$@")
    many=$(instructions "$name" $((2 * steps)) "$@")
    echo "$name: $(((many - few) / steps)) instructions per step"
}

count W1 80 --layers 2,16,16,2 --batch 32 --optimizer sgd
count W2 40 --layers 2,64,64,3 --batch 64 --optimizer adam
count W3 40 --layers 64,128,64,10 --batch 64 --optimizer momentum
count W4 16 --layers 784,128,64,10 --batch 64 --optimizer adam
