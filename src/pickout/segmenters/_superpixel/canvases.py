"""Memory for masks, used again once nobody holds the mask that lay in it.

A mask of 48 megapixels lies on twelve thousand pages of memory. To get them from the system anew
for every click can take longer than the click itself. NumPy's own arrays ask for huge pages, which
is quick where memory is in order, and takes a tenth of a second where it has to be tidied first; a
``bytearray`` takes the pages as they are.
"""

from __future__ import annotations

import weakref

import numpy as np

from pickout.arrays import BoolArray

MOST_WAITING = 2
"""So many pieces of memory are kept for masks to come."""


class Canvases:
    """Makes masks of one size."""

    def __init__(self, size_hw: tuple[int, int]) -> None:
        self.size_hw = size_hw
        self._waiting: list[bytearray] = []

    def undefined(self) -> BoolArray:
        """Return a mask that is to be drawn all over: what it holds is left from elsewhere."""
        try:
            memory = self._waiting.pop()
        except IndexError:
            memory = bytearray(self.size_hw[0] * self.size_hw[1])
        # Whoever holds the mask, or a part of it, holds `pixels`: views of views refer to the
        # first array that does not lie in another one.
        pixels = np.frombuffer(memory, np.bool_)
        weakref.finalize(pixels, _give_back, self._waiting, memory).atexit = False
        return pixels.reshape(self.size_hw)

    def empty(self) -> BoolArray:
        """Return a mask with nothing inside."""
        mask = self.undefined()
        mask[:] = False
        return mask

    def copy(self, mask: BoolArray) -> BoolArray:
        """Return a writeable copy of a mask."""
        copied = self.undefined()
        np.copyto(copied, mask)
        return copied


def _give_back(waiting: list[bytearray], memory: bytearray) -> None:
    if len(waiting) < MOST_WAITING:
        waiting.append(memory)
