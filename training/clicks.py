"""Learning the click model: simulated users, the model's own states, round after round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pickout.arrays import FloatArray
from pickout.segmenters._superpixel.band import BAND_NAMES, measure_band
from pickout.segmenters._superpixel.features import CLICK_NAMES
from pickout.segmenters._superpixel.frame import Pyramid
from pickout.segmenters._superpixel.models import Judge, Models
from pickout.segmenters._superpixel.network import Network
from pickout.segmenters._superpixel.state import Picture, State, found_in
from training.boost import Samples
from training.data import Thing
from training.processes import in_processes
from training.robot import HUMAN, next_prompts, opening, robot_for

PER_ANSWER = 150
"""Superpixels sampled from each answer."""

PER_BAND = 250
"""Pixels sampled from each outline."""

GOOD_ENOUGH = 0.96
"""IoU at which a simulated user stops (after three prompts at the earliest)."""

PLAIN = "plain"
"""Where the network is kept, in the folder of the models, as it was before its bold phase."""


def users_network(folder: Path) -> Network:
    """Return the network with which users work: the plain one, which looks once, if there is one.

    Trees that learn with a better one seem to believe it more than they should in other pictures.
    """
    plain = folder / PLAIN
    return Network(plain, looks=(1, 1)) if plain.is_dir() else Network(folder)


def by_reach(features: FloatArray) -> FloatArray:
    """Return log odds without any learning: nearer to positive clicks than to the outside."""
    row = CLICK_NAMES.index("positive less outside along")
    return np.clip(features[row] * -3, -8, 8)


class Recorder:
    """A model that remembers what it was asked, and what it answered."""

    def __init__(self, model: Judge) -> None:
        self.model = model
        self.asked: list[tuple[FloatArray, FloatArray]] = []

    def __call__(self, features: FloatArray) -> FloatArray:
        """Return the model's answer."""
        answer = self.model(features)
        self.asked.append((features, answer))
        return answer


def iou(thing: Thing, mask: np.ndarray) -> float:
    """Return the IoU of an answer, ignored pixels left out."""
    both, either = (thing.mask & mask).sum(), ((thing.mask | mask) & ~thing.ignore).sum()
    return float(both / max(either, 1))


@dataclass(frozen=True)
class Work:
    """What simulated users leave behind: samples for the models, and IoU after each prompt."""

    openings: list[Samples]
    corrections: list[Samples]
    band: list[Samples]
    curves: list[list[float]]


def simulate(
    things: Iterable[Thing], models: Models, *, prompts: int, seed: int, workers: int = 2
) -> Work:
    """Return what comes of simulated users working on objects with models, in any number of
    processes the same.
    """

    def task(numbered: tuple[int, Thing]) -> Work:
        number, thing = numbered
        rng = np.random.default_rng((seed, number))
        return _work_on(thing, models, prompts, rng)

    done = list(in_processes(task, enumerate(things), workers))
    return Work(
        [sample for work in done for sample in work.openings],
        [sample for work in done for sample in work.corrections],
        [sample for work in done for sample in work.band],
        [curve for work in done for curve in work.curves],
    )


def _work_on(thing: Thing, models: Models, prompts: int, rng: np.random.Generator) -> Work:
    work = Work([], [], [], [])
    openings, corrections = Recorder(models.openings), Recorder(models.corrections)
    band = Recorder(models.band)
    recording = replace(models, openings=openings, corrections=corrections, band=band)
    picture = Picture(Pyramid(thing.rgb), recording)
    state, robot = picture.start(), robot_for(thing)
    planned, curve = opening(thing, HUMAN, rng), []
    for k in range(prompts):
        given = planned[k : k + 1] or next_prompts(thing, robot, state.mask, HUMAN, rng)
        for prompt in given:
            # A mistake teaches nothing but how it is taken back.
            openings.asked, corrections.asked, band.asked = [], [], []
            state = picture.after(state, prompt)
        curve.append(iou(thing, state.mask))
        work.openings.extend(_sample(thing, state, *asked, rng) for asked in openings.asked)
        work.corrections.extend(_sample(thing, state, *asked, rng) for asked in corrections.asked)
        if band.asked:
            work.band.append(_band_sample(thing, state, rng))
        if curve[-1] > GOOD_ENOUGH and k >= 2:
            break
    work.curves.append(curve + [curve[-1]] * (prompts - len(curve)))
    return work


def as_it_is(features: FloatArray) -> FloatArray:
    """Return log odds for band pixels without learning: what the superpixels said."""
    return features[BAND_NAMES.index("signed distance")]


def _band_sample(thing: Thing, state: State, rng: np.random.Generator) -> Samples:
    """Return pixels near the outline of what the superpixels said."""
    view = state.asked
    frame = view.scene.frame
    inside = found_in(view, state.is_given)[0][view.scene.superpixels.labels]
    band = measure_band(view, inside)
    if band is None:
        return Samples(*(np.zeros((0, *k), np.float32) for k in ((len(BAND_NAMES),), (), ())))
    truth = frame.working_mask(thing.mask)[band.window][band.rows, band.columns]
    counts = ~frame.working_mask(thing.ignore)[band.window][band.rows, band.columns]
    usable = np.flatnonzero(counts)
    chosen = rng.choice(usable, min(PER_BAND, len(usable)), replace=False)
    ones = np.ones(len(chosen), np.float32)
    features = np.ascontiguousarray(band.features[:, chosen].T)
    return Samples(features, truth[chosen].astype(np.float32), ones)


def _sample(
    thing: Thing,
    state: State,
    features: FloatArray,
    logit: FloatArray,
    rng: np.random.Generator,
) -> Samples:
    """Return superpixels drawn by area, wrong ones more often (and weighed down for it)."""
    view = state.asked
    frame, superpixels = view.scene.frame, view.scene.superpixels
    target = superpixels.share(frame.working_mask(thing.mask))
    wrong = (target > 0.5) != (logit > 0)
    chance = superpixels.area * (1.0 + 2.0 * wrong)
    chosen = rng.choice(superpixels.n, PER_ANSWER, p=chance / chance.sum())
    counts = 1 - superpixels.share(frame.working_mask(thing.ignore))
    return Samples(
        np.ascontiguousarray(features[:, chosen].T),
        target[chosen],
        (counts[chosen] / (1.0 + 2.0 * wrong[chosen])).astype(np.float32),
    )
