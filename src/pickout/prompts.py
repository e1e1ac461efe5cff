"""Prompts: what the user gives to say where the object is.

All coordinates are pixels of the upright picture, x to the right and y down, with pixel
centres on whole numbers. Prompts are plain records; `check_prompt` holds them against a
picture's size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from pickout.arrays import BoolArray
from pickout.drawing import Part, outline_part, stroke_part
from pickout.errors import ArgumentError, PromptError
from pickout.masks import Mask

Point = tuple[float, float]


@dataclass(frozen=True)
class Click:
    """One point on the object (`positive`) or beside it."""

    x: float
    y: float
    positive: bool = True
    kind: ClassVar[str] = "click"


@dataclass(frozen=True)
class Scribble:
    """A stroke: the polyline through `points`, `radius` pixels thick on each side."""

    points: tuple[Point, ...]
    radius: float = 3.0
    positive: bool = True
    kind: ClassVar[str] = "scribble"


@dataclass(frozen=True)
class Box:
    """A rectangle around the whole object; x1 and y1 are the first pixels outside."""

    x0: float
    y0: float
    x1: float
    y1: float
    kind: ClassVar[str] = "box"


@dataclass(frozen=True)
class Lasso:
    """A loose closed outline around the whole object; the mask finds the edge inside it."""

    points: tuple[Point, ...]
    kind: ClassVar[str] = "lasso"


@dataclass(frozen=True)
class Polygon:
    """An exact closed outline: every pixel inside belongs to the object (or does not)."""

    points: tuple[Point, ...]
    positive: bool = True
    kind: ClassVar[str] = "polygon"


@dataclass(frozen=True)
class MaskPrompt:
    """A mask from elsewhere as the starting point; later prompts correct it."""

    mask: Mask
    kind: ClassVar[str] = "mask"


Drawable = Scribble | Box | Lasso | Polygon
Prompt = Click | Drawable | MaskPrompt
PROMPT_KINDS = ("click", "scribble", "box", "lasso", "polygon", "mask")


def check_prompt(prompt: Prompt, size_hw: tuple[int, int]) -> Prompt:
    """Return `prompt` made ready for a picture of `size_hw`; a checked one comes back equal.

    Boxes are put in order and cut to the picture; strokes and outlines may leave it. Points become
    plain tuples.

    Raises
    ------
    PromptError
        For a click outside the picture, a box without area or wholly outside, a stroke or outline
        that covers or encloses no pixel, an outline with fewer than three points, a radius below
        zero, a mask of another size, or a number that is not finite.
    """
    match prompt:
        case Click():
            return _check_click(prompt, size_hw)
        case Scribble():
            return _check_scribble(prompt, size_hw)
        case Box():
            return _check_box(prompt, size_hw)
        case Lasso() | Polygon():
            return _check_outline(prompt, size_hw)
        case MaskPrompt():
            return _check_mask(prompt, size_hw)
    raise PromptError(f"unknown prompt {prompt!r}; known are: {', '.join(PROMPT_KINDS)}.")


def _size_text(size_hw: tuple[int, int]) -> str:
    return f"{size_hw[1]} x {size_hw[0]} pixels"


def _finite(what: str, *numbers: float) -> None:
    try:
        finite = all(math.isfinite(number) for number in numbers)
    except (TypeError, OverflowError):
        finite = False
    if not finite:
        raise PromptError(f"{what} holds a coordinate that is not a number.")


def _checked_points(what: str, points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the points as plain pairs; raise unless every one is a pair of numbers."""
    try:
        pairs = tuple((x, y) for x, y in points)
    except (TypeError, ValueError) as error:
        raise PromptError(f"{what} should be made of points (x, y), not {points!r:.80}.") from error
    _finite(what, *(number for pair in pairs for number in pair))
    return tuple((float(x), float(y)) for x, y in pairs)


def _check_click(click: Click, size_hw: tuple[int, int]) -> Click:
    _finite("the click", click.x, click.y)
    height, width = size_hw
    if not (-0.5 <= click.x < width - 0.5 and -0.5 <= click.y < height - 0.5):
        raise PromptError(
            f"the click at {click.x:g},{click.y:g} lies outside the picture, which is "
            f"{_size_text(size_hw)}; x runs from 0 to {width - 1}, y from 0 to {height - 1}."
        )
    return click


def _check_scribble(scribble: Scribble, size_hw: tuple[int, int]) -> Scribble:
    if len(scribble.points) == 0:
        raise PromptError("the scribble has no points; it needs at least one.")
    scribble = replace(scribble, points=_checked_points("the scribble", scribble.points))
    _finite("the scribble", scribble.radius)
    if scribble.radius < 0:
        raise PromptError(f"the scribble's radius is {scribble.radius:g}; it cannot be negative.")
    _check_covers("the scribble", scribble, size_hw)
    return scribble


def _check_covers(what: str, prompt: Scribble | Lasso | Polygon, size_hw: tuple[int, int]) -> None:
    """Raise unless a stroke covers, or an outline encloses, a pixel of the picture."""
    xs, ys = ([point[axis] for point in prompt.points] for axis in (0, 1))
    margin = prompt.radius if isinstance(prompt, Scribble) else 0.0
    height, width = size_hw
    if (
        max(xs) + margin < 0
        or max(ys) + margin < 0
        or min(xs) - margin > width - 1
        or min(ys) - margin > height - 1
    ):
        raise PromptError(f"{what} lies wholly outside the picture of {_size_text(size_hw)}.")
    if not drawn_part(prompt, size_hw)[1].any():
        does = "covers" if isinstance(prompt, Scribble) else "encloses"
        raise PromptError(f"{what} {does} no pixel of the picture of {_size_text(size_hw)}.")


def _check_box(box: Box, size_hw: tuple[int, int]) -> Box:
    _finite("the box", box.x0, box.y0, box.x1, box.y1)
    height, width = size_hw
    x0, x1 = sorted((box.x0, box.x1))
    y0, y1 = sorted((box.y0, box.y1))
    given = f"the box {box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g}"
    if x1 - x0 < 1 or y1 - y0 < 1:
        raise PromptError(f"{given} has no area; draw it from one corner to the opposite one.")
    if x1 <= 0 or y1 <= 0 or x0 >= width or y0 >= height:
        raise PromptError(f"{given} lies outside the picture of {_size_text(size_hw)}.")
    return Box(*_clipped(x0, x1, width, y0, y1, height))


def _clipped(
    x0: float, x1: float, width: int, y0: float, y1: float, height: int
) -> tuple[float, float, float, float]:
    """Return (x0, y0, x1, y1) cut to the picture, at least a pixel in both directions."""
    spans = []
    for low, high, side in ((x0, x1, width), (y0, y1, height)):
        low, high = max(low, 0.0), min(high, float(side))
        spans.append((low, high) if high - low >= 1 else (math.floor(low), math.ceil(high)))
    (x0, x1), (y0, y1) = spans
    return float(x0), float(y0), float(x1), float(y1)


def _check_outline(outline: Lasso | Polygon, size_hw: tuple[int, int]) -> Lasso | Polygon:
    what = f"the {outline.kind}"
    if len(outline.points) < 3:
        raise PromptError(
            f"{what} has {len(outline.points)} points; a closed outline needs three or more."
        )
    outline = replace(outline, points=_checked_points(what, outline.points))
    _check_covers(what, outline, size_hw)
    return outline


def _check_mask(prompt: MaskPrompt, size_hw: tuple[int, int]) -> MaskPrompt:
    if prompt.mask.size_hw != size_hw:
        raise PromptError(
            f"the mask is {_size_text(prompt.mask.size_hw)} but the picture is "
            f"{_size_text(size_hw)}; a mask must have the size of its picture."
        )
    return prompt


def click_pixel(click: Click) -> tuple[int, int]:
    """Return (row, column) of the pixel under a checked click."""
    return math.floor(click.y + 0.5), math.floor(click.x + 0.5)


def drawn_part(prompt: Drawable, size_hw: tuple[int, int]) -> Part:
    """Return the pixels that a stroke covers or an outline encloses, and the box they lie in.

    Parameters
    ----------
    prompt : Scribble, Box, Lasso or Polygon
        Checked.
    size_hw : (int, int)
        Height and width of the picture.

    Returns
    -------
    box : (x0, y0, x1, y1)
        Half-open, in the picture; all 0 if there is nothing.
    pixels : (y1 - y0, x1 - x0) ndarray of bool
    """
    match prompt:
        case Box():
            x0, y0 = max(0, math.floor(prompt.x0)), max(0, math.floor(prompt.y0))
            x1, y1 = min(size_hw[1], math.ceil(prompt.x1)), min(size_hw[0], math.ceil(prompt.y1))
            return (x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), np.bool_)
        case Scribble():
            return stroke_part(prompt.points, prompt.radius, size_hw)
    return outline_part(prompt.points, size_hw)


def drawn(prompt: Drawable, size_hw: tuple[int, int]) -> BoolArray:
    """Return the (H, W) bool array of pixels that a stroke covers or an outline encloses."""
    (x0, y0, x1, y1), pixels = drawn_part(prompt, size_hw)
    canvas = np.zeros(size_hw, np.bool_)
    canvas[y0:y1, x0:x1] = pixels
    return canvas


def to_json(prompt: Prompt) -> dict[str, object]:
    """Return the prompt as a plain record; `from_json` reads it back unchanged."""
    record: dict[str, object] = {"kind": prompt.kind}
    match prompt:
        case Click():
            record |= {
                "x": float(prompt.x),
                "y": float(prompt.y),
                "positive": bool(prompt.positive),
            }
        case Scribble():
            radius = float(prompt.radius)
            record |= {
                "points": _pairs(prompt),
                "radius": radius,
                "positive": bool(prompt.positive),
            }
        case Box():
            record["box_xyxy"] = [float(v) for v in (prompt.x0, prompt.y0, prompt.x1, prompt.y1)]
        case Lasso():
            record |= {"points": _pairs(prompt)}
        case Polygon():
            record |= {"points": _pairs(prompt), "positive": bool(prompt.positive)}
        case MaskPrompt():
            record |= {"mask": prompt.mask.to_rle()}
    return record


def _pairs(prompt: Scribble | Lasso | Polygon) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in prompt.points]


def from_json(record: object) -> Prompt:
    """Return the prompt that `to_json` wrote.

    Raises
    ------
    PromptError
        If a field is missing or has the wrong type; the message names it.
    """
    if not isinstance(record, Mapping):
        raise PromptError(f"a prompt should be a record with fields, not {record!r}.")
    match record.get("kind"):
        case "click":
            return Click(_number(record, "x"), _number(record, "y"), _truth(record, "positive"))
        case "scribble":
            radius = _number(record, "radius")
            return Scribble(_points(record), radius, _truth(record, "positive"))
        case "box":
            corners = record.get("box_xyxy")
            if not _is_numbers(corners, 4):
                raise PromptError(f"a box's 'box_xyxy' should be four numbers, not {corners!r}.")
            x0, y0, x1, y1 = (float(value) for value in corners)  # type: ignore[union-attr]
            return Box(x0, y0, x1, y1)
        case "lasso":
            return Lasso(_points(record))
        case "polygon":
            return Polygon(_points(record), _truth(record, "positive"))
        case "mask":
            return MaskPrompt(_mask(record))
        case kind:
            raise PromptError(f"unknown prompt {kind!r}; known are: {', '.join(PROMPT_KINDS)}.")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _is_numbers(value: object, count: int) -> bool:
    return isinstance(value, list) and len(value) == count and all(map(_is_number, value))


def _number(record: Mapping[str, object], field: str) -> float:
    value = record.get(field)
    if not _is_number(value):
        raise PromptError(f"a {record['kind']}'s '{field}' should be a number, not {value!r:.80}.")
    return float(value)  # type: ignore[arg-type]


def _truth(record: Mapping[str, object], field: str) -> bool:
    value = record.get(field)
    if not isinstance(value, bool):
        raise PromptError(f"a {record['kind']}'s '{field}' should be true or false, not {value!r}.")
    return value


def _points(record: Mapping[str, object]) -> tuple[Point, ...]:
    value = record.get("points")
    if not isinstance(value, list) or not all(_is_numbers(point, 2) for point in value):
        raise PromptError(
            f"a {record['kind']}'s 'points' should be a list of [x, y] pairs, not {value!r:.80}."
        )
    return tuple((float(x), float(y)) for x, y in value)


def _mask(record: Mapping[str, object]) -> Mask:
    try:
        return Mask.from_rle(record.get("mask"))
    except ArgumentError as error:
        raise PromptError(f"a mask prompt's 'mask' is damaged: {error}") from error
