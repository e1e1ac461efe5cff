"""YOLO segmentation: a text file per picture, and ``data.yaml`` beside them.

A line is one object: its class number, then x and y of a polygon's corners, as shares of the
picture's width and height. The format has one polygon per object and knows no holes, so holes
and separate pieces are joined by bridges of no width.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from pickout.arrays import check_range
from pickout.errors import ArgumentError
from pickout.exports.bridges import Points, join_holes, join_pieces
from pickout.exports.contours import DEFAULT_TOLERANCE, simplify, trace
from pickout.exports.items import ExportItem, Labels
from pickout.masks import Mask

Pieces = Literal["join", "split"]


def yolo_text(
    item: ExportItem,
    numbers: Labels,
    *,
    tolerance: float = DEFAULT_TOLERANCE,
    pieces: Pieces = "join",
) -> str:
    """Return the label file of one picture: a line per object.

    Parameters
    ----------
    item : ExportItem
    numbers : Labels
        Gives each label its class number.
    tolerance : float
        How far in pixels polygons may leave the mask's edge in exchange for fewer corners.
    pieces : {"join", "split"}
        Whether an object of several pieces is one line with bridges over the background, or
        one line per piece, which counts as so many objects.

    Returns
    -------
    text : str
        Empty for a picture without objects, as trainers expect of background pictures.

    Raises
    ------
    ArgumentError
        If an option is unknown or out of range.
    """
    if pieces not in get_args(Pieces):
        raise ArgumentError(f"pieces should be 'join' or 'split', not {pieces!r}.")
    check_range("tolerance", tolerance, 0, 1000)
    lines = []
    for label, mask in item.objects:
        number = numbers.number(label)
        for ring in yolo_polygons(mask, tolerance=tolerance, pieces=pieces):
            lines.append(f"{number} {_shares(ring, item.size_hw)}\n")
    return "".join(lines)


def yolo_polygons(mask: Mask, *, tolerance: float, pieces: Pieces) -> list[Points]:
    """Return the polygons of an object in pixels, holes joined; one if the pieces are too."""
    rings = [join_holes(piece) for piece in simplify(trace(mask), tolerance)]
    return [join_pieces(rings)] if pieces == "join" and rings else rings


def _shares(ring: Points, size_hw: tuple[int, int]) -> str:
    """Return x y x y … as shares of the picture's size; seven digits hold 0.01 px of 100 000."""
    height, width = size_hw
    shares = ring / np.array([width, height], np.float64)
    return " ".join(f"{share:.7f}".rstrip("0").rstrip(".") for share in shares.ravel())


def data_yaml(names: Sequence[str]) -> str:
    """Return the ``data.yaml`` that names the classes and the folders of pictures."""
    lines = ["# Pictures lie in images/, their labels under the same names in labels/."]
    # Without a "path" trainers start from this file's folder, wherever it is moved.
    # Training and checking on the same pictures shows only that it runs; split them for more.
    lines += ["train: images", "val: images", "names:"]
    # JSON's quoting of text is valid YAML, whatever the label contains.
    lines += [
        f"  {number}: {json.dumps(name, ensure_ascii=False)}" for number, name in enumerate(names)
    ]
    return "\n".join(lines) + "\n"
