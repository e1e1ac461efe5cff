"""Scribbles that people drew into a picture file, as prompts that cover exactly those pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pickout.arrays import BoolArray
from pickout.bench.data_sets import read_values
from pickout.errors import ArgumentError
from pickout.prompts import Point, Scribble

OBJECT, BACKGROUND = 1, 2
_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))

Pixel = tuple[int, int]


def read_scribbles(path: Path, size_hw: tuple[int, int]) -> list[Scribble]:
    """Return the strokes of a label picture: 0 nothing, 1 object, 2 background.

    Every connected stroke becomes one scribble of radius 0 that passes over each of its pixels
    and no other; strokes on the object come first.

    Raises
    ------
    ImageReadError, ArgumentError
        If the file cannot be read, has another size, or holds no stroke.
    """
    values = read_values(path)
    if values.shape != size_hw:
        raise ArgumentError(f"{path} has another size than its picture.")
    found = [
        Scribble(_tour(pixels), radius=0.0, positive=value == OBJECT)
        for value in (OBJECT, BACKGROUND)
        for pixels in _strokes(values == value)
    ]
    if not found:
        raise ArgumentError(f"{path} holds no strokes; 1 marks the object, 2 the background.")
    return found


def _strokes(marked: BoolArray) -> list[list[Pixel]]:
    """Return the (row, column) pixels of each 8-connected stroke in reading order."""
    import cv2

    count, labels = cv2.connectedComponents(marked.astype(np.uint8), connectivity=8)
    return [
        [(int(y), int(x)) for y, x in np.argwhere(labels == index)] for index in range(1, count)
    ]


def _tour(pixels: list[Pixel]) -> tuple[Point, ...]:
    """Return corners (x, y) of a walk from neighbour to neighbour over all pixels of a stroke."""
    path = _walk(pixels[0], set(pixels))
    corners = [
        here
        for before, here, after in zip([None, *path], path, [*path[1:], None], strict=False)
        if before is None or after is None or _step(before, here) != _step(here, after)
    ]
    return tuple((float(x), float(y)) for y, x in corners)


def _walk(start: Pixel, unseen: set[Pixel]) -> list[Pixel]:
    """Return a depth-first walk that goes back the way it came and ends at the last new pixel."""
    path, trail, end = [start], [start], 1
    unseen.discard(start)
    direction = _STEPS[0]
    while trail:
        step = next((s for s in (direction, *_STEPS) if _plus(trail[-1], s) in unseen), None)
        if step is None:
            trail.pop()
            path.extend(trail[-1:])
            continue
        direction = step
        trail.append(_plus(trail[-1], step))
        unseen.discard(trail[-1])
        path.append(trail[-1])
        end = len(path)
    return path[:end]


def _plus(pixel: Pixel, step: Pixel) -> Pixel:
    return pixel[0] + step[0], pixel[1] + step[1]


def _step(before: Pixel, after: Pixel) -> Pixel:
    return after[0] - before[0], after[1] - before[1]
