#!/bin/sh
# Names every system tool that dwsim needs and this machine lacks, one line each; and what it can
# do without.
# PYTHON is the interpreter to judge (default: python3).

PYTHON="${PYTHON:-python3}"
missing=0

lack() {
    echo "dwsim needs $1: $2" >&2
    missing=1
}

lack_optional() {
    echo "optional: $1: $2" >&2
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# cocotb loads the interpreter as a shared library; Debian packs that apart.
shared_python='
import ctypes, os, sys, sysconfig
name, place = (sysconfig.get_config_var(key) or "" for key in ("INSTSONAME", "LIBDIR"))
if sys.platform == "linux":
    for path in (os.path.join(place, name), name):
        try:
            ctypes.CDLL(path)
            break
        except OSError:
            pass
    else:
        sys.exit(1)
'

python_ways="apt-get install python3 python3-venv (Debian 12, Ubuntu 24.04), \
dnf install python3 (Fedora), brew install python, or set PYTHON=/path/to/python3.11"

if ! has "$PYTHON"; then
    lack "Python 3.11 or newer ('$PYTHON' is not there)" "$python_ways"
elif ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    version=$("$PYTHON" -c 'import platform; print(platform.python_version())' 2>/dev/null)
    lack "Python 3.11 or newer ('$PYTHON' is ${version:-unusable})" "$python_ways"
else
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        lack "the venv module of '$PYTHON'" "apt-get install python3-venv (Debian, Ubuntu)"
    "$PYTHON" -c "$shared_python" 2>/dev/null ||
        lack "the shared library of '$PYTHON'" \
            "apt-get install libpython3-dev (Debian, Ubuntu), dnf install python3-devel (Fedora)"
fi

if [ -n "${CXX:-}" ]; then
    has "${CXX%% *}" || lack "a C++ compiler (CXX='$CXX' is not there)" "set CXX, or unset it"
elif ! has c++ && ! has g++ && ! has clang++; then
    lack "a C++ compiler" \
        "apt-get install g++ (Debian), dnf install gcc-c++ (Fedora), xcode-select --install (macOS)"
fi
has make || lack "make" \
    "apt-get install make (Debian), dnf install make (Fedora), xcode-select --install (macOS)"
has perl || lack "perl" "apt-get install perl (Debian), dnf install perl (Fedora)"

if ! has iverilog || ! has vvp; then
    lack_optional "Icarus Verilog, a second simulator; tests in it are skipped without" \
        "apt-get install iverilog (Debian), dnf install iverilog (Fedora), \
brew install icarus-verilog (macOS)"
fi
# The names that tests/exploration/report/conftest.py looks for.
if ! has chromium-headless-shell && ! has chromium && ! has chromium-browser &&
    ! has google-chrome; then
    lack_optional "Chromium; tests of the report's page are skipped without" \
        "apt-get install chromium-headless-shell (Debian), dnf install chromium (Fedora)"
fi

exit "$missing"
