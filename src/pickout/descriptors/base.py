"""The door for descriptors: one vector per region, all regions of a picture at once."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol, cast, runtime_checkable

import cv2
import numpy as np

from pickout.arrays import BoolArray, ByteArray, FloatArray, IntArray, check_dtype, check_shape
from pickout.errors import ArgumentError


@runtime_checkable
class Descriptor(Protocol):
    """A measurement on regions."""

    name: str
    version: str
    """Changes whenever the same region could give another vector."""
    size: int
    """Length of the vector."""

    def describe(self, regions: PictureRegions) -> FloatArray:
        """Return one vector per region.

        Parameters
        ----------
        regions : PictureRegions
            A picture and N regions of it; never changed.

        Returns
        -------
        vectors : (N, size) ndarray of float32
            Each row has length 1, or is all zero where there is nothing to measure. The dot
            product of two rows says how alike two regions are. A region's row does not depend
            on the other regions.
        """


class PictureRegions:
    """A picture and some regions of it, with what several descriptors need computed once.

    Parameters
    ----------
    array : (H, W, 3) ndarray of uint8
        The picture, RGB; about 512 pixels on its longer side is what descriptors are made for.
    masks : (N, H, W) ndarray of bool
        The regions; they may overlap. None may be empty.

    Raises
    ------
    ArgumentError
        If a shape or type is wrong or a region is empty.
    """

    def __init__(self, array: ByteArray, masks: BoolArray) -> None:
        check_shape("image", array, ("height", "width", 3))
        check_dtype("image", array, np.uint8)
        check_shape("masks", masks, ("regions", array.shape[0], array.shape[1]))
        check_dtype("masks", masks, np.bool_)
        self.array = array
        self.masks = masks
        if not self.areas.all():
            raise ArgumentError("an empty region cannot be described; it holds no pixel.")

    def __len__(self) -> int:
        return len(self.masks)

    @cached_property
    def areas(self) -> FloatArray:
        """(N,) float32: pixels in each region."""
        return np.asarray(np.count_nonzero(self._flat_masks, axis=1), np.float32)

    @cached_property
    def boxes_xyxy(self) -> IntArray:
        """(N, 4) int32: half-open boxes around the regions."""
        columns = np.logical_or.reduce(self.masks, axis=1)
        rows = np.logical_or.reduce(self.masks, axis=2)
        x0, y0 = columns.argmax(axis=1), rows.argmax(axis=1)
        x1 = columns.shape[1] - columns[:, ::-1].argmax(axis=1)
        y1 = rows.shape[1] - rows[:, ::-1].argmax(axis=1)
        return np.stack([x0, y0, x1, y1], axis=1).astype(np.int32)

    @cached_property
    def lab(self) -> ByteArray:
        """(H, W, 3) uint8: CIE L* times 2.55, and a* and b* plus 128."""
        return cast(ByteArray, cv2.cvtColor(self.array, cv2.COLOR_RGB2LAB))

    @cached_property
    def grey(self) -> ByteArray:
        """(H, W) uint8: luma."""
        return cast(ByteArray, cv2.cvtColor(self.array, cv2.COLOR_RGB2GRAY))

    @cached_property
    def halved(self) -> PictureRegions:
        """The same at half the size; a region keeps every pixel it had a share in."""
        height, width = self.grey.shape
        half_hw = (height + 1) // 2, (width + 1) // 2
        array = cv2.resize(self.array, half_hw[::-1], interpolation=cv2.INTER_AREA)
        masks = self.masks[:, ::2, ::2].copy()
        for rows, columns in ((1, 0), (0, 1), (1, 1)):
            part = self.masks[:, rows::2, columns::2]
            masks[:, : part.shape[1], : part.shape[2]] |= part
        return PictureRegions(cast(ByteArray, array), masks)

    def sums(self, bins: IntArray, n_bins: int, weights: FloatArray | None = None) -> FloatArray:
        """Return, for each region, how much of it falls into each bin.

        Parameters
        ----------
        bins : (H, W) ndarray of int32
            Bin of each pixel, 0 to `n_bins` - 1.
        n_bins : int
        weights : (H, W) ndarray of float32, optional
            What each pixel counts; 1 if left out.

        Returns
        -------
        sums : (N, n_bins) ndarray of float32
        """
        # Regions nest and overlap. Every pixel is counted once, in the atom it lies in (the
        # pixels that share all their regions); regions are sums of atoms. So the cost hardly
        # grows with the number of regions.
        labels, membership = self._atoms
        n_atoms = membership.shape[1]
        flat_weights = None if weights is None else weights.ravel()
        counts = np.bincount(
            labels * n_bins + bins.ravel(), flat_weights, minlength=n_atoms * n_bins
        )
        per_atom = counts.reshape(n_atoms, n_bins).astype(np.float32)
        return cast(FloatArray, membership @ per_atom)

    @cached_property
    def _flat_masks(self) -> BoolArray:
        return self.masks.reshape(len(self), -1)

    @cached_property
    def _atoms(self) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], FloatArray]:
        """Return the atom of each pixel, (H·W,), and which atoms each region holds, (N, A)."""
        # A pixel's set of regions is known by the sum of its regions' random keys.
        keys = np.random.default_rng(0).integers(0, 2**63, len(self), np.uint64)
        codes = np.zeros(self._flat_masks.shape[1], np.uint64)
        for key, mask in zip(keys, self._flat_masks, strict=True):
            codes += mask * key
        _, first, labels = np.unique(codes, return_index=True, return_inverse=True)
        return labels, self._flat_masks[:, first].astype(np.float32)


def unit_rows(rows: FloatArray) -> FloatArray:
    """Return (N, D) float32 rows scaled to length 1; rows of zeros stay zero."""
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)
