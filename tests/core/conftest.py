"""Lets `make sanitize` run these tests on its own build of the core."""

from __future__ import annotations

import importlib.util
import os
import sys

BUILT = os.environ.get("PICKOUT_CORE")

if BUILT:
    spec = importlib.util.spec_from_file_location("pickout._core", BUILT)
    core = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(core)
    sys.modules["pickout._core"] = core


def pytest_report_header() -> str:
    """Say which core is tested."""
    from pickout import _core

    return f"core: {_core.__file__}"
