"""Simulated users: where they click, imperfectly, and how they begin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pickout.bench.robot import Robot, Truth
from pickout.distances import depth_inside
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
    mistake : float
        Probability that a click of the wrong kind comes first, and is taken back at once.
    """

    jitter: float = 0.0
    box: float = 0.0
    click_and_box: float = 0.0
    strokes: float = 0.0
    scribble: float = 0.0
    mistake: float = 0.0


HUMAN = Habits(jitter=0.4, box=0.2, click_and_box=0.1, strokes=0.12, scribble=0.08, mistake=0.05)


def opening(thing: Thing, habits: Habits, rng: np.random.Generator) -> list[Prompt]:
    """Return what the user does before looking at any answer; possibly nothing."""
    begins = ("box", "click and box", "strokes", "click")
    chances = [habits.box, habits.click_and_box, habits.strokes]
    kind = begins[int(np.searchsorted(np.cumsum(chances), rng.random(), side="right"))]
    outside = ~thing.mask & ~thing.ignore
    if kind == "click":
        return []
    if kind == "box":
        return [loose_box(thing, rng)]
    if kind == "click and box":
        first = mending(thing, robot_for(thing), np.zeros_like(thing.mask), habits, rng)
        return [first, loose_box(thing, rng)]
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


def robot_for(thing: Thing) -> Robot:
    """Return the robot that clicks into the widest error, by the published protocol."""
    return Robot(Truth(thing.mask, thing.ignore))


def _room(error: np.ndarray) -> np.ndarray:
    return depth_inside(error, walled=True)


def next_prompts(
    thing: Thing, robot: Robot, mask: np.ndarray, habits: Habits, rng: np.random.Generator
) -> list[Prompt]:
    """Return how the user mends the mask; or a mistake, and the click that takes it back."""
    right = (thing.mask == mask) & ~thing.ignore
    if rng.random() < habits.mistake and right.any():
        return _mistake(thing, right, rng)
    return [mending(thing, robot, mask, habits, rng)]


def mending(
    thing: Thing, robot: Robot, mask: np.ndarray, habits: Habits, rng: np.random.Generator
) -> Prompt:
    """Return a click or short stroke into the widest error of the mask."""
    click = robot.widest_error(mask)
    error = (thing.mask != mask) & (thing.mask == click.positive) & ~thing.ignore
    if rng.random() < habits.jitter:
        click = _jittered(error, click, rng)
    robot.remember(click)
    return _stroke(error, click, rng) if rng.random() < habits.scribble else click


def _mistake(thing: Thing, right: np.ndarray, rng: np.random.Generator) -> list[Prompt]:
    """Return a click that says the wrong thing of a right place, and in its place the other one."""
    of_kind = right & (thing.mask == (rng.random() < 0.5))
    room = _room(of_kind if of_kind.any() else right)
    places = np.argwhere(room > min(2.0, 0.5 * room.max()))
    y, x = (float(side) for side in places[rng.integers(len(places))])
    is_object = bool(thing.mask[int(y), int(x)])
    return [Click(x, y, not is_object), Click(x, y, is_object)]


def _jittered(error: np.ndarray, click: Click, rng: np.random.Generator) -> Click:
    """Return a click at another place in the same kind of error, nearby."""
    row, column = int(click.y), int(click.x)
    reach = max(2.0, 0.7 * float(_room(error)[row, column]))
    for _ in range(5):
        y, x = np.rint(rng.normal((row, column), reach / 2)).astype(int)
        if 0 <= y < error.shape[0] and 0 <= x < error.shape[1] and error[y, x]:
            return replace(click, x=float(x), y=float(y))
    return click


def _stroke(error: np.ndarray, click: Click, rng: np.random.Generator) -> Scribble:
    """Return a stroke of a few points that stays in the error."""
    inner = np.argwhere(_room(error) > 2)
    near = inner[np.abs(inner - (click.y, click.x)).max(1) < 0.2 * max(error.shape)]
    points = [(click.x, click.y)]
    if len(near):
        for y, x in near[rng.choice(len(near), min(2, len(near)), replace=False)]:
            if _is_inside(error, points[-1], x, y):
                points.append((float(x), float(y)))
    return Scribble(tuple(points), 2.0, click.positive)


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
