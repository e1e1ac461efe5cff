"""What the click model sees of every superpixel after a prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pickout import _core
from pickout.arrays import AnyArray, BoolArray, FloatArray, IntArray
from pickout.distances import depth_inside
from pickout.segmenters._superpixel.marks import Mark
from pickout.segmenters._superpixel.mixtures import compare_colours, cut_by_colours
from pickout.segmenters._superpixel.scene import Costs, Scene

LEAST_REACH = 12
"""Half of the side of the square in which the outline is looked for first, in working pixels."""

REACH_NAMES = (
    "positive along", "negative along", "outside along", "surround along",
    "positive less outside along", "positive share along", "positive to negative along",
    "positive across", "negative across", "surround across",
    "positive less outside across", "positive less negative across",
    "positive apart", "negative apart", "positive share apart",
    "positive along per apart", "negative along per apart", "positive to surround along",
)  # fmt: skip
ANSWER_NAMES = (
    "answer", "answer around", "reach around", "logit", "logit around",
    "place", "mean boundary", "area",
)  # fmt: skip
MIXTURE_NAMES = ("mixture", "mixture cut", "mixture around", "mixture cut around")
NETWORK_NAMES = (
    "network", "network around", "like positive", "like negative", "like difference",
    "network at last",
)  # fmt: skip
FIRST_NAMES = (
    "from first", "from first by room", "room of first", "across from first", "down from first",
    "positive marks", "negative marks", "answer area",
)  # fmt: skip
LAST_NAMES = (
    "last along", "last across", "last apart", "last apart by room", "room of last",
    "last positive", "in error", "last to other along", "logit at last",
)  # fmt: skip
FRAME_NAMES = (
    "depth in box", "across box", "down box", "has box", "is given", "window share", "is focus",
)  # fmt: skip
CLICK_NAMES = (
    *REACH_NAMES, *ANSWER_NAMES, *MIXTURE_NAMES,
    *NETWORK_NAMES, *FIRST_NAMES, *LAST_NAMES, *FRAME_NAMES,
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
    opinion : (3, n) ndarray of float32
        What the network says; see `Opinion`.
    depth : (n,) ndarray of float32, optional
        How deep inside a box or lasso a superpixel lies, below 0 outside; None without one.
    is_given : bool
        True after a `MaskPrompt`.
    window_share : float
        Area of the frame's window as a share of the picture.
    is_focus : bool
        True in the surroundings of a late mark, whose rim is known.
    is_correction : bool
        True for a click that mends an answer; see `corrects`.
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
    opinion: FloatArray
    depth: FloatArray | None
    is_given: bool
    window_share: float
    is_focus: bool
    is_correction: bool

    @property
    def n(self) -> int:
        """Number of superpixels."""
        return self.scene.n


Rows = list[AnyArray | float]


def click_features(question: Question) -> FloatArray:
    """Return the features named by `CLICK_NAMES`, (features, n) float32."""
    guess = _guess_by_reach(question)
    rows: Rows = [
        *_reach_rows(question),
        *_answer_rows(question, guess, _mixtures(question, guess)),
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
        p.apart / size, n.apart / size,
        p.apart / (p.apart + n.apart + 1),
        p.along / (p.apart / size + 0.02),
        n.along / (n.apart / size + 0.02),
        p.along / (s.along + 0.05),
    ]  # fmt: skip


def _answer_rows(q: Question, guess: FloatArray, mixtures: list[FloatArray]) -> Rows:
    scene, s = q.scene, q.scene.superpixels
    network, alike, unlike = q.opinion
    spread = np.stack([q.answer, guess, q.logit, *mixtures, network], axis=1)
    around = _core.diffuse(s.graph, scene.affinity, spread, 8).T
    return [
        q.answer, around[0], around[1], q.logit, around[2],
        scene.place, scene.mean_boundary, s.area,
        *mixtures, *around[3:5],
        network, around[5], alike, unlike, alike - unlike, _at_last(q, network),
    ]  # fmt: skip


def _at_last(q: Question, values: FloatArray) -> float:
    """Return a value at the newest mark, 0 without one."""
    nodes = q.marks[-1].nodes if q.marks else ()
    return float(values[nodes[len(nodes) // 2]]) if len(nodes) else 0.0


def _mixtures(q: Question, guess: FloatArray) -> list[FloatArray]:
    """Return what colours say, begun from the network's answer or from the previous one.

    They get two rounds to settle where a prompt begins something new. A click that corrects an
    answer finds colours that have settled already.
    """
    if q.is_correction:
        return [compare_colours(q.scene, q.answer > 0.5), q.answer]
    thought = q.opinion[0] > 0
    begin = thought if thought.any() and not thought.all() else guess > 0.5
    return list(cut_by_colours(q.scene, begin, q.known, 2))


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
    mark, last, size = q.marks[-1], q.last, q.scene.frame.diagonal
    wrong = (q.answer < 0.5) if mark.positive else (q.answer >= 0.5)
    other = (q.negative if mark.positive else q.positive).along
    room = room_of(q.before, mark)
    return [
        last.along, last.across, last.apart / size, last.apart / (room + 2), room / size,
        float(mark.positive), wrong,
        last.along / (last.along + other + 0.05),
        _at_last(q, q.logit),
    ]  # fmt: skip


def room_of(before: BoolArray, mark: Mark) -> float:
    """Return how far a mark is from the outline that it corrects, in working pixels."""
    height, width = before.shape
    x, y = mark.points[len(mark.points) // 2]
    column, row = int(np.clip(x + 0.5, 0, width - 1)), int(np.clip(y + 0.5, 0, height - 1))
    reach = LEAST_REACH
    while True:  # farther and farther around, until the nearest pixel of the outline is in sight
        left, top = max(0, column - reach), max(0, row - reach)
        near = before[top : row + reach + 1, left : column + reach + 1]
        room = depth_inside(near != mark.positive, walled=True)[row - top, column - left]
        if room < reach or reach > max(height, width):
            return float(room)
        reach *= 2


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
