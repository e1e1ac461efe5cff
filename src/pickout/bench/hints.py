"""What hints are worth: previews under the pointer, and the places where a mask may be wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from pickout.arrays import BoolArray
from pickout.bench.data_sets import Sample, drawn, find_set, read_sample, read_samples
from pickout.bench.machine import describe_run
from pickout.bench.options import HintsOptions, check_numbers
from pickout.bench.robot import Robot, Truth
from pickout.bench.workers import Record, run_jobs
from pickout.errors import ArgumentError
from pickout.metrics import iou
from pickout.plugins import make_segmenter
from pickout.progress import Listener, Reporter
from pickout.prompts import Click
from pickout.session import Session

POINTERS = 4
"""Places on every object over which the pointer is held."""

ASKED_AFTER = (1, 2, 4)
"""Clicks of the robot after which doubts are asked for."""

DOUBTS = 3


def run_hints(
    folder: str | Path, options: HintsOptions | None = None, progress: Listener | None = None
) -> Record:
    """Return how well previews meet objects, and what answering doubts adds to a mask.

    A doubt is answered by a click that says the truth at its place. It is compared with such a
    click at a chance place on the mask's outline, and in the middle of the widest error, which
    only the truth knows (see `pickout.bench.robot`).

    Parameters
    ----------
    folder : str or Path
        As in `pickout.bench.noc.run_noc`.
    options : HintsOptions, optional
    progress : callable, optional
        Gets a `Progress` record after every picture.

    Returns
    -------
    result : dict
        Ready for JSON: "rows" has one summary per number of clicks, "hover" one of the previews,
        "pictures" what is behind them.

    Raises
    ------
    ArgumentError
        If the options or the folder make no sense, or the segmenter gives no hints.
    PluginError
        If there is no such segmenter.
    """
    options = options or HintsOptions()
    _check(options)
    place = find_set(folder, options.data)
    samples = drawn(read_samples(place), options.limit, options.seed)
    jobs = [_job(sample, options) for sample in samples]
    reporter = Reporter(f"hints on {place.name}", len(jobs), progress)
    records = run_jobs(
        f"{__name__}:measure_picture",
        jobs,
        workers=options.workers,
        on_done=lambda job: reporter.step(job["name"]),
    )
    return {
        "benchmark": "hints",
        "set": place.name,
        "segmenter": options.segmenter,
        "version": make_segmenter(options.segmenter).version,
        "limit": options.limit,
        "doubts": DOUBTS,
        **describe_run(_command(place.name, options), options.seed),
        "rows": [_row(clicks, records) for clicks in ASKED_AFTER],
        "hover": _hover_row(records),
        "pictures": records,
    }


def _check(options: HintsOptions) -> None:
    check_numbers(workers=options.workers, limit=options.limit)
    if options.seed < 0:
        raise ArgumentError(f"seed should be 0 or more, but it is {options.seed}.")
    session = Session(np.zeros((8, 8, 3), np.uint8), options.segmenter)
    if not (session.can_hover and session.can_doubt):
        raise ArgumentError(
            f"the segmenter {options.segmenter!r} gives no hints; 'superpixel' does."
        )


def _job(sample: Sample, options: HintsOptions) -> Record:
    return {
        "name": sample.name,
        "image": str(sample.image_path),
        "mask": str(sample.mask_path),
        "segmenter": options.segmenter,
        "seed": options.seed,
    }


def _command(name: str, options: HintsOptions) -> str:
    words = ["pickout bench hints", name, f"--segmenter {options.segmenter}"]
    words += [f"--limit {options.limit}"] if options.limit else []
    words += [f"--seed {options.seed}"] if options.seed or options.limit else []
    words += [f"--workers {options.workers}"] if options.workers != 1 else []
    return " ".join(words)


# --- one picture, in a worker process -----------------------------------------------------------


def measure_picture(job: Record) -> Record:
    """Return what previews and doubts are worth on one picture."""
    image, truth = read_sample(Sample(job["name"], Path(job["image"]), Path(job["mask"])))
    rng = np.random.default_rng([job["seed"], *job["name"].encode()])
    session, robot = Session(image, job["segmenter"]), Robot(truth)
    record: Record = {"name": job["name"], "hover": _hovered(session, truth, rng), "doubts": []}
    for click in range(1, max(ASKED_AFTER) + 1):
        if iou(session.mask, truth.object, truth.ignore) < 1:  # else nothing is left to click at
            session.prompt(robot.next_click(session.mask.array))
        if click in ASKED_AFTER:
            record["doubts"].append({"clicks": click, **_answered(session, truth, robot, rng)})
    return record


def _hovered(session: Session, truth: Truth, rng: np.random.Generator) -> list[Record]:
    """Return, for some places on the object, how many previews there are and the best one's IoU."""
    ys, xs = np.nonzero(truth.object)
    found = []
    for at in rng.integers(len(ys), size=POINTERS):
        previews = session.hover(float(xs[at]), float(ys[at]))
        ious = [iou(preview.mask(), truth.object, truth.ignore) for preview in previews]
        found.append({"previews": len(ious), "best_iou": max(ious, default=0.0)})
    return found


def _answered(session: Session, truth: Truth, robot: Robot, rng: np.random.Generator) -> Record:
    """Return what answers to doubts, and at other places, add to the IoU of the present mask.

    Where nobody knows the truth nothing is an error, and nothing is gained.
    """
    mask = session.mask.array
    places = [(round(doubt.x), round(doubt.y)) for doubt in session.doubts(DOUBTS)]
    wrong = (mask != truth.object) & ~truth.ignore
    gain, middle = _gains_of(session, truth), robot.widest_error(mask)
    return {
        "iou": iou(mask, truth.object, truth.ignore),
        "are_errors": [bool(wrong[y, x]) for x, y in places],
        "gains": [0.0 if truth.ignore[y, x] else gain((x, y)) for x, y in places],
        "outline_gain": gain(_on_outline(mask, truth, rng)),
        "middle_gain": gain((int(middle.x), int(middle.y))) if wrong.any() else 0.0,
    }


def _gains_of(session: Session, truth: Truth) -> Callable[[tuple[int, int]], float]:
    """Return a function that tells what a truthful click at (x, y) adds; the session stays."""
    before = iou(session.mask, truth.object, truth.ignore)

    def gain(place: tuple[int, int]) -> float:
        x, y = place
        mask = session.prompt(Click(float(x), float(y), bool(truth.object[y, x])))
        after = iou(mask, truth.object, truth.ignore)
        session.undo()
        return after - before

    return gain


def _on_outline(mask: BoolArray, truth: Truth, rng: np.random.Generator) -> tuple[int, int]:
    """Return a chance pixel beside the mask's outline; anywhere if there is none."""
    rim = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    usable = rim & ~truth.ignore
    ys, xs = np.nonzero(usable if usable.any() else ~truth.ignore)
    at = rng.integers(len(ys))
    return int(xs[at]), int(ys[at])


# --- summaries ----------------------------------------------------------------------------------


def _row(clicks: int, records: Sequence[Record]) -> Record:
    asked = [d for record in records for d in record["doubts"] if d["clicks"] == clicks]
    return {
        "clicks": clicks,
        "n_pictures": len(asked),
        "iou": _mean([d["iou"] for d in asked]),
        "first_gain": _mean([_first(d["gains"]) for d in asked]),
        "any_gain": _mean([_mean_or_0(d["gains"]) for d in asked]),
        "outline_gain": _mean([d["outline_gain"] for d in asked]),
        "middle_gain": _mean([d["middle_gain"] for d in asked]),
        "first_is_error": _mean([_first(d["are_errors"]) for d in asked]),
        "some_is_error": _mean([any(d["are_errors"]) for d in asked]),
    }


def _hover_row(records: Sequence[Record]) -> Record:
    held = [place for record in records for place in record["hover"]]
    return {
        "n_places": len(held),
        "previews": _mean([place["previews"] for place in held]),
        "best_iou": _mean([place["best_iou"] for place in held]),
        "share_above_80": _mean([place["best_iou"] >= 0.8 for place in held]),
    }


def _first(values: Sequence[float]) -> float:
    """Return the first value; without a doubt nothing is gained."""
    return float(values[0]) if values else 0.0


def _mean_or_0(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)
