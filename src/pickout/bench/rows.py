"""What a fresh process measures for `pickout.bench.speed`."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from pickout.arrays import BoolArray, ByteArray
from pickout.bench.machine import cpu_seconds_with_children
from pickout.bench.pictures import make_picture, object_mask, picture_paths, write_collection
from pickout.bench.robot import Robot, Truth
from pickout.bench.workers import Record
from pickout.images import read_image
from pickout.metrics import iou
from pickout.prompts import Click
from pickout.session import Session

if TYPE_CHECKING:
    from pickout.library import Library

_ROBOT_MAX_PIXELS = 250_000


def _timed(function: Callable[[], Any]) -> tuple[Any, Record]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = function()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return result, {"wall_ms": wall * 1e3, "cpu_ms": cpu * 1e3}


def _read_truth(job: Record) -> BoolArray:
    mask = cv2.imdecode(np.fromfile(picture_paths(job)[1], np.uint8), cv2.IMREAD_GRAYSCALE)
    return np.asarray(mask, np.uint8) > 127


def _warm_up(segmenter: str) -> None:
    """Let imports, page faults of code and first calls happen before anything is measured."""
    blurred = np.random.default_rng(0).integers(0, 256, (12, 16, 3)).astype(np.uint8)
    picture, _ = make_picture(blurred, 0.05, 0)
    session = Session(picture, segmenter)
    session.click(picture.shape[1] // 2, picture.shape[0] // 2)
    session.click(2, 2, False)


class _Clicker:
    """The robot on a reduced copy of the picture, so that large ones take it no longer."""

    def __init__(self, truth: BoolArray) -> None:
        self._step = max(1, int(np.ceil(np.sqrt(truth.size / _ROBOT_MAX_PIXELS))))
        small = truth[:: self._step, :: self._step]
        self._robot = Robot(Truth(small, np.zeros_like(small)))

    def next_click(self, mask: BoolArray) -> Click:
        click = self._robot.next_click(mask[:: self._step, :: self._step])
        return Click(click.x * self._step, click.y * self._step, click.positive)


def measure_times(job: Record) -> Record:
    """Return times of decoding, opening and clicking, and of the baseline."""
    _warm_up(job["segmenter"])
    truth = _read_truth(job)
    read_image(picture_paths(job)[0])  # the decoder's own first time is not what is asked
    image, decode = _timed(partial(read_image, picture_paths(job)[0]))
    session, opening = _timed(lambda: Session(image, job["segmenter"]))
    clicker = _Clicker(truth)
    clicks: list[Click] = []
    times: list[Record] = []
    for _ in range(job["clicks"]):
        clicks.append(clicker.next_click(session.mask.array))
        times.append(_timed(partial(session.prompt, clicks[-1]))[1])
    return {
        "size_hw": list(truth.shape),
        "decode": decode,
        "open": opening,
        "first_click": times[0],
        "later_clicks": _spread(times[1:]),
        "given_clicks": [[click.x, click.y, click.positive] for click in clicks],
        "last_iou": iou(session.mask.array, truth),
        "grabcut": _time_grabcut(image.array, truth, job["grabcut_megapixels"]),
    }


def _spread(clicks: list[Record]) -> Record:
    cpu = [click["cpu_ms"] for click in clicks]
    return {
        "wall_ms": float(np.median([click["wall_ms"] for click in clicks])),
        "cpu_ms": float(np.median(cpu)),
        "cpu_p95_ms": float(np.percentile(cpu, 95)),
    }


def _time_grabcut(picture: ByteArray, truth: BoolArray, max_megapixels: float) -> Record:
    """Return the time of one iteration of OpenCV's GrabCut from the object's box."""
    scale = min(1.0, float(np.sqrt(max_megapixels * 1e6 / truth.size)))
    width, height = round(truth.shape[1] * scale), round(truth.shape[0] * scale)
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    x, y, w, h = cv2.boundingRect(cv2.resize(truth.astype(np.uint8), (width, height)))
    mask = np.zeros((height, width), np.uint8)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    _, times = _timed(
        lambda: cv2.grabCut(small, mask, (x, y, w, h), *models, 1, cv2.GC_INIT_WITH_RECT)
    )
    return times | {"megapixels": width * height / 1e6}


def measure_many_prompts(job: Record) -> Record:
    """Return the times of the clicks around the tenth and of the last ones in a long session.

    Every click takes away or adds: those that the mask obeys already would cost next to nothing.
    """
    _warm_up(job["segmenter"])
    session = Session(read_image(picture_paths(job)[0]), job["segmenter"])
    height, width = session.image.size_hw
    rng = np.random.default_rng(job["seed"])
    times: list[Record] = []
    for x, y in rng.integers(0, (width, height), (job["prompts"], 2)).tolist():
        click = Click(x, y, not session.mask.array[y, x])
        times.append(_timed(partial(session.prompt, click))[1])
    return {"tenth": _spread(times[5:15]), "last": _spread(times[-10:])}


def measure_memory(job: Record) -> Record:
    """Return the peak memory of opening and clicking above the picture and what is imported."""
    _warm_up(job["segmenter"])
    image = read_image(picture_paths(job)[0])
    before = _start_of_peak()
    session = Session(image, job["segmenter"])
    for x, y, positive in job["given_clicks"]:
        session.click(x, y, positive)
    peak = _peak_bytes()
    return {"memory_mb": None if peak is None or before is None else (peak - before) / 2**20}


def _start_of_peak() -> int | None:
    """Return the peak memory so far; where the system can, forget that of the past first."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak_bytes()


def _peak_bytes() -> int | None:
    """Return this process's peak resident memory; None where the system does not tell."""
    with contextlib.suppress(OSError):
        # Not getrusage: on Linux a new process inherits the peak of the one that started it.
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(ImportError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return None


def measure_search(job: Record) -> Record:
    """Return the times of indexing one of many pictures and of one query among them."""
    from pickout.library import Library

    photos = Path(job["folder"]) / "search"
    if not photos.exists():
        write_collection(job, photos)
    with (
        tempfile.TemporaryDirectory(prefix="pickout-bench-") as folder,
        Library(Path(folder) / "speed.pickout") as library,
    ):
        wall, cpu = time.perf_counter(), cpu_seconds_with_children()
        library.index(photos)
        cpu, wall = cpu_seconds_with_children() - cpu, time.perf_counter() - wall
        query = _time_query(library, min(photos.iterdir()), job["queries"])
    per_picture = 1e3 / job["pictures"]
    return {
        "indexing": {"wall_ms": wall * per_picture, "cpu_ms": cpu * per_picture},
        "query": query,
    }


def _time_query(library: Library, path: Path, repeats: int) -> Record:
    """Return the median times of a query by mask, after one that is not counted."""
    image = read_image(path)
    mask = object_mask(*image.size_hw)
    asked = [_timed(lambda: library.find(image, mask=mask, k=10))[1] for _ in range(1 + repeats)][
        1:
    ]
    return {name: float(np.median([one[name] for one in asked])) for name in asked[0]}
