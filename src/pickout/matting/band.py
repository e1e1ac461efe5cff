"""How soft the edge is along an outline, read from the picture's colours across it."""

from __future__ import annotations

import math

import cv2
import numpy as np

from pickout.arrays import BoolArray, ByteArray, FloatArray, IntArray

LEAST = 1.0
"""Half-width of the narrowest band, pixels: a sharp edge mixes one pixel, and masks err by one."""

# Places looked at across the outline, on either side of it.
_STEPS = 16
# The edge has ended where the colour is so close, 0 to 1, to that of the sure side.
_CLOSE = 0.08
# Where object and ground scatter more than this part of their contrast, nothing can be read.
_BLURRY = 0.8
# Shading just inside a sharp outline looks like a soft edge; it may widen the band so far only.
_INWARD = 3.0
# An edge is sharp if so much of the contrast lies so near to the outline, in pixels.
_STEP, _NEAR = 0.8, 2.0
# OpenCV looks up no more than 32766 rows at once, and in pictures of no more of them.
_PIECE = 4096
_SIDES = ((-1, 0), (1, 0), (0, -1), (0, 1))
# A width may exceed the mean of its neighbours' so many times.
_SPIKE = 1.5


def widest_band(size_hw: tuple[int, int]) -> float:
    """Return how far from the outline, in pixels, soft edges are looked for in such a picture."""
    return min(max(0.035 * math.sqrt(size_hw[0] * size_hw[1]), 4.0), 80.0)


def adaptive_trimap(picture: ByteArray, inside: BoolArray, reach: float) -> ByteArray:
    """Return what is surely object, surely background, or to be decided, by the edge's softness.

    Parameters
    ----------
    picture : (H, W, 3) ndarray of uint8
    inside : (H, W) ndarray of bool
    reach : float
        Half-width in pixels of the widest band.

    Returns
    -------
    trimap : (H, W) ndarray of uint8
        0 background, 128 undecided, 255 object.
    """
    inner, outer = np.zeros((2, *inside.shape), np.uint8)
    contours, _ = cv2.findContours(inside.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for contour in contours:
        points = np.asarray(contour.reshape(-1, 2), np.int32)
        inward, outward = edge_widths(picture, inside, points, reach)
        real = _beside_ground(inside, points)
        _paint(inner, points[real], inward[real])
        _paint(outer, points[real], outward[real])
    mask = inside.view(np.uint8)
    undecided = (inner & mask) | (outer & (mask ^ 1))
    # 255, 0, or 128 by arithmetic of bytes: masked writing takes ten times as long.
    three = mask * np.uint8(255) * (undecided ^ 1) + undecided * np.uint8(128)
    return np.asarray(three, np.uint8)


def edge_widths(
    picture: ByteArray, inside: BoolArray, points: IntArray, reach: float
) -> tuple[FloatArray, FloatArray]:
    """Return how far the edge is soft on either side of each point of an outline.

    Parameters
    ----------
    picture : (H, W, 3) ndarray of uint8
    inside : (H, W) ndarray of bool
    points : (n, 2) ndarray of int
        x and y of the object's outermost pixels, in order.
    reach : float
        How far to look, in pixels.

    Returns
    -------
    inward, outward : (n,) ndarray of float32
        Pixels, from `LEAST` to `reach`.

    Notes
    -----
    Colours across the outline are put on a scale from the ground's (0) to the object's (1), both
    taken half the reach away and more, and averaged along the outline. Texture and noise average
    out; what stays is blur, or the share of the ground that hairs cover.
    """
    offsets = np.arange(-_STEPS, _STEPS + 1, dtype=np.float32) * np.float32(reach / _STEPS)
    places = points[:, None] + _normals(points, reach)[:, None] * offsets[:, None]
    colors, known = _across(picture, inside, places.astype(np.float32), offsets)
    share = _mean_share(colors, known, offsets, reach)
    outward = _run(share[:, _STEPS:] > _CLOSE, reach)
    inward = _run(share[:, _STEPS::-1] < 1 - _CLOSE, reach)
    inward = np.minimum(inward, np.maximum(outward, _INWARD))
    is_soft = _step(share, offsets, max(_NEAR, reach / 20)) < _STEP
    return _steady(inward * is_soft, reach), _steady(outward * is_soft, reach)


def _beside_ground(inside: BoolArray, points: IntArray) -> BoolArray:
    """Return which outline points border on background: the picture's border is no outline."""
    height, width = inside.shape
    x, y = points.T
    sides = ((np.clip(x + dx, 0, width - 1), np.clip(y + dy, 0, height - 1)) for dx, dy in _SIDES)
    return np.asarray(~np.all([inside[row, column] for column, row in sides], 0), np.bool_)


def _normals(points: IntArray, reach: float) -> FloatArray:
    """Return unit vectors (n, 2) that point out of the object, smoothed along the outline."""
    step = max(1, min(round(reach / 2), len(points) // 6))
    along = np.roll(points, -step, 0) - np.roll(points, step, 0)
    # OpenCV walks around objects, and inside holes, with the object to the same hand.
    out = np.stack([-along[:, 1], along[:, 0]], 1).astype(np.float32)
    length = np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    return np.asarray(out / length, np.float32)


def _across(
    picture: ByteArray, inside: BoolArray, places: FloatArray, offsets: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the colours at places (n, k, 2), and 1 where a place lies on its side, else 0."""
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    pieces = [slice(first, first + _PIECE) for first in range(0, len(places), _PIECE)]
    seen = [_looked_up(picture, inside, x[piece], y[piece]) for piece in pieces]
    colors, side = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    height, width = inside.shape
    good = ((side > 0) == (offsets <= 0)) | (np.abs(offsets) < 1.5)
    good &= (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    # Beyond the first place on the wrong side lies another edge.
    good[:, _STEPS:] = np.logical_and.accumulate(good[:, _STEPS:], 1)
    good[:, _STEPS::-1] = np.logical_and.accumulate(good[:, _STEPS::-1], 1)
    return colors * np.float32(1 / 255), good.astype(np.float32)


def _looked_up(
    picture: ByteArray, inside: BoolArray, x: FloatArray, y: FloatArray
) -> tuple[ByteArray, ByteArray]:
    """Return the colours and the mask at places, from no more of the picture than they lie in."""
    height, width = inside.shape
    left, right = (int(np.clip(np.floor(v), 0, width - 1)) for v in (x.min(), x.max() + 1))
    top, low = (int(np.clip(np.floor(v), 0, height - 1)) for v in (y.min(), y.max() + 1))
    part = slice(top, low + 1), slice(left, right + 1)
    x, y, edge = x - np.float32(left), y - np.float32(top), cv2.BORDER_REPLICATE
    colors = cv2.remap(picture[part], x, y, cv2.INTER_LINEAR, borderMode=edge)
    side = cv2.remap(inside[part].view(np.uint8), x, y, cv2.INTER_NEAREST, borderMode=edge)
    return np.asarray(colors, np.uint8), np.asarray(side, np.uint8)


def _mean_share(
    colors: FloatArray, known: FloatArray, offsets: FloatArray, reach: float
) -> FloatArray:
    """Return the object's share (n, k) in the colours, averaged along; NaN where unreadable."""
    pool = max(3, round(2 * reach))
    own, own_spread = _moments(colors, known * (offsets <= -reach / 2), 2 * pool)
    ground, ground_spread = _moments(colors, known * (offsets >= reach / 2), 2 * pool)
    spread = (own_spread + ground_spread) / 2
    axis = (own - ground) / (spread + 1e-3)
    power = np.maximum(((own - ground) * axis).sum(1), 1e-6)
    axis /= power[:, None]
    share = np.clip(((colors - ground[:, None]) * axis[:, None]).sum(2), -0.5, 1.5)
    total = _along(known, pool)
    mean = _along(share * known, pool) / np.maximum(total, 1e-3)
    mean[total < 0.1] = np.nan
    mean[np.sqrt((spread * axis**2).sum(1)) > _BLURRY] = np.nan
    return np.asarray(mean, np.float32)


def _moments(colors: FloatArray, weight: FloatArray, pool: int) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance (n, 3) of the colours (n, k, 3) around each outline point."""
    weight = weight.astype(np.float32)
    total = np.maximum(_along(weight.sum(1, keepdims=True), pool), 1e-3)
    first = np.einsum("nk,nkc->nc", weight, colors)
    second = np.einsum("nk,nkc->nc", weight, colors * colors)
    mean = np.asarray(_along(first, pool) / total, np.float32)
    spread = np.maximum(_along(second, pool) / total - mean * mean, 0)
    return mean, np.asarray(spread, np.float32)


def _along(values: FloatArray, pool: int) -> FloatArray:
    """Return the mean of about `pool` neighbours along a closed outline, (n, m) to (n, m)."""
    half = min(pool, len(values) - 1) // 2
    ring = np.concatenate([values[len(values) - half :], values, values[: half + 1]])
    sums = np.cumsum(ring, 0, dtype=np.float64)
    sums = np.concatenate([np.zeros_like(sums[:1]), sums])
    width = 2 * half + 1
    mean = (sums[width : width + len(values)] - sums[: len(values)]) / width
    return np.asarray(mean, np.float32)


def _step(share: FloatArray, offsets: FloatArray, near: float) -> FloatArray:
    """Return how much of the contrast (n,) lies within `near` pixels of one place at the outline.

    The place may lie as far off the outline, because a mask may.
    """
    apart = max(1, round(2 * near / float(offsets[1] - offsets[0])))
    steps = share[:, :-apart] - share[:, apart:]
    middles = (offsets[:-apart] + offsets[apart:]) / 2
    return np.asarray(np.nan_to_num(steps[:, np.abs(middles) <= near]).max(1), np.float32)


def _steady(widths: FloatArray, reach: float) -> FloatArray:
    """Return widths without spikes that their neighbours along the outline do not share."""
    around = _along(widths[:, None], max(3, round(4 * reach)))[:, 0]
    return np.asarray(np.maximum(np.minimum(widths, _SPIKE * around), LEAST), np.float32)


def _run(is_open: BoolArray, reach: float) -> FloatArray:
    """Return how far, in pixels, an edge (n, k) stays open from its start."""
    steps = np.where(is_open.all(1), is_open.shape[1] - 1, (~is_open).argmax(1))
    return np.asarray(steps * (reach / _STEPS), np.float32)


def _paint(canvas: ByteArray, points: IntArray, widths: FloatArray) -> None:
    """Set everything within its width of any of the points to 1."""
    radii = np.rint(widths).astype(np.int32)
    # Discs overlap well enough if they stand a quarter of their radius apart.
    chosen = np.arange(len(points)) % np.maximum(radii // 4, 1) == 0
    for centre, radius in zip(points[chosen].tolist(), radii[chosen].tolist(), strict=True):
        cv2.circle(canvas, centre, radius, 1, -1)
