"""Several descriptors side by side: one fused vector, so that weights only scale the query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from pickout.arrays import FloatArray
from pickout.descriptors.base import Descriptor, PictureRegions
from pickout.errors import ArgumentError
from pickout.plugins import make_descriptor


class Fusion:
    """Descriptors whose vectors lie side by side in one row.

    Parameters
    ----------
    names : sequence of str
        Names of descriptors, see `pickout.plugins.descriptor_names`.

    Raises
    ------
    PluginError
        If a descriptor does not exist or does not load.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._parts = [cast(Descriptor, make_descriptor(name)) for name in names]
        bounds = np.cumsum([0, *(part.size for part in self._parts)])
        self.blocks = {
            name: slice(int(low), int(high))
            for name, low, high in zip(names, bounds[:-1], bounds[1:], strict=True)
        }
        """Columns of each descriptor in the fused vector."""
        self.size = int(bounds[-1])
        self.version = ",".join(f"{part.name}={part.version}" for part in self._parts)

    @property
    def names(self) -> list[str]:
        """Names of the descriptors, in the order of their columns."""
        return list(self.blocks)

    def describe(self, regions: PictureRegions) -> FloatArray:
        """Return the fused vectors, (N, `size`) float32."""
        return np.concatenate([part.describe(regions) for part in self._parts], axis=1)

    def weighted(self, vector: FloatArray, weights: Mapping[str, float]) -> FloatArray:
        """Return the query vector whose dot product with a row is their weighted similarity.

        Parameters
        ----------
        vector : (size,) ndarray of float32
        weights : mapping
            A number >= 0 for each descriptor; they are scaled to add up to 1.

        Raises
        ------
        ArgumentError
            If a name is unknown, a number is negative or not finite, or all are 0.
        """
        shares = self._shares(weights)
        scaled = vector.copy()
        for name, columns in self.blocks.items():
            scaled[columns] *= shares[name]
        return scaled

    def similarities(self, first: FloatArray, second: FloatArray) -> dict[str, float]:
        """Return the similarity of two fused vectors for each descriptor, each in [-1, 1]."""
        return {
            name: float(first[columns] @ second[columns]) for name, columns in self.blocks.items()
        }

    def _shares(self, weights: Mapping[str, float]) -> dict[str, float]:
        for name, weight in weights.items():
            if name not in self.blocks:
                raise ArgumentError(
                    f"there is no descriptor {name!r} in this library to weigh; "
                    f"it has: {', '.join(self.blocks)}."
                )
            if not 0 <= weight < float("inf"):
                raise ArgumentError(f"the weight of {name} should be 0 or more, not {weight!r}.")
        total = sum(weights.values())
        if total <= 0:
            raise ArgumentError("all weights are 0; give at least one descriptor a weight above 0.")
        return {name: weights.get(name, 0.0) / total for name in self.blocks}
