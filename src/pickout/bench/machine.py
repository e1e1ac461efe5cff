"""What a measurement depends on: the machine, the versions, the time."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pickout

PACKAGES = ("numpy", "opencv-python-headless", "Pillow", "faiss-cpu")


def describe_run(command: str, seed: int) -> dict[str, object]:
    """Return what belongs into every result: command, seed, date, versions and machine."""
    return {
        "command": command,
        "seed": seed,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "pickout": {"version": pickout.__version__, "commit": _commit()},
        "packages": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "machine": {
            "cpu": _cpu(),
            "cores": _cores(),
            "load": _load(),
            "memory_gb": _memory_gb(),
            "os": _system(),
        },
    }


def _version(package: str) -> str | None:
    with contextlib.suppress(PackageNotFoundError):
        return version(package)
    return None


def _commit() -> str | None:
    """Return the commit of the checkout this package runs from, marked if it was changed."""
    here = Path(pickout.__file__).parent
    head = _git(here, "rev-parse", "--short=12", "HEAD")
    if head is None or _git(here, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    return f"{head}+changes" if _git(here, "status", "--porcelain", "-uno") else head


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git says, None if it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _system() -> str:
    name = platform.system()
    if name == "Linux":
        with contextlib.suppress(OSError):
            name = f"Linux ({platform.freedesktop_os_release()['PRETTY_NAME']})"
    elif name == "Darwin":
        name = f"macOS {platform.mac_ver()[0]}"
    return f"{name} {platform.machine()}"


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _load() -> float | None:
    """Return how many processes have wanted a core over the last five minutes, this run's too."""
    with contextlib.suppress(AttributeError, OSError):
        return round(os.getloadavg()[1], 1)
    return None


def _memory_gb() -> float | None:
    with contextlib.suppress(AttributeError, ValueError, OSError):
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    return None


def cpu_seconds_with_children() -> float:
    """Return the CPU time of this process and of its finished children."""
    try:
        import resource
    except ImportError:  # Windows, where children are not counted
        return sum(os.times()[:4])
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
