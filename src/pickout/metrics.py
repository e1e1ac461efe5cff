"""Numbers on masks and on rankings, each with its definition and its degenerate cases.

Masks are (H, W) arrays of bool (a `pickout.Mask` will do). Where a truth is not sure, `ignore`
marks the pixels that count for nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from pickout.arrays import AnyArray, BoolArray, check_dtype, check_range, check_shape
from pickout.distances import depth_inside
from pickout.errors import ArgumentError
from pickout.masks import Mask

MaskLike = Mask | AnyArray


def iou(mask: MaskLike, truth: MaskLike, ignore: MaskLike | None = None) -> float:
    """Return intersection over union: ``|mask & truth| / |mask | truth|`` without ignored pixels.

    Parameters
    ----------
    mask, truth : (H, W) ndarray of bool
    ignore : (H, W) ndarray of bool, optional
        Pixels left out of both counts.

    Returns
    -------
    iou : float
        In [0, 1]; 1 if both are empty (outside the ignored pixels), 0 if only one is.

    Raises
    ------
    ArgumentError
        If the arrays are not boolean or differ in size.
    """
    given, true, counted = _prepared(mask, truth, ignore)
    union = np.count_nonzero((given | true) & counted)
    both = np.count_nonzero(given & true & counted)
    return both / union if union else 1.0


def boundary_iou(
    mask: MaskLike,
    truth: MaskLike,
    ignore: MaskLike | None = None,
    *,
    distance: float | None = None,
) -> float:
    """Return the IoU of the inner bands along both outlines [1]_: how well the edges agree.

    The band of a mask is its pixels within `distance` of a pixel outside; outside the picture is
    outside the mask.

    Parameters
    ----------
    mask, truth : (H, W) ndarray of bool
    ignore : (H, W) ndarray of bool, optional
        Pixels left out of both bands.
    distance : float, optional
        Width of the bands in pixels, at least 1; by default 2 % of the picture's diagonal, as in
        the paper.

    Returns
    -------
    iou : float
        In [0, 1]; 1 if both masks are empty, 0 if only one is.

    Raises
    ------
    ArgumentError
        If the arrays are not boolean or differ in size, or `distance` is below 1.

    References
    ----------
    .. [1] Cheng, Girshick, Dollár, Berg, Kirillov, *Boundary IoU: Improving Object-Centric Image
       Segmentation Evaluation*, CVPR 2021. The bands here are Euclidean, not square.
    """
    given, true, counted = _prepared(mask, truth, ignore)
    width = max(1.0, 0.02 * math.hypot(*given.shape)) if distance is None else distance
    if not width >= 1:
        raise ArgumentError(f"the distance should be at least 1 pixel, but it is {distance}.")
    return iou(_inner_band(given, width), _inner_band(true, width), ~counted)


def boundary_distance(mask: MaskLike, truth: MaskLike, ignore: MaskLike | None = None) -> float:
    """Return how far apart two outlines lie on average, in pixels.

    The outline of a mask is its pixels that have a neighbour above, below, left or right outside
    the mask; the picture's border is no outline. Every outline pixel has its distance to the
    nearest one of the other outline; the result is the mean of the two means, mask to truth and
    truth to mask. Ignored pixels belong to the nearer of object and background, so that the
    truth's outline runs along the middle of an ignored band.

    Parameters
    ----------
    mask, truth : (H, W) ndarray of bool
    ignore : (H, W) ndarray of bool, optional
        Pixels of which the truth is not known.

    Returns
    -------
    distance : float
        In pixels, 0 if the outlines are the same; infinite if only one mask has an outline (the
        other is empty or full), or if one is empty and the other is full.

    Raises
    ------
    ArgumentError
        If the arrays are not boolean or differ in size.
    """
    given, true, counted = _prepared(mask, truth, ignore)
    true = _fill_ignored(true, ~counted)
    ours, theirs = _outline(given), _outline(true)
    if not ours.any() and not theirs.any():
        return 0.0 if np.array_equal(given, true) else math.inf
    if not ours.any() or not theirs.any():
        return math.inf
    to_truth = float(depth_inside(~theirs)[ours].mean())
    to_mask = float(depth_inside(~ours)[theirs].mean())
    return (to_truth + to_mask) / 2


def boundary_tolerance(truth: MaskLike, threshold: float, ignore: MaskLike | None = None) -> float:
    """Return how far off a whole outline may lie before the IoU falls below a threshold, in pixels.

    To first order: an outline that is moved inwards by d pixels loses d pixels of area for every
    pixel of its length. Thin and small objects need outlines that hit the truth within less than
    a pixel. The length is π/4 times the number of neighbours, side by side or one above the other,
    of which only one is inside: the mean over all directions of a straight line.

    Parameters
    ----------
    truth : (H, W) ndarray of bool
    threshold : float
        In [0, 1].
    ignore : (H, W) ndarray of bool, optional
        Pixels of which the truth is not known; treated as in `boundary_distance`.

    Returns
    -------
    distance : float
        Infinite if the mask has no outline.

    Raises
    ------
    ArgumentError
        If the arrays are not boolean or differ in size, or the threshold is no share.
    """
    check_range("threshold", threshold, 0, 1)
    true, _, counted = _prepared(truth, truth, ignore)
    true = _fill_ignored(true, ~counted)
    sides = np.count_nonzero(true[1:] != true[:-1]) + np.count_nonzero(true[:, 1:] != true[:, :-1])
    if not sides:
        return math.inf
    return (1 - threshold) * int(np.count_nonzero(true)) / (math.pi / 4 * sides)


def clicks_needed(ious: Sequence[float], threshold: float) -> int | None:
    """Return the first click (from 1) whose IoU is at least `threshold`; None if there is none."""
    return next((index for index, value in enumerate(ious, 1) if value >= threshold), None)


def noc(curves: Iterable[Sequence[float]], threshold: float, limit: int = 20) -> float:
    """Return the mean number of clicks until the IoU reaches `threshold`.

    Parameters
    ----------
    curves : iterable of sequences of float
        For every object the IoU after click 1, 2, …; it may end once the threshold is reached.
    threshold : float
        In [0, 1]; reached means at least.
    limit : int
        Clicks counted for an object that does not reach it within that many, as the published
        tables do. Count those objects with `clicks_needed` to tell them from late successes.

    Returns
    -------
    clicks : float
        NaN if there are no curves.
    """
    needed = [clicks_needed(curve[:limit], threshold) or limit for curve in curves]
    return float(np.mean(needed)) if needed else math.nan


def average_precision(relevant: Sequence[bool], n_relevant: int | None = None) -> float:
    """Return the average precision of one ranking.

    ``AP = 1 / R * sum of P(k) over all ranks k that hold a relevant item``, where P(k) is the
    share of relevant items among the first k and R the number of relevant items that exist.
    Nothing is interpolated; a relevant item that is missing from the ranking counts as 0.

    Parameters
    ----------
    relevant : sequence of bool
        Whether each item is relevant, best rank first.
    n_relevant : int, optional
        How many relevant items exist; by default those in the ranking.

    Returns
    -------
    ap : float
        In [0, 1]; 1 if all relevant items come first.

    Raises
    ------
    ArgumentError
        If no relevant item exists (AP is undefined), or more are ranked than exist.
    """
    flags = np.asarray(relevant, bool)
    ranks = np.flatnonzero(flags) + 1
    total = _number_of_relevant(len(ranks), n_relevant)
    return float((np.arange(1, len(ranks) + 1) / ranks).sum() / total)


def mean_average_precision(
    rankings: Sequence[Sequence[bool]], n_relevant: Sequence[int] | None = None
) -> float:
    """Return the mean of `average_precision` over queries.

    Parameters
    ----------
    rankings : sequence of sequences of bool
        One per query, without the query's own picture.
    n_relevant : sequence of int, optional
        For each query, how many relevant items exist.

    Returns
    -------
    map : float
        Queries for which nothing relevant exists are left out; NaN if none remains.
    """
    totals = n_relevant
    if totals is None:
        totals = [int(np.count_nonzero(flags)) for flags in rankings]
    values = [
        average_precision(flags, total)
        for flags, total in zip(rankings, totals, strict=True)
        if total > 0
    ]
    return float(np.mean(values)) if values else math.nan


def precision_at_k(relevant: Sequence[bool], k: int) -> float:
    """Return the share of relevant items among the first `k`; a missing rank counts as wrong.

    With fewer than k relevant items in existence, 1 cannot be reached.

    Raises
    ------
    ArgumentError
        If `k` is below 1.
    """
    _check_k(k)
    return int(np.count_nonzero(np.asarray(relevant[:k], bool))) / k


def recall_at_k(relevant: Sequence[bool], k: int, n_relevant: int | None = None) -> float:
    """Return the share of all relevant items that are among the first `k`.

    The bull's-eye score of shape collections is this with k twice the number of relevant items,
    the query itself among both.

    Raises
    ------
    ArgumentError
        If `k` is below 1, no relevant item exists, or more are ranked than exist.
    """
    _check_k(k)
    flags = np.asarray(relevant, bool)
    total = _number_of_relevant(int(np.count_nonzero(flags)), n_relevant)
    return int(np.count_nonzero(flags[:k])) / total


def _number_of_relevant(ranked: int, existing: int | None) -> int:
    total = ranked if existing is None else existing
    if total < 1:
        raise ArgumentError("nothing relevant exists for this query; leave it out of the mean.")
    if ranked > total:
        raise ArgumentError(f"{ranked} relevant items are ranked, but only {total} exist.")
    return total


def _check_k(k: int) -> None:
    if k < 1:
        raise ArgumentError(f"k should be at least 1, but it is {k}.")


def _prepared(
    mask: MaskLike, truth: MaskLike, ignore: MaskLike | None
) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Return mask, truth and the pixels that count, checked and of one size."""
    given, true = np.asarray(mask), np.asarray(truth)
    unsure = np.zeros(true.shape, np.bool_) if ignore is None else np.asarray(ignore)
    check_shape("mask", given, ("height", "width"))
    for name, array in (("mask", given), ("truth", true), ("ignore", unsure)):
        check_dtype(name, array, np.bool_)
        check_shape(name, array, given.shape)
    return given, true, ~unsure


def _inner_band(mask: BoolArray, width: float) -> BoolArray:
    """Return the mask's pixels within `width` of the outside."""
    return mask & (depth_inside(mask, walled=True) <= width)


def _outline(mask: BoolArray) -> BoolArray:
    """Return the mask's pixels with a 4-neighbour outside it but inside the picture."""
    import cv2

    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    # OpenCV's default border never erodes, so the picture's border makes no outline.
    return mask & ~cv2.erode(mask.astype(np.uint8), cross).astype(np.bool_)


def _fill_ignored(truth: BoolArray, ignore: BoolArray) -> BoolArray:
    """Return the truth with every ignored pixel given to the nearer of object and background."""
    if not ignore.any():
        return truth
    object_, background = truth & ~ignore, ~truth & ~ignore
    if not object_.any() or not background.any():
        return np.full(truth.shape, bool(object_.any()))
    nearer = depth_inside(~object_) < depth_inside(~background)
    return object_ | (ignore & nearer)
