#!/usr/bin/env bash
# Runs the tests of the kernels, and a training run on the digits, as WebAssembly in Node, with and without simd128.
#
#   tests/heavy/wasm.sh
#
# The tests are programs of wasm32-wasip1, for which rustup must have the standard library. The training run is a program
# of that target and of wasm32-unknown-unknown, that of browsers, and fails if its loss or accuracy is not the native one.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CARGO_INCREMENTAL=0
cargo=$PWD/.ci/cargo-for
target=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TARGET_WASM32_WASIP1_RUNNER="node --no-warnings --no-turbo-fast-api-calls $PWD/tests/heavy/wasi.mjs"

for features in +simd128 -simd128; do
    export RUSTFLAGS="-C target-feature=$features"
    folder=$target/wasm$features
    echo "== $features"
    "$cargo" wasm32-wasip1 test -p wengert-kernels --lib --target-dir "$folder"
    "$cargo" wasm32-wasip1 run --release -p wengert-train --example digits --target-dir "$folder"
    "$cargo" wasm32-unknown-unknown build --release -p wengert-train --example digits --target-dir "$folder"
    node tests/heavy/no_system.mjs "$folder/wasm32-unknown-unknown/release/examples/digits.wasm"
done
