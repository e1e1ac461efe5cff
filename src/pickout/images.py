"""Pictures: the one canonical form, and how files become it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pickout.arrays import AnyArray, BoolArray, ByteArray, check_dtype, check_shape, frozen
from pickout.errors import ArgumentError


@dataclass(frozen=True, eq=False)
class Image:
    """A picture in canonical form: upright, sRGB, eight bits.

    Parameters
    ----------
    array : (H, W, 3) ndarray of uint8
        Red, green, blue. Kept read-only; a writeable array is copied.
    alpha : (H, W) ndarray of uint8, optional
        Opacity that came with the file, 255 where opaque; None if the file has none.
    path : Path, optional
        Where it was read from.
    full_size_hw : (int, int), optional
        Height and width of the file's upright picture; larger than `array` if it was decoded
        at a reduced size.
    metadata : dict
        EXIF fields worth keeping on export, without orientation or location (bytes per block).
    """

    array: ByteArray
    alpha: ByteArray | None = None
    path: Path | None = None
    full_size_hw: tuple[int, int] | None = None
    metadata: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        array = np.asarray(self.array)
        check_shape("image", array, ("height", "width", 3))
        check_dtype("image", array, np.uint8)
        object.__setattr__(self, "array", frozen(array))
        if self.alpha is not None:
            check_shape("alpha", self.alpha, array.shape[:2])
            check_dtype("alpha", self.alpha, np.uint8)
            object.__setattr__(self, "alpha", frozen(self.alpha))
        if self.full_size_hw is None:
            object.__setattr__(self, "full_size_hw", self.size_hw)

    def __repr__(self) -> str:
        height, width = self.size_hw
        return f"Image({width} x {height}{f', {self.path.name!r}' if self.path else ''})"

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.array.shape[0], self.array.shape[1]


def as_image(value: Image | AnyArray) -> Image:
    """Return `value` as an `Image`; arrays must be (H, W, 3) uint8 RGB.

    Raises
    ------
    ArgumentError
        If it is something else; paths are to be opened with `read_image`.
    """
    if isinstance(value, Image):
        return value
    if isinstance(value, str | Path):
        raise ArgumentError(f"an image is wanted, not a path; open it first: read_image({value!r})")
    return Image(np.asarray(value))


def read_image(path: str | Path, *, max_side: int | None = None) -> Image:
    raise NotImplementedError


def read_mask_array(path: str | Path) -> BoolArray:
    raise NotImplementedError
