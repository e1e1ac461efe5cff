"""Fitting boosted oblivious trees with CatBoost, and turning them into plain arrays."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from catboost import CatBoostClassifier, Pool

from pickout.analysis.forests import Forest

FAR = np.float32(3e38)


@dataclass(frozen=True)
class Samples:
    """Rows to learn from.

    Parameters
    ----------
    features : (k, features) ndarray of float32
    target : (k,) ndarray of float32
        Probability of "yes", in [0, 1].
    weight : (k,) ndarray of float32
    """

    features: np.ndarray
    target: np.ndarray
    weight: np.ndarray


def join(parts: list[Samples]) -> Samples:
    """Return all samples in one."""
    return Samples(
        np.concatenate([p.features for p in parts]),
        np.concatenate([p.target for p in parts]),
        np.concatenate([p.weight for p in parts]),
    )


def fit(
    samples: Samples,
    names: tuple[str, ...],
    *,
    trees: int,
    rate: float = 0.1,
    threads: int = 2,
    seed: int = 0,
) -> Forest:
    """Return trees of depth 6 for `samples`; the same for the same seed and number of threads."""
    rows, labels, weights = _expanded(samples)
    model = CatBoostClassifier(
        iterations=trees,
        learning_rate=rate,
        depth=6,
        l2_leaf_reg=3.0,
        border_count=64,
        random_strength=0.5,
        bootstrap_type="Bernoulli",
        subsample=0.6,
        boosting_type="Plain",
        score_function="L2",
        leaf_estimation_iterations=1,
        thread_count=threads,
        random_seed=seed,
        verbose=False,
        allow_writing_files=False,
    )
    model.fit(Pool(np.ascontiguousarray(samples.features[rows]), labels, weight=weights))
    return _as_forest(model, names)


def _expanded(samples: Samples) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row numbers, hard labels and weights: an unsure row counts as a share of both."""
    target = np.where(samples.target < 0.03, 0.0, samples.target)
    target = np.where(target > 0.97, 1.0, target)
    yes, no = np.flatnonzero(target > 0), np.flatnonzero(target < 1)
    labels = np.concatenate([np.ones(len(yes)), np.zeros(len(no))])
    weight = np.concatenate([(samples.weight * target)[yes], (samples.weight * (1 - target))[no]])
    return np.concatenate([yes, no]), labels, weight


def _as_forest(model: CatBoostClassifier, names: tuple[str, ...]) -> Forest:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        stored = json.loads(path.read_text())
    trees = stored["oblivious_trees"]
    scale, bias = stored["scale_and_bias"]
    feature = np.zeros((len(trees), 6), np.int32)
    threshold = np.full((len(trees), 6), FAR, np.float32)
    leaf = np.zeros((len(trees), 64), np.float32)
    for t, tree in enumerate(trees):
        splits = tree["splits"] or []
        for level, split in enumerate(splits):
            feature[t, level] = split["float_feature_index"]
            threshold[t, level] = split["border"]
        leaf[t, : 1 << len(splits)] = np.array(tree["leaf_values"]) * scale
    return Forest(feature, threshold, leaf, float(np.ravel(bias)[0]), names)
