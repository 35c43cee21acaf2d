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
cp "$sdk/slate.js" "$work"
entry=$(cd "$1" && ls ./*.js)
# Each module that imports rootfs gets it from slate-rootfs.js, which is at the top.
find "$work" -name '*.js' | while IFS= read -r module; do
    up=$(dirname "${module#"$work/"}" | sed 's#^\.$##; s#[^/]\{1,\}#..#g; s#$#/#; s#^/$#./#')
    sed -i.old "s#\([\"']\)blankslate:element/rootfs@0\.1\.0[\"']#\1${up}slate-rootfs.js\1#" "$module"
done
cp "$sdk/slate-rootfs.js" "$work"
"$path/componentize-qjs" --sync --wit "$sdk/../../wit" --world element --module-root "$work" \
    --js "$work/$entry" -o "$2" >&2
