"""Whitening: fixed linear maps that give rare features the say they deserve.

The raw features of a descriptor are strongly correlated, and most of their spread says nothing
of the object: bright or dark, smooth or rough. A map fitted once on regions of many photos
(``whitening.npz``, shipped; how it was made is in docs/descriptors.md) removes their mean and
evens out their spread. The dot product of two whitened vectors of length 1 is then about 0 for
two regions that have nothing in common, and 1 for equal ones.

References
----------
.. [1] H. Jégou and O. Chum, *Negative evidences and co-occurrences in image retrieval: the
   benefit of PCA and whitening*, ECCV, 2012.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np

from pickout.arrays import FloatArray
from pickout.descriptors.base import unit_rows

FILE = "whitening.npz"


@dataclass(frozen=True, eq=False)
class Whitening:
    """A map from raw features to whitened ones.

    Parameters
    ----------
    mean : (F,) ndarray of float32
    basis : (F, D) ndarray of float32
        Principal directions, each divided by its spread.
    """

    mean: FloatArray
    basis: FloatArray

    def apply(self, rows: FloatArray) -> FloatArray:
        """Return (N, D) float32 rows of length 1 for (N, F) raw features."""
        return unit_rows(np.asarray((rows - self.mean) @ self.basis, np.float32))


def fit_whitening(rows: FloatArray, size: int, shrinkage: float) -> Whitening:
    """Return the map fitted on (N, F) raw features.

    Parameters
    ----------
    rows : (N, F) ndarray of float32
    size : int
        Number of directions kept, those of the largest spread.
    shrinkage : float
        Share of the largest variance that is added to all: directions of hardly any spread are
        mostly noise and must not be blown up.
    """
    mean = rows.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov((rows - mean).T))
    largest = np.argsort(-variances)[:size]
    spread = np.sqrt(variances[largest] + shrinkage * variances.max())
    return Whitening(mean.astype(np.float32), (directions[:, largest] / spread).astype(np.float32))


@functools.cache
def whitening(name: str) -> Whitening:
    """Return the shipped map called `name`."""
    with resources.files("pickout.descriptors").joinpath(FILE).open("rb") as file:
        maps = np.load(file, allow_pickle=False)
        return Whitening(maps[f"{name}.mean"], maps[f"{name}.basis"])


def joined(parts: dict[str, FloatArray], shares: dict[str, float]) -> FloatArray:
    """Return whitened parts side by side, as rows of length 1.

    Parameters
    ----------
    parts : dict of (N, F) ndarray of float32
        Raw features, by the name of their whitening.
    shares : dict of float
        Share of each part in the similarity; they add up to 1.
    """
    scaled = [
        whitening(name).apply(rows) * np.float32(np.sqrt(shares[name]))
        for name, rows in parts.items()
    ]
    return unit_rows(np.concatenate(scaled, axis=1))
