"""Otsu: split a picture into regions by brightness, with no prompt at all.

The chain of the textbook: grey, Otsu's threshold, morphological opening and closing with an
elliptical 5 x 5 kernel, external contours, filled. Right for things on a plain ground.

References
----------
.. [1] N. Otsu, *A threshold selection method from gray-level histograms*, IEEE Trans. Systems,
   Man and Cybernetics 9(1), 1979. :DOI:`10.1109/TSMC.1979.4310076`
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from pickout.arrays import BoolArray, ByteArray, IntArray, check_whole
from pickout.distances import depth_inside
from pickout.errors import ArgumentError
from pickout.images import Image, as_image
from pickout.masks import Mask
from pickout.prompts import Box, Click, Lasso, Prompt, click_pixel, drawn
from pickout.segmenters.seeds import (
    SeedMap,
    impose_seeds,
    is_positive,
    is_redundant,
    keep_local_changes,
    seed_map,
    starting_mask,
)

_KERNEL = (5, 5)


@dataclass(frozen=True)
class OtsuOptions:
    """How Otsu's regions are made.

    Parameters
    ----------
    polarity : {"auto", "dark", "bright"}
        Which side of the threshold objects are on. "auto" takes the side that holds the
        smaller part of the picture's border.
    min_area : int
        Smallest area of a region in pixels; smaller ones belong to the background.
    max_regions : int
        Only so many regions are returned, the largest.
    """

    polarity: Literal["auto", "dark", "bright"] = "auto"
    min_area: int = 25
    max_regions: int = 200

    def __post_init__(self) -> None:
        if self.polarity not in ("auto", "dark", "bright"):
            raise ArgumentError(
                f'polarity should be "auto", "dark" or "bright", but it is {self.polarity!r}.'
            )
        check_whole("min_area", self.min_area, 0)
        check_whole("max_regions", self.max_regions, 0)


@dataclass(frozen=True)
class PreparedOtsu:
    """One picture, split.

    Parameters
    ----------
    labels : (H, W) ndarray of int32
        1 to `n_regions` for regions, higher for connected pieces of the background.
    n_regions : int
    """

    labels: IntArray
    n_regions: int

    def segment(self, prompts: Sequence[Prompt], previous: Mask | None) -> BoolArray:
        """Return the regions that positive prompts touch, less those that negative ones touch.

        A click takes what it hits, be it a piece of background; strokes and polygons prefer
        regions; a box or lasso takes the regions in it and cuts them off at its edge. Where
        seeds of both signs lie in one region, its pixels go to the nearer one.
        """
        start, later = starting_mask(prompts)
        if not later:
            return np.zeros(self.labels.shape, bool) if start is None else start.array
        if previous is not None and is_redundant(prompts, previous.array):
            return previous.array
        proposal = self._touched(later)
        if start is None:
            return proposal
        base = start if previous is None else previous
        return keep_local_changes(
            base.array, proposal, later if previous is None else later[-1:], radius=0
        )

    def _touched(self, prompts: Sequence[Prompt]) -> BoolArray:
        size_hw = (self.labels.shape[0], self.labels.shape[1])
        seeds = seed_map(prompts, size_hw, radius=0)
        chosen = np.zeros(int(self.labels.max()) + 1, bool)
        for prompt in prompts:
            chosen[self._numbers(prompt)] = is_positive(prompt)
        # What lies outside of a box contests nothing: it is cut off in the end.
        placed = [prompt for prompt in prompts if not isinstance(prompt, Box | Lasso)]
        marks = seed_map(placed, size_hw, radius=0)
        mask = _split_contested(self.labels, chosen[self.labels], marks)
        return impose_seeds(mask, seeds)

    def _numbers(self, prompt: Prompt) -> IntArray:
        """Return the numbers of the pieces that the prompt touches."""
        if isinstance(prompt, Click):
            return np.array([self.labels[click_pixel(prompt)]], np.int32)
        assert not hasattr(prompt, "mask")
        numbers = np.unique(self.labels[drawn(prompt, self.labels.shape)])
        regions = numbers[numbers <= self.n_regions]
        return regions if regions.size or isinstance(prompt, Box | Lasso) else numbers


def _split_contested(labels: IntArray, mask: BoolArray, seeds: SeedMap) -> BoolArray:
    """Share out pieces that hold strokes of both signs: each pixel goes to the nearer one."""
    contested = np.intersect1d(labels[seeds > 0], labels[seeds < 0])
    if contested.size == 0:
        return mask
    nearer = depth_inside(seeds <= 0) < depth_inside(seeds >= 0)
    return np.where(np.isin(labels, contested), nearer, mask)


@dataclass(frozen=True)
class Otsu:
    """The segmenter `otsu`, which also splits pictures without prompts."""

    options: OtsuOptions = OtsuOptions()
    name = "otsu"
    version = "3"

    def analyse(self, image: Image) -> PreparedOtsu:
        """Return the picture split into regions and pieces of background."""
        binary = _clean(_threshold(image.array, self.options.polarity))
        outlines = _outlines(binary, self.options.min_area)
        labels: IntArray = np.zeros(image.size_hw, np.int32)
        for number, outline in enumerate(outlines, start=1):
            cv2.drawContours(labels, [outline], -1, (number,), cv2.FILLED)
        _, pieces = cv2.connectedComponents((labels == 0).view(np.uint8), connectivity=4)
        return PreparedOtsu(np.where(labels > 0, labels, pieces + len(outlines)), len(outlines))

    def regions(self, image: Image) -> list[Mask]:
        """Return the regions, largest first; none if the picture has one brightness only."""
        picture = as_image(image)
        prepared = self.analyse(picture)
        areas = np.bincount(prepared.labels.ravel(), minlength=prepared.n_regions + 1)
        order = np.argsort(-areas[1 : prepared.n_regions + 1], kind="stable") + 1
        boxes = _boxes(prepared.labels, prepared.n_regions)
        return [
            _region(prepared.labels, int(number), boxes[number - 1])
            for number in order[: self.options.max_regions]
        ]


def _threshold(picture: ByteArray, polarity: str) -> ByteArray:
    """Return 255 on the objects' side of Otsu's threshold, 0 on the other; all 0 if one-sided."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    _, binary = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    bright = np.asarray(binary, np.uint8)
    if bright.min() == bright.max():
        return np.zeros_like(bright)
    if polarity == "dark" or (polarity == "auto" and _mostly_bright_border(bright)):
        return ~bright
    return bright


def _mostly_bright_border(binary: ByteArray) -> bool:
    border = np.concatenate([binary[0], binary[-1], binary[:, 0], binary[:, -1]])
    return bool(np.count_nonzero(border) * 2 > border.size)


def _clean(binary: ByteArray) -> ByteArray:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, _KERNEL)
    opened = cv2.morphologyEx(binary, cv2.MORPH_OPEN, kernel)
    return np.asarray(cv2.morphologyEx(opened, cv2.MORPH_CLOSE, kernel), np.uint8)


def _outlines(binary: ByteArray, min_area: int) -> list[IntArray]:
    """Return the external contours of regions of at least `min_area` pixels, holes included."""
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    # A polygon through pixel centres leaves out half its outline: Pick's theorem adds it back.
    return [
        np.asarray(contour, np.int32)
        for contour in contours
        if cv2.contourArea(contour) + len(contour) / 2 + 1 >= min_area
    ]


def _boxes(labels: IntArray, n_regions: int) -> list[tuple[int, int, int, int]]:
    """Return the box (x0, y0, x1, y1), half-open, of each region in order of its number."""
    rows, columns = np.nonzero((labels > 0) & (labels <= n_regions))
    numbers = labels[rows, columns] - 1
    low = np.full((n_regions, 2), np.iinfo(np.int64).max)
    high = np.zeros((n_regions, 2), np.int64)
    points = np.stack([columns, rows], axis=1)
    np.minimum.at(low, numbers, points)
    np.maximum.at(high, numbers, points + 1)
    return [tuple(map(int, (*a, *b))) for a, b in zip(low, high, strict=True)]  # type: ignore[misc]


def _region(labels: IntArray, number: int, box: tuple[int, int, int, int]) -> Mask:
    """Return one region; pages of memory outside its box are never touched."""
    x0, y0, x1, y1 = box
    array = np.zeros(labels.shape, bool)
    array[y0:y1, x0:x1] = labels[y0:y1, x0:x1] == number
    array.flags.writeable = False
    return Mask(array)
