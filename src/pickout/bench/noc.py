"""How many clicks a segmenter needs, or how good one box or a few strokes make its mask."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pickout.bench.data_sets import Sample, drawn, find_set, read_sample, read_samples
from pickout.bench.machine import describe_run
from pickout.bench.options import PROMPTS, NocOptions, check_numbers
from pickout.bench.robot import Truth, click_until
from pickout.bench.workers import Record, run_jobs
from pickout.errors import ArgumentError, PickoutError
from pickout.metrics import boundary_distance, boundary_tolerance, clicks_needed, iou, noc
from pickout.plugins import make_segmenter
from pickout.progress import Listener, Reporter
from pickout.session import Session

THRESHOLDS = (0.80, 0.85, 0.90, 0.95)
CURVE_AT = (1, 3, 5, 10, 20)

TOLERANCE_AT = 0.90
"""The IoU for which it is told how exact an outline must be."""


def run_noc(
    folder: str | Path, options: NocOptions | None = None, progress: Listener | None = None
) -> Record:
    """Return how well segmenters follow prompts on a set of pictures with masks.

    Clicks come from the robot of `pickout.bench.robot`; it stops at the highest threshold, so
    that an object's later IoUs count as its last one, unless `options.run_on` is set. Every
    prompt goes through a `pickout.Session`, as a user's would.

    Parameters
    ----------
    folder : str or Path
        A folder with ``images`` and ``masks`` (0 background, 128 ignored, 255 object; same
        stem), or the name of one (see `find_set`).
    options : NocOptions, optional
    progress : callable, optional
        Gets a `Progress` record after every picture and segmenter.

    Returns
    -------
    result : dict
        Ready for JSON: "rows" has one summary per segmenter (and per set of strokes),
        "pictures" every click, IoU and time behind them.

    Raises
    ------
    ArgumentError
        If the options or the folder make no sense.
    PluginError
        If there is no such segmenter.
    """
    options = options or NocOptions()
    _check(options)
    place = find_set(folder, options.data)
    samples = drawn(read_samples(place), options.limit, options.seed)
    jobs = [
        _job(sample, segmenter, strokes, options)
        for sample in samples
        for segmenter in options.segmenters
        for strokes in _stroke_files(place, sample, options)
    ]
    reporter = Reporter(f"{options.prompts} on {place.name}", len(jobs), progress)
    task = f"{__name__}:measure_picture"
    records = run_jobs(
        task, jobs, workers=options.workers, on_done=lambda job: reporter.step(job["name"])
    )
    return {
        "benchmark": "noc",
        "set": place.name,
        "prompts": options.prompts,
        "limit": options.limit,
        "max_clicks": options.max_clicks,
        "stop_at": _stop_at(options),
        **describe_run(_command(place.name, options), options.seed),
        "rows": _rows(records, options),
        "pictures": records,
    }


def _check(options: NocOptions) -> None:
    if options.prompts not in PROMPTS:
        raise ArgumentError(f"prompts should be one of {', '.join(PROMPTS)}: {options.prompts!r}.")
    check_numbers(max_clicks=options.max_clicks, workers=options.workers, limit=options.limit)
    if not options.segmenters:
        raise ArgumentError("name at least one segmenter to measure.")
    for name in options.segmenters:
        make_segmenter(name)


def _stop_at(options: NocOptions) -> float:
    return 1.01 if options.run_on else max(THRESHOLDS)


def _stroke_files(place: Path, sample: Sample, options: NocOptions) -> list[Path | None]:
    """Return the picture's stroke files; a single None where strokes are not asked for."""
    if options.prompts != "scribbles":
        return [None]
    folders = sorted(path for path in place.glob("scribbles*") if path.is_dir())
    files: list[Path | None] = [folder / f"{sample.name}.png" for folder in folders]
    missing = [path for path in files if path is not None and not path.is_file()]
    if not files or missing:
        raise ArgumentError(
            f"{missing[0] if missing else place / 'scribbles*'} does not exist; strokes are "
            "palette PNGs (0 nothing, 1 object, 2 background) in folders beside 'images'."
        )
    return files


def _job(sample: Sample, segmenter: str, strokes: Path | None, options: NocOptions) -> Record:
    return {
        "name": sample.name,
        "image": str(sample.image_path),
        "mask": str(sample.mask_path),
        "segmenter": segmenter,
        "prompts": options.prompts,
        "strokes": strokes and str(strokes),
        "max_clicks": options.max_clicks,
        "stop_at": _stop_at(options),
    }


def _command(name: str, options: NocOptions) -> str:
    """Return the command line that repeats the run, without places on this machine."""
    words = ["pickout bench noc", name]
    words += [f"--segmenter {segmenter}" for segmenter in options.segmenters]
    words += [f"--prompts {options.prompts}"] if options.prompts != "clicks" else []
    words += [f"--max-clicks {options.max_clicks}"] if options.max_clicks != 20 else []
    words += ["--run-on"] if options.run_on else []
    words += [f"--limit {options.limit} --seed {options.seed}"] if options.limit else []
    words += [f"--workers {options.workers}"] if options.workers != 1 else []
    return " ".join(words)


# --- one picture, in a worker process -----------------------------------------------------------


class _Stopwatch:
    """Calls functions and keeps the CPU milliseconds that each call took."""

    def __init__(self) -> None:
        self.cpu_ms: list[float] = []

    def __call__(self, function: Callable[[], Any]) -> Any:
        start = time.process_time()
        result = function()
        self.cpu_ms.append(round((time.process_time() - start) * 1e3, 3))
        return result


_warm: set[str] = set()


def measure_picture(job: Record) -> Record:
    """Return one segmenter's record on one picture; a refusal is recorded, not raised."""
    image, truth = read_sample(Sample(job["name"], Path(job["image"]), Path(job["mask"])))
    _warm_up(job["segmenter"])
    record: Record = {
        "name": job["name"],
        "segmenter": job["segmenter"],
        "size_hw": list(image.size_hw),
        "tolerance_px": _rounded(boundary_tolerance(truth.object, TOLERANCE_AT, truth.ignore)),
    }
    if job["strokes"]:
        record["strokes"] = Path(job["strokes"]).parent.name
    opening, prompting = _Stopwatch(), _Stopwatch()
    try:
        session = opening(partial(Session, image, job["segmenter"]))
        record |= _PROMPTERS[job["prompts"]](session, truth, job, prompting)
        edge = boundary_distance(session.mask.array, truth.object, truth.ignore)
        record["edge_px"] = _rounded(edge)
    except PickoutError as error:
        record |= {"refused": str(error), "ious": [], "edge_px": None}
    return record | {"opening_ms": opening.cpu_ms, "prompt_ms": prompting.cpu_ms}


def _rounded(pixels: float) -> float | None:
    return round(pixels, 4) if math.isfinite(pixels) else None


def _warm_up(segmenter: str) -> None:
    """Let imports and first calls happen before anything is timed."""
    if segmenter in _warm:
        return
    _warm.add(segmenter)
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    picture[16:48, 16:48] //= 4
    try:
        session = Session(picture, segmenter)
        session.click(32, 32)
        session.click(4, 4, False)
    except PickoutError:
        return  # it will say so on the real pictures


def _clicks(session: Session, truth: Truth, job: Record, timed: _Stopwatch) -> Record:
    clicks, ious, _ = click_until(
        lambda click: timed(partial(session.prompt, click)).array,
        truth,
        stop_at=job["stop_at"],
        max_clicks=job["max_clicks"],
    )
    return {
        "clicks": [[int(click.x), int(click.y), click.positive] for click in clicks],
        "ious": ious,
    }


def _box(session: Session, truth: Truth, job: Record, timed: _Stopwatch) -> Record:
    rows, columns = (np.flatnonzero(truth.object.any(axis=axis)) for axis in (1, 0))
    x0, y0, x1, y1 = columns[0], rows[0], columns[-1] + 1, rows[-1] + 1
    mask = timed(partial(session.box, x0, y0, x1, y1))
    return {
        "box_xyxy": [int(value) for value in (x0, y0, x1, y1)],
        "ious": [iou(mask, truth.object, truth.ignore)],
    }


def _scribbles(session: Session, truth: Truth, job: Record, timed: _Stopwatch) -> Record:
    from pickout.bench.strokes import read_scribbles

    strokes = read_scribbles(Path(job["strokes"]), truth.object.shape)
    ious = []
    for stroke in strokes:
        mask = timed(partial(session.prompt, stroke))
        ious.append(iou(mask, truth.object, truth.ignore))
    return {"ious": ious}


_PROMPTERS: dict[str, Callable[[Session, Truth, Record, _Stopwatch], Record]] = {
    "clicks": _clicks,
    "box": _box,
    "scribbles": _scribbles,
}


# --- summaries ----------------------------------------------------------------------------------


def _rows(records: Sequence[Record], options: NocOptions) -> list[Record]:
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record["segmenter"], record.get("strokes", "")), []).append(record)
    return [
        _row(segmenter, strokes, groups[segmenter, strokes], options)
        for segmenter, strokes in sorted(groups, key=lambda k: (options.segmenters.index(k[0]), k))
    ]


def _row(segmenter: str, strokes: str, records: Sequence[Record], options: NocOptions) -> Record:
    refused = [record["refused"] for record in records if "refused" in record]
    row: Record = {
        "segmenter": segmenter,
        "version": make_segmenter(segmenter).version,
        "n_pictures": len(records),
        "n_refused": len(refused),
    }
    if strokes:
        row["strokes"] = strokes
    if len(refused) == len(records):
        return row | {"reason": refused[0]}
    curves = [record["ious"] for record in records]
    quality = (
        _click_summary(curves, options.max_clicks)
        | {"tolerance_px": _tolerances(records, options.max_clicks)}
        if options.prompts == "clicks"
        else _final_summary(curves)
    )
    return row | quality | _cost_summary(records)


def _click_summary(curves: Sequence[Sequence[float]], limit: int) -> Record:
    """Return NoC with its failures apart, and mean IoU after some clicks."""
    reached = {t: [clicks_needed(curve[:limit], t) for curve in curves] for t in THRESHOLDS}
    return {
        "noc": {_percent(t): round(noc(curves, t, limit), 3) for t in THRESHOLDS},
        "not_reached": {_percent(t): reached[t].count(None) for t in THRESHOLDS},
        "reached_at_limit": {_percent(t): reached[t].count(limit) for t in THRESHOLDS},
        "iou_after": {
            str(k): round(float(np.mean([_iou_after(curve, k) for curve in curves])), 4)
            for k in CURVE_AT
            if k <= limit
        },
    }


def _tolerances(records: Sequence[Record], limit: int) -> Record:
    """Return the medians of how far off an outline may lie, of objects reached and not reached."""
    groups: dict[str, list[float]] = {"reached": [], "not_reached": []}
    for record in records:
        reached = clicks_needed(record["ious"][:limit], TOLERANCE_AT) is not None
        if record["tolerance_px"] is not None:
            groups["reached" if reached else "not_reached"].append(record["tolerance_px"])
    return {
        name: round(float(np.median(pixels)), 3) if pixels else None
        for name, pixels in groups.items()
    }


def _iou_after(curve: Sequence[float], clicks: int) -> float:
    """Return the IoU after so many clicks; a curve that ended earlier keeps its last value."""
    return curve[min(clicks, len(curve)) - 1] if curve else 0.0


def _final_summary(curves: Sequence[Sequence[float]]) -> Record:
    final = [curve[-1] if curve else 0.0 for curve in curves]
    return {
        "mean_iou": round(float(np.mean(final)), 4),
        "median_iou": round(float(np.median(final)), 4),
        "share_above_90": round(float(np.mean([value >= 0.9 for value in final])), 4),
    }


def _cost_summary(records: Sequence[Record]) -> Record:
    """Return the median edge error and the times; a mask without an outline is infinitely off."""
    edges = [math.inf if r["edge_px"] is None else r["edge_px"] for r in records]
    middle = float(np.median(edges))
    return {
        "edge_px_median": round(middle, 3) if math.isfinite(middle) else None,
        "opening_ms": _spread(value for r in records for value in r["opening_ms"]),
        "first_prompt_ms": _spread(value for r in records for value in r["prompt_ms"][:1]),
        "prompt_ms": _spread(value for r in records for value in r["prompt_ms"]),
    }


def _spread(values: Any) -> Record:
    times = list(values)
    if not times:
        return {"p50": None, "p95": None}
    return {f"p{p}": round(float(np.percentile(times, p)), 2) for p in (50, 95)}


def _percent(threshold: float) -> str:
    return f"{threshold * 100:.0f}"
