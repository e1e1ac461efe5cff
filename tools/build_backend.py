"""Build backend: scikit-build-core, plus a C++ compiler where the machine has none.

If no C++ compiler is found, the `ziglang` package from PyPI is added to the build's needs and
its clang-based compiler is used. Set ``PICKOUT_USE_ZIG=1`` to ask for it although one is there.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import sysconfig
import tempfile
from pathlib import Path

from scikit_build_core import build as _build
from scikit_build_core.build import (  # noqa: F401 - the hooks that need no compiler
    build_sdist,
    get_requires_for_build_sdist,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

COMPILERS = ("c++", "g++", "clang++", "cl")
ZIG = "ziglang>=0.13"


def needs_zig() -> bool:
    """Return whether the core must be built with the compiler from PyPI."""
    if os.environ.get("PICKOUT_USE_ZIG") == "1":
        return True
    if os.environ.get("CXX") or sys.platform == "win32":
        return False  # on Windows CMake finds Visual Studio by itself, off the PATH
    return not any(shutil.which(name) for name in COMPILERS)


def get_requires_for_build_wheel(config_settings=None):
    return [*_build.get_requires_for_build_wheel(config_settings), *([ZIG] if needs_zig() else [])]


def get_requires_for_build_editable(config_settings=None):
    needs = _build.get_requires_for_build_editable(config_settings)
    return [*needs, *([ZIG] if needs_zig() else [])]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    _use_zig_if_needed()
    return _build.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    _use_zig_if_needed()
    return _build.build_editable(wheel_directory, config_settings, metadata_directory)


def _use_zig_if_needed() -> None:
    if not needs_zig():
        return
    import ziglang

    binary = Path(ziglang.__file__).with_name("zig.exe" if os.name == "nt" else "zig")
    # Scripts that call the binary itself: CMake checks its compilers outside this environment,
    # where "python -m ziglang" would not be found.
    folder = Path(tempfile.mkdtemp(prefix="pickout-zig-"))
    os.environ["CC"] = str(_script(folder / "zig-cc", binary, "cc"))
    os.environ["CXX"] = str(_script(folder / "zig-c++", binary, "c++"))
    # zig brings its own archiver; a machine without a compiler has no other.
    ar, ranlib = (
        _script(folder / "zig-ar", binary, "ar"),
        _script(folder / "ranlib", binary, "ranlib"),
    )
    given = os.environ.get("CMAKE_ARGS", "")
    os.environ["CMAKE_ARGS"] = f"{given} -DCMAKE_AR={ar} -DCMAKE_RANLIB={ranlib}".strip()
    print(f"pickout: no C++ compiler found; building with zig from {binary}", file=sys.stderr)
    print(f"pickout: Python headers in {sysconfig.get_path('include')}", file=sys.stderr)


def _script(path: Path, binary: Path, command: str) -> Path:
    path.write_text(f'#!/bin/sh\nexec "{binary}" {command} "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
