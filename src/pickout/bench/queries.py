"""What a retrieval benchmark asks, where it looks, and what counts as right."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from pickout.arrays import BoolArray
from pickout.bench.data_sets import NO_CLASS, BoxXYXY, Label, read_label_mask
from pickout.bench.options import HALVES, QUERIES, FindOptions
from pickout.errors import ArgumentError
from pickout.masks import Mask

QUERY_SPLIT = "query"
_GRID = 9


@dataclass(frozen=True)
class Plan:
    """Queries, the pictures that are ranked, and what every picture shows."""

    labels: Sequence[Label]
    queries: Sequence[Label]
    gallery: frozenset[str]
    method: str

    @cached_property
    def _pictures(self) -> dict[str, frozenset[str]]:
        shown: dict[str, set[str]] = {}
        for label in self.labels:
            if label.image in self.gallery:
                shown.setdefault(label.name, set()).add(label.image)
        return {name: frozenset(images) for name, images in shown.items()}

    def relevant(self, query: Label) -> frozenset[str]:
        """Return the other pictures in the gallery that show the query's class."""
        return self._pictures.get(query.name, frozenset()) - {query.image}

    def boxes(self, image: str, name: str) -> list[BoxXYXY]:
        """Return the known boxes of a class in a picture."""
        return self._boxes.get((image, name), [])

    @cached_property
    def _boxes(self) -> dict[tuple[str, str], list[BoxXYXY]]:
        boxes: dict[tuple[str, str], list[BoxXYXY]] = {}
        for label in self.labels:
            if label.box_xyxy is not None:
                boxes.setdefault((label.image, label.name), []).append(label.box_xyxy)
        return boxes


def make_plan(labels: Sequence[Label], options: FindOptions) -> Plan:
    """Return what to ask of a labelled set.

    Raises
    ------
    ArgumentError
        If an option is not one of its choices, or nothing is left to ask.
    """
    for name, value, choices in (
        ("queries", options.queries, QUERIES),
        ("classes", options.classes, HALVES),
    ):
        if value not in choices:
            raise ArgumentError(f"{name} should be one of {', '.join(choices)}, not {value!r}.")
    wanted = _half(labels, options.classes)
    kept = [label for label in labels if label.name in wanted or label.name == NO_CLASS]
    method = _method(kept, options.queries)
    asked = [
        label
        for label in kept
        if label.name not in {NO_CLASS, *options.leave_out}
        and (label.split == QUERY_SPLIT if method == "split" else label.has_place)
    ]
    if not asked:
        raise ArgumentError(
            f"labels.csv leaves nothing to ask with queries={options.queries!r} and "
            f"classes={options.classes!r}: a query has a class and a box or mask."
        )
    gallery = frozenset(
        label.image for label in kept if method != "split" or label.split != QUERY_SPLIT
    )
    queries = list(asked) if options.limit is None else _evenly(asked, options)
    return Plan(kept, queries, gallery, method)


def _half(labels: Sequence[Label], classes: str) -> frozenset[str]:
    """Return all class names, or those at odd or even places (from 1) of the sorted list."""
    names = sorted({label.name for label in labels} - {NO_CLASS})
    start, step = {"all": (0, 1), "odd": (0, 2), "even": (1, 2)}[classes]
    return frozenset(names[start::step])


def _method(labels: Sequence[Label], queries: str) -> str:
    if queries != "auto":
        return queries
    placed = any(label.split == QUERY_SPLIT and label.has_place for label in labels)
    return "split" if placed else "leave-one-out"


def _evenly(asked: Sequence[Label], options: FindOptions) -> list[Label]:
    """Return `limit` queries, one class after the other, drawn with the seed."""
    chance = random.Random(options.seed)
    piles: dict[str, list[Label]] = {}
    for label in asked:
        piles.setdefault(label.name, []).append(label)
    for pile in piles.values():
        chance.shuffle(pile)
    rounds = (piles[name][turn : turn + 1] for turn in range(len(asked)) for name in sorted(piles))
    drawn = [label for pile in rounds for label in pile]
    return drawn[: options.limit]


@dataclass(frozen=True, eq=False)
class Region:
    """Part of a picture to ask with: a mask, or a box if there is none."""

    box_xyxy: BoxXYXY
    mask: BoolArray | None = None

    def moved_to(self, x0: int, y0: int) -> Region:
        """Return a region of the same shape with its upper left corner elsewhere."""
        left, top, right, bottom = (round(side) for side in self.box_xyxy)
        width, height = right - left, bottom - top
        mask = None
        if self.mask is not None:
            mask = np.zeros_like(self.mask)
            mask[y0 : y0 + height, x0 : x0 + width] = self.mask[top:bottom, left:right]
        return Region((x0, y0, x0 + width, y0 + height), mask)


def query_region(folder: Path, label: Label, size_hw: tuple[int, int]) -> Region | None:
    """Return the labelled object; the whole picture without a place; None if nothing is left."""
    mask = read_label_mask(folder, label)
    if mask is not None:
        if mask.shape != size_hw:
            raise ArgumentError(f"{label.mask} has another size than {label.image}.")
        box = Mask(mask).box_xyxy
        return Region(box, mask) if box else None
    height, width = size_hw
    if label.box_xyxy is None:
        return Region((0, 0, width, height))
    x0, y0, x1, y1 = label.box_xyxy
    inside = max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height))
    return Region(inside) if inside[2] - inside[0] >= 1 and inside[3] - inside[1] >= 1 else None


def background_region(
    region: Region, taken: Sequence[BoxXYXY], size_hw: tuple[int, int], seed: int
) -> Region | None:
    """Return a region of the same size and shape that meets none of the boxes `taken`.

    The place is drawn with the seed from a grid of 9 x 9; None if every place meets a box.
    """
    x0, y0, x1, y1 = (round(side) for side in region.box_xyxy)
    rooms = size_hw[1] - (x1 - x0), size_hw[0] - (y1 - y0)
    boxes = [region.box_xyxy, *taken]
    free = [
        moved
        for moved in (region.moved_to(x, y) for x, y in _places(*rooms))
        if all(box_iou(moved.box_xyxy, box) == 0 for box in boxes)
    ]
    return random.Random(seed).choice(free) if free else None


def _places(room_x: int, room_y: int) -> Iterator[tuple[int, int]]:
    steps = np.linspace(0, 1, _GRID)
    return ((round(room_x * a), round(room_y * b)) for b in steps for a in steps)


def box_iou(one: BoxXYXY, other: BoxXYXY) -> float:
    """Return intersection over union of two half-open boxes, 0 if they only touch."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return width * height / (sum(areas) - width * height)
