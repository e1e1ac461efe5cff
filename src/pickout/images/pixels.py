"""Pixels of every kind a file can hold, turned into eight-bit planes, upright, at the wanted size.

The rules, for reading (`docs/pictures.md` tells them to users):

- palette, 1-bit, YCbCr, HSV and premultiplied pixels become plain RGB or grey;
- 16 bits: the high byte; 12 bits in a 16-bit field: the upper eight of the twelve;
- 32-bit whole numbers: kept if all lie in 0…255, the high byte if in 0…65535, else stretched so
  that the smallest value is black and the largest white;
- floating point: times 255 if all lie in 0…1, kept if in 0…255, else stretched in the same way;
  values that are not numbers are black.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pickout.arrays import AnyArray, ByteArray

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

Space = Literal["RGB", "L", "CMYK", "LAB"]

_PLAIN_MODE = {
    "1": "L",
    "P": "RGB",
    "PA": "RGBA",
    "La": "LA",
    "RGBa": "RGBA",
    "RGBX": "RGB",
    "YCbCr": "RGB",
    "HSV": "RGB",
}
_SPACE_OF_CHANNELS: dict[int, Space] = {1: "L", 3: "RGB"}


@dataclass
class Planes:
    """Colour planes in the file's own colour space, and the opacity beside them."""

    color: AnyArray
    """(H, W) for grey, else (H, W, channels); bytes once `to_bytes` is done."""
    space: Space
    alpha: AnyArray | None = None
    bits: int = 16
    """Bits in use where the values are 16-bit."""


def planes_of_pillow(picture: PillowImage) -> Planes:
    """Return the planes of a loaded Pillow picture, deep ones still deep."""
    if "transparency" in picture.info and picture.mode in {"1", "L", "P", "RGB"}:
        picture = picture.convert("RGBA")
    if picture.mode in _PLAIN_MODE:
        picture = picture.convert(_PLAIN_MODE[picture.mode])
    array = np.asarray(picture)
    match picture.mode:
        case "LA" | "RGBA":
            return _split_alpha(array)
        case "RGB":
            return Planes(array, "RGB")
        case "CMYK":
            return Planes(array, "CMYK")
        case "LAB":
            return Planes(array, "LAB")
        case _:
            return Planes(array, "L", bits=_bits_in_use(picture))


def planes_of_opencv(array: AnyArray) -> Planes:
    """Return the planes of what OpenCV decoded unchanged: grey, BGR or BGRA, any depth."""
    import cv2

    if array.ndim == 2:
        return Planes(array, "L")
    if array.shape[2] == 4:
        return _split_alpha(cv2.cvtColor(array, cv2.COLOR_BGRA2RGBA))
    return Planes(np.ascontiguousarray(array[..., ::-1]), "RGB")


def _split_alpha(array: AnyArray) -> Planes:
    """Return colour and opacity of an array whose last channel is the opacity."""
    color = np.ascontiguousarray(array[..., :-1])
    if color.shape[2] == 1:
        color = color[..., 0]
    space = _SPACE_OF_CHANNELS[array.shape[2] - 1]
    return Planes(color, space, np.ascontiguousarray(array[..., -1]))


def _bits_in_use(picture: PillowImage) -> int:
    """Return how many bits a deep grey picture uses; only TIFF stores fewer than 16."""
    tags = getattr(picture, "tag_v2", {})
    bits = tags.get(258, (16,))
    return int(bits[0]) if isinstance(bits, tuple) else 16


def to_bytes(planes: Planes) -> Planes:
    """Return the planes as eight-bit numbers by the rules above; opacity all full becomes None."""
    alpha = None if planes.alpha is None else _to_bytes(planes.alpha, planes.bits)
    if alpha is not None and alpha.min() == 255:
        alpha = None
    return Planes(_to_bytes(planes.color, planes.bits), planes.space, alpha)


def _to_bytes(array: AnyArray, bits: int) -> ByteArray:
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:
        return (array >> (bits - 8)).astype(np.uint8)
    values = np.nan_to_num(array.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1 and array.dtype.kind == "f":
        return np.round(values * 255).astype(np.uint8)
    if low >= 0 and high <= 255:
        return np.round(values).astype(np.uint8)
    if low >= 0 and high <= 65535 and array.dtype.kind in "iu":
        return (array >> 8).astype(np.uint8)
    return np.round((values - low) * (255 / max(high - low, 1e-30))).astype(np.uint8)


def fitted_size(size_hw: tuple[int, int], max_side: int | None) -> tuple[int, int]:
    """Return the (height, width) at which no side is longer than `max_side`."""
    height, width = size_hw
    longest = max(height, width)
    if max_side is None or longest <= max_side:
        return size_hw
    scale = max_side / longest
    return max(1, round(height * scale)), max(1, round(width * scale))


def shrink(array: ByteArray, size_hw: tuple[int, int]) -> ByteArray:
    """Return `array` averaged down to `size_hw`; itself if it has that size already."""
    import cv2

    if array.shape[:2] == size_hw:
        return array
    return cv2.resize(array, size_hw[::-1], interpolation=cv2.INTER_AREA).astype(
        np.uint8, copy=False
    )


def turn_upright(array: ByteArray, orientation: int) -> ByteArray:
    """Return `array` turned and mirrored as the EXIF `orientation` (1…8) says."""
    import cv2

    # 5 to 8 are stored on their side; cv2.flip: 1 swaps left and right, 0 up and down, -1 both.
    flip = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}.get(orientation)
    turned: AnyArray = cv2.transpose(array) if orientation >= 5 else array
    return turned if flip is None else cv2.flip(turned, flip)  # type: ignore[return-value]
