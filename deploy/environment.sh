#!/bin/sh
# Makes the Python environment .venv for one use (demo | dev) from the hashed requirements; does nothing where it is current.
# uv is used if it is there, else venv and pip (told not to compile: 80 MB less). Progress is shown; what the system lacks is
# named with the line that mends it.
set -eu
use="$1"
cd "$(dirname "$0")/.."
requirements="requirements/$use.txt"
stamp=".venv/.ready-$use"

if [ -f "$stamp" ] && cmp -s "$requirements" "$stamp" && [ -x .venv/bin/lamplighter ]; then
  exit 0
fi

python="${PYTHON:-python3}"
if ! command -v "$python" >/dev/null 2>&1; then
  echo "Lamplighter needs Python 3.11 or newer. Run: apt install python3 python3-venv" >&2
  exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Lamplighter needs Python 3.11 or newer; $python is $("$python" -V 2>&1). Set PYTHON=/path/to/python3.11" >&2
  exit 1
fi

if command -v uv >/dev/null 2>&1; then
  echo "Making .venv with uv ($use) ..." >&2
  [ -x .venv/bin/python ] || uv venv --quiet --python "$python" .venv
  uv pip install --python .venv/bin/python --require-hashes -r "$requirements"
  uv pip install --python .venv/bin/python --quiet --no-deps -e .
else
  if ! "$python" -c 'import ensurepip' >/dev/null 2>&1; then
    echo "This Python cannot make environments. Run: apt install python3-venv" >&2
    exit 1
  fi
  echo "Making .venv with venv and pip ($use); about a minute ..." >&2
  [ -x .venv/bin/pip ] || "$python" -m venv .venv
  .venv/bin/pip install --disable-pip-version-check --no-compile --progress-bar on --require-hashes -r "$requirements"
  .venv/bin/pip install --disable-pip-version-check --quiet --no-deps -e .
fi
cp "$requirements" "$stamp"
