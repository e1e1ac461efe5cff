"""Simulated users: where they click, imperfectly, and how they begin."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout.prompts import Box, Click, Prompt, Scribble
from training.data import Thing


@dataclass(frozen=True)
class Habits:
    """How a simulated user works.

    Parameters
    ----------
    jitter : float
        Probability that a click misses the middle of the error.
    box, click_and_box, strokes, scribble : float
        Probabilities that the first prompt is a loose box, that a box follows the first click, that
        the user begins with long strokes (one inside and one or two outside), or that any other
        prompt is a short stroke.
    """

    jitter: float = 0.0
    box: float = 0.0
    click_and_box: float = 0.0
    strokes: float = 0.0
    scribble: float = 0.0


EXACT = Habits()
HUMAN = Habits(jitter=0.4, box=0.2, click_and_box=0.1, strokes=0.12, scribble=0.08)


def opening(thing: Thing, habits: Habits, rng: np.random.Generator) -> list[Prompt]:
    """Return what the user does before looking at any answer; possibly nothing."""
    begins = ("box", "click and box", "strokes", "click")
    chances = [habits.box, habits.click_and_box, habits.strokes]
    kind = begins[int(np.searchsorted(np.cumsum(chances), rng.random(), side="right"))]
    nothing, outside = np.zeros_like(thing.mask), ~thing.mask & ~thing.ignore
    if kind == "click":
        return []
    if kind == "box":
        return [loose_box(thing, rng)]
    if kind == "click and box":
        return [next_prompt(thing, nothing, nothing.copy(), habits, rng), loose_box(thing, rng)]
    strokes = [long_stroke(thing.mask, True, rng)]
    return strokes + [long_stroke(outside, False, rng) for _ in range(rng.integers(1, 3))]


def long_stroke(where: np.ndarray, positive: bool, rng: np.random.Generator) -> Scribble:
    """Return a wandering stroke that stays in an area, away from its rim where there is room."""
    room = _room(where)
    inner = np.argwhere(room > min(4.0, 0.5 * room.max()))
    y, x = inner[rng.integers(len(inner))]
    points = [(float(x), float(y))]
    for _ in range(40):
        y, x = inner[rng.integers(len(inner))]
        if len(points) < 7 and _is_inside(where, points[-1], x, y):
            points.append((float(x), float(y)))
    return Scribble(tuple(points), 2.0, positive)


def worst_error(thing: Thing, mask: np.ndarray, clicked: np.ndarray) -> tuple[bool, int, int]:
    """Return (is it missing, row, column) of the middle of the widest error, the first of equals.

    The protocol of Sofiiuk et al. (RITM): distances to the error's border, the picture's border
    being one too; a tie makes a negative click.
    """
    missing = thing.mask & ~mask & ~thing.ignore & ~clicked
    surplus = ~thing.mask & mask & ~thing.ignore & ~clicked
    rooms = [_room(error) for error in (missing, surplus)]
    positive = bool(rooms[0].max() > rooms[1].max())
    room = rooms[0] if positive else rooms[1]
    row, column = np.unravel_index(int(room.argmax()), room.shape)
    return positive, int(row), int(column)


def _room(error: np.ndarray) -> np.ndarray:
    padded = np.pad(error.view(np.uint8), 1)
    return cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]


def next_prompt(
    thing: Thing,
    mask: np.ndarray,
    clicked: np.ndarray,
    habits: Habits,
    rng: np.random.Generator,
) -> Prompt:
    """Return how the user mends the mask; exact habits follow the protocol of `worst_error`."""
    positive, row, column = worst_error(thing, mask, clicked)
    error = (thing.mask != mask) & (thing.mask == positive) & ~thing.ignore
    if rng.random() < habits.jitter:
        row, column = _jittered(error, row, column, rng)
    clicked[row, column] = True
    if rng.random() < habits.scribble:
        return _stroke(error, row, column, positive, rng)
    return Click(float(column), float(row), positive)


def _jittered(error: np.ndarray, row: int, column: int, rng: np.random.Generator) -> tuple:
    """Return another place in the same kind of error, nearby."""
    room = float(_room(error)[row, column])
    reach = max(2.0, 0.7 * room)
    for _ in range(5):
        y, x = np.rint(rng.normal((row, column), reach / 2)).astype(int)
        if 0 <= y < error.shape[0] and 0 <= x < error.shape[1] and error[y, x]:
            return int(y), int(x)
    return row, column


def _stroke(
    error: np.ndarray, row: int, column: int, positive: bool, rng: np.random.Generator
) -> Scribble:
    """Return a stroke of a few points that stays in the error."""
    inner = np.argwhere(_room(error) > 2)
    near = inner[np.abs(inner - (row, column)).max(1) < 0.2 * max(error.shape)]
    points = [(float(column), float(row))]
    if len(near):
        for y, x in near[rng.choice(len(near), min(2, len(near)), replace=False)]:
            if _is_inside(error, points[-1], x, y):
                points.append((float(x), float(y)))
    return Scribble(tuple(points), 2.0, positive)


def _is_inside(error: np.ndarray, start: tuple[float, float], x: int, y: int) -> bool:
    at = np.linspace(start, (x, y), 20).round().astype(int)
    return bool(error[at[:, 1], at[:, 0]].all())


def loose_box(thing: Thing, rng: np.random.Generator) -> Box:
    """Return a box around the object: about tight in half of the cases, else with room."""
    rows, columns = np.flatnonzero(thing.mask.any(1)), np.flatnonzero(thing.mask.any(0))
    height, width = thing.mask.shape
    loose = rng.uniform(-0.01, 0.01, 4) if rng.random() < 0.5 else rng.uniform(0, 0.1, 4)
    tall, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    x0, y0 = columns[0] - loose[0] * wide, rows[0] - loose[1] * tall
    x1, y1 = columns[-1] + 1 + loose[2] * wide, rows[-1] + 1 + loose[3] * tall
    return Box(
        float(max(0.0, x0)), float(max(0.0, y0)),
        float(min(width, max(x1, x0 + 2))), float(min(height, max(y1, y0 + 2))),
    )  # fmt: skip
