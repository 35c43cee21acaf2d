#!/bin/sh
# Compiles an element in JavaScript: build.sh DIRECTORY MODULE
# Its one module is the element; more of them stand in folders beside it.
set -eu
sdk=$(cd "$(dirname "$0")" && pwd)
. "$sdk/../toolchains.sh"

npm_package componentize-qjs "$componentize_qjs"
route "componentize-qjs $componentize_qjs from npm, with Node.js $(command node --version)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$1/." "$work"
cp "$sdk/slate.js" "$work/slate.js"
entry=$(cd "$1" && ls ./*.js)
"$path/componentize-qjs" --sync --wit "$sdk/../../wit" --world element --module-root "$work" \
    --js "$work/$entry" -o "$2" >&2
