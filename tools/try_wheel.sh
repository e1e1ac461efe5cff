#!/bin/sh
# Install the newest wheel of a folder into a fresh environment and use it there.
# usage: tools/try_wheel.sh PYTHON FOLDER
set -eu

python=$1
root=$(cd "$(dirname "$0")/.." && pwd)
wheel=$(ls -t "$2"/pickout-*.whl | head -n 1)
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

"$python" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel" pytest
cd "$room" # away from the sources, so that only the wheel can answer
"$room/venv/bin/pickout" --version
"$room/venv/bin/python" -m pytest -q -p no:cacheprovider "$root/tests/wheel"
