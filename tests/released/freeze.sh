#!/bin/sh
# Compiles the element against the API of this tree and keeps it: freeze.sh VERSION
set -eu
here=$(cd "$(dirname "$0")" && pwd)
version=${1:?usage: freeze.sh VERSION}
output=$here/$version.wasm
if [ -e "$output" ]; then
    echo "$output exists: what is released does not change" >&2
    exit 1
fi
if ! grep -qxF "package blankslate:element@$version;" "$here/../../wit/world.wit"; then
    echo "wit/world.wit is not of version $version: change it first" >&2
    exit 1
fi
# Nothing is kept of what fails.
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
slate=${SLATE:-slate}
"$slate" element build "$here/element" -o "$part/$version.wasm"
# What it does: it has a case of its own, since later versions may do more.
cases=$here/cases/$version
[ -e "$cases" ] || cp -R "$(ls -d "$here"/cases/*/ | sort -V | tail -n 1)" "$cases"
"$slate" element test "$part/$version.wasm" --tests "$cases" --update
mv "$part/$version.wasm" "$output"
(cd "$here" && sha256sum "$version.wasm" >> SHA256SUMS)
