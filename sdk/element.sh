#!/bin/sh
# Makes an element of its source: element.sh DIRECTORY [OUTPUT]
#
# The directory holds element.toml and the source in one language: *.c, *.py,
# *.js or *.go. The output is a self-contained component, <directory>/<name>.wasm
# where none is given.
set -eu
sdk=$(cd "$(dirname "$0")" && pwd)

if [ $# -lt 1 ] || [ ! -e "$1/element.toml" ]; then
    echo "usage: element.sh DIRECTORY [OUTPUT], with an element.toml in the directory" >&2
    exit 2
fi
directory=$(cd "$1" && pwd)
name=$(sed -n 's/^name *= *"\(.*\)"/\1/p' "$directory/element.toml" | head -n 1)
output=${2:-$directory/$name.wasm}

language=
for pair in c:c py:python js:js go:go; do
    if ls "$directory"/*."${pair%%:*}" >/dev/null 2>&1; then
        language=${pair#*:}
    fi
done
if [ -z "$language" ]; then
    echo "no source in $directory: expected *.c, *.py, *.js or *.go" >&2
    exit 1
fi

module=$(mktemp)
trap 'rm -f "$module"' EXIT
sh "$sdk/$language/build.sh" "$directory" "$module"
if [ -n "${SLATE_ELEMENT_BUILD:-}" ]; then
    "$SLATE_ELEMENT_BUILD" "$module" "$directory/element.toml" "$output"
else
    cargo run --quiet --release --manifest-path "$sdk/build/Cargo.toml" -- \
        "$module" "$directory/element.toml" "$output"
fi
echo "$output"
