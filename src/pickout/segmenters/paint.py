"""Paint: the mask is what the mouse painted. No picture is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pickout.arrays import BoolArray, check_range
from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import Click, MaskPrompt, Prompt, Scribble, drawn
from pickout.segmenters.seeds import LARGEST_DISC, is_positive, starting_mask


@dataclass(frozen=True)
class PaintOptions:
    """How the brush paints.

    Parameters
    ----------
    brush_radius : float
        Radius in pixels of the dot that a click paints. Scribbles bring their own.
    """

    brush_radius: float = 8.0

    def __post_init__(self) -> None:
        check_range("brush_radius", self.brush_radius, 0, LARGEST_DISC)


@dataclass(frozen=True)
class PreparedPaint:
    """An empty canvas of the picture's size."""

    size_hw: tuple[int, int]
    options: PaintOptions

    def segment(self, prompts: Sequence[Prompt], previous: Mask | None) -> BoolArray:
        """Return what was painted, (H, W) bool.

        Strokes and clicks paint or erase; boxes, lassos and polygons are filled; a mask prompt
        sets everything. The newest stroke covers older ones.
        """
        if previous is not None and prompts and not isinstance(prompts[-1], MaskPrompt):
            canvas, strokes = previous.array.copy(), prompts[-1:]
        else:
            start, strokes = starting_mask(prompts)
            canvas = np.zeros(self.size_hw, bool) if start is None else start.array.copy()
        for prompt in strokes:
            canvas[self._stroke(prompt)] = is_positive(prompt)
        return canvas

    def _stroke(self, prompt: Prompt) -> BoolArray:
        if isinstance(prompt, Click):
            return drawn(Scribble(((prompt.x, prompt.y),), self.options.brush_radius), self.size_hw)
        assert not isinstance(prompt, MaskPrompt)
        return drawn(prompt, self.size_hw)


@dataclass(frozen=True)
class Paint:
    """The segmenter `paint`."""

    options: PaintOptions = PaintOptions()
    name = "paint"
    version = "1"

    def analyse(self, image: Image) -> PreparedPaint:
        """Return an empty canvas."""
        return PreparedPaint(image.size_hw, self.options)
