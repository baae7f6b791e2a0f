#!/bin/sh
# What the Makefile needs from the machine, checked before anything is downloaded: a Python, Pango, a browser.
#
#   scripts/setup.sh python PYTHON     is this Python new enough and able to make environments?
#   scripts/setup.sh pango PYTHON      is Pango there? if not: install it (root and apt), or say the line to type
#   scripts/setup.sh chromium          the same for Chromium, which the tests of the page use
#   scripts/setup.sh crates FOLDER PYTHON   the validator of RO-Crates, in an environment of its own for its old packages
#   scripts/setup.sh other FOLDER PYTHON    an environment of another version of Python without torch, for a campaign
#   scripts/setup.sh vnu FOLDER        the W3C's Nu checker of HTML into this folder, where Java and npm are there
set -eu

say() { printf '%s\n' "$*" >&2; }

check_python() {
    if ! command -v "$1" >/dev/null 2>&1; then
        if [ "$1" != python3 ]; then
            say "There is no $1 here. Name another Python: make report PYTHON=python3.12"
            return 1
        fi
        install Python python3-venv python3 python
    fi
    if ! "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        say "$1 is $("$1" --version 2>&1), and genreport needs Python 3.11 or newer."
        say "Install one and name it: make report PYTHON=python3.12"
        return 1
    fi
    # Debian's Python comes without ensurepip until python3-venv is there
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 || install "Python's venv" python3-venv python3 python
}

has_pango() {
    # on macOS, Homebrew's folders; Linux takes no notice of the variable
    DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib "$1" - <<'PYTHON'
import ctypes, sys
for names in (
    ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
):
    for name in names:
        try:
            ctypes.CDLL(name)
            break
        except OSError:
            pass
    else:
        sys.exit(1)
PYTHON
}

has_chromium() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
        command -v google-chrome >/dev/null 2>&1 || [ -x /Applications/Chromium.app/Contents/MacOS/Chromium ]
}

# install TITLE APT-PACKAGES DNF-PACKAGES BREW-PACKAGES
install() {
    if command -v apt-get >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ]; then
            say "Installing $1: apt-get install -y $2"
            apt-get update -qq
            # shellcheck disable=SC2086  # several packages, one word each
            DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -qq $2 >/dev/null
            return
        fi
        line="sudo apt-get install -y $2"
    elif command -v dnf >/dev/null 2>&1; then
        line="sudo dnf install -y $3"
    else
        line="brew install $4"
    fi
    say "$1 is not there. Type this, then the same make again:"
    say "    $line"
    return 1
}

# The tests ask it where it is, and a parser of HTML, which finds less, where it is not: nothing fails for want of Java.
fetch_vnu() {
    [ -e "$1/node_modules/vnu-jar" ] && return
    command -v java >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || return 0
    npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$1" vnu-jar@26.9.27 >/dev/null 2>&1 ||
        say "The Nu checker of HTML could not be fetched; the tests will use a parser in its place."
}

# Like the checker of HTML: the one test that it judges is left out where it is not.
fetch_crates() {
    [ -e "$1/ready" ] && return
    { "$2" -m venv "$1" && "$1/bin/python" -m pip install --quiet --disable-pip-version-check roc-validator==0.13.0 \
        rocrate==0.16.0 && touch "$1/ready"; } >/dev/null 2>&1 || say "The validator of RO-Crates could not be fetched."
}

# Shows what a newer or older Python without torch makes of results; the campaign that asks it is left out without it.
make_other() {
    [ -e "$1/ready" ] && return
    here=$("$2" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    for version in 3.14 3.13 3.12 3.11; do
        other=$(other_python "$version") || continue
        [ "$version" = "$here" ] && continue
        { "$other" -m venv "$1" && "$2" - "$1/packages" <<'PYTHON' &&
import sys, tomllib
with open("pyproject.toml", "rb") as file:
    wanted = tomllib.load(file)["project"]["dependencies"]
with open(sys.argv[1], "w") as file:
    file.writelines(f"{line}\n" for line in wanted if not line.startswith("torch"))
PYTHON
            "$1/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
                --requirement "$1/packages" && touch "$1/ready"; } >/dev/null 2>&1 && return
        rm -rf "$1"
    done
    say "No other version of Python could be set up; the campaign of results that travel is left out."
}

# other_python VERSION: one that runs; pyenv's stand-ins are there for versions that it would not run
other_python() {
    for found in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        "$found" -c 'import ensurepip, venv' >/dev/null 2>&1 && printf '%s' "$found" && return
    done
    return 1
}

case "${1:-}" in
python) check_python "$2" ;;
pango) has_pango "$2" || install Pango "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0" pango pango ;;
chromium) has_chromium || install Chromium chromium chromium "--cask chromium" ;;
vnu) fetch_vnu "$2" ;;
crates) fetch_crates "$2" "$3" ;;
other) make_other "$2" "$3" ;;
*)
    say "usage: scripts/setup.sh python|pango|chromium|vnu|crates|other [PYTHON|FOLDER]"
    exit 2
    ;;
esac
