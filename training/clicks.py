"""Learning the click model: simulated users, the model's own states, round after round."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pickout.analysis.models import EdgeModels
from pickout.arrays import FloatArray
from pickout.segmenters._superpixel.features import CLICK_NAMES
from pickout.segmenters._superpixel.frame import Pyramid
from pickout.segmenters._superpixel.models import Models
from pickout.segmenters._superpixel.state import Picture
from training.boost import Samples, join
from training.data import Thing
from training.robot import HUMAN, next_prompt

PER_ANSWER = 150
"""Superpixels sampled from each answer."""

GOOD_ENOUGH = 0.96
"""IoU at which a simulated user stops (after three prompts at the earliest)."""


def by_reach(features: FloatArray) -> FloatArray:
    """Return log odds without any learning: nearer to positive clicks than to the outside."""
    row = CLICK_NAMES.index("positive less outside along")
    return np.clip(features[row] * -3, -8, 8)


class Recorder:
    """A click model that remembers what it was asked."""

    def __init__(self, model) -> None:
        self.model, self.features = model, None

    def __call__(self, features: FloatArray) -> FloatArray:
        """Return the model's answer."""
        self.features = features
        return self.model(features)


def iou(thing: Thing, mask: np.ndarray) -> float:
    """Return the IoU of an answer, ignored pixels left out."""
    both, either = (thing.mask & mask).sum(), ((thing.mask | mask) & ~thing.ignore).sum()
    return float(both / max(either, 1))


def simulate(
    things: Iterable[Thing], edges: EdgeModels, model, *, prompts: int, seed: int
) -> tuple[Samples, list[list[float]]]:
    """Return samples from simulated users' work with a model, and their IoU after each prompt."""
    samples, curves = [], []
    for number, thing in enumerate(things):
        rng = np.random.default_rng((seed, number))
        rows, curve = _work_on(thing, edges, Recorder(model), prompts, rng)
        samples += rows
        curves.append(curve + [curve[-1]] * (prompts - len(curve)))
    return join(samples), curves


def _work_on(
    thing: Thing, edges: EdgeModels, recorder: Recorder, prompts: int, rng: np.random.Generator
) -> tuple[list[Samples], list[float]]:
    picture = Picture(Pyramid(thing.rgb), Models(edges, recorder))
    state, clicked = picture.start(), np.zeros(thing.mask.shape, bool)
    samples, curve = [], []
    for k in range(prompts):
        prompt = next_prompt(thing, state.mask, clicked, HUMAN, rng, is_first=k == 0)
        recorder.features = None
        state = picture.after(state, prompt)
        curve.append(iou(thing, state.mask))
        if recorder.features is not None:
            samples.append(_sample(thing, state, recorder.features, rng))
        if curve[-1] > GOOD_ENOUGH and k >= 2:
            break
    return samples, curve


def _sample(thing: Thing, state, features: FloatArray, rng: np.random.Generator) -> Samples:
    """Return superpixels drawn by area, wrong ones more often (and weighed down for it)."""
    frame = state.view.scene.frame
    superpixels = frame.superpixels
    target = superpixels.share(frame.working_mask(thing.mask))
    wrong = (target > 0.5) != (state.view.logit > 0)
    chance = superpixels.area * (1.0 + 2.0 * wrong)
    chosen = rng.choice(superpixels.n, PER_ANSWER, p=chance / chance.sum())
    return Samples(
        np.ascontiguousarray(features[:, chosen].T),
        target[chosen],
        (1 / (1.0 + 2.0 * wrong[chosen])).astype(np.float32),
    )
