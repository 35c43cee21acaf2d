#!/bin/sh
# Compiles an element in C: build.sh DIRECTORY MODULE
set -eu
sdk=$(cd "$(dirname "$0")" && pwd)
. "$sdk/../toolchains.sh"

pypi ziglang "$ziglang"
route "zig $ziglang, from PyPI's ziglang"
"$python" -m ziglang cc -target wasm32-wasi -mexec-model=reactor -Os -g -Wall -Wextra -I "$sdk/slate" \
    "$1"/*.c "$sdk/slate/element.c" "$sdk/slate/slate.c" "$sdk/slate/slate_component_type.o" -o "$2"
