"""The object on another ground, and colours as people write them."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from pickout.arrays import AnyArray, ByteArray, check_range, check_shape
from pickout.errors import ArgumentError
from pickout.images import Image, as_image
from pickout.masks import Mask, as_mask, check_mask_fits

Background = str | tuple[int, int, int]


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
        check_alpha(alpha, image.size_hw)
        opacity = np.rint(alpha * np.float32(255)).astype(np.uint8)
    if image.alpha is None:
        return opacity
    return np.asarray(cv2.multiply(opacity, image.alpha, scale=1 / 255), np.uint8)


def check_alpha(alpha: AnyArray, size_hw: tuple[int, int]) -> None:
    """Raise `ArgumentError` unless `alpha` holds floats from 0 to 1 for every pixel."""
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
    numbers = tuple(color) if isinstance(color, Iterable) else ()
    if len(numbers) != 3 or not all(isinstance(n, int | np.integer) for n in numbers):
        raise ArgumentError(f"a colour should be three whole numbers from 0 to 255, not {color!r}.")
    for number in numbers:
        check_range("a colour's number", number, 0, 255)
    return int(numbers[0]), int(numbers[1]), int(numbers[2])
