"""The prompts so far, seen in one scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pickout.arrays import BoolArray, FloatArray, IntArray
from pickout.prompts import Prompt
from pickout.segmenters._superpixel.features import Question
from pickout.segmenters._superpixel.marks import (
    Mark,
    corrects,
    decided,
    mark_of,
    marks_of,
    working_pixels,
)
from pickout.segmenters._superpixel.opinion import Opinion
from pickout.segmenters._superpixel.scene import Costs, Scene
from pickout.segmenters._superpixel.solve import best_cut
from pickout.segmenters._superpixel.stamps import Stamp

LEANING = np.float32(0.4)
"""Added to the logits before they are cut: an unsure superpixel is rather taken than left.

The intersection over union is largest when everything is taken that is inside with a probability
of more than half of the value reached, which is less than one half.
"""

UNSEEN_LOGIT = -3.0
"""What is assumed about places that no earlier answer has looked at."""


@dataclass(frozen=True, eq=False)
class View:
    """What the prompts since the last given mask say about a scene's superpixels.

    Parameters
    ----------
    scene : Scene
    marks : tuple of Mark
        Oldest first.
    positive, negative, surround, last : Costs
        See `Question`.
    depth : (n,) ndarray of float32, optional
        See `Question`.
    logit : (n,) ndarray of float32
        The click model's last answer.
    rim : (n,) ndarray of int32, optional
        In a focus: 1 and -1 for the superpixels at its rim, which stay as they were; else 0.
    opinion : Opinion, optional
        What the network said last, here or in the view that this one is a focus of.
    waiting : int
        So many of the newest marks are not in the costs yet; see `settled`.
    """

    scene: Scene
    marks: tuple[Mark, ...]
    positive: Costs
    negative: Costs
    surround: Costs
    last: Costs
    depth: FloatArray | None
    logit: FloatArray
    rim: IntArray | None = None
    opinion: Opinion | None = None
    waiting: int = 0

    def known(self) -> IntArray:
        """Return 1 for superpixels known inside, -1 for outside, 0 for others."""
        known = decided(list(self.marks), self.scene.n)
        return known if self.rim is None else np.where(known != 0, known, self.rim)

    @property
    def is_box_alone(self) -> bool:
        """True if a box or lasso holds, and nothing positive lies in it."""
        return self.depth is not None and not (self.known() > 0).any()

    def cut(self) -> BoolArray:
        """Return the superpixels inside, (n,), as the logits and what is known have it."""
        return best_cut(self.scene.superpixels, self.logit + LEANING, self.known())

    def likely(self) -> BoolArray:
        """Return the superpixels that are known or likely inside, (n,), each for itself."""
        known = self.known()
        return np.asarray((known > 0) | ((known == 0) & (self.logit + LEANING > 0)))

    def with_prompt(self, prompt: Prompt, stamp: Stamp) -> View:
        """Return the view with one prompt more."""
        mark = mark_of(prompt, stamp, self.scene.frame)
        view = replace(self, marks=(*self.marks, mark))
        if mark.is_enclosure:
            sources = np.concatenate([self.scene.border, mark.nodes])
            surround = self.scene.costs(sources, None)
            depth = _depth(stamp, self.scene)
            return replace(view, surround=surround, depth=depth, waiting=self.waiting + 1)
        return replace(view, waiting=self.waiting + 1)

    def settled(self) -> View:
        """Return the view with the costs from all marks, needed before a question is asked.

        As long as answers come from a focus nobody asks this view, and its costs can wait.
        """
        marks = [m for m in self.marks[len(self.marks) - self.waiting :] if not m.is_enclosure]
        if not marks:
            return self
        last = self.scene.costs(marks[-1].nodes, marks[-1].points)
        positive, negative = self.positive, self.negative
        for mark_is_positive in {mark.positive for mark in marks}:
            kind = [mark for mark in marks if mark.positive == mark_is_positive]
            costs = last if len(kind) == 1 == len(marks) else _costs_from(self.scene, kind)
            if mark_is_positive:
                positive = positive.with_nearer(costs)
            else:
                negative = negative.with_nearer(costs)
        return replace(self, positive=positive, negative=negative, last=last, waiting=0)

    def question(self, before: BoolArray, *, is_given: bool, window_share: float) -> Question:
        """Return what is to be asked now; `before` is the previous answer at working size."""
        view = self.settled()
        assert self.opinion is not None
        answer = self.scene.superpixels.share(before)
        return Question(
            scene=self.scene,
            marks=tuple(mark for mark in self.marks if not mark.is_enclosure),
            known=self.known(),
            positive=view.positive,
            negative=view.negative,
            surround=self.surround,
            last=view.last,
            before=before,
            answer=answer,
            logit=self.logit,
            opinion=self.opinion.at(self.scene),
            depth=self.depth,
            is_given=is_given,
            window_share=window_share,
            is_focus=self.rim is not None,
            is_correction=corrects(self.marks, answer),
        )


def empty_view(scene: Scene) -> View:
    """Return the view without prompts."""
    nowhere = scene.nowhere()
    logit = np.zeros(scene.n, np.float32)
    return View(scene, (), nowhere, nowhere, scene.surround, nowhere, None, logit)


Prompts = Sequence[tuple[Prompt, Stamp]]


def view_elsewhere(view: View, scene: Scene, prompts: Prompts) -> View:
    """Return a view of the same prompts in another scene, the last answer carried over."""
    return replace(_gathered(scene, prompts, None), logit=carried_logit(view, scene))


def focus_view(view: View, scene: Scene, prompts: Prompts, answer: BoolArray) -> View:
    """Return a view of a small part, whose rim stays as the previous answer has it.

    Parameters
    ----------
    answer : (H, W) ndarray of bool
        The previous answer in the part, at working size.
    """
    rim = np.zeros(scene.n, np.int32)
    inside = scene.superpixels.share(answer) > 0.5
    rim[scene.border] = np.where(inside[scene.border], 1, -1)
    return replace(_gathered(scene, prompts, rim), logit=carried_logit(view, scene), rim=rim)


def _gathered(scene: Scene, prompts: Prompts, rim: IntArray | None) -> View:
    """Return the view of all prompts at once."""
    marks = marks_of(prompts, scene.frame)
    outside, inside = scene.border, np.zeros(0, np.int32)
    if rim is not None:
        outside, inside = (scene.border[rim[scene.border] == side] for side in (-1, 1))
    enclosures = [k for k, mark in enumerate(marks) if mark.is_enclosure]
    has_surround = bool(enclosures) or rim is not None
    sources = np.concatenate([outside, *(marks[k].nodes for k in enclosures)])
    return View(
        scene,
        marks,
        positive=_all_costs(scene, [m for m in marks if m.positive], inside),
        negative=_all_costs(scene, [m for m in marks if not m.positive and not m.is_enclosure]),
        surround=scene.costs(sources, None) if has_surround else scene.surround,
        last=_all_costs(scene, [mark for mark in marks if not mark.is_enclosure][-1:]),
        depth=_depth(prompts[enclosures[-1]][1], scene) if enclosures else None,
        logit=np.zeros(scene.n, np.float32),
    )


def _costs_from(scene: Scene, marks: list[Mark]) -> Costs:
    """Return the costs from the nearest of several marks."""
    nodes = np.concatenate([mark.nodes for mark in marks])
    return scene.costs(nodes, np.concatenate([mark.points for mark in marks]))


def _all_costs(scene: Scene, marks: list[Mark], more: IntArray | None = None) -> Costs:
    """Return the costs from the nearest of several marks and some more superpixels."""
    nodes = [mark.nodes for mark in marks] + ([] if more is None else [more])
    if not any(map(len, nodes)):
        return scene.nowhere()
    points = [mark.points for mark in marks] or [np.zeros((0, 2), np.float32)]
    return scene.costs(np.concatenate(nodes), np.concatenate(points))


def carried_logit(view: View, scene: Scene, unseen: FloatArray | None = None) -> FloatArray:
    """Return a view's logits at the places of another scene's superpixels.

    `unseen` holds the values (n,) for places that the view does not show; by default they are
    taken to lie outside.
    """
    old, new = view.scene.frame, scene.frame
    full = new.to_full(new.superpixels.centre_xy)
    points = old.to_working(full)
    logit = np.full(scene.n, UNSEEN_LOGIT, np.float32) if unseen is None else unseen.copy()
    logit[old.shows(points)] = view.logit[old.superpixels.labels[old.pixels_at(points)]]
    return logit


def _depth(stamp: Stamp, scene: Scene) -> FloatArray:
    """Return distances from a box's or lasso's rim, as shares of its mean side; < 0 outside."""
    pixels = working_pixels(stamp, scene.frame)
    padded = np.pad(pixels.view(np.uint8), 1)
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    at = np.floor(scene.superpixels.centre_xy + 0.5).astype(np.int64)
    depth = inside[at[:, 1], at[:, 0]] / max(1.0, float(pixels.sum()) ** 0.5)
    return np.where(depth > 0, depth, np.float32(-0.1)).astype(np.float32)
