"""The object's own colours, without the background's, under a soft edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray
from pickout.images import Image, as_image
from pickout.matting.ground import check_alpha
from pickout.matting.tiles import Place, tiles

# Colours are estimated in tiles, and only in those that a soft edge crosses.
_TILE = 64
# How far, in pixels, the estimate looks for the object's and the background's own colours.
_REACH = 8
# Under wide soft edges it looks farther, on a grid of every so many pixels.
_STRIDE = 4
# How much mixed pixels count beside sure ones, and far ones beside both.
_UNSURE, _FAR = 1e-3, 1e-4


def decontaminate(image: Image | AnyArray, alpha: FloatArray) -> ByteArray:
    """Return the picture with the background's colour taken out of the object's soft edge.

    Parameters
    ----------
    image : Image or (H, W, 3) ndarray of uint8
    alpha : (H, W) ndarray of float32
        Opacity from 0 to 1.

    Returns
    -------
    colors : (H, W, 3) ndarray of uint8
        The object's own colours where 0 < `alpha` < 1; the picture elsewhere. Where no pixel
        is wholly opaque or wholly transparent nearby, the estimate stays close to the picture.

    Raises
    ------
    ArgumentError
        If the sizes differ or `alpha` leaves 0 to 1.

    Notes
    -----
    Blur fusion [1]_: nearby colours of object and background are averaged, and the pixel's own
    colour is corrected until it is their mixture. The averages use only pixels that are wholly
    one or the other, because a mask's outermost pixels are mixtures already.

    References
    ----------
    .. [1] M. Forte, *Approximate fast foreground colour estimation*, ICIP 2021.
       :DOI:`10.1109/ICIP42928.2021.9506164`
    """
    image = as_image(image)
    alpha = np.asarray(alpha)
    check_alpha(alpha, image.size_hw)
    colors = image.array.copy()
    soft = (alpha > 0) & (alpha < 1)
    far = _FarColors.of(image.array, alpha) if _is_wide(soft) else None
    for tile, around, core in tiles(soft, _TILE, 2 * _REACH):
        there = None if far is None else far.at(around)
        part = _own_colors(image.array[around], alpha[around].astype(np.float32), there)[core]
        edge = soft[tile]
        colors[tile][edge] = part[edge]
    return colors


def _own_colors(
    picture: ByteArray, alpha: FloatArray, far: tuple[FloatArray, FloatArray] | None
) -> ByteArray:
    """Return the object's colours as far as they can be told, (h, w, 3)."""
    colors = picture.astype(np.float32)
    share = alpha[..., None]
    own = _average(colors, alpha, alpha == 1, None if far is None else far[0])
    ground = _average(colors, 1 - alpha, alpha == 0, None if far is None else far[1])
    fitted = own + share * (colors - share * own - (1 - share) * ground)
    return np.asarray(np.clip(np.rint(fitted), 0, 255), np.uint8)


def _average(
    colors: FloatArray, weight: FloatArray, sure: BoolArray, far: FloatArray | None
) -> FloatArray:
    """Return the mean colour around each pixel: of sure ones, faintly of others and far ones."""
    side = (2 * _REACH + 1, 2 * _REACH + 1)
    # Far away, sure pixels tell more than mixed ones do nearby.
    unsure = np.float32(_UNSURE if far is None else _UNSURE * _FAR)
    weight = weight * np.where(sure, np.float32(1), unsure) + np.float32(1e-6 * unsure)
    total = cv2.blur(weight, side)[..., None]
    mean = cv2.blur(colors * weight[..., None], side)
    if far is not None:
        total, mean = total + np.float32(_FAR), mean + np.float32(_FAR) * far
    return np.asarray(mean / total, np.float32)


def _is_wide(soft: BoolArray) -> bool:
    """Say whether the soft edge is anywhere too wide for sure colours to be near."""
    step = _REACH // 2
    cells = soft[::step, ::step].view(np.uint8)
    return bool(cv2.erode(cells, np.ones((5, 5), np.uint8), borderValue=1).any())


@dataclass(frozen=True)
class _FarColors:
    """Mean colours of object and ground over wide windows, on a coarse grid.

    Parameters
    ----------
    own, ground : (h, w, 3) ndarray of float32
    size_hw : (int, int)
        Of the picture.
    """

    own: FloatArray
    ground: FloatArray
    size_hw: tuple[int, int]

    @classmethod
    def of(cls, picture: ByteArray, alpha: FloatArray) -> _FarColors:
        """Return the averages of a whole picture."""
        cells = (slice(_STRIDE // 2, None, _STRIDE),) * 2
        if 0 in alpha[cells].shape:
            cells = (slice(None), slice(None))
        colors, alpha = picture[cells].astype(np.float32), alpha[cells].astype(np.float32)
        return cls(
            _spread(colors, alpha == 1, alpha),
            _spread(colors, alpha == 0, 1 - alpha),
            picture.shape[:2],
        )

    def at(self, place: Place) -> tuple[FloatArray, FloatArray]:
        """Return both, (h, w, 3), at a place of the picture."""
        size_hw, grid_hw = self.size_hw, self.own.shape[:2]
        y, x = (
            ((np.arange(part.start, part.stop, dtype=np.float32) + 0.5) * (n / full) - 0.5)
            for part, n, full in zip(place, grid_hw, size_hw, strict=True)
        )
        columns, rows = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        own, ground = (
            cv2.remap(means, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for means in (self.own, self.ground)
        )
        return np.asarray(own, np.float32), np.asarray(ground, np.float32)


def _spread(colors: FloatArray, sure: BoolArray, share: FloatArray) -> FloatArray:
    """Return mean colours over windows of 9, 33 and 129 cells, small ones weighing most."""
    weight = sure + np.float32(_UNSURE) * share + np.float32(1e-9)
    total, mean = np.zeros((*weight.shape, 1), np.float32), np.zeros_like(colors)
    for level, side in enumerate((9, 33, 129)):
        part = np.float32(_UNSURE**level)
        total += part * cv2.blur(weight, (side, side))[..., None]
        mean += part * cv2.blur(colors * weight[..., None], (side, side))
    return np.asarray(mean / total, np.float32)
