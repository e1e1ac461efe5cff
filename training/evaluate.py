"""How good a set of models is: simulated clicks by the published protocol."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np

from pickout.segmenters._superpixel.frame import Pyramid
from pickout.segmenters._superpixel.models import Models
from pickout.segmenters._superpixel.state import Picture
from training.clicks import iou
from training.data import Thing
from training.robot import robot_for


def click_through(thing: Thing, models: Models, *, limit: int, stop: float) -> dict:
    """Return the IoU after every click on one object and the CPU seconds of each step."""
    start = time.process_time()
    picture = Picture(Pyramid(thing.rgb), models)
    opening = time.process_time() - start
    state, robot = picture.start(), robot_for(thing)
    curve, seconds = [], []
    while len(curve) < limit and (not curve or curve[-1] < stop):
        prompt = robot.next_click(state.mask)
        start = time.process_time()
        state = picture.after(state, prompt)
        seconds.append(time.process_time() - start)
        curve.append(iou(thing, state.mask))
    return {"name": thing.name, "curve": curve, "opening": opening, "seconds": seconds}


def summary(runs: Iterable[dict], limit: int = 20) -> dict:
    """Return mean clicks to IoU 0.85 and 0.90, failures, IoU after 1, 3, 5 clicks, and times."""
    runs = list(runs)
    curves = [run["curve"] for run in runs]

    def clicks(curve: list[float], target: float) -> int:
        return next((k + 1 for k, value in enumerate(curve) if value >= target), limit)

    def after(k: int) -> float:
        return float(np.mean([curve[min(k, len(curve)) - 1] for curve in curves]))

    spent = np.concatenate([run["seconds"] for run in runs]) * 1000
    return {
        "objects": len(runs),
        "NoC85": round(float(np.mean([clicks(c, 0.85) for c in curves])), 3),
        "NoC90": round(float(np.mean([clicks(c, 0.90) for c in curves])), 3),
        "not reached 0.90": round(float(np.mean([max(c) < 0.90 for c in curves])), 3),
        "IoU@1": round(after(1), 4),
        "IoU@3": round(after(3), 4),
        "IoU@5": round(after(5), 4),
        "opening ms": round(float(np.median([run["opening"] for run in runs])) * 1000, 1),
        "click ms p50": round(float(np.percentile(spent, 50)), 1),
        "click ms p95": round(float(np.percentile(spent, 95)), 1),
    }
