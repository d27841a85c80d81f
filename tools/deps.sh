#!/bin/sh
# Usage: tools/deps.sh [--dev | --postgres] [COMMAND...]
#
# Installs what building and testing cdbt needs and the machine lacks: Debian (and its relatives) through apt-get, as
# root or through sudo; macOS through Homebrew. Asks nothing, takes a moment when nothing is missing, and then touches
# neither network nor package lists. --dev adds what only developers and .ci/run need, --postgres a
# PostgreSQL server for `make demo-postgres`.
#
# A COMMAND is run afterwards: `tools/deps.sh make demo` starts from a machine that lacks even make.
set -eu
cd "$(dirname "$0")/.."

dev=
server=
if [ "${1:-}" = --dev ]; then
    dev=yes
    shift
elif [ "${1:-}" = --postgres ]; then
    server=yes
    shift
fi

say() { printf 'deps: %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        say "not root, and no sudo; as root run: $*" >&2
        return 1
    fi
}

# ---- Debian ----

debian_required='gcc libc6-dev make pkg-config libyaml-dev libsqlite3-dev libpcre2-dev libjansson-dev libxxhash-dev
    nettle-dev libmd4c-dev libcmocka-dev sqlite3 python3 git curl ca-certificates'
debian_optional='libmicrohttpd-dev'
debian_dev='g++ clang clang-format clang-tidy libclang-rt-14-dev hyperfine valgrind shellcheck chromium python3-venv libpq-dev'
debian_server='postgresql'

debian_missing() {
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || printf '%s ' "$package"
    done
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@"
}

debian() {
    # shellcheck disable=SC2086 # lists of words, here and below
    required=$(debian_missing $debian_required ${dev:+$debian_dev} ${dev:+$debian_server} ${server:+$debian_server})
    # shellcheck disable=SC2086
    optional=$(debian_missing $debian_optional)
    if [ -z "$required$optional" ]; then return 0; fi
    # Once asked for in vain, an optional package is not worth a trip to the network each time.
    if [ -z "$required" ] && [ -e build/deps-optional-failed ]; then return 0; fi
    say "installing $required$optional"
    as_root apt-get update -q -o DPkg::Lock::Timeout=300 || say 'could not refresh the package lists; trying with the old ones'
    # All in one go; if that fails, what is required must work alone.
    # shellcheck disable=SC2086
    if apt_install $required $optional; then return 0; fi
    # shellcheck disable=SC2086
    if [ -n "$required" ]; then apt_install $required; fi
    for package in $optional; do
        apt_install "$package" || {
            say "could not install $package: the build goes on without what it is for" >&2
            mkdir -p build
            : >build/deps-optional-failed
        }
    done
}

# ---- Homebrew ----

brew_required='pkgconf libyaml sqlite pcre2 jansson xxhash nettle md4c cmocka python3'
brew_optional='libmicrohttpd'
brew_dev='llvm hyperfine shellcheck'
brew_server='postgresql'

homebrew() {
    have=$(brew list --formula -1)
    lacks() { for formula in "$@"; do printf '%s\n' "$have" | grep -qE "^$formula(@|\$)" || printf '%s ' "$formula"; done; }
    # shellcheck disable=SC2086
    required=$(lacks $brew_required ${dev:+$brew_dev} ${dev:+$brew_server} ${server:+$brew_server})
    # shellcheck disable=SC2086
    optional=$(lacks $brew_optional)
    # shellcheck disable=SC2086
    if [ -n "$required" ]; then say "installing $required" && brew install $required; fi
    for formula in $optional; do
        brew install "$formula" || say "could not install $formula: the build goes on without what it is for" >&2
    done
}

# ---- anything else: only look ----

elsewhere() {
    missing=
    for tool in make pkg-config sqlite3 python3 git curl; do
        command -v "$tool" >/dev/null || missing="$missing $tool"
    done
    command -v cc >/dev/null || missing="$missing gcc-or-clang"
    for library in yaml-0.1 sqlite3 libpcre2-8 jansson libxxhash nettle md4c cmocka; do
        pkg-config --exists "$library" 2>/dev/null || missing="$missing $library"
    done
    if [ -n "$missing" ]; then
        say "this system has neither apt-get nor brew. Please install (with headers and pkg-config files):$missing" >&2
        return 1
    fi
}

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    debian
elif command -v brew >/dev/null; then
    homebrew
else
    elsewhere
fi

if [ $# -gt 0 ]; then exec "$@"; fi
