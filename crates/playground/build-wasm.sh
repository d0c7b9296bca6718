#!/usr/bin/env bash
# Builds the playground as a static folder: the page, and its engine as WebAssembly with simd128.
#
#   crates/playground/build-wasm.sh [FOLDER]        # default: target/playground
#
# The standard library for wasm32-unknown-unknown comes from rustup (rustup target add wasm32-unknown-unknown). Where
# rustup cannot add it, it is compiled from its source: Debian's package rust-src of the version of the compiler,
# from trixie or its backports, which needs apt and a minute.
# With --if-possible, it says why it cannot build, and succeeds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if_possible=false
if [ "${1:-}" = --if-possible ]; then if_possible=true; shift; fi
folder=$(realpath -m "${1:-${CARGO_TARGET_DIR:-$root/target}/playground}")
work=${CARGO_TARGET_DIR:-$root/target}/wasm
target=wasm32-unknown-unknown
version=$(rustc --version | cut -d' ' -f2)
# Nothing of the engine needs random numbers of the system: temporary files do, which a browser does not have.
export RUSTFLAGS='-C target-feature=+simd128 --cfg getrandom_backend="unsupported"'
export CARGO_INCREMENTAL=0

give_up() {
    echo "the WebAssembly engine is not built: $1" >&2
    $if_possible && exit 0
    exit 1
}

# Downloads and unpacks Debian's rust-src of the version of the compiler into $1.
standard_library() {
    local state=$1 suite package
    command -v apt-get > /dev/null || give_up "rustup has no target $target, and there is no apt for the source"
    [ -f /etc/apt/sources.list.d/debian.sources ] || give_up "there are no Debian sources for rust-src"
    mkdir -p "$state/lists/partial" "$state/archives/partial"
    for suite in trixie-backports trixie; do
        # The mirror of the machine, with another suite.
        awk 'BEGIN { RS = ""; ORS = "\n\n" } NR == 1' /etc/apt/sources.list.d/debian.sources |
            sed -E "s/^Suites:.*/Suites: $suite/; s/^Components:.*/Components: main/" > "$state/$suite.sources"
        local apt=(-o "Dir::Etc::sourcelist=$state/$suite.sources" -o Dir::Etc::sourceparts=/dev/null
            -o "Dir::State::lists=$state/lists" -o "Dir::Cache::archives=$state/archives"
            -o Dir::Etc::preferencesparts=/dev/null -o APT::Sandbox::User=root)
        apt-get "${apt[@]}" -qq update || continue
        package=$(apt-cache "${apt[@]}" madison rust-src | awk '{ print $3 }' | grep "^$version" | head -n 1) || true
        if [ -n "$package" ]; then
            (cd "$state" && apt-get "${apt[@]}" -qq download "rust-src=$package" && dpkg -x rust-src_*.deb sources)
            return
        fi
    done
    give_up "Debian has no rust-src of version $version"
}

cd "$here/wasm"
if rustup target add "$target" > /dev/null 2>&1 || [ -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; then
    cargo build --release --target "$target" --target-dir "$work"
else
    source=$work/rust-src/sources/usr/src/rustc-$version
    [ -d "$source" ] || standard_library "$work/rust-src"
    # A copy of the toolchain, of links, in which the source is where cargo expects it.
    toolchain=$work/toolchain-$version
    if [ ! -d "$toolchain" ]; then
        cp -al "$(rustc --print sysroot)" "$toolchain.new" 2> /dev/null ||
            { rm -rf "$toolchain.new"; cp -a "$(rustc --print sysroot)" "$toolchain.new"; }
        mkdir -p "$toolchain.new/lib/rustlib/src"
        ln -sfn "$source" "$toolchain.new/lib/rustlib/src/rust"
        mv "$toolchain.new" "$toolchain"
    fi
    # The standard library is compiled by a stable compiler, as that of Rust itself is.
    RUSTC_BOOTSTRAP=1 RUSTC="$toolchain/bin/rustc" "$toolchain/bin/cargo" build --release \
        -Zbuild-std=std,panic_abort --target "$target" --target-dir "$work"
fi
mkdir -p "$folder"
cp -r "$here/page/." "$folder"
echo '{ "engine": "wasm" }' > "$folder/engine.json"
cp "$work/$target/release/wengert_playground_wasm.wasm" "$folder/engine.wasm"
size=$(gzip -9 < "$folder/engine.wasm" | wc -c)
echo "$folder: engine.wasm has $(wc -c < "$folder/engine.wasm") bytes, $size with gzip"
