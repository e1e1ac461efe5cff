"""What the segmenter knows after each prompt; a state follows from the one before it alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pickout import _core
from pickout.arrays import BoolArray
from pickout.masks import Box4
from pickout.prompts import Box, Lasso, MaskPrompt, Polygon, Prompt, Scribble
from pickout.segmenters._superpixel import outline
from pickout.segmenters._superpixel.answer import Answer
from pickout.segmenters._superpixel.canvases import Canvases
from pickout.segmenters._superpixel.features import room_of
from pickout.segmenters._superpixel.frame import (
    FOCUS_PIXELS,
    ZOOM_PIXELS,
    Frame,
    Pyramid,
    analyse_window,
)
from pickout.segmenters._superpixel.models import Models
from pickout.segmenters._superpixel.opinion import Opinion, opinion_of
from pickout.segmenters._superpixel.reach import Change, may_change, tidy
from pickout.segmenters._superpixel.scene import Scene
from pickout.segmenters._superpixel.stamps import Stamp, stamp_of, write_all
from pickout.segmenters._superpixel.view import (
    View,
    carried_logit,
    empty_view,
    focus_view,
    view_elsewhere,
)
from pickout.segmenters._superpixel.zoom import FOCUS_AFTER, choose_focus, choose_window

SMALL_PART = 0.1
"""Parts found inside a box are dropped if smaller than this share of the largest."""

LEAST_OF_BOX = 0.05
"""A box holds something that takes at least this share of it."""

LEANINGS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
"""How much more is leaned towards taking, one after the other, where a box seems to be empty."""

MOST_SCENES = 3
"""Analysed windows that are kept."""


@dataclass(frozen=True, eq=False)
class State:
    """The answer to some prompts, and what the answer to one more is made from.

    Parameters
    ----------
    prompts : tuple of Prompt
        All prompts so far.
    answer : Answer
        To these.
    is_given : bool
        True after a `MaskPrompt`: later prompts change only the places that they touch.
    stamped : tuple of (Prompt, Stamp)
        The prompts since the last `MaskPrompt`, oldest first.
    view : View
        Of these.
    idle : int
        How many of these only settled pixels, or said what the mask had already.
    asked : View, optional
        The view in which the newest answer was found: `view` or a focus on a part of it.
    """

    prompts: tuple[Prompt, ...]
    answer: Answer
    is_given: bool
    stamped: tuple[tuple[Prompt, Stamp], ...]
    view: View
    idle: int = 0
    asked: View | None = None

    @property
    def mask(self) -> BoolArray:
        """The answer's mask."""
        return self.answer.mask

    @cached_property
    def given(self) -> tuple[MaskPrompt, ...]:
        """The masks among the prompts."""
        return tuple(prompt for prompt in self.prompts if isinstance(prompt, MaskPrompt))

    def without_focus(self) -> State:
        """Return the state as it is remembered: a focus that nobody looks at again is let go of."""
        return self if self.asked in (None, self.view) else replace(self, asked=self.view)


class Picture:
    """A picture analysed for prompts: makes states."""

    def __init__(self, pyramid: Pyramid, models: Models) -> None:
        self.pyramid, self.models = pyramid, models
        self._canvases = Canvases(pyramid.size_hw)
        height, width = pyramid.size_hw
        self._turn = models.upright.turn(pyramid.levels[-1])
        whole = (0, 0, width, height)
        self._whole = Scene(analyse_window(pyramid, whole, self._turn, models.edges))
        self._whole.encoded(models.network)
        self._scenes: dict[tuple[Box4, int], Scene] = {}

    def start(self) -> State:
        """Return the state without prompts: nothing inside."""
        nothing = Answer(np.zeros(self.pyramid.size_hw, bool))
        return State((), nothing, False, (), empty_view(self._whole))

    def after(self, state: State, prompt: Prompt) -> State:
        """Return the state that one more prompt leads to."""
        prompts = (*state.prompts, prompt)
        if isinstance(prompt, MaskPrompt):
            return self._given(prompts, prompt.mask.array)
        stamp = stamp_of(prompt, self.pyramid.size_hw)
        if _lifts_enclosures(stamp, state):
            state = _unenclosed(state)
            if stamp.only and not state.stamped and not state.is_given:
                state = self.start()  # one box instead of another is a new beginning
        stamped = (*state.stamped, (prompt, stamp))
        state = replace(state, prompts=prompts, stamped=stamped)
        if not _asks(prompt, stamp, state):
            view, idle = state.view.with_prompt(prompt, stamp), state.idle + 1
            return replace(state, answer=self._stamped(state), view=view, idle=idle)
        state = replace(state, view=self._view(state))
        focus = self._focus(state)
        if focus is not None:
            return self._answered(state, *focus)
        view = state.view.settled()
        before = view.scene.frame.working_mask(state.mask)
        return self._answered(replace(state, view=view), view, before)

    def _given(self, prompts: tuple[Prompt, ...], mask: BoolArray) -> State:
        view = empty_view(self._whole)
        share = self._whole.superpixels.share(self._whole.frame.working_mask(mask))
        view = replace(view, logit=6 * share - 3)
        return State(prompts, Answer(mask), True, (), view)

    def _view(self, state: State) -> View:
        """Return the newest prompt seen in the window that suits it."""
        view, (prompt, stamp) = state.view, state.stamped[-1]
        window = choose_window(
            view.scene.frame.window, self.pyramid.size_hw, state.answer.box_xyxy, state.stamped
        )
        if window == view.scene.frame.window:
            return view.with_prompt(prompt, stamp)
        return view_elsewhere(view, self._scene(window, ZOOM_PIXELS), state.stamped)

    def _focus(self, state: State) -> tuple[View, BoolArray] | None:
        """Return a close look at the surroundings of a late click, and the answer before there."""
        frame, stamp = state.view.scene.frame, state.stamped[-1][1]
        asked = len(state.stamped) - state.idle
        if asked <= FOCUS_AFTER or not stamp.is_click or state.is_given:
            return None
        mark = state.view.marks[-1]
        room = room_of(frame.sampled_mask(state.mask), mark) / min(frame.scale_xy)
        window = choose_focus(
            frame.window, self.pyramid.size_hw, state.answer.box_xyxy, stamp, room
        )
        if window is None:
            return None
        scene = self._scene(window, FOCUS_PIXELS)
        answer = scene.frame.working_mask(state.mask)
        return focus_view(state.view, scene, state.stamped, answer), answer

    def _scene(self, window: Box4, pixels: int) -> Scene:
        """Return a window's scene, analysed now or kept from before."""
        if window == self._whole.frame.window:
            return self._whole
        key = (window, pixels)
        scene = self._scenes.pop(key, None) or Scene(
            analyse_window(self.pyramid, window, self._turn, self.models.edges, pixels)
        )
        self._scenes[key] = scene  # as the newest
        while len(self._scenes) > MOST_SCENES:
            del self._scenes[next(iter(self._scenes))]
        return scene

    def _answered(self, state: State, view: View, before: BoolArray) -> State:
        """Return the state with the mask that follows from the newest mark, seen in `view`.

        `before` is the previous answer there, at working size.
        """
        share = _area(view.scene.frame.window) / state.mask.size
        opinion = self._opinion(state, view, before)
        view = replace(view, opinion=opinion)
        question = view.question(before, is_given=state.is_given, window_share=share)
        asked = replace(view, logit=self.models.judge(question))
        found, asked = found_in(asked, state.is_given)
        change = _change(found, question.answer > 0.5, state, asked)
        mask = self._composed(change, before, state, asked)
        _put_right(mask, state, asked)
        base = asked
        if view.rim is not None:
            logit = carried_logit(asked, state.view.scene, state.view.logit)
            base = replace(state.view, logit=logit, opinion=opinion)
        return replace(state, answer=Answer(mask), view=base, asked=asked)

    def _opinion(self, state: State, view: View, before: BoolArray) -> Opinion:
        """Return what the network says; in a focus, what it said last of the surroundings."""
        base = state.view
        if view.rim is not None:
            if base.opinion is not None:
                return base.opinion
            before = base.scene.frame.working_mask(state.mask)
        return opinion_of(base.scene, base.marks, base.depth, before, self.models.network)

    def _composed(self, change: Change, before: BoolArray, state: State, asked: View) -> BoolArray:
        """Return the full-size mask: new where touched, elsewhere the previous one."""
        frame = asked.scene.frame
        drawn = (change.inside & change.touched)[frame.superpixels.labels]
        if state.is_given:
            drawn |= before & ~change.touched[frame.superpixels.labels]
        field = outline.redraw(asked, drawn, self.models.band)
        opened = may_change(asked, field > 0, before, change, is_given=state.is_given)
        mask = self._canvas(state, frame, opened)
        outline.draw(mask, frame, field, self.pyramid, opened)
        return mask

    def _canvas(self, state: State, frame: Frame, opened: BoolArray | None) -> BoolArray:
        """Return a mask to draw into: what the new answer leaves as it is, is there already."""
        if state.stamped[-1][1].only:
            return self._canvases.empty()
        if opened is None and _area(frame.window) == state.mask.size:
            return self._canvases.undefined()  # all of it will be drawn; copies take time
        return self._canvases.copy(state.mask)

    def _stamped(self, state: State) -> Answer:
        """Return the answer with the newest stamp written; as it is if it says so already."""
        stamp = state.stamped[-1][1]
        if not stamp.only and stamp.agrees(state.mask):
            return state.answer
        changed = self._canvases.copy(state.mask)
        stamp.write(changed)
        return Answer(changed)


def _put_right(mask: BoolArray, state: State, asked: View) -> None:
    """Write what the prompts settle into a mask just drawn, and take out the dirt, in place."""
    stamps = [stamp for _, stamp in state.stamped]
    write_all(mask, stamps)
    if state.is_given:
        return
    has_answer = state.answer.box_xyxy[0] < state.answer.box_xyxy[2]
    earlier = state.mask if asked.marks[-1].is_click and has_answer else None
    clicked = [stamp.box_xyxy[:2] for stamp in stamps if stamp.is_click]
    if tidy(mask, earlier, asked.scene.frame.window, stamps[-1].box_xyxy[:2], clicked):
        # The mask before may be that of a box that has been lifted since.
        write_all(mask, stamps)


def _asks(prompt: Prompt, stamp: Stamp, state: State) -> bool:
    """Tell whether a prompt asks for an answer; else it settles pixels, and that is all.

    A click asks where the mask is wrong. A stroke tells more than its pixels: what the object, or
    the rest, looks like. Of a given mask a box or lasso takes what lies inside, if there is any.
    """
    match prompt:
        case Polygon():
            return False
        case Box() | Lasso():
            return not (state.is_given and stamp.meets(state.mask))
        case Scribble() if not state.is_given:
            return True
    return not stamp.agrees(state.mask)


def _lifts_enclosures(stamp: Stamp, state: State) -> bool:
    """Tell whether boxes and lassos so far no longer hold: a new one, or the object leaves them."""
    enclosures = [other for _, other in state.stamped if other.only]
    leaves = stamp.inside and not all(other.holds(stamp) for other in enclosures)
    return bool(enclosures) and (stamp.only or leaves)


def _unenclosed(state: State) -> State:
    """Return the state as if its boxes and lassos had not been given; the mask stays."""
    stamped = tuple((prompt, stamp) for prompt, stamp in state.stamped if not stamp.only)
    view = view_elsewhere(state.view, state.view.scene, stamped)
    return replace(state, stamped=stamped, view=view)


def found_in(view: View, is_given: bool) -> tuple[BoolArray, View]:
    """Return the answer of a view, and the view as it came to it.

    A box without anything positive in it is answered with something, even where nothing is sure:
    then the logits of the view that is returned are raised until they say so.
    """
    found = wanted(view.cut(), view, is_given)
    if not view.is_box_alone:
        return found, view
    assert view.depth is not None
    area = view.scene.superpixels.area
    least = LEAST_OF_BOX * float(area @ (view.depth > 0))
    raised = view
    for more in LEANINGS:
        if area @ found >= least:
            return found, raised
        raised = replace(view, logit=view.logit + np.float32(more))
        found = wanted(raised.cut(), view, is_given)
    # Drawings have so few superpixels that no cut between them is ever cheap.
    return (found, raised) if found.any() else (wanted(view.likely(), view, is_given), view)


def wanted(inside: BoolArray, view: View, is_given: bool) -> BoolArray:
    """Return the parts of a cut that something positive points at, or that a box holds."""
    if is_given:
        return inside
    pointed = np.flatnonzero(view.known() > 0).astype(np.int32)
    if len(pointed) or view.depth is None:
        return _core.component(view.scene.superpixels.graph, inside, pointed)
    return _large_parts(view.scene, inside)


def _large_parts(scene: Scene, inside: BoolArray) -> BoolArray:
    """Return the parts that are not much smaller than the largest."""
    graph = scene.superpixels.graph
    part = _core.parts(graph, inside[graph.first] & inside[graph.second])
    size = np.bincount(part, scene.superpixels.area * inside, scene.n)[part]
    return np.asarray(inside & (size >= SMALL_PART * size.max()))


def _change(inside: BoolArray, before: BoolArray, state: State, view: View) -> Change:
    """Return what may change: the parts, old or new, on which the newest mark lies.

    In a given mask only superpixels change that hang together with the mark through others that
    change too. A box, lasso or stroke is about everything.
    """
    mark = view.marks[-1]
    if mark.is_enclosure or (mark.is_stroke and not state.is_given):
        return Change(inside, np.ones_like(inside), np.zeros_like(inside))
    field = inside ^ before if state.is_given else inside | before
    touched = _core.component(view.scene.superpixels.graph, field, mark.nodes)
    touched[mark.nodes] = True
    return Change(inside, touched, before & ~touched)


def _area(window: Box4) -> int:
    return (window[2] - window[0]) * (window[3] - window[1])
