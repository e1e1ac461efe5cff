"""The door for segmenters: slow once per picture, fast for every prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from pickout.arrays import BoolArray
from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import Prompt


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
