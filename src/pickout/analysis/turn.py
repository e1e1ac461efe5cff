"""The orientation in which a window is looked at, chosen by its own pixels.

Floods, trees and sums meet their ties in reading order, and some measurements tell across from
down. Seen in the orientation that its own pixels choose, a mirrored or transposed picture shows
the very same pixels, and gets the very same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import AnyArray, ByteArray


@dataclass(frozen=True)
class Turn:
    """One of the eight ways to lay a picture down: transposed or not, then mirrored or not.

    Parameters
    ----------
    transposed : bool
        Rows become columns, first of all.
    across, down : bool
        Left and right, top and bottom change places, after that.
    """

    transposed: bool = False
    across: bool = False
    down: bool = False

    def __call__(self, array: AnyArray) -> AnyArray:
        """Return the view of an (H, W, ...) array that is turned."""
        turned = array.swapaxes(0, 1) if self.transposed else array
        return turned[self._mirrors()]

    def laid(self, array: AnyArray) -> AnyArray:
        """Return an array (of a type that OpenCV knows) turned, C-contiguous."""
        plain = array.view(np.uint8) if array.dtype == np.bool_ else array
        if self.transposed:
            plain = cv2.transpose(plain)
        if self.down or self.across:
            plain = cv2.flip(plain, _FLIPS[self.across, self.down])
        return np.ascontiguousarray(plain).view(array.dtype)

    def back(self, array: AnyArray) -> AnyArray:
        """Return the view of a turned array that is upright again."""
        return self._inverse()(array)

    def laid_back(self, array: AnyArray) -> AnyArray:
        """Return a turned array (of a type that OpenCV knows) upright again, C-contiguous."""
        return self._inverse().laid(array)

    def then(self, other: Turn) -> Turn:
        """Return the turn that comes to the same as this one and another one after it."""
        across, down = (self.down, self.across) if other.transposed else (self.across, self.down)
        return Turn(self.transposed != other.transposed, across != other.across, down != other.down)

    def size(self, size_hw: tuple[int, ...]) -> tuple[int, int]:
        """Return the height and width of a picture of `size_hw` after turning, or before."""
        height, width = size_hw
        return (width, height) if self.transposed else (height, width)

    def places(self, places_xy: AnyArray, size_hw: tuple[int, int]) -> AnyArray:
        """Return (k, 2) places after turning a picture of `size_hw`; its corner is (0, 0)."""
        turned = places_xy[:, ::-1] if self.transposed else places_xy
        return self._mirrored(turned, self.size(size_hw))

    def places_back(self, places_xy: AnyArray, size_hw: tuple[int, int]) -> AnyArray:
        """Return where (k, 2) places of the turned picture are in the upright one of `size_hw`."""
        upright = self._mirrored(places_xy, self.size(size_hw))
        return upright[:, ::-1] if self.transposed else upright

    def _inverse(self) -> Turn:
        return Turn(True, self.down, self.across) if self.transposed else self

    def _mirrors(self) -> tuple[slice, slice]:
        down, across = (-1 if mirrored else 1 for mirrored in (self.down, self.across))
        return slice(None, None, down), slice(None, None, across)

    def _mirrored(self, places_xy: AnyArray, size_hw: tuple[int, int]) -> AnyArray:
        if not (self.across or self.down):
            return places_xy
        mirrored = np.array(places_xy)
        for axis, is_mirrored in enumerate((self.across, self.down)):
            if is_mirrored:
                mirrored[:, axis] = size_hw[1 - axis] - mirrored[:, axis]
        return mirrored


_FLIPS = {(True, False): 1, (False, True): 0, (True, True): -1}

UPRIGHT = Turn()


def choose_turn(rgb: ByteArray) -> Turn:
    """Return the turn after which a picture lies on its longer side, bright above and at left.

    For a mirrored or transposed picture it is the turn to the same pixels, unless the picture is
    its own mirror image.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
    """
    height, width = rgb.shape[:2]
    right, below = _lean(rgb, 0), _lean(rgb, 1)
    # A square has no longer side: light mostly comes from above.
    transposed = abs(right) > abs(below) if height == width else height > width
    if transposed:
        right, below = below, right
    return Turn(transposed, right > 0, below > 0)


def _lean(rgb: ByteArray, axis: int) -> int:
    """Return how much brighter the far half is than the near one, in whole numbers: no rounding."""
    sums = cv2.reduce(rgb, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S).reshape(-1, 3).sum(1, np.int64)
    n = len(sums)
    return int(sums @ np.arange(1 - n, n, 2))
