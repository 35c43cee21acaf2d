#!/bin/sh
# Compiles an element in Go: build.sh DIRECTORY MODULE
set -eu
sdk=$(cd "$(dirname "$0")" && pwd)
. "$sdk/../toolchains.sh"

go_compiler
route "$("$go" env GOVERSION)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The element's module finds the SDK here, wherever the element stands.
cat >"$work/go.work" <<EOF
go 1.24

use "$(cd "$1" && pwd)"

use "$sdk"
EOF
cd "$1"
GOWORK="$work/go.work" GOOS=wasip1 GOARCH=wasm "$go" build -buildmode=c-shared -trimpath -o "$2" .
