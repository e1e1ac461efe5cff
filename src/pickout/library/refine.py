"""From a matched region to the object's exact outline."""

from __future__ import annotations

import cv2
import numpy as np

from pickout.arrays import BoolArray
from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import Box, Lasso, Prompt, Scribble, check_prompt
from pickout.segmenters.base import Segmenter

_MARGIN, _PLACED_MARGIN = 0.08, 0.05
_N_STROKES = 5
_MIN_AGREEMENT = 0.3


def refine_region(
    image: Image, region: Mask, segmenter: Segmenter, *, is_placed: bool = False
) -> Mask:
    """Return the object that a rough region shows, as the segmenter sees it.

    The segmenter gets a box with some room around the region, or a lasso close around it, and
    strokes deep inside it. If its answer has little in common with the region, the region itself is
    the better answer.

    Parameters
    ----------
    image : Image
    region : Mask
        Of the picture's size, not empty.
    segmenter : Segmenter
    is_placed : bool
        Whether the region is the query's own outline, laid where local features agree: then the
        object is not far outside of it, whatever lies beside.

    Returns
    -------
    mask : Mask
        Never empty.
    """
    prompts = [
        check_prompt(prompt, image.size_hw) for prompt in prompts_for(region, is_placed=is_placed)
    ]
    prepared = segmenter.analyse(image)
    answer = prepared.segment(prompts, None)
    overlap = np.count_nonzero(answer & region.array)
    union = np.count_nonzero(answer | region.array)
    return Mask(answer) if overlap > _MIN_AGREEMENT * union else region


def prompts_for(region: Mask, *, is_placed: bool = False) -> list[Prompt]:
    """Return the prompts that point at a region: a roomy box or close lasso, and strokes inside."""
    enclosure = _lasso_around(region) if is_placed else _box_around(region)
    strokes = [Scribble(((x, y),), radius=depth / 2) for x, y, depth in deep_places(region.array)]
    return [enclosure, *strokes]


def _lasso_around(region: Mask) -> Lasso:
    x0, y0, x1, y1 = region.box_xyxy or (0, 0, 1, 1)
    room = round(_PLACED_MARGIN * max(x1 - x0, y1 - y0)) + 2
    outside = np.pad(~region.array[y0:y1, x0:x1], room + 1, constant_values=True)
    distance = cv2.distanceTransform(outside.view(np.uint8), cv2.DIST_L2, 5)
    near = (distance <= room).astype(np.uint8)
    lines, _ = cv2.findContours(near, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    # Parts that lie apart are enclosed together.
    line = lines[0] if len(lines) == 1 else cv2.convexHull(np.concatenate(lines))
    corners = cv2.approxPolyDP(line, 1.0, closed=True)[:, 0]
    points = (corners - (room + 1) + (x0, y0)).astype(float)
    return Lasso(tuple((x, y) for x, y in points.tolist()))


def _box_around(region: Mask) -> Box:
    x0, y0, x1, y1 = region.box_xyxy or (0, 0, 1, 1)
    room_x, room_y = _MARGIN * (x1 - x0) + 2, _MARGIN * (y1 - y0) + 2
    height, width = region.size_hw
    return Box(
        max(0, x0 - room_x),
        max(0, y0 - room_y),
        min(width, x1 + room_x),
        min(height, y1 + room_y),
    )


def deep_places(inside: BoolArray) -> list[tuple[float, float, float]]:
    """Return up to five places (x, y, distance to the edge) far inside a mask, deepest first."""
    depth = cv2.distanceTransform(np.pad(inside, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    deepest = float(depth.max())
    places: list[tuple[float, float, float]] = []
    while len(places) < _N_STROKES:
        row, column = np.unravel_index(int(depth.argmax()), depth.shape)
        found = float(depth[row, column])
        if found < max(0.3 * deepest, 1e-6):
            break
        places.append((float(column), float(row), found))
        cv2.circle(depth, (int(column), int(row)), int(2 * found) + 1, 0.0, -1)
    return places
