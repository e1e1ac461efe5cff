"""Simulated users of the network alone: they mark cells."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from pickout.segmenters._superpixel.prompt_maps import prompt_maps
from training.examples import Example


class User:
    """Somebody who marks an object, cell by cell; sees what the network answered."""

    def __init__(self, seen: Example, rng: np.random.Generator | None, begins: str = "") -> None:
        self.seen, self.rng = seen, rng
        self.positive, self.negative = np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
        self.newest: tuple[np.ndarray, bool] | None = None
        self.box: np.ndarray | None = None
        self.before = np.zeros_like(seen.share)
        self.clicked = np.zeros(seen.share.shape, bool)
        if not begins and rng is not None:
            begins = rng.choice(["click", "box", "strokes", "given"], p=[0.55, 0.2, 0.15, 0.1])
        if begins == "box":
            self._box()
        elif begins == "strokes":
            self._strokes()
        else:
            if begins == "given":
                self.before = self._spoilt()
            self.click()

    def click(self) -> None:
        """Click into the widest error."""
        inside, wrong_known = self.seen.inside, self.seen.known > 0.5
        answer = self.before > 0.5
        errors = [e & wrong_known & ~self.clicked for e in (inside & ~answer, ~inside & answer)]
        rooms = [_room(error) for error in errors]
        side = int(rooms[0].max() <= rooms[1].max())
        if not errors[side].any():
            side, rooms = 0, [_room(inside), rooms[1]]
        row, column = np.unravel_index(int(rooms[side].argmax()), inside.shape)
        if self.rng is not None:
            near = rooms[side] >= (0.35 if self.rng.random() < 0.5 else 0.9) * rooms[side].max()
            places = np.argwhere(near & (rooms[side] > 0))
            row, column = places[self.rng.integers(len(places))] if len(places) else (row, column)
        self.clicked[row, column] = True
        self._mark(np.array([[column, row]], np.float32), side == 0)

    def answered(self, odds: np.ndarray) -> None:
        """Remember an answer, (h, w) log odds; now and then a better one than was given."""
        self.before = said(odds)
        if self.rng is not None and self.rng.random() < 0.3:
            self.before = self._spoilt()

    def maps(self) -> np.ndarray:
        """Return what the network is told, (7, h, w)."""
        return prompt_maps(
            self.seen.share.shape, self.positive, self.negative, self.newest, self.box, self.before
        )

    def _mark(self, points: np.ndarray, positive: bool) -> None:
        points = np.asarray(points, np.float32)
        if self.rng is not None:
            points = points + self.rng.uniform(-0.4, 0.4, points.shape).astype(np.float32)
        if positive:
            self.positive = np.concatenate([self.positive, points])
        else:
            self.negative = np.concatenate([self.negative, points])
        self.newest = (points, positive)

    def _box(self) -> None:
        inside = self.seen.share > 0.1 if self.seen.share.max() > 0.1 else self.seen.inside
        loose = 0.0
        if self.rng is not None:
            loose = self.rng.uniform(0, 0.12) if self.rng.random() < 0.5 else 0.0
        self.box = np.full(inside.shape, -1, np.float32)
        spans = []
        for axis in (1, 0):
            at = np.flatnonzero(inside.any(axis))
            room = loose * (at[-1] - at[0] + 1)
            spans.append(slice(max(0, int(at[0] - room)), int(at[-1] + room) + 1))
        self.box[spans[0], spans[1]] = 1

    def _strokes(self) -> None:
        assert self.rng is not None
        outside = ~self.seen.inside & (self.seen.known > 0.5)
        for where, positive in ((self.seen.inside, True), (outside, False)):
            room = _room(where)
            places = np.argwhere(room > 0.4 * room.max())
            if len(places):
                ends = places[self.rng.integers(len(places), size=self.rng.integers(2, 5))]
                points = np.concatenate([np.linspace(a, b, 8) for a, b in itertools.pairwise(ends)])
                at = points.round().astype(int)
                points = points[where[at[:, 0], at[:, 1]]]
                self._mark(points[:, ::-1], positive)

    def _spoilt(self) -> np.ndarray:
        """Return the true answer with some discs of it wrong."""
        assert self.rng is not None
        answer = self.seen.inside.astype(np.uint8)
        height, width = answer.shape
        rim = np.argwhere(cv2.morphologyEx(answer, cv2.MORPH_GRADIENT, np.ones((3, 3))) > 0)
        for _ in range(self.rng.integers(1, 4)):
            if len(rim) and self.rng.random() < 0.8:
                row, column = rim[self.rng.integers(len(rim))]
            else:
                row, column = self.rng.integers(height), self.rng.integers(width)
            reach = self.rng.uniform(0.02, 0.2, 2) * (height * width) ** 0.5
            disc = np.zeros_like(answer)
            axes = (int(reach[0]) + 1, int(reach[1]) + 1)
            cv2.ellipse(disc, (int(column), int(row)), axes, 0, 0, 360, 1, -1)
            answer = np.where(disc > 0, self.rng.integers(2), answer).astype(np.uint8)
        return answer.astype(np.float32)


def said(odds: np.ndarray) -> np.ndarray:
    """Return an answer as the network is told it."""
    return (odds > 0).astype(np.float32)


def _room(error: np.ndarray) -> np.ndarray:
    padded = np.pad(error.astype(np.uint8), 1)
    return cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
