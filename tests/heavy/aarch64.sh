#!/usr/bin/env bash
# Runs the tests of the kernels and of training, and `wengert train digits`, on an emulated aarch64 processor, and
# compares the bits of the trained network with those of this machine, which must have AVX2.
#
#   tests/heavy/aarch64.sh [--install]
#
# needs qemu-user, gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, which --install installs from Debian. The standard
# library comes from `.ci/cargo-for`. Under the emulator, tests take ten to a hundred times as long.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ "${1:-}" = --install ]; then
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
        qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
fi
export CARGO_INCREMENTAL=0
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
target=aarch64-unknown-linux-gnu

.ci/cargo-for $target test -p wengert-kernels --lib
WENGERT_SIMD=portable .ci/cargo-for $target test -p wengert-kernels --lib
.ci/cargo-for $target test -p wengert-train -p wengert-train-tests --all-features --lib --tests
# What training must end with.
lines='"(params_sha256|train_loss|train_accuracy|validation_accuracy)"'
here=$(WENGERT_SIMD=avx2 cargo run -q --bin wengert -- train digits --json | grep -E "$lines")
there=$(WENGERT_SIMD=neon .ci/cargo-for $target run -q --bin wengert -- train digits --json | grep -E "$lines")
printf '== this machine\n%s\n== aarch64\n%s\n' "$here" "$there"
[ "$here" = "$there" ] || { echo "the trained networks differ" >&2; exit 1; }
