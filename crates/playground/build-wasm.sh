#!/usr/bin/env bash
# Builds the playground as a static folder: the page, and its engine as WebAssembly with simd128.
#
#   crates/playground/build-wasm.sh [--quick] [--if-possible] [FOLDER]        # default: target/playground
#
# `.ci/cargo-for` gets the source of the standard library for wasm32-unknown-unknown, and compiles it for size; where it
# finds no source, the compiled one of rustup is taken, which makes the engine a seventh larger. wasm-opt (Debian's package
# binaryen), where it is installed, makes it smaller. With --quick, for tests, the engine is quick to compile, and large.
# With --if-possible, it says why it cannot build, and succeeds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if_possible=false small=true profile=release
while [[ "${1:-}" = --* ]]; do
    case $1 in
        --if-possible) if_possible=true ;;
        --quick) small=false profile=quick ;;
        *) echo "unknown option $1" >&2; exit 2 ;;
    esac
    shift
done
folder=$(realpath -m "${1:-${CARGO_TARGET_DIR:-$root/target}/playground}")
work=${CARGO_TARGET_DIR:-$root/target}/wasm
target=wasm32-unknown-unknown
# Nothing of the engine needs random numbers of the system: temporary files do, which a browser does not have.
export RUSTFLAGS='-C target-feature=+simd128 --cfg getrandom_backend="unsupported" --cfg wengert_data="separate"'
export CARGO_INCREMENTAL=0

give_up() {
    echo "the WebAssembly engine is not built: $1" >&2
    $if_possible && exit 0
    exit 1
}

cd "$here/wasm"
build() { "$root/.ci/cargo-for" "$@" "$target" build --profile $profile --target-dir "$work"; }
status=3
if $small; then build --small && status=0 || status=$?; fi
if [ $status = 3 ]; then build && status=0 || status=$?; fi
[ $status = 3 ] && give_up "its target has no standard library"
[ $status = 0 ] || exit 1
mkdir -p "$folder"
cp -r "$here/page/." "$folder"
# The data sets are files that the page loads when they are chosen.
rm -rf "$folder/data"
mkdir -p "$folder/data"
cp "$root"/crates/data/data/*.csv "$folder/data"
data=$(cd "$folder/data" && printf '"%s", ' *.csv | sed 's/\.csv//g; s/, $//')
echo "{ \"engine\": \"wasm\", \"data\": [$data] }" > "$folder/engine.json"
engine=$work/$target/$profile/wengert_playground_wasm.wasm
if ! $small; then
    cp "$engine" "$folder/engine.wasm"
elif command -v wasm-opt > /dev/null; then
    # The instructions that the compiler uses.
    wasm-opt --enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int \
        --enable-reference-types --enable-sign-ext --enable-simd -Oz "$engine" -o "$folder/engine.wasm"
else
    echo "wasm-opt is not installed: the engine is larger than it could be"
    cp "$engine" "$folder/engine.wasm"
fi
size=$(gzip -9 < "$folder/engine.wasm" | wc -c)
echo "$folder: engine.wasm has $(wc -c < "$folder/engine.wasm") bytes, $size with gzip"
