#!/bin/sh
# Compiles the element against the API of this tree and keeps it: freeze.sh VERSION
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=$here/${1:?usage: freeze.sh VERSION}.wasm
if [ -e "$output" ]; then
    echo "$output exists: what is released does not change" >&2
    exit 1
fi
slate=${SLATE:-slate}
"$slate" element build "$here/element" -o "$output"
(cd "$here" && sha256sum "$1.wasm" >> SHA256SUMS)
# What it does: it has a case of its own, since later versions may do more.
cases=$here/cases/$1
[ -e "$cases" ] || cp -R "$(ls -d "$here"/cases/*/ | sort -V | tail -n 1)" "$cases"
"$slate" element test "$output" --tests "$cases" --update
