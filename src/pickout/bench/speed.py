"""How long things take and how much memory they need, at every size of picture."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from pickout.bench.machine import cpu_seconds_with_children, describe_run
from pickout.bench.options import DEFAULT_SEGMENTER, SpeedOptions
from pickout.bench.workers import ONE_THREAD, Record, run_fresh
from pickout.errors import ArgumentError, PickoutError
from pickout.plugins import make_segmenter
from pickout.progress import Listener, Reporter

GRABCUT_MAX_MEGAPIXELS = 1.0
BASELINE = (
    "The baseline is cv2.grabCut, 1 iteration from a box, one thread, in the same process after "
    f"each row, on the same picture reduced to at most {GRABCUT_MAX_MEGAPIXELS:g} MP"
)
_INDEXED_PICTURES = 12
_INDEXED_MEGAPIXELS = 0.3
_QUERIES = 10
_FIRST_MASK = "new process to first mask"
_MANY_PROMPTS = 500

Rounds = list[Record]


def run_speed(options: SpeedOptions | None = None, progress: Listener | None = None) -> Record:
    """Return CPU and wall times and peak memory of pickout on this machine.

    The pictures are photo-like and made with the seed; robot clicks follow a known object in
    them. Every row runs in a fresh process with one thread, after a warm-up on a small picture;
    the rounds over all rows are interleaved, and medians are reported.

    Parameters
    ----------
    options : SpeedOptions, optional
    progress : callable, optional
        Gets a `Progress` record after every row of every round.

    Returns
    -------
    result : dict
        Ready for JSON: "rows" by size, "single" for the rest, "runs" with everything measured.

    Raises
    ------
    ArgumentError
        If the options make no sense.
    PluginError
        If there is no such segmenter.
    """
    options = options or SpeedOptions()
    _check(options)
    with tempfile.TemporaryDirectory(prefix="pickout-bench-") as folder:
        jobs = _jobs(options, Path(folder))
        total = len(options.megapixels) + len(jobs) * options.repeats
        reporter = Reporter("speed", total, progress)
        for size in options.megapixels:
            run_fresh("pickout.bench.pictures:write_picture", _picture_job(options, folder, size))
            reporter.step(f"made {size:g} MP")
        rounds: dict[str, Rounds] = {name: [] for name in jobs}
        for _ in range(options.repeats):
            for name, job in jobs.items():
                rounds[name].append(job())
                reporter.step(name)
    rows = [_row(size, rounds[_row_name(size)]) for size in options.megapixels]
    return {
        "benchmark": "speed",
        "segmenter": options.segmenter,
        "repeats": options.repeats,
        "clicks": options.clicks,
        "baseline": BASELINE,
        **describe_run(_command(options), options.seed),
        "rows": rows,
        "single": _singles(rounds, rows),
        "runs": [{"name": name, "rounds": values} for name, values in rounds.items()],
    }


def _check(options: SpeedOptions) -> None:
    for name, number, least in (("clicks", options.clicks, 2), ("repeats", options.repeats, 1)):
        if number < least:
            raise ArgumentError(f"{name} should be at least {least}, but it is {number}.")
    if not options.megapixels or not all(0.01 <= size <= 400 for size in options.megapixels):
        raise ArgumentError(
            f"megapixels should lie between 0.01 and 400, not {list(options.megapixels)}."
        )
    make_segmenter(options.segmenter)


def _command(options: SpeedOptions) -> str:
    """Return the command line that repeats the run, without places on this machine."""
    words = ["pickout bench speed"]
    if options.segmenter != DEFAULT_SEGMENTER:
        words.append(f"--segmenter {options.segmenter}")
    if options.megapixels != SpeedOptions.megapixels:
        words += [f"--megapixels {size:g}" for size in options.megapixels]
    words += [f"--clicks {options.clicks}"] if options.clicks != SpeedOptions.clicks else []
    words += [f"--repeats {options.repeats}"] if options.repeats != SpeedOptions.repeats else []
    words += [f"--photo {options.photo.name}"] if options.photo else []
    words += [f"--seed {options.seed}"] if options.seed else []
    words += [] if options.search else ["--no-search"]
    return " ".join(words)


def _row_name(megapixels: float) -> str:
    return f"{megapixels:g} MP"


def _picture_job(options: SpeedOptions, folder: str | Path, megapixels: float) -> Record:
    return {
        "folder": str(folder),
        "megapixels": megapixels,
        "photo": options.photo and str(options.photo),
        "seed": options.seed,
    }


def _jobs(options: SpeedOptions, folder: Path) -> dict[str, Callable[[], Record]]:
    """Return every row's name and what measures it once."""
    jobs: dict[str, Callable[[], Record]] = {}
    for size in options.megapixels:
        job = _picture_job(options, folder, size)
        job |= {"segmenter": options.segmenter, "clicks": options.clicks}
        job |= {"grabcut_megapixels": GRABCUT_MAX_MEGAPIXELS}
        jobs[_row_name(size)] = partial(_measure, job)
    if options.search:
        search = _picture_job(options, folder, _INDEXED_MEGAPIXELS)
        search |= {"pictures": _INDEXED_PICTURES, "queries": _QUERIES}
        jobs["search"] = partial(run_fresh, "pickout.bench.rows:measure_search", search)
    many = _picture_job(options, folder, min(options.megapixels))
    many |= {"segmenter": options.segmenter, "prompts": _MANY_PROMPTS}
    jobs["many prompts"] = partial(run_fresh, "pickout.bench.rows:measure_many_prompts", many)
    middle = min(options.megapixels, key=lambda size: abs(size - 1))
    first_mask = _first_mask_script(options.segmenter)
    picture = str(folder / f"{middle:g}.jpg")
    jobs[_FIRST_MASK] = partial(_timed_python, "-c", first_mask, picture)
    jobs["python"] = partial(_timed_python, "-c", "pass")
    jobs["import pickout"] = partial(_timed_python, "-c", "import pickout")
    jobs["pickout --version"] = partial(_timed_python, "-m", "pickout", "--version")
    return jobs


def _measure(job: Record) -> Record:
    """Return one row's times and memory, each from a fresh process of its own."""
    times = run_fresh("pickout.bench.rows:measure_times", job)
    memory = job | {"given_clicks": times["given_clicks"]}
    return times | run_fresh("pickout.bench.rows:measure_memory", memory)


def _first_mask_script(segmenter: str) -> str:
    return (
        "import sys, pickout\n"
        "image = pickout.read_image(sys.argv[1])\n"
        f"session = pickout.Session(image, segmenter={segmenter!r})\n"
        "height, width = image.size_hw\n"
        "session.click(width // 2, height // 2)\n"
    )


def _timed_python(*arguments: str) -> Record:
    """Return wall and CPU milliseconds of a new Python process."""
    before, start = cpu_seconds_with_children(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=os.environ | ONE_THREAD
    )
    wall, cpu = time.perf_counter() - start, cpu_seconds_with_children() - before
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise PickoutError(f"a timed Python process failed: {last[0]}")
    return {"wall_ms": wall * 1e3, "cpu_ms": cpu * 1e3}


# --- summaries ----------------------------------------------------------------------------------


def _median(values: Sequence[float | None], digits: int = 3) -> float | None:
    known = [value for value in values if value is not None]
    return round(statistics.median(known), digits) if known else None


def _medians(rounds: Rounds, part: str) -> Record:
    """Return the median over the rounds of every number in one part of a row."""
    return {key: _median([done[part][key] for done in rounds]) for key in rounds[0][part]}


def _row(megapixels: float, rounds: Rounds) -> Record:
    parts = ("decode", "open", "first_click", "later_clicks", "grabcut")
    row: Record = {"megapixels": megapixels, "size_hw": rounds[0]["size_hw"]}
    row |= {part: _medians(rounds, part) for part in parts}
    baseline = row["grabcut"]["cpu_ms"]
    row |= {
        f"{name}_to_grabcut": round(row[part]["cpu_ms"] / baseline, 5)
        for name, part in (("open", "open"), ("first_click", "first_click"))
    }
    row["click_to_grabcut"] = round(row["later_clicks"]["cpu_ms"] / baseline, 5)
    row["memory_mb"] = _median([done["memory_mb"] for done in rounds], 1)
    row["last_iou"] = _median([done["last_iou"] for done in rounds], 4)
    return row


def _singles(rounds: dict[str, Rounds], rows: Sequence[Record]) -> list[Record]:
    """Return what has one number instead of one per size, with its ratio to its baseline."""
    grabcut = rows[0]["grabcut"]["cpu_ms"]
    python = _median([done["cpu_ms"] for done in rounds["python"]]) or 1.0
    singles = [
        _single(name, rounds[name], python, "a bare Python process")
        for name in (_FIRST_MASK, "import pickout", "pickout --version", "python")
    ]
    many = rounds["many prompts"]
    tenth = _median([done["tenth"]["cpu_ms"] for done in many]) or 1.0
    last = [done["last"] for done in many]
    smallest = min(row["megapixels"] for row in rows)
    what = f"click {_MANY_PROMPTS} of a session at {smallest:g} MP"
    singles.append(_single(what, last, tenth, "its click 10"))
    for part, what in (("indexing", "indexing a picture"), ("query", "one query")):
        if "search" in rounds:
            done = [record[part] for record in rounds["search"]]
            baseline = f"cv2.grabCut at {rows[0]['megapixels']:g} MP"
            singles.append(_single(what, done, grabcut, baseline))
    return singles


def _single(what: str, rounds: Rounds, baseline_ms: float, baseline: str) -> Record:
    cpu = _median([done["cpu_ms"] for done in rounds]) or 0.0
    return {
        "what": what,
        "wall_ms": _median([done["wall_ms"] for done in rounds]),
        "cpu_ms": cpu,
        "baseline": baseline,
        "to_baseline": round(cpu / baseline_ms, 4),
    }
