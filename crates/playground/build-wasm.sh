#!/usr/bin/env bash
# Builds the playground as a static folder: the page, and its engine as WebAssembly with simd128.
#
#   crates/playground/build-wasm.sh [--quick] [--if-possible] [FOLDER]        # default: target/playground
#
# `.ci/cargo-for` gets the source of the standard library for wasm32-unknown-unknown, and compiles it for size; where it
# finds no source, the compiled one of rustup is taken, which makes the engine a seventh larger. Binaryen and esbuild, which
# npm installs beside what cargo builds, make engine and page smaller; without npm, the wasm-opt of the system is taken, if
# there is one. With --quick, for tests, the engine is quick to compile, and large, and the page is as it is written. With
# --if-possible, it says why it cannot build, and succeeds.
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
RUSTFLAGS+=' --cfg wengert_engine="playground"'
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
rm -f "$folder"/*.js
cp -r "$here/page/." "$folder"
# The data sets are files that the page loads when they are chosen.
rm -rf "$folder/data"
mkdir -p "$folder/data"
cp "$root"/crates/data/data/*.csv "$folder/data"
data=$(cd "$folder/data" && printf '"%s", ' *.csv | sed 's/\.csv//g; s/, $//')
echo "{ \"engine\": \"wasm\", \"data\": [$data] }" > "$folder/engine.json"
engine=$work/$target/$profile/wengert_playground_wasm.wasm

# Names the functions of the engine, and sorts them by name, so that similar ones are near each other. A function that is
# called once is not moved into its caller: functions with many variables are long. The variables that are used most get the
# shortest numbers. The lowest kilobyte of memory is the end of
# the stack. Not --ignore-implicit-traps: it moves loads to where their addresses are not valid.
shrink_engine() {
    local features=(--enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int
        --enable-reference-types --enable-sign-ext --enable-simd)
    local options=(--converge --one-caller-inline-max-function-size=0 --low-memory-unused)
    if [ -f "$tools/binaryen/bin/wasm-opt" ]; then
        local wasm_opt=(node --stack-size=8000 "$tools/binaryen/bin/wasm-opt" "${features[@]}")
        "${wasm_opt[@]}" "${options[@]}" -Os --reorder-locals "$engine" -o "$work/engine.wasm"
        node "$here/order.mjs" "$work/engine.wasm" "$work/ordered.wasm"
        "${wasm_opt[@]}" --reorder-functions-by-name --strip-debug "$work/ordered.wasm" -o "$folder/engine.wasm"
    elif command -v wasm-opt > /dev/null; then
        echo "npm cannot install binaryen: the engine is larger than it could be"
        wasm-opt "${features[@]}" "${options[@]}" -Os "$engine" -o "$folder/engine.wasm"
    else
        echo "there is no wasm-opt: the engine is larger than it could be"
        cp "$engine" "$folder/engine.wasm"
    fi
}

# Code without comments in few files: that of the page, of the worker, and the module of the engine, which tests ask too.
shrink_page() {
    if [ -f "$tools/esbuild/bin/esbuild" ]; then
        rm "$folder"/*.js
        "$tools/esbuild/bin/esbuild" "$here"/page/{main,engine,worker}.js --bundle --splitting --minify --format=esm \
            --outdir="$folder" --log-level=warning
        "$tools/esbuild/bin/esbuild" "$here/page/style.css" --minify --outdir="$folder" --allow-overwrite \
            --log-level=warning
    else
        echo "npm cannot install esbuild: the page is larger than it could be"
    fi
}

if $small; then
    mkdir -p "$work/tools"
    cp "$here/package.json" "$work/tools"
    tools=$work/tools/node_modules
    command -v npm > /dev/null && (cd "$work/tools" && npm install --no-audit --no-fund --silent) || true
    shrink_engine
    shrink_page
else
    cp "$engine" "$folder/engine.wasm"
fi
size() { for file in "$@"; do gzip -9 < "$file" | wc -c; done | awk '{ sum += $1 } END { print sum }'; }
page=("$folder"/*.html "$folder"/*.css "$folder"/*.js "$folder"/*.json "$folder"/*.svg)
echo "$folder: with gzip, the engine has $(size "$folder/engine.wasm") bytes, and the page has $(size "${page[@]}")"
