#!/bin/sh
# Compiles an element in C: build.sh DIRECTORY MODULE
#
# The module has the names of functions and the lines of the element's and the
# SDK's files, for errors, by names that are the same wherever they stood.
set -eu
sdk=$(cd "$(dirname "$0")" && pwd)
. "$sdk/../toolchains.sh"

pypi ziglang "$ziglang"
route "zig $ziglang, from PyPI's ziglang"
zig() {
    "$python" -m ziglang "$@"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
library=$("$python" -c 'import os, ziglang; print(os.path.dirname(ziglang.__file__))')
count=0
for source in "$1"/*.c "$sdk/slate/element.c" "$sdk/slate/slate.c"; do
    count=$((count + 1))
    zig cc -target wasm32-wasi -Os -gline-tables-only -Wall -Wextra -I "$sdk/slate" \
        "-ffile-prefix-map=$1/=" "-ffile-prefix-map=$sdk/slate/=slate/" "-ffile-prefix-map=$library/=zig/" \
        -ffile-compilation-dir=. -c "$source" -o "$work/$count.o"
done

# zig either leaves names and lines out or adds those of the C library: its own
# command is run again without the option that leaves them out. No name in it has a space.
cp "$sdk/slate/slate_component_type.o" "$work"
mkdir -p "$ZIG_GLOBAL_CACHE_DIR"
ln -s "$ZIG_GLOBAL_CACHE_DIR" "$work/cache"
cd "$work"
if ! ZIG_GLOBAL_CACHE_DIR=cache ZIG_VERBOSE_LINK=1 zig cc -target wasm32-wasi -mexec-model=reactor -Os \
    ./*.o -o module.wasm 2>log; then
    cat log >&2
    exit 1
fi
link=$(sed -n 's/^\(wasm-ld .*\) -s /\1 /p' log)
# shellcheck disable=SC2086
zig $link
cp module.wasm "$2"
