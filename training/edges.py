"""Learning boundaries from human segmentations: two stages, the second on unseen output."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
from sklearn.metrics import average_precision_score

from pickout.analysis.edges import (
    CONTEXT_NAMES,
    LOCAL_NAMES,
    Neighbours,
    context_features,
    local_features,
)
from pickout.analysis.forests import Forest
from pickout.analysis.models import EdgeModels
from pickout.analysis.superpixels import divide
from pickout.analysis.turn import choose_turn
from pickout.segmenters._superpixel.frame import resized, working_size
from training.boost import Samples, fit, join
from training.data import Divided
from training.processes import in_processes

HELD_OUT = 30
"""Pictures kept for measuring."""

PER_PICTURE = 3000
"""Edges sampled from each version of a picture."""


def versions(picture: Divided, rng: np.random.Generator) -> Iterator[Divided]:
    """Yield the picture as the segmenter meets it: whole, coarse, and as an enlarged window."""
    height, width = picture.rgb.shape[:2]
    yield _window(picture, (0, 0, width, height))
    small = (round(height * 0.6), round(width * 0.6))
    yield _window(_shrunk(picture, small), (0, 0, small[1], small[0]))
    share = rng.uniform(0.45, 0.75)
    w, h = round(width * share), round(height * share)
    x, y = rng.integers(width - w + 1), rng.integers(height - h + 1)
    yield _window(picture, (int(x), int(y), int(x) + w, int(y) + h))


def _shrunk(picture: Divided, size_hw: tuple[int, int]) -> Divided:
    labels = [_nearest(label, size_hw) for label in picture.labels]
    return Divided(picture.name, resized(picture.rgb, size_hw), labels)


def _window(picture: Divided, window: tuple[int, int, int, int]) -> Divided:
    x0, y0, x1, y1 = window
    part = picture.rgb[y0:y1, x0:x1]
    turn = choose_turn(part)
    size = turn.size(working_size(window))
    labels = [_nearest(turn(label[y0:y1, x0:x1]), size) for label in picture.labels]
    return Divided(picture.name, resized(np.ascontiguousarray(turn(part)), size), labels)


def _nearest(labels: np.ndarray, size_hw: tuple[int, int]) -> np.ndarray:
    scaled = cv2.resize(
        np.ascontiguousarray(labels, np.float32), size_hw[::-1], interpolation=cv2.INTER_NEAREST
    )
    return scaled.astype(np.int32)


def edge_targets(labels: np.ndarray, pairs: Neighbours, drawn: list[np.ndarray]) -> np.ndarray:
    """Return for every edge the share of people who put its two sides into different segments."""
    n, votes = pairs.graph.n_nodes, []
    for segments in drawn:
        k = int(segments.max()) + 1
        joint = labels.ravel().astype(np.int64) * k + segments.ravel()
        most = np.bincount(joint, minlength=n * k).reshape(n, k).argmax(1)
        votes.append(most[pairs.graph.first] != most[pairs.graph.second])
    return np.mean(votes, axis=0).astype(np.float32)


def _measured(picture: Divided) -> tuple[Neighbours, np.ndarray]:
    labels, pairs = divide(picture.rgb)
    return pairs, edge_targets(labels, pairs, picture.labels)


def _sample(
    features: np.ndarray, target: np.ndarray, length: np.ndarray, rng: np.random.Generator
) -> Samples:
    chosen = rng.choice(len(target), min(PER_PICTURE, len(target)), replace=False)
    return Samples(np.ascontiguousarray(features[:, chosen].T), target[chosen], length[chosen])


def train_edges(
    pictures: list[Divided], *, seed: int = 0, trees: int = 300
) -> tuple[EdgeModels, dict[str, float]]:
    """Return the two stages and a record of how good they are on pictures not used.

    The second stage learns from what a first stage says on pictures that it has not seen, as it
    will have to in use.
    """
    if len(pictures) < HELD_OUT + 2:
        raise ValueError(
            f"boundaries are learned from {HELD_OUT + 2} divided pictures at least ({HELD_OUT} are "
            f"held out to measure them), but --drawn has {len(pictures)}."
        )
    order = np.random.default_rng(seed).permutation(len(pictures)).tolist()
    test, used = order[:HELD_OUT], order[HELD_OUT:]
    halves = (used[::2], used[1::2])
    local = _of_all(used, lambda i: list(_local_samples(pictures[i], seed)))

    def first_stage(chosen: Sequence[int]) -> Forest:
        samples = join([sample for i in chosen for sample in local[i]])
        return fit(samples, LOCAL_NAMES, trees=trees, seed=seed)

    of_other_half = [first_stage(halves[1]), first_stage(halves[0])]
    first = first_stage(used)
    unseen = {i: model for half, model in zip(halves, of_other_half, strict=True) for i in half}
    context = _of_all(used, lambda i: list(_context_samples(pictures[i], unseen[i], seed)))
    every = [sample for samples in context.values() for sample in samples]
    second = fit(join(every), CONTEXT_NAMES, trees=trees, seed=seed)
    models = EdgeModels(first, second)
    shown = [next(versions(pictures[i], _random(pictures[i], seed))) for i in test]
    whole = [_measured(version) for version in shown]
    return models, measure(models, whole)


def _of_all(
    numbers: list[int], samples: Callable[[int], list[Samples]]
) -> dict[int, list[Samples]]:
    return dict(zip(numbers, in_processes(samples, numbers, 2), strict=True))


def _random(picture: Divided, seed: int) -> np.random.Generator:
    """Return the same random numbers for a picture whenever it is looked at."""
    return np.random.default_rng([seed, *picture.name.encode()])


def _local_samples(picture: Divided, seed: int) -> Iterator[Samples]:
    rng = _random(picture, seed)
    for version in versions(picture, rng):
        pairs, target = _measured(version)
        yield _sample(local_features(pairs), target, pairs.length, rng)


def _context_samples(picture: Divided, first: Forest, seed: int) -> Iterator[Samples]:
    rng = _random(picture, seed)
    for version in versions(picture, rng):
        pairs, target = _measured(version)
        local = local_features(pairs)
        yield _sample(context_features(pairs, local, first(local)), target, pairs.length, rng)


def measure(models: EdgeModels, held_out: list[tuple[Neighbours, np.ndarray]]) -> dict[str, float]:
    """Return average precision of gradient, first and second stage, weighted by length."""
    rows = []
    for pairs, target in held_out:
        local = local_features(pairs)
        logit = models.local(local)
        final = models.context(context_features(pairs, local, logit))
        rows.append((target >= 0.5, pairs.length, local[0], logit, final))
    truth, length, *answers = (np.concatenate(column) for column in zip(*rows, strict=True))
    names = ("gradient", "first stage", "second stage")
    return {
        name: round(float(average_precision_score(truth, answer, sample_weight=length)), 4)
        for name, answer in zip(names, answers, strict=True)
    }
