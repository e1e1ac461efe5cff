"""Where the answer may be wrong: places that are nearly undecided, and what hangs on them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout import _core
from pickout.arrays import BoolArray, FloatArray, IntArray
from pickout.segmenters._superpixel.scene import Scene
from pickout.segmenters._superpixel.solve import best_cut
from pickout.segmenters._superpixel.state import State
from pickout.segmenters._superpixel.view import LEANING, View
from pickout.segmenters.base import Doubt

TRIED = 24
"""So many places are looked into, however few are wanted: the first of few is the first of many."""

APART = 0.05
"""Places are at least this share of the frame's diagonal away from each other and from marks."""

SMOOTHING = 4
"""Steps by which the likelihood of an error spreads to places without a boundary between."""

NUDGE, REACH = 4.0, 0.3
"""By how much an answer moves the log odds where it is given; after a way of this cost, by 1 / e
of it."""

FARTHEST = 5 * REACH
"""Beyond this, an answer is taken to say nothing."""

LIKELY = 0.7
"""A point is chosen among places about as likely wrong as the one where the doubt began."""


ASKED_AGAIN = 0.5
"""How much less is looked for in what hangs on another place: the search spreads."""


@dataclass(frozen=True, eq=False)
class Present:
    """The present answer, as the superpixels see it.

    Parameters
    ----------
    scene : Scene
    before : (H, W) ndarray of bool
        At working size.
    inside : (n,) ndarray of bool
    logit : (n,) ndarray of float32
        What the click model said.
    known : (n,) ndarray of int32
        1 and -1 where a mark decides, else 0.
    wrong : (n,) ndarray of float32
        How likely the answer is to be wrong, 0 where it is known.
    """

    scene: Scene
    before: BoolArray
    inside: BoolArray
    logit: FloatArray
    known: IntArray
    wrong: FloatArray


@dataclass(frozen=True, eq=False)
class Place:
    """A place that was looked into.

    Parameters
    ----------
    point : (2,) ndarray of float32
        (x, y) in working pixels.
    gain : float
        Working pixels that an answer there is expected to put right.
    turned : (n,) ndarray of bool
        The superpixels that would change if the answer there is wrong.
    """

    point: FloatArray
    gain: float
    turned: BoolArray


def find_doubts(state: State, n: int) -> list[Doubt]:
    """Return at most `n` places where the answer may be wrong, best gain first."""
    if state.asked is None:
        return []  # nothing but given masks, or prompts that these agree with
    now = _present(state)
    places = sorted(_places(now), key=lambda place: -place.gain)
    doubts: list[Doubt] = []
    taken = _marked_points(state.view)
    asked = np.zeros(now.scene.n, bool)  # where an earlier answer is expected to do
    for place in places:
        if len(doubts) == n:
            break
        doubt = _doubt(place, state)
        is_asked = asked[_superpixel_at(now, place.point)]
        if is_asked or not _is_free(place.point, taken, now) or _is_settled(doubt, state):
            continue
        doubts.append(doubt)
        asked |= place.turned
        taken = np.concatenate([taken, place.point[None]])
    return doubts


def _present(state: State) -> Present:
    scene, known = state.view.scene, state.view.known()
    before = scene.frame.working_mask(state.mask)
    inside = scene.superpixels.share(before) > 0.5
    logit = state.view.logit
    wrong = (known == 0) / (1 + np.exp(np.where(inside, logit, -logit)))
    return Present(scene, before, inside, logit, known, wrong.astype(np.float32))


def _places(now: Present) -> list[Place]:
    """Return places apart from each other, in whose surroundings errors are likeliest."""
    scene = now.scene
    graph, centres = scene.superpixels.graph, scene.superpixels.centre_xy
    around = _core.diffuse(graph, scene.affinity, now.wrong[:, None], SMOOTHING)[:, 0]
    left = np.where(now.known == 0, around, 0)
    places: list[Place] = []
    while len(places) < TRIED and left.max() > 0:
        node = int(left.argmax())
        places.append(_place(now, node))
        left[places[-1].turned] *= ASKED_AGAIN
        distance = np.hypot(*(centres - centres[node]).T)
        left[distance <= APART * scene.frame.diagonal] = 0
    return places


def _place(now: Present, node: int) -> Place:
    """Return where to ask about a superpixel, and what would change if it is wrong."""
    scene, graph = now.scene, now.scene.superpixels.graph
    sign = -1 if now.inside[node] else 1
    source = np.array([node], np.int32)
    way = _core.geodesic(graph, scene.cost, source, limit=FARTHEST)
    nudge = NUDGE * np.exp(-way / REACH)
    logit = np.asarray(now.logit + sign * nudge, np.float32)
    known = now.known.copy()
    known[node] = sign
    turned = (best_cut(scene.superpixels, logit + LEANING, known) != now.inside) & (
        now.inside == now.inside[node]
    )
    turned[node] = True
    turned = _core.component(graph, turned, source)
    right = 1 / (1 + np.exp(-sign * logit))
    net = float((scene.superpixels.area * (2 * right - 1))[turned].sum())
    point = _middle(now, turned, node)
    likelihood = float(now.wrong[_superpixel_at(now, point)])
    return Place(point, likelihood * max(net, 0.0), turned)


def _middle(now: Present, turned: BoolArray, node: int) -> FloatArray:
    """Return the point deepest in what is as likely wrong as `node`, around it."""
    s = now.scene.superpixels
    likely = turned & (now.wrong >= LIKELY * now.wrong[node])
    likely[node] = True
    likely = _core.component(s.graph, likely, np.array([node], np.int32))
    pixels = likely[s.labels] & (now.before == now.inside[node])
    left, top, width, height = cv2.boundingRect(pixels.view(np.uint8))
    padded = np.pad(pixels[top : top + height, left : left + width].view(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    y, x = np.unravel_index(depth.argmax(), depth.shape)
    return np.array([left + x, top + y], np.float32)


def _superpixel_at(now: Present, point: FloatArray) -> int:
    x, y = point.astype(int)
    return int(now.scene.superpixels.labels[y, x])


def _marked_points(view: View) -> FloatArray:
    """Return all points of marks in working pixels, (k, 2)."""
    points = [mark.points for mark in view.marks]
    return np.concatenate([np.zeros((0, 2), np.float32), *points])


def _is_free(point: FloatArray, taken: FloatArray, now: Present) -> bool:
    distance = np.hypot(*(taken - point).T)
    return bool((distance > APART * now.scene.frame.diagonal).all())


def _is_settled(doubt: Doubt, state: State) -> bool:
    """Tell whether a prompt says for certain what is at this very pixel."""
    x, y = int(doubt.x), int(doubt.y)
    return any(stamp.covers(x, y) != stamp.only for _, stamp in state.stamped)


def _doubt(place: Place, state: State) -> Doubt:
    """Return a place in full pixels."""
    frame = state.view.scene.frame
    height, width = state.mask.shape
    at = np.rint(frame.to_full(place.point[None])[0]).astype(int)
    x, y = (int(v) for v in np.clip(at, 0, (width - 1, height - 1)))
    pixels = place.gain / (frame.scale_xy[0] * frame.scale_xy[1])
    return Doubt(x, y, bool(state.mask[y, x]), float(pixels))
