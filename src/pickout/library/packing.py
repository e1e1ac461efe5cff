"""Masks as the library stores them: run lengths inside the mask's box, as compressed bytes."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from pickout import rle
from pickout.arrays import BoolArray
from pickout.errors import ArgumentError, LibraryError
from pickout.masks import Box4


@dataclass(frozen=True)
class PackedMask:
    """A mask in few bytes, unpacked when somebody looks.

    Parameters
    ----------
    size_hw : (int, int)
        Height and width of its picture.
    box_xyxy : (int, int, int, int)
        Half-open box around the mask, on the same picture.
    runs : bytes
        Run lengths inside the box, as little-endian 32-bit numbers, compressed with zlib.
    """

    size_hw: tuple[int, int]
    box_xyxy: Box4
    runs: bytes

    @classmethod
    def of(cls, mask: BoolArray, box_xyxy: Box4) -> PackedMask:
        """Return a (H, W) bool mask, which lies wholly in the box, packed."""
        x0, y0, x1, y1 = box_xyxy
        runs = rle.encode(mask[y0:y1, x0:x1]).astype("<u4").tobytes()
        return cls((mask.shape[0], mask.shape[1]), box_xyxy, zlib.compress(runs, 1))

    def unpack(self) -> BoolArray:
        """Return the (H, W) bool mask.

        Raises
        ------
        LibraryError
            If the bytes are damaged.
        """
        x0, y0, x1, y1 = self.box_xyxy
        mask = np.zeros(self.size_hw, bool)
        try:
            counts = np.frombuffer(zlib.decompress(self.runs), "<u4").astype(np.int64)
            mask[y0:y1, x0:x1] = rle.decode(counts, (y1 - y0, x1 - x0))
        except (zlib.error, ValueError, ArgumentError) as error:
            raise LibraryError(
                "a region's mask in the library is damaged; delete the library file and index "
                "again."
            ) from error
        return mask
