"""Tools of the window: a drag goes in, a prompt comes out. Points are picture pixels.

A tool is made at the press of a button, told of every move, and asked for its prompt at the
release.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pickout.masks import Mask
from pickout.prompts import Box, Click, Lasso, MaskPrompt, Point, Polygon, Prompt, Scribble, drawn
from pickout.window.paint import box_outline


@dataclass
class Drag(ABC):
    """A drag so far; each tool below says what it means.

    Parameters
    ----------
    points : list of (x, y)
        Where the pointer was, in picture pixels.
    positive : bool
        Whether it adds.
    radius : float
        The brush's, in picture pixels.
    slack : float
        A pointer that moved less than this, in picture pixels, was meant to stay.
    """

    points: list[Point]
    positive: bool
    radius: float
    slack: float = 0.0
    name: ClassVar[str] = "drag"

    def move(self, point: Point) -> None:
        """Go on to `point`."""
        self.points.append(point)

    def outline(self) -> list[Point]:
        """Return what to draw while the drag lasts."""
        return self.points

    @property
    def stayed(self) -> bool:
        """Whether the pointer hardly moved."""
        spread = np.ptp(np.array(self.points), axis=0)
        return bool(np.hypot(*spread) <= self.slack)

    @abstractmethod
    def prompt(self, mask: Mask) -> Prompt | None:
        """Return the prompt that the drag means for the current mask; None if it means none."""

    def stroke(self) -> Scribble:
        """Return the drag as a stroke of the brush."""
        return Scribble(_tidy(self.points), round(self.radius, 1), self.positive)


class ClickTool(Drag):
    """A press is a click; a drag is a stroke of the brush."""

    name: ClassVar[str] = "click"

    def prompt(self, mask: Mask) -> Prompt | None:
        """Return a click, or a stroke if the pointer moved."""
        del mask
        x, y = self.points[0]
        return Click(round(x), round(y), self.positive) if self.stayed else self.stroke()


class ScribbleTool(Drag):
    """A stroke that the segmenter follows."""

    name: ClassVar[str] = "scribble"

    def prompt(self, mask: Mask) -> Prompt | None:
        """Return the stroke."""
        del mask
        return self.stroke()


class BoxTool(Drag):
    """A box around the object; removing, everything inside it goes."""

    name: ClassVar[str] = "box"

    def outline(self) -> list[Point]:
        """Return the box's corners."""
        box = self._box()
        corners = box_outline(box.x0, box.y0, box.x1, box.y1)
        return [*corners, corners[0]]

    def prompt(self, mask: Mask) -> Prompt | None:
        """Return the box, or its inside to remove; None if the pointer hardly moved."""
        del mask
        if self.stayed:
            return None
        box = self._box()
        if self.positive:
            return box
        return Polygon(box_outline(box.x0, box.y0, box.x1, box.y1), positive=False)

    def _box(self) -> Box:
        """Return the box of all pixels between the first and the last point."""
        (xa, ya), (xb, yb) = self.points[0], self.points[-1]
        x0, x1 = sorted((round(xa), round(xb)))
        y0, y1 = sorted((round(ya), round(yb)))
        return Box(x0, y0, x1 + 1, y1 + 1)


class LassoTool(Drag):
    """A loose outline around the object; removing, everything inside it goes."""

    name: ClassVar[str] = "lasso"

    def outline(self) -> list[Point]:
        """Return the outline, closed."""
        return [*self.points, self.points[0]]

    def prompt(self, mask: Mask) -> Prompt | None:
        """Return the outline, or its inside to remove; None if the pointer hardly moved."""
        del mask
        if self.stayed or len(self.points) < 3:
            return None
        points = _tidy(self.points)
        return Lasso(points) if self.positive else Polygon(points, positive=False)


class PaintTool(Drag):
    """The brush: exactly what it covers is added or removed, the segmenter keeps out."""

    name: ClassVar[str] = "paint"

    def prompt(self, mask: Mask) -> Prompt | None:
        """Return the mask with the stroke painted in."""
        covered = drawn(self.stroke(), mask.size_hw)
        painted = mask.array | covered if self.positive else mask.array & ~covered
        return MaskPrompt(Mask(painted))


def _tidy(points: list[Point]) -> tuple[Point, ...]:
    """Return the points to a tenth of a pixel, which keeps session files small."""
    return tuple((round(x, 1), round(y, 1)) for x, y in points)


TOOLS: dict[str, type[Drag]] = {
    "c": ClickTool,
    "s": ScribbleTool,
    "b": BoxTool,
    "l": LassoTool,
    "p": PaintTool,
}
"""Key → tool."""
