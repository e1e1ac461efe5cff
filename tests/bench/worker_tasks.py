"""Jobs for worker processes in tests."""

from __future__ import annotations

import os
import time
from pathlib import Path


def nap(job: dict) -> dict:
    """Leave a file named after this process, sleep, and answer with nothing."""
    (Path(job["folder"]) / str(os.getpid())).touch()
    time.sleep(job["seconds"])
    return {}
