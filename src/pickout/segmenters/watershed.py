"""Watershed: seeds flood the picture and meet where the colours change most.

The marker-controlled watershed of Meyer as OpenCV builds it. Fast and simple: it looks at edges
only, so every object needs seeds in each of its parts.

References
----------
.. [1] F. Meyer, *Color image segmentation*, Int. Conf. on Image Processing, 1992.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import BoolArray, ByteArray, IntArray, check_range, check_whole
from pickout.distances import depth_inside
from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import Prompt
from pickout.segmenters.seeds import LARGEST_DISC, SeedMap
from pickout.segmenters.working import answer

_OBJECT, _BACKGROUND = 1, 2
# How far, as a share of the longer side, a seed casts doubt on a mask that says otherwise.
_DOUBT = 0.25


@dataclass(frozen=True)
class WatershedOptions:
    """How the watershed works.

    Parameters
    ----------
    blur : float
        Standard deviation in working pixels of the blur that quiets texture; 0 for none.
    core : float
        Share of the greatest depth inside a box or lasso from which on a pixel is taken for
        the object while nothing else says where it is; 0 to 1.
    max_pixels : int
        Size in pixels at which the picture, or the part inside a box, is worked on.
    click_radius : float, optional
        Radius in pixels of the disc that a click stands for; by default 1/150 of the longer
        side, between 2 and 5.
    """

    blur: float = 1.5
    core: float = 0.6
    max_pixels: int = 250_000
    click_radius: float | None = None

    def __post_init__(self) -> None:
        check_range("blur", self.blur, 0, 1000)
        check_range("core", self.core, 0, 1)
        check_whole("max_pixels", self.max_pixels, 1)
        if self.click_radius is not None:
            check_range("click_radius", self.click_radius, 0, LARGEST_DISC)


@dataclass(frozen=True)
class PreparedWatershed:
    """One picture, ready for prompts."""

    picture: ByteArray
    options: WatershedOptions

    def segment(self, prompts: Sequence[Prompt], previous: Mask | None) -> BoolArray:
        """Return the object's pixels, (H, W) bool; see `pickout.segmenters.base.Prepared`."""
        return answer(
            self.picture,
            prompts,
            previous,
            method=self._flood,
            max_pixels=self.options.max_pixels,
            radius=self.options.click_radius,
            use_previous=False,
        )

    def _flood(self, picture: ByteArray, seeds: SeedMap, known: BoolArray | None) -> BoolArray:
        is_object = seeds > 0
        is_background = seeds < 0
        if known is not None and known.any():
            is_object |= _surely(known, seeds < 0)
            is_background |= _surely(~known, seeds > 0) & ~is_object
        if not is_object.any():
            is_object = _core(seeds, self.options.core)
        if not is_background.any():
            is_background = _rim(seeds.shape) & ~is_object
        if not is_object.any() or not is_background.any():
            return is_object | (seeds == 0) if is_object.any() else is_object
        markers = _OBJECT * is_object.astype(np.int32)
        markers[is_background] = _BACKGROUND
        if self.options.blur > 0:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), self.options.blur), np.uint8)
        return _watershed(picture, markers)


def _core(seeds: SeedMap, share: float) -> BoolArray:
    """Return the innermost open pixels when something is closed; else none."""
    if (seeds == 0).all() or not (seeds == 0).any():
        return np.zeros(seeds.shape, bool)
    depth = depth_inside(seeds >= 0, walled=True)
    core: BoolArray = depth >= max(share * float(depth.max()), 1e-3)
    return core


def _surely(mask: BoolArray, denied: BoolArray) -> BoolArray:
    """Return the inner pixels of a given mask, but none near seeds that deny it."""
    inner = cv2.erode(mask.view(np.uint8), np.ones((5, 5), np.uint8)).view(bool)
    if not denied.any():
        return inner
    distance = cv2.distanceTransform((~denied).view(np.uint8), cv2.DIST_L2, 5)
    surely: BoolArray = inner & (distance > _DOUBT * max(mask.shape))
    return surely


def _rim(shape: tuple[int, ...]) -> BoolArray:
    """Return the outermost pixels of a picture."""
    rim = np.ones(shape, bool)
    rim[1:-1, 1:-1] = False
    return rim


def _watershed(picture: ByteArray, markers: IntArray) -> BoolArray:
    """Return where object markers flood; the line between the two goes to the nearer majority."""
    # OpenCV gives the outermost pixels to nobody, so it gets a picture with one pixel more.
    padded = cv2.copyMakeBorder(picture, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    flooded = cv2.watershed(padded, np.pad(markers, 1))
    side = (flooded == _OBJECT).astype(np.float32) - (flooded == _BACKGROUND)
    line = flooded == -1
    vote = cv2.blur(side.astype(np.float32), (3, 3))
    inside: BoolArray = np.where(line, vote > 0, flooded == _OBJECT)[1:-1, 1:-1]
    return inside


@dataclass(frozen=True)
class Watershed:
    """The segmenter `watershed`."""

    options: WatershedOptions = WatershedOptions()
    name = "watershed"
    version = "2"

    def analyse(self, image: Image) -> PreparedWatershed:
        """Return the picture prepared for prompts; takes no time."""
        return PreparedWatershed(image.array, self.options)
