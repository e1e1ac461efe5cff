"""Opacity read from the picture: hair, fur and blur along a mask's outline."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray, check_range
from pickout.errors import ArgumentError
from pickout.images import Image, as_image
from pickout.masks import Mask, as_mask, check_mask_fits
from pickout.matting.band import adaptive_trimap, widest_band
from pickout.matting.closed_form import check_installed, check_size, closed_form_alpha
from pickout.matting.edges import trimap
from pickout.matting.guided import distance_to, guided_alpha
from pickout.matting.tiles import place_around

METHODS = ("guided", "closed-form")
"""Ways to find the opacity: in milliseconds, or finer and in seconds."""

# What is fainter than this does not hold a strand and its tip together.
_FIRM = 0.1
# Where what is sure lies so many times farther away than the other side, the band is too wide.
_NARROW = 3
# Side in pixels of the cells in which such places are looked for at first.
_COARSE = 8


def estimate_alpha(
    image: Image | AnyArray,
    mask: Mask | BoolArray,
    *,
    method: str = "guided",
    band: float | None = None,
) -> FloatArray:
    """Return the object's opacity, with an edge as soft as it is in the picture.

    Parameters
    ----------
    image : Image or (H, W, 3) ndarray of uint8
    mask : Mask or (H, W) ndarray of bool
    method : str
        ``"guided"`` takes milliseconds; ``"closed-form"`` takes seconds, can be finer where
        strands cross a busy ground, and needs the extra ``matting``.
    band : float, optional
        Half-width in pixels of the band along the outline in which opacity is looked for, 0 to
        2000. By default it follows the picture: three pixels in all where the edge is sharp, up to
        3.5 percent of the picture's side (4 to 80 pixels) where it is blurred or hairy.

    Returns
    -------
    alpha : (H, W) ndarray of float32
        0 to 1; exactly 1 inside and exactly 0 outside of the band. An empty mask gives 0, a full
        one 1.

    Raises
    ------
    ArgumentError
        If the sizes differ, `band` is out of range, there is no such method, or the band is too
        large for the fine method.
    MissingExtraError
        If the fine method's package is not installed.
    """
    image, mask = as_image(image), as_mask(mask)
    check_mask_fits(mask, image.size_hw)
    if method not in METHODS:
        raise ArgumentError(f"there is no method {method!r}; choose one of {', '.join(METHODS)}.")
    if method == "closed-form":
        check_installed()
    reach = widest_band(image.size_hw) if band is None else band
    check_range("band", reach, 0, 2000)
    alpha: FloatArray = np.zeros(mask.size_hw, np.float32)
    box = mask.box_xyxy
    if box is not None:
        place = place_around(box, math.ceil(3 * reach) + 2, mask.size_hw)
        picture, inside = image.array[place], np.ascontiguousarray(mask.array[place])
        three = adaptive_trimap(picture, inside, reach) if band is None else trimap(inside, band)
        settle_middles(three, inside)
        if method == "closed-form":
            check_size(three)
        found = guided_alpha(picture, three, inside, reach)
        if method == "closed-form":
            found = closed_form_alpha(picture, three, found)
        alpha[place] = without_specks(found, three, max(2, round(reach / 8)))
    return alpha


def settle_middles(trimap: ByteArray, inside: BoolArray) -> None:
    """Settle the middle of wires, and of gaps, that are narrower than their band, in place.

    Undecided all over, and far from everything sure of their side, they would fade.

    Parameters
    ----------
    trimap : (H, W) ndarray of uint8
        0 background, 128 undecided, 255 object.
    inside : (H, W) ndarray of bool
        The mask.
    """
    undecided = trimap == 128
    sides = ((inside, 255), (~inside, 0))
    if not any(_is_far_from(trimap == value, side & undecided) for side, value in sides):
        return
    to_ground, to_own = (distance_to(trimap == value) for value in (0, 255))
    for side, value, own, other in (
        (inside, 255, to_own, to_ground),
        (~inside, 0, to_ground, to_own),
    ):
        is_narrow = side & undecided & (own > _NARROW * (other + 1))
        if is_narrow.any():
            depth = cv2.distanceTransform(side.view(np.uint8), cv2.DIST_L2, 3)
            is_middle = depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8))
            trimap[is_narrow & is_middle] = value


def _is_far_from(sure: BoolArray, undecided: BoolArray) -> bool:
    """Tell whether anything undecided lies roughly ten pixels or more from what is sure."""
    size = tuple(-(-side // _COARSE) for side in sure.shape[::-1])
    there, here = (
        cv2.resize(part.view(np.uint8) * np.uint8(255), size, interpolation=cv2.INTER_AREA) > 0
        for part in (sure, undecided)
    )
    near = cv2.dilate(there.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return bool((here & ~near).any())


def without_specks(alpha: FloatArray, trimap: ByteArray, cell: int) -> FloatArray:
    """Return the opacity without islands off the object and pinholes off the ground.

    Parameters
    ----------
    alpha : (H, W) ndarray of float32
    trimap : (H, W) ndarray of uint8
        0 background, 128 undecided, 255 object.
    cell : int
        Pixels; gaps narrower than this keep strands together.
    """
    band = np.flatnonzero(trimap == 128)
    found = alpha.ravel()[band]
    cells = _Cells.of(band, trimap.shape, cell)
    islands = cells.loose(found > _FIRM, trimap == 255)
    pinholes = cells.loose(found < 1 - _FIRM, trimap == 0)
    alpha.ravel()[band] = np.where(islands, 0, np.where(pinholes, 1, found))
    return alpha


@dataclass(frozen=True)
class _Cells:
    """The band's pixels on a coarse grid: pieces are counted there.

    Parameters
    ----------
    size : (int, int)
        Width and height of the grid.
    index : (n,) ndarray of int
        In which cell, by flat index, each of the band's pixels lies.
    """

    size: tuple[int, int]
    index: npt.NDArray[np.intp]

    @classmethod
    def of(cls, band: npt.NDArray[np.intp], size_hw: tuple[int, ...], cell: int) -> _Cells:
        """Return the grid for pixels given by their flat index."""
        width = -(-size_hw[1] // cell)
        row, column = np.divmod(band, size_hw[1])
        return cls((width, -(-size_hw[0] // cell)), row // cell * width + column // cell)

    def loose(self, part: BoolArray, sure: BoolArray) -> BoolArray:
        """Return which of the band's pixels lie in pieces of `part` that touch nothing sure."""
        share = cv2.resize(
            sure.view(np.uint8) * np.uint8(255), self.size, interpolation=cv2.INTER_AREA
        )
        solid = share > 0
        filled = solid.copy()
        filled.ravel()[self.index[part]] = True
        count, labels = cv2.connectedComponents(filled.view(np.uint8), connectivity=8)
        is_loose = np.ones(count, bool)
        is_loose[labels[solid]] = False
        is_loose[0] = False
        return np.asarray(is_loose[labels.ravel()[self.index]], np.bool_)
