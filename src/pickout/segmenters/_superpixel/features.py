"""What the click model sees of every superpixel after a prompt."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout import _core
from pickout.arrays import AnyArray, BoolArray, FloatArray, IntArray
from pickout.segmenters._superpixel.marks import Mark
from pickout.segmenters._superpixel.mixtures import compare_colours, cut_by_colours
from pickout.segmenters._superpixel.scene import FARTHEST, Costs, Scene

MOST_EXAMPLES = 40
"""Colours are compared with at most this many marked superpixels of each kind."""

FIRST_DISC = 2 / 3
"""Radius of the disc around a first mark, as a share of its distance to the frame's side."""

_APPEARANCES = ("near colour", "far colour", "texture")

REACH_NAMES = (
    "positive along", "negative along", "outside along", "surround along",
    "positive less outside along", "positive share along", "positive to negative along",
    "positive across", "negative across", "surround across",
    "positive less outside across", "positive less negative across",
    "positive above", "negative above", "surround above", "positive less outside above",
    "positive apart", "negative apart", "positive share apart",
    "positive along per apart", "negative along per apart", "positive to surround along",
)  # fmt: skip
LOOK_NAMES = (
    *(f"{look} to {of}" for look in _APPEARANCES for of in ("positive", "negative", "difference")),
    "colour ratio by reach", "colour ratio by answer", "colour ratio to surround",
)  # fmt: skip
ANSWER_NAMES = (
    "answer", "answer around", "reach around", "colour ratio around", "logit", "logit around",
    "place", "mean boundary", "area",
)  # fmt: skip
MIXTURE_NAMES = (
    "mixture by reach", "cut by reach", "mixture by answer", "cut by answer",
    "mixture by reach around", "cut by reach around",
    "mixture by answer around", "cut by answer around",
)  # fmt: skip
FIRST_NAMES = (
    "from first", "from first by room", "room of first", "across from first", "down from first",
    "positive marks", "negative marks", "answer area",
)  # fmt: skip
LAST_NAMES = (
    "last along", "last across", "last above", "last apart", "last along in error",
    "last apart by room", "room of last", "last positive", "in error",
    *(f"{look} to last" for look in _APPEARANCES),
    "last to other along", "last in error to other", "joined to last", "joined area",
    "logit at last",
    "contrast within", "contrast around", "common area", "common border",
)  # fmt: skip
FRAME_NAMES = (
    "depth in box", "across box", "down box", "has box", "is given", "window share", "is focus",
)  # fmt: skip
CLICK_NAMES = (
    *REACH_NAMES, *LOOK_NAMES, *ANSWER_NAMES, *MIXTURE_NAMES,
    *FIRST_NAMES, *LAST_NAMES, *FRAME_NAMES,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Question:
    """What is known when a prompt has been given and the mask is about to be found.

    Parameters
    ----------
    scene : Scene
    marks : tuple of Mark
        Clicks, strokes and polygons, oldest first; possibly none if there is a box.
    known : (n,) ndarray of int32
        1 for superpixels known inside, -1 for outside, 0 for others.
    positive, negative, surround, last : Costs
        From all positive marks, all negative ones, what surely lies around the object, and the
        newest mark alone.
    before : (H, W) ndarray of bool
        The previous answer at working size.
    answer : (n,) ndarray of float32
        The share of every superpixel in it.
    logit : (n,) ndarray of float32
        What the click model said last time, 0 at first.
    depth : (n,) ndarray of float32, optional
        How deep inside a box or lasso a superpixel lies, below 0 outside; None without one.
    is_given : bool
        True after a `MaskPrompt`.
    window_share : float
        Area of the frame's window as a share of the picture.
    is_focus : bool
        True in the surroundings of a late mark, whose rim is known.
    """

    scene: Scene
    marks: tuple[Mark, ...]
    known: IntArray
    positive: Costs
    negative: Costs
    surround: Costs
    last: Costs
    before: BoolArray
    answer: FloatArray
    logit: FloatArray
    depth: FloatArray | None
    is_given: bool
    window_share: float
    is_focus: bool

    @property
    def n(self) -> int:
        """Number of superpixels."""
        return self.scene.n

    @property
    def is_correction(self) -> bool:
        """True for a click that mends an answer; else something new begins: a box, a stroke."""
        return bool(self.answer.any() and self.marks and not self.marks[-1].is_stroke)


Rows = list[AnyArray | float]


def click_features(question: Question) -> FloatArray:
    """Return the features named by `CLICK_NAMES`, (features, n) float32."""
    guess = _guess_by_reach(question)
    ratios = _colour_ratios(question, guess)
    rows: Rows = [
        *_reach_rows(question),
        *_look_rows(question),
        *ratios,
        *_answer_rows(question, guess, ratios[1], _mixtures(question, guess)),
        *_first_rows(question),
        *_last_rows(question),
        *_frame_rows(question),
    ]
    features = np.empty((len(rows), question.n), np.float32)
    for k, row in enumerate(rows):
        features[k] = row
    return features


def _guess_by_reach(q: Question) -> FloatArray:
    """Return a first idea of what is inside: nearer to positive marks than to anything else."""
    outside = np.minimum(q.negative.along, q.surround.along)
    if q.depth is not None and not any(mark.positive for mark in q.marks):
        return np.asarray(np.where(q.depth > 0, np.minimum(outside / 3, 1), 0), np.float32)
    apart = np.clip((q.positive.along - outside) * 2, -20, 20)
    return np.asarray(1 / (1 + np.exp(apart)), np.float32)


def _colour_ratios(q: Question, guess: FloatArray) -> list[FloatArray]:
    half = np.asarray((guess + q.answer) / 2, np.float32)
    mixed = guess if q.answer.max() < 0.5 else half
    around = (q.surround.along == 0).astype(np.float32)
    ratio = q.scene.log_ratio
    return [ratio(guess, 1 - guess), ratio(mixed, 1 - mixed), ratio(1 - around, around)]


def _reach_rows(q: Question) -> Rows:
    p, n, s, size = q.positive, q.negative, q.surround, q.scene.frame.diagonal
    outside = np.minimum(n.along, s.along)
    return [
        p.along, n.along, outside, s.along,
        p.along - outside,
        p.along / (p.along + outside + 0.05),
        p.along / (p.along + n.along + 0.05),
        p.across, n.across, s.across,
        p.across - np.minimum(n.across, s.across),
        p.across - n.across,
        p.above, n.above, s.above,
        p.above - np.minimum(n.above, s.above),
        p.apart / size, n.apart / size,
        p.apart / (p.apart + n.apart + 1),
        p.along / (p.apart / size + 0.02),
        n.along / (n.apart / size + 0.02),
        p.along / (s.along + 0.05),
    ]  # fmt: skip


def _examples(marks: tuple[Mark, ...], positive: bool) -> IntArray:
    """Return superpixels of all marks of a kind; a few of each where there are many."""
    nodes = [mark.nodes for mark in marks if mark.positive == positive and len(mark.nodes)]
    if not nodes:
        return np.zeros(0, np.int32)
    every = np.concatenate(nodes)
    return every[:: -(-len(every) // MOST_EXAMPLES)]


def _look_rows(q: Question) -> Rows:
    scene, rows = q.scene, Rows()
    positive, negative = _examples(q.marks, True), _examples(q.marks, False)
    for look in (scene.near_colour, scene.far_colour, scene.near_texture):
        to_positive = np.minimum(_core.nearest(look, look[positive])[0], 90)
        to_negative = np.minimum(_core.nearest(look, look[negative])[0], 90)
        rows += [to_positive, to_negative, to_positive - to_negative]
    return rows


def _answer_rows(
    q: Question, guess: FloatArray, ratio: FloatArray, mixtures: list[FloatArray]
) -> Rows:
    scene, s = q.scene, q.scene.superpixels
    spread = np.stack([q.answer, guess, ratio, q.logit, *mixtures], axis=1)
    around = _core.diffuse(s.graph, scene.affinity, spread, 8).T
    return [
        q.answer, around[0], around[1], around[2], q.logit, around[3],
        scene.place, scene.mean_boundary, s.area,
        *mixtures, *around[4:],
    ]  # fmt: skip


def _mixtures(q: Question, guess: FloatArray) -> list[FloatArray]:
    """Return what colours say, begun from what is within reach and from the previous answer.

    They get several rounds to settle where a prompt begins something new. A click that corrects
    an answer finds colours that have settled already.
    """
    if q.is_correction:
        ratio = compare_colours(q.scene, q.answer > 0.5)
        return [np.zeros_like(ratio), guess, ratio, q.answer]
    reach, middle = _beginnings(q, guess)
    by_reach = cut_by_colours(q.scene, reach, q.known, 3)
    by_answer = cut_by_colours(q.scene, q.answer > 0.5 if q.answer.any() else middle, q.known, 2)
    return [*by_reach, *by_answer]


def _beginnings(q: Question, guess: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return two first ideas of what is inside, before there is any answer.

    With a box alone, all of it and the ellipse in it; else what is within reach, and a disc around
    the first positive mark.
    """
    if q.depth is not None and not any(mark.positive for mark in q.marks):
        inside = q.depth > 0
        middle = (_off_middle(q.scene.superpixels.centre_xy, inside) ** 2).sum(0) < 1
        return np.asarray(inside), np.asarray(inside & middle)
    distance, room = _from_first(q)
    return np.asarray(guess > 0.5), np.asarray(distance < max(3.0, FIRST_DISC * room))


def _first_rows(q: Question) -> Rows:
    """Return rows about the first positive mark, the best witness of where the middle is."""
    height, width = q.scene.frame.size_hw
    xy = q.scene.superpixels.centre_xy
    x, y = _first_xy(q)
    distance, room = _from_first(q)
    size, area = q.scene.frame.diagonal, q.scene.superpixels.area
    return [
        distance / size,
        distance / (room + 1),
        room / size,
        np.abs(xy[:, 0] - x) / width,
        np.abs(xy[:, 1] - y) / height,
        float(sum(mark.positive for mark in q.marks)),
        float(sum(not mark.positive for mark in q.marks)),
        float(q.answer @ area / area.sum()),
    ]


def _first_xy(q: Question) -> tuple[float, float]:
    """Return the middle of the first positive mark, or of the frame."""
    pointed = [mark.points for mark in q.marks if mark.positive and len(mark.points)]
    height, width = q.scene.frame.size_hw
    return tuple(pointed[0].mean(0)) if pointed else (width / 2, height / 2)


def _from_first(q: Question) -> tuple[FloatArray, float]:
    """Return distances (n,) to the first positive mark, and its own to the frame's nearest side."""
    x, y = _first_xy(q)
    height, width = q.scene.frame.size_hw
    xy = q.scene.superpixels.centre_xy
    return np.hypot(xy[:, 0] - x, xy[:, 1] - y), max(0.0, min(x, y, width - x, height - y))


def _last_rows(q: Question) -> Rows:
    """Return rows about the newest mark: it says where, and in which way, the answer is wrong."""
    if not q.marks or not len(q.marks[-1].nodes):
        return [0.0] * len(LAST_NAMES)
    scene, mark, last = q.scene, q.marks[-1], q.last
    graph, area, size = scene.superpixels.graph, scene.superpixels.area, scene.frame.diagonal
    node = mark.nodes[len(mark.nodes) // 2]
    wrong = (q.answer < 0.5) if mark.positive else (q.answer >= 0.5)
    both_wrong = wrong[graph.first] & wrong[graph.second]
    within = scene.along(mark.nodes, np.where(both_wrong, scene.cost, np.float32(FARTHEST)))
    joined = within < FARTHEST
    other = (q.negative if mark.positive else q.positive).along
    room = room_of(q.before, mark)
    return [
        last.along, last.across, last.above, last.apart / size, within,
        last.apart / (room + 2), room / size, float(mark.positive), wrong,
        *(_distance_to(look, node) for look in
          (scene.near_colour, scene.far_colour, scene.near_texture)),
        last.along / (last.along + other + 0.05),
        within / (within + other + 0.05),
        joined, float(area[joined].sum() / area.sum()),
        float(q.logit[node]),
        *scene.common_regions(int(node)),
    ]  # fmt: skip


def _distance_to(look: FloatArray, node: int) -> FloatArray:
    return _core.nearest(look, np.ascontiguousarray(look[node : node + 1]))[0]


def room_of(before: BoolArray, mark: Mark) -> float:
    """Return how far a mark is from the outline that it corrects, in working pixels."""
    error = ~before if mark.positive else before
    padded = np.pad(error.view(np.uint8), 1)
    room = cv2.distanceTransform(padded, cv2.DIST_L2, 3)
    height, width = before.shape
    x, y = mark.points[len(mark.points) // 2]
    column, row = int(np.clip(x + 0.5, 0, width - 1)), int(np.clip(y + 0.5, 0, height - 1))
    return float(room[row + 1, column + 1])


def _frame_rows(q: Question) -> Rows:
    frame = [float(q.is_given), q.window_share, float(q.is_focus)]
    if q.depth is None:
        return [-1.0, -1.0, -1.0, 0.0, *frame]
    return [q.depth, *_off_middle(q.scene.superpixels.centre_xy, q.depth > 0), 1.0, *frame]


def _off_middle(xy: FloatArray, inside: BoolArray) -> FloatArray:
    """Return how far places are from a box's middle across and down, (2, n): 1 at its sides."""
    if not inside.any():
        return np.zeros((2, len(xy)), np.float32)
    low, high = xy[inside].min(0), xy[inside].max(0)
    apart = np.abs(2 * xy - low - high) / np.maximum(high - low, 1)
    return np.asarray(np.minimum(apart, 2).T, np.float32)
