"""Soft edges: from masks to opacity, and the object's own colours under a soft edge."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray, check_range, check_shape
from pickout.errors import ArgumentError
from pickout.images import Image, as_image
from pickout.masks import Mask, as_mask, check_mask_fits

Background = str | tuple[int, int, int]

# Colours are estimated in tiles, and only in those that a soft edge crosses.
_TILE = 256
# How far, in pixels, the estimate looks for the object's and the background's own colours.
_REACH = 8


def feather(mask: Mask | BoolArray, radius: float = 1.0) -> FloatArray:
    """Return the mask's opacity with a soft edge.

    Parameters
    ----------
    mask : Mask or (H, W) ndarray of bool
    radius : float
        Pixels on either side of the outline within which 95 percent of the fading happens, 0
        to 200; 0 keeps the edge hard.

    Returns
    -------
    alpha : (H, W) ndarray of float32
        0 to 1; about 0.5 on the outline, exactly 0 and 1 further than 2.2 `radius` + 2 pixels
        from it. Empty gives 0 everywhere, full 1; nothing fades at the picture's border.

    Raises
    ------
    ArgumentError
        If `radius` is out of range.
    """
    mask = as_mask(mask)
    check_range("radius", radius, 0, 200)
    alpha = mask.array.astype(np.float32)
    box = mask.box_xyxy
    if box is None or radius == 0:
        return alpha
    # The blur's standard deviation is half the radius; at three of them it is cut off.
    reach = math.ceil(1.5 * radius)
    place = _place(box, 2 * reach, mask.size_hw)
    side = 2 * reach + 1
    blurred = cv2.GaussianBlur(
        alpha[place], (side, side), radius / 2, borderType=cv2.BORDER_REPLICATE
    )
    # Sums of weights miss 1 by a rounding error; opaque has to be exactly opaque.
    alpha[place] = np.where(blurred > 1 - 1e-5, np.float32(1), np.maximum(blurred, 0))
    return alpha


def trimap(mask: Mask | BoolArray, band: float) -> ByteArray:
    """Return which pixels are surely object, surely background, or to be decided.

    Parameters
    ----------
    mask : Mask or (H, W) ndarray of bool
    band : float
        Half-width in pixels of the undecided band along the outline, 0 to 2000.

    Returns
    -------
    trimap : (H, W) ndarray of uint8
        0 background, 128 undecided, 255 object. Empty and full masks have no band.

    Raises
    ------
    ArgumentError
        If `band` is out of range.
    """
    from pickout.edits import grow, shrink

    mask = as_mask(mask)
    check_range("band", band, 0, 2000)
    result: ByteArray = np.zeros(mask.size_hw, np.uint8)
    result[grow(mask, band).array] = 128
    result[shrink(mask, band).array] = 255
    return result


def apply_mask(
    image: Image | AnyArray,
    mask: Mask | AnyArray,
    background: Background = "transparent",
) -> ByteArray:
    """Return the picture's object on another ground.

    Parameters
    ----------
    image : Image or (H, W, 3) ndarray of uint8
        An opacity that came with the file is kept: it multiplies the mask's.
    mask : Mask, (H, W) ndarray of bool, or (H, W) ndarray of float
        Mask, or opacity from 0 to 1 (see `feather`).
    background : str or (int, int, int)
        "transparent", a name such as "white", "#rrggbb", or red, green and blue from 0 to 255.

    Returns
    -------
    picture : (H, W, 4) or (H, W, 3) ndarray of uint8
        RGBA on transparent ground, with nothing of the picture left where it is invisible; else
        RGB.

    Raises
    ------
    ArgumentError
        If the sizes differ, the opacity leaves 0 to 1, or there is no such colour.
    """
    image = as_image(image)
    alpha = _opacity(image, mask)
    if background == "transparent":
        rgba = np.empty((*image.size_hw, 4), np.uint8)
        rgba[..., :3] = image.array
        rgba[..., 3] = alpha
        rgba[alpha == 0] = 0
        return rgba
    return _blend(image.array, alpha, np.array(parse_color(background), np.uint8))


def _opacity(image: Image, mask: Mask | AnyArray) -> ByteArray:
    """Return the opacity, (H, W) uint8, of a mask or alpha times that of the picture."""
    alpha = mask if isinstance(mask, Mask) else np.asarray(mask)
    if isinstance(alpha, Mask) or alpha.dtype == np.bool_:
        alpha = as_mask(alpha)
        check_mask_fits(alpha, image.size_hw)
        opacity: ByteArray = alpha.array.view(np.uint8) * np.uint8(255)
    else:
        _check_alpha(alpha, image.size_hw)
        opacity = np.rint(alpha * np.float32(255)).astype(np.uint8)
    if image.alpha is None:
        return opacity
    return np.asarray(cv2.multiply(opacity, image.alpha, scale=1 / 255), np.uint8)


def _check_alpha(alpha: AnyArray, size_hw: tuple[int, int]) -> None:
    check_shape("alpha", alpha, size_hw)
    if alpha.dtype.kind != "f":
        raise ArgumentError(
            f"alpha should hold numbers from 0 to 1 (float32), but it holds {alpha.dtype}; "
            "divide by 255, or pass a boolean mask."
        )
    low, high = float(alpha.min()), float(alpha.max())
    if not (low >= 0 and high <= 1):
        raise ArgumentError(f"alpha should lie between 0 and 1, but it runs from {low} to {high}.")


def _blend(colors: ByteArray, alpha: ByteArray, ground: ByteArray) -> ByteArray:
    """Return colours over one ground colour, rounded."""
    result = np.empty_like(colors)
    result[:] = ground
    cv2.copyTo(colors, (alpha == 255).view(np.uint8), result)
    rows, columns = np.nonzero((alpha > 0) & (alpha < 255))
    share = alpha[rows, columns, None] / np.float32(255)
    mixed = colors[rows, columns] * share + ground * (1 - share)
    result[rows, columns] = np.rint(mixed).astype(np.uint8)
    return result


def parse_color(color: Background) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of a colour.

    Parameters
    ----------
    color : str or (int, int, int)
        "#rgb", "#rrggbb", the name of an HTML colour, or the three numbers.

    Raises
    ------
    ArgumentError
        If there is no such colour.
    """
    if isinstance(color, str):
        from PIL import ImageColor

        try:
            red, green, blue = ImageColor.getrgb(color.strip())[:3]
        except ValueError:
            raise ArgumentError(
                f"there is no colour {color!r}; write a name such as white, #rrggbb, "
                "or transparent."
            ) from None
        return red, green, blue
    numbers = tuple(color)
    if len(numbers) != 3 or not all(isinstance(n, int | np.integer) for n in numbers):
        raise ArgumentError(f"a colour should be three whole numbers from 0 to 255, not {color!r}.")
    for number in numbers:
        check_range("a colour's number", number, 0, 255)
    return int(numbers[0]), int(numbers[1]), int(numbers[2])


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
    _check_alpha(alpha, image.size_hw)
    colors = image.array.copy()
    soft = (alpha > 0) & (alpha < 1)
    for tile, around, core in _tiles(soft):
        part = _own_colors(image.array[around], alpha[around].astype(np.float32))[core]
        edge = soft[tile]
        colors[tile][edge] = part[edge]
    return colors


Place = tuple[slice, slice]


def _tiles(soft: BoolArray) -> Iterator[tuple[Place, Place, Place]]:
    """Yield each tile with soft pixels, the same with a margin, and where it lies in that."""
    box = Mask(soft).box_xyxy
    if box is None:
        return
    for y in range(box[1], box[3], _TILE):
        for x in range(box[0], box[2], _TILE):
            tile = (slice(y, min(y + _TILE, box[3])), slice(x, min(x + _TILE, box[2])))
            if soft[tile].any():
                around = _place((x, y, tile[1].stop, tile[0].stop), 2 * _REACH, soft.shape)
                core = tuple(
                    slice(t.start - a.start, t.stop - a.start)
                    for t, a in zip(tile, around, strict=True)
                )
                yield tile, around, (core[0], core[1])


def _own_colors(picture: ByteArray, alpha: FloatArray) -> ByteArray:
    """Return the object's colours as far as they can be told, (h, w, 3)."""
    colors = picture.astype(np.float32)
    share = alpha[..., None]
    own = _average(colors, alpha, alpha == 1)
    ground = _average(colors, 1 - alpha, alpha == 0)
    fitted = own + share * (colors - share * own - (1 - share) * ground)
    return np.asarray(np.clip(np.rint(fitted), 0, 255), np.uint8)


def _average(colors: FloatArray, weight: FloatArray, sure: BoolArray) -> FloatArray:
    """Return the mean colour around each pixel: of sure ones, faintly of the others, too."""
    side = (2 * _REACH + 1, 2 * _REACH + 1)
    weight = weight * np.where(sure, np.float32(1), np.float32(1e-3)) + np.float32(1e-6)
    total = cv2.blur(weight, side)[..., None]
    return np.asarray(cv2.blur(colors * weight[..., None], side) / total, np.float32)


def _place(box: tuple[int, int, int, int], room: int, size_hw: tuple[int, ...]) -> Place:
    """Return the index of a box with `room` pixels around it, as far as the picture goes."""
    x0, y0, x1, y1 = box
    return (
        slice(max(y0 - room, 0), min(y1 + room, size_hw[0])),
        slice(max(x0 - room, 0), min(x1 + room, size_hw[1])),
    )
