"""What the segmenter knows after each prompt; a state follows from the one before it alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from pickout import _core
from pickout.arrays import BoolArray, IntArray
from pickout.prompts import Box, Lasso, MaskPrompt, Polygon, Prompt
from pickout.segmenters._superpixel import outline
from pickout.segmenters._superpixel.frame import Frame, Pyramid
from pickout.segmenters._superpixel.marks import Mark, decided, mark_of
from pickout.segmenters._superpixel.reach import Reach, Ways
from pickout.segmenters._superpixel.solve import best_cut
from pickout.segmenters._superpixel.stamps import Stamp, stamp_of, write_all

MARGIN = 4
"""Working pixels around changed superpixels in which the outline is drawn anew."""

SMALL_PART = 0.1
"""Parts found inside a box are dropped if smaller than this share of the largest."""


@dataclass(frozen=True, eq=False)
class State:
    """The answer to some prompts, and what the answer to one more is made from.

    Parameters
    ----------
    prompts : tuple of Prompt
        All prompts so far.
    mask : (H, W) ndarray of bool
        The answer, read-only.
    is_given : bool
        True after a `MaskPrompt`: later prompts change only the places that they touch.
    stamps, marks : tuple of Stamp, tuple of Mark
        Of the prompts since the last `MaskPrompt`, oldest first.
    reach : Reach
        Of the marks.
    """

    prompts: tuple[Prompt, ...]
    mask: BoolArray
    is_given: bool
    stamps: tuple[Stamp, ...]
    marks: tuple[Mark, ...]
    reach: Reach

    @property
    def has_frame(self) -> bool:
        """True if a box or lasso says that the object lies inside it."""
        return any(stamp.only for stamp in self.stamps)


class Picture:
    """A picture analysed for prompts: makes states."""

    def __init__(self, pyramid: Pyramid, frame: Frame) -> None:
        self.pyramid, self.frame = pyramid, frame
        self.ways = Ways(frame.superpixels)

    def start(self) -> State:
        """Return the state without prompts: nothing inside."""
        mask = _read_only(np.zeros(self.pyramid.size_hw, bool))
        return State((), mask, False, (), (), Reach.nowhere(self.frame.superpixels.n))

    def after(self, state: State, prompt: Prompt) -> State:
        """Return the state that one more prompt leads to."""
        prompts = (*state.prompts, prompt)
        if isinstance(prompt, MaskPrompt):
            given = replace(self.start(), prompts=prompts, is_given=True)
            return replace(given, mask=_read_only(prompt.mask.array))
        stamp = stamp_of(prompt, self.pyramid.size_hw)
        known = self._marked(state, prompts, prompt, stamp)
        if not stamp.only and stamp.agrees(state.mask):
            return replace(known, mask=state.mask)
        if isinstance(prompt, Polygon):
            mask = state.mask.copy()
        else:
            mask = self._cut(known, state.mask, is_whole=isinstance(prompt, Box | Lasso))
        write_all(mask, known.stamps)
        return replace(known, mask=_read_only(mask))

    def _marked(
        self, state: State, prompts: tuple[Prompt, ...], prompt: Prompt, stamp: Stamp
    ) -> State:
        """Return the state with the prompt noted and the mask still as it was."""
        mark = mark_of(prompt, stamp, self.frame)
        along, across = self.ways.along(mark.nodes), self.ways.across(mark.nodes)
        return replace(
            state,
            prompts=prompts,
            stamps=(*state.stamps, stamp),
            marks=(*state.marks, mark),
            reach=state.reach.extended(mark, along, across),
        )

    def _cut(self, state: State, previous: BoolArray, *, is_whole: bool) -> BoolArray:
        """Return the full-size answer to the newest mark."""
        superpixels = self.frame.superpixels
        known = decided(list(state.marks), superpixels.n)
        before = self.frame.working_mask(previous)
        inside_before = superpixels.share(before) > 0.5
        logit = self._logit(state)
        inside = best_cut(superpixels, logit, known)
        inside = self._wanted(inside, known, inside_before, state)
        touched = self._touched(inside, inside_before, state, is_whole=is_whole)
        return self._composed(inside, inside_before & ~touched, touched, before, previous, state)

    def _logit(self, state: State) -> np.ndarray:
        """Return how much nearer every superpixel is to what is inside than to what is not."""
        outside = np.minimum(state.reach.negative_along, self.ways.border_along)
        inside = state.reach.positive_along
        if state.has_frame and not any(mark.positive for mark in state.marks):
            inside = np.full_like(outside, np.median(outside[outside > 0]) if outside.any() else 0)
        return np.asarray((outside - inside) * 3, np.float32)

    def _wanted(
        self, inside: BoolArray, known: IntArray, before: BoolArray, state: State
    ) -> BoolArray:
        """Drop parts of the cut that nothing positive points at."""
        graph = self.frame.superpixels.graph
        if state.is_given:
            return inside
        pointed = np.flatnonzero(known > 0).astype(np.int32)
        if len(pointed) or not state.has_frame:
            return _core.component(graph, inside, pointed)
        return self._large_parts(inside)

    def _large_parts(self, inside: BoolArray) -> BoolArray:
        """Return the parts that are not much smaller than the largest."""
        superpixels, left, parts = self.frame.superpixels, inside.copy(), []
        while left.any():
            seed = np.flatnonzero(left)[:1].astype(np.int32)
            part = _core.component(superpixels.graph, left, seed)
            parts.append((float(superpixels.area[part].sum()), part))
            left &= ~part
        largest = max((area for area, _ in parts), default=0.0)
        kept = np.zeros_like(inside)
        for area, part in parts:
            kept |= part if area >= SMALL_PART * largest else False
        return kept

    def _touched(
        self, inside: BoolArray, before: BoolArray, state: State, *, is_whole: bool
    ) -> BoolArray:
        """Return the superpixels that the newest mark may change.

        They are those of the parts, old or new, on which it lies; in a given mask only those
        that change and hang together with it.
        """
        if is_whole:
            return np.ones_like(inside)
        field = inside ^ before if state.is_given else inside | before
        seeds = state.marks[-1].nodes
        touched = _core.component(self.frame.superpixels.graph, field, seeds)
        touched[seeds] = True
        return touched

    def _composed(
        self,
        inside: BoolArray,
        kept: BoolArray,
        touched: BoolArray,
        before: BoolArray,
        previous: BoolArray,
        state: State,
    ) -> BoolArray:
        """Return the full-size mask: new where touched, elsewhere the previous one."""
        labels = self.frame.superpixels.labels
        drawn = (inside & touched)[labels]
        if kept.any() and state.is_given:
            drawn |= before & ~touched[labels]
        part = outline.to_full(self.frame, outline.redraw(self.frame, drawn), self.pyramid)
        if not kept.any():
            mask = np.zeros_like(previous)
            outline.paste(mask, part, self.frame.window)
            return mask
        open_ = self._open(touched, kept if not state.is_given else np.zeros_like(kept))
        mask = previous.copy()
        x0, y0, x1, y1 = self.frame.window
        np.copyto(mask[y0:y1, x0:x1], part, where=_nearest(open_, part.shape))
        return mask

    def _open(self, touched: BoolArray, kept: BoolArray) -> BoolArray:
        """Return the working pixels that may change: touched ones and a margin around them."""
        labels = self.frame.superpixels.labels
        size = 2 * MARGIN + 1
        disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        near = cv2.dilate(touched[labels].view(np.uint8), disk).astype(bool)
        own = cv2.dilate(kept[labels].view(np.uint8), disk).astype(bool) & ~touched[labels]
        return np.asarray(near & ~own)


def _nearest(pixels: BoolArray, size_hw: tuple[int, ...]) -> BoolArray:
    grey = cv2.resize(
        pixels.view(np.uint8), (size_hw[1], size_hw[0]), interpolation=cv2.INTER_NEAREST
    )
    return grey.astype(bool)


def _read_only(mask: BoolArray) -> BoolArray:
    mask.flags.writeable = False
    return mask
