"""Pictures made of two: an object laid into another picture, once or often, or side by side.

What stands out in a photo is not always what is meant. With two objects in a picture, only the
prompts tell; where there are many alike, one is meant all the same. Side by side, objects are
smaller parts of what is seen. After G. Ghiasi et al., *Simple copy-paste is a strong data
augmentation method for instance segmentation*, CVPR 2021, :arxiv:`2012.07177`.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.data import Thing

SHARES = (0.02, 0.25)
"""How much of the picture the laid object covers, at least and at most, before it is fitted."""

STAYS = 0.35
"""The least part of an object under others that must stay visible for it to be asked for."""

CROWD = (2, 6)
"""Rows and columns of a crowd, at least, and one more than at most."""

LEAST_SIDE = 10
"""Objects of a crowd are at least so many pixels wide and high."""


def composite(base: Thing, other: Thing, rng: np.random.Generator) -> Thing:
    """Lay the object of `other` into `base`; either of the two is what is meant."""
    cut = _cut_out(other, base.mask.size * rng.uniform(*SHARES), base.mask.shape, rng)
    if cut is None:
        return base
    colours, alpha = cut
    (height, width), (h, w) = base.mask.shape, alpha.shape
    top, left = (
        int(rng.integers(-(side // 4), max(whole - side + side // 4, 1 - side // 4)))
        for whole, side in ((height, h), (width, w))
    )
    here = (slice(max(0, top), min(height, top + h)), slice(max(0, left), min(width, left + w)))
    there = tuple(slice(s.start - o, s.stop - o) for s, o in zip(here, (top, left), strict=True))
    laid = np.zeros((height, width), np.float32)
    laid[here] = alpha[there]
    rgb = base.rgb.copy()
    part = alpha[there][..., None]
    rgb[here] = (part * colours[there] + (1 - part) * rgb[here] + 0.5).astype(np.uint8)
    own = base.mask & (laid < 0.5)
    is_own = rng.random() < 0.5 and own.sum() >= STAYS * base.mask.sum()
    mask = own if is_own else laid >= 0.5
    if not mask.any():
        return base
    return Thing(base.name, rgb, mask, base.ignore & (laid < 0.5))


def beside(base: Thing, other: Thing, rng: np.random.Generator) -> Thing:
    """Lay the picture of `other` beside that of `base`, whose object is what is meant."""
    axis = int(rng.integers(2))
    length = base.mask.shape[1 - axis]
    scale = length / other.mask.shape[1 - axis]
    depth = max(1, round(other.mask.shape[axis] * scale))
    size = (length, depth) if axis == 0 else (depth, length)
    rgb = cv2.resize(other.rgb, size, interpolation=cv2.INTER_AREA)
    nothing = np.zeros(rgb.shape[:2], bool)
    pairs = (base.rgb, rgb), (base.mask, nothing), (base.ignore, nothing)
    side = 1 if rng.random() < 0.5 else -1
    return Thing(base.name, *(np.concatenate(pair[::side], axis) for pair in pairs))


def crowd(base: Thing, other: Thing, rng: np.random.Generator) -> Thing:
    """Lay the object of `base` into the picture of `other` many times; one of them is meant.

    They may touch, and cover each other. In half of the cases the picture is blurred until nothing
    in it can be told.
    """
    height, width = other.mask.shape
    rows, columns = rng.integers(*CROWD, 2)
    step = np.array((width / columns, height / rows))
    cut = _one_of_many(base, step, rng)
    if cut is None:
        return base
    rgb = other.rgb
    if rng.random() < 0.5:
        rgb = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.05, 0.2) * min(height, width))
    rgb, owner, areas = rgb.astype(np.float32), np.zeros((height, width), int), []
    turns = 180 if rng.random() < 0.5 else 8
    cells = rng.permutation(rows * columns)[: max(2, round(rng.uniform(0.7, 1) * rows * columns))]
    for number, cell in enumerate(cells):
        centre = (np.array((cell % columns, cell // columns)) + 0.5 + rng.normal(0, 0.1, 2)) * step
        colours, alpha = _placed(cut, centre, rng.uniform(-turns, turns), (width, height), rng)
        rgb += alpha[..., None] * (colours - rgb)
        owner[alpha >= 0.5] = number + 1
        areas.append((alpha >= 0.5).sum())
    seen = np.bincount(owner.ravel(), minlength=len(areas) + 1)[1:]
    stays = np.flatnonzero((seen >= STAYS * np.array(areas)) & (seen > 0))
    if len(stays) == 0:
        return base
    meant = owner == 1 + rng.choice(stays)
    rgb = np.clip(rgb + 0.5, 0, 255).astype(np.uint8)
    return Thing(base.name, rgb, meant, np.zeros_like(meant))


def _one_of_many(
    thing: Thing, step: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return an object's colours and edge, fit to stand at every step; None if too small."""
    x, y, w, h = cv2.boundingRect(thing.mask.astype(np.uint8))
    fills = rng.uniform(0.55, 1.2) * min(step / (w, h))
    size = max(1, round(w * fills)), max(1, round(h * fills))
    if min(size) < LEAST_SIDE or fills > 2:
        return None
    how = cv2.INTER_AREA if fills < 1 else cv2.INTER_LINEAR
    parts = thing.rgb, thing.mask.astype(np.float32)
    colours, alpha = (cv2.resize(p[y : y + h, x : x + w], size, interpolation=how) for p in parts)
    return colours, alpha


def _placed(
    cut: tuple[np.ndarray, np.ndarray],
    centre: np.ndarray,
    angle: float,
    size: tuple[int, int],
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return an object's colours and edge on a canvas: turned, mirrored, in its own light."""
    colours, alpha = cut
    if rng.random() < 0.5:
        colours, alpha = cv2.flip(colours, 1), cv2.flip(alpha, 1)
    middle = (alpha.shape[1] / 2, alpha.shape[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, angle, rng.uniform(0.85, 1.1))
    matrix[:, 2] += centre - middle
    colours = cv2.warpAffine(colours, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    light = rng.uniform(0.85, 1.15) * rng.uniform(0.97, 1.03, 3)
    return colours * light.astype(np.float32), cv2.warpAffine(alpha, matrix, size)


def _cut_out(
    thing: Thing, area: float, room: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return an object's colours and soft edge, of about `area` pixels; None without an object."""
    rows, columns = (np.flatnonzero(thing.mask.any(axis)) for axis in (1, 0))
    if len(rows) == 0:
        return None
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    colours, mask = thing.rgb[box], thing.mask[box]
    scale = (area / mask.sum()) ** 0.5
    scale = min(scale, 0.95 * room[0] / mask.shape[0], 0.95 * room[1] / mask.shape[1])
    size = tuple(max(3, round(side * scale)) for side in (mask.shape[1], mask.shape[0]))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    colours = cv2.resize(colours, size, interpolation=how)
    alpha = cv2.resize(mask.astype(np.float32), size, interpolation=how)
    alpha = cv2.GaussianBlur(alpha, (0, 0), rng.uniform(0.4, 0.9))
    if rng.random() < 0.5:
        colours, alpha = colours[:, ::-1], alpha[:, ::-1]
    return colours, alpha
