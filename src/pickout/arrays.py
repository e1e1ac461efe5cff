"""Type names of arrays, and the checks that stand at the public border."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pickout.errors import ArgumentError

BoolArray = npt.NDArray[np.bool_]
ByteArray = npt.NDArray[np.uint8]
IntArray = npt.NDArray[np.int32]
FloatArray = npt.NDArray[np.float32]
AnyArray = npt.NDArray[Any]


def check_shape(name: str, array: AnyArray, shape: tuple[str | int, ...]) -> None:
    """Raise `ArgumentError` unless `array` has `shape`.

    Parameters
    ----------
    name : str
        How the caller's user knows the array; used in the message.
    array : ndarray
    shape : tuple
        Numbers must match exactly; letters stand for any length of at least one.
    """
    fits = len(array.shape) == len(shape) and all(
        got == want if isinstance(want, int) else got >= 1
        for got, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = " x ".join(str(side) for side in shape)
        got = " x ".join(str(side) for side in array.shape) or "a single number"
        raise ArgumentError(f"{name} should be an array of shape {wanted}, but it is {got}.")


def check_dtype(name: str, array: AnyArray, dtype: npt.DTypeLike) -> None:
    """Raise `ArgumentError` unless `array` has exactly this `dtype`."""
    if array.dtype != np.dtype(dtype):
        raise ArgumentError(
            f"{name} should hold {np.dtype(dtype)} values, but it holds {array.dtype}."
        )


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise `ArgumentError` unless `low` <= `value` <= `high` (NaN is refused)."""
    if not low <= value <= high:
        raise ArgumentError(f"{name} should lie between {low:g} and {high:g}, but it is {value:g}.")


def check_whole(name: str, value: object, least: int) -> None:
    """Raise `ArgumentError` unless `value` is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ArgumentError(
            f"{name} should be a whole number of {least} or more, but it is {value!r}."
        )


def frozen(array: AnyArray) -> AnyArray:
    """Return a C-contiguous, read-only array with the contents of `array` (a copy if needed)."""
    kept = np.ascontiguousarray(array)
    if kept is array and array.flags.writeable:
        kept = array.copy()
    kept.flags.writeable = False
    return kept
