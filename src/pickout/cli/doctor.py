"""`pickout doctor`: what is installed, what is missing and how to get it, how fast it is here."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from pickout.cli import options as shared
from pickout.cli.console import Console

EPILOG = """\
Examples:

  pickout doctor

  pickout doctor --json doctor.json
"""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: ``ok``, ``missing`` (can be done without) or ``broken``."""

    what: str
    state: str
    detail: str
    remedy: str = ""


def doctor(
    json: shared.Json = None, overwrite: shared.Overwrite = False, quiet: shared.Quiet = False
) -> None:
    """Look at this machine: what is installed, what is missing, how fast it is.

    Takes a few seconds. Ends with exit code 1 if something that pickout needs is broken.
    """
    import typer

    console = Console(quiet, json, overwrite)
    findings = list(_findings())
    console.table(
        ("", "what", "found"),
        [(_sign(finding.state), finding.what, finding.detail) for finding in findings],
    )
    for finding in findings:
        if finding.remedy:
            console.say(f"{finding.what}: {finding.remedy}")
    broken = [finding for finding in findings if finding.state == "broken"]
    console.write_json(
        {"healthy": not broken, "findings": [asdict(finding) for finding in findings]}
    )
    if broken:
        console.note(f"{len(broken)} of {len(findings)} checks failed.")
        raise typer.Exit(1)


def _sign(state: str) -> str:
    return {"ok": "ok", "missing": "--", "broken": "!!"}[state]


def _findings() -> Iterator[Finding]:
    """Look at everything, one after the other."""
    from pickout import __version__

    yield Finding("pickout", "ok", f"{__version__} in {Path(__file__).parents[1]}")
    cores = os.cpu_count()
    yield Finding(
        "machine", "ok",
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{cores} cores",
    )  # fmt: skip
    for what, module, purpose in _NEEDED:
        yield _needed(what, module, purpose)
    for what, module, extra, purpose in _EXTRAS:
        yield _extra(what, module, extra, purpose)
    yield _screen()
    for what, folder in (("current folder", Path.cwd()), ("temporary files", _temporary())):
        yield _writable(what, folder)
    yield _tried("clicking", _click_speed)
    yield _tried("indexing", _index_speed)


_NEEDED = (
    ("compiled core", "pickout._core", "segmenting"),
    ("NumPy", "numpy", "everything"),
    ("OpenCV", "cv2", "segmenting"),
    ("Pillow", "PIL", "reading pictures"),
    ("faiss", "faiss", "searching"),
    ("SQLite", "sqlite3", "libraries"),
)
_EXTRAS = (
    ("matplotlib", "matplotlib", "window", "pickout window"),
    ("HEIF", "pi_heif", "heif", "photos of iPhones"),
    ("PyMatting", "pymatting", "matting", "hair and fur"),
)


def _needed(what: str, module: str, purpose: str) -> Finding:
    """Look at a package that pickout cannot do without."""
    try:
        loaded = __import__(module, fromlist=["_"])
    except Exception as error:  # a broken binary may raise anything
        return Finding(
            what, "broken", f"does not load: {error}",
            f"needed for {purpose}; reinstall: pip install --force-reinstall pickout",
        )  # fmt: skip
    version = getattr(loaded, "sqlite_version", None) or getattr(loaded, "__version__", "")
    return Finding(what, "ok", str(version) or "loads")


def _extra(what: str, module: str, extra: str, purpose: str) -> Finding:
    """Look at a package that only one feature needs."""
    if find_spec(module) is None:
        return Finding(
            what, "missing", f"only needed for {purpose}", f"pip install 'pickout[{extra}]'"
        )
    return Finding(what, "ok", f"for {purpose}")


def _screen() -> Finding:
    """Look whether a window could open."""
    from pickout.errors import NoDisplayError
    from pickout.window.backend import check_display, find_toolkit

    try:
        check_display()
        return Finding("screen", "ok", f"windows open with {find_toolkit()}")
    except NoDisplayError as error:
        return Finding("screen", "missing", str(error))


def _temporary() -> Path:
    return Path(tempfile.gettempdir())


def _writable(what: str, folder: Path) -> Finding:
    """Look whether a file can be written there."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(
            what, "missing", f"{folder} cannot be written: {error.strerror}",
            "give --output and --library in a folder of yours",
        )  # fmt: skip
    return Finding(what, "ok", f"{folder} can be written")


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    """Try something out; any failure is a finding."""
    try:
        return Finding(what, "ok", attempt())
    except Exception as error:  # the doctor must not fall ill
        return Finding(what, "broken", f"failed: {type(error).__name__}: {error}")


def _picture() -> object:
    """Return a picture to try things on: blobs with texture, always the same."""
    import numpy as np

    noise = np.random.default_rng(0)
    rows, columns = np.mgrid[:480, :640]
    picture = noise.integers(90, 120, (480, 640, 3))
    for _ in range(12):
        y, x, radius = noise.integers(0, 480), noise.integers(0, 640), noise.integers(30, 90)
        inside = np.hypot(rows - y, columns - x) < radius
        picture[inside] = noise.integers(0, 226, 3) + noise.integers(0, 30, (480, 640, 3))[inside]
    return picture.astype(np.uint8)


def _click_speed() -> str:
    """Time opening and clicks on a picture of 0.3 megapixels."""
    import numpy as np

    from pickout.session import Session

    picture = np.asarray(_picture())
    start = time.perf_counter()
    session = Session(picture)
    opened = time.perf_counter() - start
    times = []
    for x, y in ((320, 240), (100, 100), (500, 380), (60, 400), (580, 60)):
        start = time.perf_counter()
        session.click(x, y)
        times.append(time.perf_counter() - start)
    middle = sorted(times)[len(times) // 2]
    return f"{middle * 1000:.0f} ms a click, {opened * 1000:.0f} ms to open 0.3 megapixels"


def _index_speed() -> str:
    """Time indexing four pictures."""
    import numpy as np

    from pickout.exports.pictures import save_picture
    from pickout.library import Library

    with tempfile.TemporaryDirectory() as folder:
        for number in range(4):
            turned = np.ascontiguousarray(np.rot90(np.asarray(_picture()), number))
            save_picture(turned, Path(folder) / f"{number}.jpg", metadata={}, overwrite=False)
        start = time.perf_counter()
        with Library(Path(folder) / "doctor.pickout") as library:
            library.index(folder, workers=0)
        rate = 4 / (time.perf_counter() - start)
    return f"{rate:.1f} pictures a second and core"
