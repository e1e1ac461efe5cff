"""The question: an object in a picture, described as the library describes its regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np

from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray
from pickout.descriptors.base import PictureRegions
from pickout.descriptors.fusion import Fusion
from pickout.errors import ArgumentError
from pickout.images import Image, as_image
from pickout.library.candidates import WORK_SIDE
from pickout.library.keypoints import detect
from pickout.library.records import Keypoints
from pickout.masks import Mask, as_mask, check_mask_fits
from pickout.prompts import Box, check_prompt, drawn

OUTLINE_WEIGHTS = {"color": 1.0, "texture": 1.0, "shape": 0.2}
"""Default weights for a query with a mask; descriptors of others count 1."""

FRAME_WEIGHTS = {"color": 1.0, "texture": 1.5, "shape": 0.0}
"""Default weights for a box or a whole picture, whose outline says nothing of the object's."""

_CLOSE_UP_SIDE = 512
_CLOSE_UP_ZOOM = 2.0


@dataclass(frozen=True, eq=False)
class Query:
    """What is looked for.

    Parameters
    ----------
    vector : (D,) ndarray of float32
        Fused descriptors of the object.
    weights : dict
        Default weight of each descriptor for this kind of query.
    keypoints : Keypoints
        Local features on the object, seen close up.
    shape : (h, w) ndarray of bool
        The object on the close-up on which the key points lie.
    """

    vector: FloatArray
    weights: dict[str, float]
    keypoints: Keypoints
    shape: BoolArray


def make_query(
    image: Image | AnyArray,
    mask: Mask | AnyArray | None,
    box: Sequence[float] | None,
    fusion: Fusion,
) -> Query:
    """Return the query for an object in a picture; see `Library.find` for the arguments.

    Raises
    ------
    ArgumentError
        If both mask and box are given, or the mask is empty or of another size.
    PromptError
        If the box has no area or lies outside the picture.
    """
    picture = as_image(image)
    inside = _object(picture.size_hw, mask, box)
    weights = FRAME_WEIGHTS if mask is None else OUTLINE_WEIGHTS
    reduced, small = _reduced(picture.array, inside)
    vector = fusion.describe(PictureRegions(reduced, small[None]))[0]
    close_up, shape = _close_up(picture.array, inside)
    return Query(
        vector,
        {name: weights.get(name, 1.0) for name in fusion.names},
        _on_object(detect(_grey(close_up)), shape),
        shape,
    )


def _grey(array: ByteArray) -> ByteArray:
    return cast(ByteArray, cv2.cvtColor(array, cv2.COLOR_RGB2GRAY))


def _object(
    size_hw: tuple[int, int], mask: Mask | AnyArray | None, box: Sequence[float] | None
) -> BoolArray:
    """Return the (H, W) bool array of the pixels that are looked for."""
    if mask is not None and box is not None:
        raise ArgumentError("give a mask or a box to say what to find, not both.")
    if box is not None:
        if len(box) != 4:
            raise ArgumentError(f"box should be four numbers x0, y0, x1, y1, not {box!r}.")
        return drawn(cast(Box, check_prompt(Box(*map(float, box)), size_hw)), size_hw)
    if mask is None:
        return np.ones(size_hw, bool)
    given = as_mask(mask)
    check_mask_fits(given, size_hw)
    if given.is_empty:
        raise ArgumentError("the mask is empty, so there is nothing to find; mark the object.")
    return given.array


def _reduced(array: ByteArray, inside: BoolArray) -> tuple[ByteArray, BoolArray]:
    """Return picture and mask at the size on which the library describes regions."""
    scale = min(1.0, WORK_SIDE / max(inside.shape))
    return _scaled(array, inside, scale)


def _close_up(array: ByteArray, inside: BoolArray) -> tuple[ByteArray, BoolArray]:
    """Return the part of picture and mask around the object, as large as is useful."""
    x0, y0, x1, y1 = Mask(inside).box_xyxy or (0, 0, inside.shape[1], inside.shape[0])
    margin = max(8, (x1 - x0) // 10, (y1 - y0) // 10)
    rows = slice(max(0, y0 - margin), y1 + margin)
    columns = slice(max(0, x0 - margin), x1 + margin)
    part, shape = array[rows, columns], inside[rows, columns]
    scale = min(_CLOSE_UP_ZOOM, _CLOSE_UP_SIDE / max(shape.shape))
    return _scaled(part, shape, scale)


def _scaled(array: ByteArray, inside: BoolArray, scale: float) -> tuple[ByteArray, BoolArray]:
    height, width = inside.shape
    size_wh = max(1, round(width * scale)), max(1, round(height * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = cv2.resize(np.ascontiguousarray(array), size_wh, interpolation=way)
    share = cv2.resize(inside.astype(np.float32), size_wh, interpolation=way)
    # Of an object smaller than a reduced pixel, the pixels with its largest share stay.
    return cast(ByteArray, picture), share >= min(0.5, float(share.max()))


def _on_object(points: Keypoints, shape: BoolArray) -> Keypoints:
    """Return the key points that lie on the object."""
    columns, rows = np.floor(points.places).astype(int).T
    is_on = shape[np.clip(rows, 0, shape.shape[0] - 1), np.clip(columns, 0, shape.shape[1] - 1)]
    return Keypoints(points.places[is_on], points.descriptors[is_on])
