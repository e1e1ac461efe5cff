"""An answer to prompts, as it is remembered."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from pickout import _core
from pickout.arrays import BoolArray, ByteArray
from pickout.masks import Box4
from pickout.segmenters._superpixel.frame import cut


class Answer:
    """A mask, and the box around it, looked for once.

    Parameters
    ----------
    mask : (H, W) ndarray of bool
        Made read-only.
    """

    def __init__(self, mask: BoolArray) -> None:
        mask.flags.writeable = False
        self._size_hw = mask.shape
        self._mask: BoolArray | None = mask
        self._bits: ByteArray | None = None

    @property
    def mask(self) -> BoolArray:
        """The mask, unpacked if need be."""
        mask = self._mask
        if mask is None:
            assert self._bits is not None
            mask = np.zeros(self._size_hw, bool)
            part = cut(mask, self.box_xyxy)
            part[:] = np.unpackbits(self._bits, axis=1, count=part.shape[1])
            mask.flags.writeable = False
            self._mask = mask
        return mask

    @cached_property
    def box_xyxy(self) -> Box4:
        """The box around what is inside, empty without any."""
        return _core.bounding_box(self.mask)

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return sum(array.nbytes for array in (self._mask, self._bits) if array is not None)

    def pack(self) -> None:
        """Take an eighth of the memory, at most, until somebody asks for the mask."""
        if self._bits is None:
            self._bits = np.packbits(cut(self.mask, self.box_xyxy), axis=1)
        self._mask = None
