"""The default segmenter: a graph cut over superpixels."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pickout.analysis.models import SHIPPED, models_version
from pickout.analysis.regions import choose_nodes
from pickout.analysis.tree import grow_tree
from pickout.analysis.turn import choose_turn
from pickout.arrays import BoolArray, check_whole
from pickout.errors import ArgumentError
from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import Prompt
from pickout.segmenters._superpixel import outline
from pickout.segmenters._superpixel.doubts import find_doubts
from pickout.segmenters._superpixel.frame import LONGEST_SIDE, Pyramid, analyse_window
from pickout.segmenters._superpixel.hover import regions_under
from pickout.segmenters._superpixel.models import (
    MODEL_FILES,
    Models,
    load_models,
    shipped_models,
)
from pickout.segmenters._superpixel.state import Picture, State
from pickout.segmenters.base import Doubt, Preview

METHOD_VERSION = "15"
"""To be raised when the same prompts and models could give another mask."""

REMEMBERED_BYTES, MOST_REMEMBERED = 64_000_000, 32
"""So many answers are kept for a next prompt, as long as their masks fit in here, those packed to
bits that follow from prompts.

If not all of them do, the newest of every object stay longest: whoever marks several objects of a
large picture in turn need not wait until all is worked out again.
"""

MOST_PIXELS = 2**29 - 1
"""The core counts no more pixels in a picture."""


@dataclass(frozen=True)
class Options:
    """Options of the superpixel segmenter.

    Parameters
    ----------
    max_regions : int
        How many regions `Superpixel.regions` returns at most.
    models : path, optional
        Folder of models trained by ``python -m training``; the shipped ones by default.
    """

    max_regions: int = 96
    models: str | Path | None = None

    def __post_init__(self) -> None:
        check_whole("max_regions", self.max_regions, 0)


class Superpixel:
    """Cuts objects out by a minimum cut over the superpixels of a picture."""

    name = "superpixel"

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        folder = self.options.models or SHIPPED
        self.version = f"{METHOD_VERSION}+{models_version(folder, MODEL_FILES)}"

    def analyse(self, image: Image) -> PreparedSuperpixel:
        """Return the picture prepared for prompts.

        Raises
        ------
        ArgumentError
            If the picture has a side of more than 65,535 pixels or more than 536 megapixels, or a
            model cannot be read.
        """
        return PreparedSuperpixel(_pyramid(image), self._models)

    def regions(self, image: Image) -> list[Mask]:
        """Return the parts of the picture that stand out, largest first, without the whole.

        Raises
        ------
        ArgumentError
            As `analyse` does.
        """
        pyramid = _pyramid(image)
        height, width = image.size_hw
        turn = choose_turn(pyramid.levels[-1])
        frame = analyse_window(pyramid, (0, 0, width, height), turn, self._models.edges)
        tree = grow_tree(frame.superpixels)
        nodes = choose_nodes(tree, self.options.max_regions + 1)[1:]
        fields = (outline.hard_field(tree.pixels(node)) for node in nodes)
        masks = [Mask(outline.to_full(frame, field, pyramid)) for field in fields]
        return sorted((m for m in masks if not m.is_empty), key=lambda m: -m.area)

    @cached_property
    def _models(self) -> Models:
        return load_models(self.options.models) if self.options.models else shipped_models()


def _pyramid(image: Image) -> Pyramid:
    height, width = image.size_hw
    if max(height, width) > LONGEST_SIDE or height * width > MOST_PIXELS:
        raise ArgumentError(
            f"the picture is {width} x {height} pixels; 'superpixel' takes {LONGEST_SIDE} along a "
            f"side and {MOST_PIXELS // 10**6} megapixels at most: cut it into parts, or make it "
            "smaller."
        )
    return Pyramid(image.array)


class PreparedSuperpixel:
    """An analysed picture; answers depend on the prompts alone."""

    def __init__(self, pyramid: Pyramid, models: Models) -> None:
        self._picture = Picture(pyramid, models)
        self._lock = threading.Lock()
        self._recent: list[State] = [self._picture.start()]

    def segment(self, prompts: Sequence[Prompt], previous: Mask | None) -> BoolArray:
        """Return the object's pixels; see `pickout.segmenters.base.Prepared`.

        `previous` is not needed: it follows from the earlier prompts, whose answers are kept or
        worked out again.
        """
        with self._lock:
            return self._state(tuple(prompts)).mask

    def hover(self, x: float, y: float) -> list[Preview]:
        """Return the regions that a click at (x, y) might mean, the smallest first."""
        return regions_under(self._recent[0].view.scene, self._picture.pyramid, x, y)

    def doubts(self, prompts: Sequence[Prompt], n: int) -> list[Doubt]:
        """Return at most `n` places where the answer may be wrong, best gain first."""
        with self._lock:
            state = self._state(tuple(prompts))
        return find_doubts(state, n)

    def _state(self, prompts: tuple[Prompt, ...]) -> State:
        """Return the state that prompts lead to, from the nearest one that is remembered."""
        state = self._longest_known(prompts)
        for prompt in prompts[len(state.prompts) :]:
            state = self._picture.after(state, prompt)
            self._remember(state)
        return state

    def _longest_known(self, prompts: tuple[Prompt, ...]) -> State:
        known = [s for s in self._recent if s.prompts == prompts[: len(s.prompts)]]
        return max(known, key=lambda state: len(state.prompts))

    def _remember(self, state: State) -> None:
        """Keep a state, and pack the others: their memory is for the masks to come."""
        start, *recent = self._recent
        for other in recent:
            if other.answer is not state.answer:
                other.answer.pack()
        recent = [other.without_focus() for other in recent]
        while len(recent) >= MOST_REMEMBERED or (
            len(recent) > 1 and _bytes_beside(state, recent) > REMEMBERED_BYTES
        ):
            del recent[_most_dispensable([*recent, state])]
        self._recent = [start, *recent, state]


def _bytes_beside(state: State, others: list[State]) -> int:
    """Return how much memory the masks of other states take that `state` does not hold itself."""
    sizes = {id(other.answer): other.answer.nbytes for other in others}
    sizes |= {id(given): given.mask.array.nbytes for other in others for given in other.given}
    own = {id(state.answer), *map(id, state.given)}
    return sum(size for held, size in sizes.items() if held not in own)


def _most_dispensable(states: list[State]) -> int:
    """Return which state to forget: the first that another one goes on from, else the first."""
    for number, state in enumerate(states[:-1]):
        here = len(state.prompts)
        if any(other.prompts[:here] == state.prompts for other in states[number + 1 :]):
            return number
    return 0
