"""Boosted oblivious trees: learned functions of a row of numbers, shipped as plain arrays."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pickout import _core
from pickout.arrays import FloatArray, IntArray
from pickout.errors import ArgumentError

UNREADABLE = (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises for files that are missing, damaged, or of another kind."""

FIELDS = ("feature", "threshold", "leaf", "bias", "names")


@dataclass(frozen=True, eq=False)
class Forest:
    """A sum of oblivious trees: all nodes of a level ask the same question.

    Parameters
    ----------
    feature : (trees, depth) ndarray of int32
        Which number a level asks about.
    threshold : (trees, depth) ndarray of float32
        The question is whether it is larger than this.
    leaf : (trees, 2 ** depth) ndarray of float32
        What a tree adds; the answer of level d is bit d of the leaf's number.
    bias : float
        Added once.
    names : tuple of str
        The features, in order.
    """

    feature: IntArray
    threshold: FloatArray
    leaf: FloatArray
    bias: float
    names: tuple[str, ...]

    def __call__(self, features: FloatArray) -> FloatArray:
        """Return the log odds of every column of a (features, samples) float32 array."""
        return _core.evaluate(self.feature, self.threshold, self.leaf, self.bias, features)


def save_forest(path: str | Path, forest: Forest) -> None:
    """Write a forest as arrays without pickles; leaves are stored with half precision."""
    np.savez_compressed(
        path,
        feature=forest.feature.astype(np.int16),
        threshold=forest.threshold,
        leaf=forest.leaf.astype(np.float16),
        bias=np.float32(forest.bias),
        names=np.array(forest.names),
    )


def load_forest(path: str | Path, names: tuple[str, ...]) -> Forest:
    """Return the forest stored at `path`, made for features called `names`.

    Raises
    ------
    ArgumentError
        If the file is missing, is no such file, or was trained on other features.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            missing = [field for field in FIELDS if field not in stored]
            if missing:
                raise ArgumentError(f"{path}: not a pickout model: it has no {missing[0]!r}.")
            forest = Forest(
                np.ascontiguousarray(stored["feature"], np.int32),
                np.ascontiguousarray(stored["threshold"], np.float32),
                np.ascontiguousarray(stored["leaf"], np.float32),
                float(stored["bias"]),
                tuple(str(name) for name in stored["names"]),
            )
    except ArgumentError:
        raise
    except UNREADABLE as error:
        raise ArgumentError(f"{path}: the model cannot be read: {error}.") from error
    _check(path, forest, names)
    return forest


def _check(path: str | Path, forest: Forest, names: tuple[str, ...]) -> None:
    if forest.names != names:
        different = sorted(set(forest.names) ^ set(names))
        raise ArgumentError(
            f"{path}: the model was trained on other features than this version of pickout "
            f"measures ({', '.join(different[:3]) or 'in another order'}); train it again."
        )
    trees, depth = forest.feature.shape if forest.feature.ndim == 2 else (-1, -1)
    fits = forest.threshold.shape == (trees, depth) and forest.leaf.shape == (trees, 2**depth)
    if not fits or (forest.feature < 0).any() or (forest.feature >= len(names)).any():
        raise ArgumentError(f"{path}: the model's arrays do not fit together; train it again.")
