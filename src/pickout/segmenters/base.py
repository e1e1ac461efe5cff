"""The door for segmenters: slow once per picture, fast for every prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from pickout.arrays import BoolArray, FloatArray
from pickout.images import Image
from pickout.masks import Box4, Mask
from pickout.prompts import Prompt


@dataclass(frozen=True, eq=False)
class Preview:
    """A region that a click might mean. Light at any size of the picture: the mask comes on demand.

    Parameters
    ----------
    outlines : tuple of (k, 2) ndarray of float32
        Closed lines around its pieces and holes, (x, y) in pixels of the full picture.
    window : (x0, y0, x1, y1)
        The part of the picture that `small` shows, half-open, in full pixels.
    small : (h, w) ndarray of bool
        The region as it was found, at the working size of the window.
    contrast : float
        How well the region is divided from its surroundings; 1 or less is badly.
    full : callable
        Makes the mask at full size, (H, W) bool.
    """

    outlines: tuple[FloatArray, ...]
    window: Box4
    small: BoolArray
    contrast: float
    full: Callable[[], BoolArray] = field(repr=False)

    @property
    def area(self) -> int:
        """About how many full pixels are inside."""
        x0, y0, x1, y1 = self.window
        return round(np.count_nonzero(self.small) * (x1 - x0) * (y1 - y0) / self.small.size)

    def mask(self) -> Mask:
        """Return the region at full size; takes as long as a click."""
        return Mask(self.full())


@dataclass(frozen=True)
class Doubt:
    """A place where the answer is nearly undecided.

    Parameters
    ----------
    x, y : float
        Point in pixels of the full picture, in the middle of what is in doubt.
    positive : bool
        What the present mask says there.
    gain : float
        Pixels of the picture that a click there is expected to put right: those that would change
        if the mask is wrong there, times how likely that is.
    """

    x: float
    y: float
    positive: bool
    gain: float


@runtime_checkable
class Prepared(Protocol):
    """One analysed picture, ready to answer prompts."""

    def segment(self, prompts: Sequence[Prompt], previous: Mask | None) -> BoolArray:
        """Return the object's pixels.

        Parameters
        ----------
        prompts : sequence of Prompt
            All prompts so far, oldest first, each checked against the picture. Where prompts
            contradict each other, the newest wins at its place. A `MaskPrompt` is a starting
            point: prompts after it change it only where they touch.
        previous : Mask, optional
            The answer to all prompts but the last one.

        Returns
        -------
        mask : (H, W) ndarray of bool
            The same for the same prompts and previous mask, whatever was asked before.
        """


@runtime_checkable
class Hovers(Protocol):
    """What a `Prepared` may offer besides: the regions under a pointer."""

    def hover(self, x: float, y: float) -> list[Preview]:
        """Return the regions that a click at (x, y) might mean, the smallest first.

        Meant to be asked at every movement of a pointer: within 5 ms, whatever the picture's
        size. The point lies in the picture. Possibly none.
        """


@runtime_checkable
class Doubts(Protocol):
    """What a `Prepared` may offer besides: the places where it is least sure."""

    def doubts(self, prompts: Sequence[Prompt], n: int) -> list[Doubt]:
        """Return at most `n` places where the answer to `prompts` may be wrong, best gain first.

        They lie apart from each other and from what the prompts point at, and are the same for
        the same prompts. Possibly none.
        """


@runtime_checkable
class Segmenter(Protocol):
    """A method that turns prompts into masks."""

    name: str
    version: str
    """Changes whenever the same prompts could give another mask."""

    def analyse(self, image: Image) -> Prepared:
        """Return the picture prepared for prompts; may take its time."""


@runtime_checkable
class RegionSegmenter(Protocol):
    """A method that splits a picture by itself, without prompts."""

    name: str
    version: str

    def regions(self, image: Image) -> list[Mask]:
        """Return the picture's regions, largest first; possibly none."""
