"""Mask tools: from one mask to another.

All of them take a `Mask` and numbers and return a new `Mask` of the same size. They look only at
the box around the object, so a small object in a large picture costs little. `EDITS` lists the
tools that sessions and the command line know by name.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from pickout.arrays import AnyArray, BoolArray, ByteArray, check_range
from pickout.errors import ArgumentError
from pickout.masks import Mask

MAX_RADIUS = 2000.0
"""Largest radius in pixels that a tool accepts."""

_MAX_AREA = 1e12


def fill_holes(mask: Mask, max_area: float | None = None) -> Mask:
    """Return the mask with its holes filled.

    Parameters
    ----------
    mask : Mask
    max_area : float, optional
        Fill only holes of at most so many pixels; all by default.

    Returns
    -------
    mask : Mask
        A hole is 4-connected background that the object surrounds; background at the picture's
        border is none. Empty, full and one-pixel masks have no holes.

    Raises
    ------
    ArgumentError
        If `max_area` is negative.
    """
    limit = _MAX_AREA if max_area is None else max_area
    check_range("max_area", limit, 0, _MAX_AREA)
    cut = _Cut.around(mask, 1)
    if cut is None:
        return mask
    # The ring around the cut makes all background that leads outside one piece, the first.
    outside = cv2.copyMakeBorder(cut.bytes ^ 1, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(outside, connectivity=4)
    if count <= 2:
        return mask
    is_hole = stats[:, cv2.CC_STAT_AREA] <= limit
    is_hole[[0, labels[0, 0]]] = False
    return cut.replaced(cut.inside | is_hole[labels[1:-1, 1:-1]])


def keep_largest(mask: Mask, count: int = 1) -> Mask:
    """Return the `count` largest parts of the mask (8-connected components).

    Of equally large parts the upper, then the left one goes first. An empty mask stays empty.

    Raises
    ------
    ArgumentError
        If `count` is not a whole number of at least 1.
    """
    _check_whole("count", count, 1)

    return _keep(mask, lambda areas: np.argsort(-areas, kind="stable")[: int(count)])


def remove_small(mask: Mask, min_area: float) -> Mask:
    """Return the mask without parts (8-connected) of fewer than `min_area` pixels.

    May leave nothing.

    Raises
    ------
    ArgumentError
        If `min_area` is negative.
    """
    check_range("min_area", min_area, 0, _MAX_AREA)
    return _keep(mask, lambda areas: np.flatnonzero(areas >= min_area))


def keep_parts(mask: Mask, points: Iterable[tuple[float, float]]) -> Mask:
    """Return those parts of the mask (8-connected) that lie under one of the points.

    Parameters
    ----------
    mask : Mask
    points : iterable of (x, y)
        In pixels. Points beside the mask choose nothing.

    Raises
    ------
    ArgumentError
        If no point lies on the mask, or one lies outside the picture.
    """
    pixels = [_pixel(point, mask.size_hw) for point in points]
    if not any(mask.array[pixel] for pixel in pixels):
        raise ArgumentError(
            "none of the points lies on the mask; name a point (x, y) on each part to keep."
        )
    cut = _Cut.around(mask, 0)
    assert cut is not None
    chosen = np.zeros(mask.size_hw, bool)
    chosen[tuple(np.transpose(pixels))] = True
    _, labels = cv2.connectedComponents(cut.bytes, connectivity=8)
    numbers = np.unique(labels[chosen[cut.place] & cut.inside])
    return cut.replaced(np.isin(labels, numbers))


def keep_part(mask: Mask, x: float, y: float) -> Mask:
    """Return the part of the mask (8-connected) under the point (x, y) in pixels.

    Raises
    ------
    ArgumentError
        If the point does not lie on the mask.
    """
    return keep_parts(mask, [(x, y)])


def grow(mask: Mask, radius: float = 1.0) -> Mask:
    """Return all pixels at most `radius` pixels (Euclidean) from the mask.

    An empty mask stays empty; a single pixel becomes a disc.

    Raises
    ------
    ArgumentError
        If `radius` is not between 0 and `MAX_RADIUS`.
    """
    check_range("radius", radius, 0, MAX_RADIUS)
    cut = _Cut.around(mask, math.ceil(radius))
    if cut is None or radius < 1:
        return mask
    return cut.replaced(_within(cut.bytes, radius))


def shrink(mask: Mask, radius: float = 1.0) -> Mask:
    """Return the mask's pixels that are more than `radius` pixels away from all background.

    The picture's border counts as object going on, so a full mask stays full. Thin masks and a
    single pixel become empty. ``shrink(m, r)`` is ``~grow(~m, r)``.

    Raises
    ------
    ArgumentError
        If `radius` is not between 0 and `MAX_RADIUS`.
    """
    check_range("radius", radius, 0, MAX_RADIUS)
    cut = _Cut.around(mask, 1)
    if cut is None or radius < 1:
        return mask
    return cut.replaced(~_within((~cut.inside).view(np.uint8), radius))


def smooth(mask: Mask, radius: float = 3.0) -> Mask:
    """Return the mask with an outline free of stairs and of details finer than `radius`.

    Parameters
    ----------
    mask : Mask
    radius : float
        Standard deviation of the blur in pixels, 0 to 200. What is much thinner goes; the area
        stays the same as far as equal blur values allow (a percent or so).

    Returns
    -------
    mask : Mask
        Empty and full masks and a single pixel stay as they are.

    Raises
    ------
    ArgumentError
        If `radius` is out of range.
    """
    check_range("radius", radius, 0, 200)
    cut = _Cut.around(mask, math.ceil(3 * radius) + 1)
    if cut is None or radius == 0 or cut.inside.all():
        return mask
    blurred = cv2.GaussianBlur(
        cut.bytes * np.uint16(65535), (0, 0), radius, borderType=cv2.BORDER_REPLICATE
    )
    return cut.replaced(np.asarray(blurred) >= _level(np.asarray(blurred), mask.area))


def _level(values: AnyArray, area: int) -> int:
    """Return the level whose upper set has the area nearest to `area`; at least 1."""
    counts = np.bincount(values.ravel(), minlength=65536)
    at_least = np.cumsum(counts[::-1])[::-1]
    return int(np.argmin(np.abs(at_least[1:] - area))) + 1


def invert(mask: Mask) -> Mask:
    """Return the background as the mask."""
    return ~mask


def union(mask: Mask, other: Mask) -> Mask:
    """Return what is in either mask; `ArgumentError` if the sizes differ."""
    return mask | other


def intersect(mask: Mask, other: Mask) -> Mask:
    """Return what is in both masks; `ArgumentError` if the sizes differ."""
    return mask & other


def subtract(mask: Mask, other: Mask) -> Mask:
    """Return what is in the first mask only; `ArgumentError` if the sizes differ."""
    return mask - other


def exclude(mask: Mask, other: Mask) -> Mask:
    """Return what is in exactly one of the masks; `ArgumentError` if the sizes differ."""
    return mask ^ other


EDITS: dict[str, Callable[..., Mask]] = {
    "fill_holes": fill_holes,
    "keep_largest": keep_largest,
    "keep_part": keep_part,
    "remove_small": remove_small,
    "smooth": smooth,
    "grow": grow,
    "shrink": shrink,
    "invert": invert,
}
"""The tools that need nothing but numbers, by name."""


def apply_edit(mask: Mask, name: str, /, **numbers: float) -> Mask:
    """Return the mask after the tool called `name`.

    Parameters
    ----------
    mask : Mask
    name : str
        A key of `EDITS`.
    **numbers : float
        The tool's numbers by name, e.g. ``radius=2``.

    Raises
    ------
    ArgumentError
        If there is no such tool, it has no such number, one is missing or out of range.
    """
    if name not in EDITS:
        raise ArgumentError(f"there is no mask tool {name!r}; choose one of: {', '.join(EDITS)}.")
    parameters = list(inspect.signature(EDITS[name]).parameters.values())[1:]
    known = [parameter.name for parameter in parameters]
    for key, value in numbers.items():
        if key not in known:
            takes = f"it takes {' and '.join(known)}" if known else "it takes no numbers"
            raise ArgumentError(f"the mask tool {name!r} has no number {key!r}; {takes}.")
        if isinstance(value, bool) or not isinstance(value, int | float | np.number):
            raise ArgumentError(f"{name}: {key} should be a number, not {value!r}.")
    for parameter in parameters:
        if parameter.default is parameter.empty and parameter.name not in numbers:
            raise ArgumentError(f"the mask tool {name!r} needs {parameter.name}, e.g. {name}=10.")
    return EDITS[name](mask, **numbers)


def _check_whole(name: str, value: float, low: int) -> None:
    check_range(name, value, low, _MAX_AREA)
    if value != int(value):
        raise ArgumentError(f"{name} should be a whole number, but it is {value:g}.")


def _pixel(point: tuple[float, float], size_hw: tuple[int, int]) -> tuple[int, int]:
    """Return (row, column) of the pixel at a point (x, y) of the picture."""
    height, width = size_hw
    x, y = point
    if not (-0.5 <= x < width - 0.5 and -0.5 <= y < height - 0.5):
        raise ArgumentError(
            f"the point {x:g},{y:g} lies outside the picture of {width} x {height} pixels."
        )
    return math.floor(y + 0.5), math.floor(x + 0.5)


@dataclass(frozen=True)
class _Cut:
    """A mask's object with some room around it, as far as the picture goes."""

    size_hw: tuple[int, int]
    place: tuple[slice, slice]
    inside: BoolArray

    @classmethod
    def around(cls, mask: Mask, room: int) -> _Cut | None:
        """Return the cut with `room` pixels around the object; None if the mask is empty."""
        box = mask.box_xyxy
        if box is None:
            return None
        x0, y0, x1, y1 = box
        rows = slice(max(y0 - room, 0), min(y1 + room, mask.size_hw[0]))
        columns = slice(max(x0 - room, 0), min(x1 + room, mask.size_hw[1]))
        return cls(mask.size_hw, (rows, columns), mask.array[rows, columns])

    @property
    def bytes(self) -> ByteArray:
        """The cut as contiguous 0 and 1."""
        return np.ascontiguousarray(self.inside).view(np.uint8)

    def replaced(self, inside: BoolArray) -> Mask:
        """Return a mask of the picture's size that holds `inside` in the cut's place."""
        if inside.shape == self.size_hw:
            inside.flags.writeable = False
            return Mask(inside)
        array = np.zeros(self.size_hw, bool)
        array[self.place] = inside
        array.flags.writeable = False
        return Mask(array)


def _keep(mask: Mask, choose: Callable[[AnyArray], AnyArray]) -> Mask:
    """Return the parts whose numbers, counted from 0, `choose` picks from their areas."""
    cut = _Cut.around(mask, 0)
    if cut is None:
        return mask
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cut.bytes, connectivity=8)
    chosen = np.zeros(count, bool)
    chosen[choose(stats[1:, cv2.CC_STAT_AREA]) + 1] = True
    return mask if chosen[1:].all() else cut.replaced(chosen[labels])


def _within(array: ByteArray, radius: float) -> BoolArray:
    """Return the pixels at most `radius` from a 1 in `array`."""
    distance = cv2.distanceTransform(
        np.asarray(array == 0, np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )
    # Distances are roots of whole numbers in single precision; the next root is further off.
    within: BoolArray = distance <= radius * (1 + 1e-6)
    return within
