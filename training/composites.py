"""Pictures made of two: an object laid into another picture, or two pictures side by side.

What stands out in a photo is not always what is meant. With two objects in a picture, only the
prompts tell. Side by side, objects are smaller parts of what is seen. After
G. Ghiasi et al., *Simple copy-paste is a strong data augmentation method for instance
segmentation*, CVPR 2021, :arxiv:`2012.07177`.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.data import Thing

SHARES = (0.02, 0.25)
"""How much of the picture the laid object covers, at least and at most, before it is fitted."""

STAYS = 0.35
"""The least part of the picture's own object that must stay visible to be asked for."""


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
