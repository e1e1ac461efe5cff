"""Mask: which pixels of a picture belong to the object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pickout.arrays import AnyArray, BoolArray, check_shape, frozen
from pickout.errors import ArgumentError

Box4 = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Mask:
    """Which pixels of a picture belong to the object.

    Parameters
    ----------
    array : (H, W) ndarray of bool
        True inside the object. Kept read-only; a writeable array is copied.

    Raises
    ------
    ArgumentError
        If `array` is not two-dimensional or not boolean.
    """

    array: BoolArray

    def __post_init__(self) -> None:
        array = np.asarray(self.array)
        check_shape("mask", array, ("height", "width"))
        if array.dtype != np.bool_:
            raise ArgumentError(
                f"mask should hold True and False, but it holds {array.dtype}; "
                "compare it with a threshold first, e.g. Mask(array > 127)."
            )
        object.__setattr__(self, "array", frozen(array))

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> AnyArray:
        array = self.array if dtype is None else self.array.astype(dtype)
        return array.copy() if copy else array

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mask) and np.array_equal(self.array, other.array)

    def __hash__(self) -> int:
        return hash((self.array.shape, self.array.tobytes()))

    def __repr__(self) -> str:
        height, width = self.size_hw
        return f"Mask({width} x {height}, {self.area} pixels inside)"

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.array.shape[0], self.array.shape[1]

    @property
    def area(self) -> int:
        """Number of pixels inside."""
        return int(np.count_nonzero(self.array))

    @property
    def is_empty(self) -> bool:
        """True if no pixel is inside."""
        return not self.array.any()

    @property
    def box_xyxy(self) -> Box4 | None:
        """Smallest box (x0, y0, x1, y1) around the object, half-open; None if empty."""
        columns = np.flatnonzero(self.array.any(axis=0))
        if columns.size == 0:
            return None
        rows = np.flatnonzero(self.array.any(axis=1))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

    def __or__(self, other: Mask) -> Mask:
        return Mask(self.array | _same_size(self, other))

    def __and__(self, other: Mask) -> Mask:
        return Mask(self.array & _same_size(self, other))

    def __sub__(self, other: Mask) -> Mask:
        return Mask(self.array & ~_same_size(self, other))

    def __xor__(self, other: Mask) -> Mask:
        return Mask(self.array ^ _same_size(self, other))

    def __invert__(self) -> Mask:
        return Mask(~self.array)

    def to_rle(self) -> dict[str, object]:
        """Return the mask in COCO's compressed form: ``{"size": [H, W], "counts": text}``."""
        from pickout.rle import compress_counts, encode

        height, width = self.size_hw
        return {"size": [height, width], "counts": compress_counts(encode(self.array))}

    @classmethod
    def from_rle(cls, rle: object) -> Mask:
        """Return the mask of a COCO RLE (counts as text or as a list of integers).

        Raises
        ------
        ArgumentError
            If `rle` is not such a record or its runs do not fill the picture.
        """
        from pickout.rle import decode_record

        return cls(decode_record(rle))


def _same_size(mask: Mask, other: object) -> BoolArray:
    """Return the other mask's array, or raise if the two do not fit on each other."""
    if not isinstance(other, Mask):
        raise ArgumentError(f"masks combine with masks only, not with {type(other).__name__}.")
    if mask.size_hw != other.size_hw:
        raise ArgumentError(
            f"the two masks differ in size: {_text(mask.size_hw)} and {_text(other.size_hw)} "
            "pixels (width x height); masks combine only on the same picture."
        )
    return other.array


def _text(size_hw: tuple[int, int]) -> str:
    return f"{size_hw[1]} x {size_hw[0]}"


def as_mask(value: Mask | AnyArray) -> Mask:
    """Return `value` as a `Mask`; boolean arrays pass, anything else raises `ArgumentError`."""
    return value if isinstance(value, Mask) else Mask(np.asarray(value))


def check_mask_fits(mask: Mask, size_hw: tuple[int, int]) -> None:
    """Raise `ArgumentError` unless `mask` has the size of the picture."""
    if mask.size_hw != size_hw:
        raise ArgumentError(
            f"the mask is {_text(mask.size_hw)} pixels but the picture is {_text(size_hw)} "
            "(width x height); a mask must be made on the same picture at the same size."
        )


def read_mask(path: str | Path, size_hw: tuple[int, int] | None = None) -> Mask:
    """Return the mask stored in a picture file (see `pickout.images.read_mask_array`).

    Parameters
    ----------
    path : path
        Grey, colour, palette or transparent picture. Transparent pictures use their alpha; of
        the others, everything brighter than half is inside, so grey noise from JPEG
        compression does no harm.
    size_hw : (height, width), optional
        Size that the mask must have.

    Raises
    ------
    ImageReadError
        If the file cannot be read.
    ArgumentError
        If the size differs from `size_hw`.
    """
    from pickout.images import read_mask_array

    mask = Mask(read_mask_array(path))
    if size_hw is not None and mask.size_hw != size_hw:
        raise ArgumentError(
            f"{path}: the mask is {_text(mask.size_hw)} pixels but the picture is "
            f"{_text(size_hw)} (width x height); save the mask at the picture's size."
        )
    return mask
