#!/bin/sh
# Build the core with address and undefined-behaviour sanitizers and run its tests on it.
# usage: tools/sanitize.sh PYTHON
set -eu

python=$(command -v "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build/sanitize
cmake=$("$python" -c 'import shutil; print(shutil.which("cmake") or "")')
[ -n "$cmake" ] || { "$python" -m pip install --quiet cmake ninja; }
PATH=$("$python" -c 'import sysconfig; print(sysconfig.get_path("scripts"))'):$PATH
export PATH
"$python" -m pip install --quiet nanobind

cmake -S "$root" -B "$build" -DPICKOUT_SANITIZE=ON -DPython_EXECUTABLE="$python" \
    -DCMAKE_BUILD_TYPE=Debug >/dev/null
cmake --build "$build" --parallel 2 >/dev/null
module=$(ls "$build"/_core*.so)

# The sanitizers' runtime must come before Python itself, which was not built with it.
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")
runtime=$("$compiler" -print-file-name=libasan.so)
stdcxx=$("$compiler" -print-file-name=libstdc++.so)

echo "running tests/core on $module"
# Python itself and its extensions keep memory until the end: leaks are not looked for.
PICKOUT_CORE="$module" LD_PRELOAD="$runtime $stdcxx" ASAN_OPTIONS=detect_leaks=0 \
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    "$python" -m pytest "$root/tests/core" -q -p no:cacheprovider
