#!/bin/sh
# Compiles an element in Python: build.sh DIRECTORY MODULE
# Its one module is the element; more of them stand in packages beside it.
set -eu
sdk=$(cd "$(dirname "$0")" && pwd)
. "$sdk/../toolchains.sh"

pypi componentize-py "$componentize_py"
route "componentize-py $componentize_py from PyPI"
app=$(basename "$1"/*.py .py)
"$path/componentize-py" --quiet -d "$sdk/../../wit" -w element componentize -p "$1" -p "$sdk" "$app" -o "$2"
