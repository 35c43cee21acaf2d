#!/bin/sh
# Compiles the element against the API of this tree and keeps it: freeze.sh VERSION
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=$here/${1:?usage: freeze.sh VERSION}.wasm
if [ -e "$output" ]; then
    echo "$output exists: what is released does not change" >&2
    exit 1
fi
"${SLATE:-slate}" element build "$here/element" -o "$output"
