"""labelme JSON: one file per picture, to be opened and corrected in labelme."""

from __future__ import annotations

import base64
import io
from typing import Literal, get_args

import numpy as np

from pickout.errors import ArgumentError
from pickout.exports.contours import DEFAULT_TOLERANCE, Piece, Ring, simplify, trace
from pickout.exports.items import ExportItem
from pickout.masks import Mask

ShapeType = Literal["auto", "polygon", "mask"]

# The first version that reads shapes of type "mask".
LABELME_VERSION = "5.2.1"


def labelme_record(
    item: ExportItem,
    *,
    shape_type: ShapeType = "auto",
    tolerance: float = DEFAULT_TOLERANCE,
    image_path: str | None = None,
) -> dict[str, object]:
    """Return the labelme file of one picture as plain data.

    Parameters
    ----------
    item : ExportItem
    shape_type : {"auto", "polygon", "mask"}
        ``"polygon"``: a polygon per piece, easy to correct; refused for masks with holes, which
        labelme's polygons cannot hold. ``"mask"``: a picture of the mask, always exact.
        ``"auto"``: polygons, but a mask where there are holes.
    tolerance : float
        How far in pixels polygons may leave the mask's edge in exchange for fewer corners.
    image_path : str, optional
        Where labelme is to look for the picture, relative to the JSON; the item's name if None.

    Returns
    -------
    record : dict
        The pieces of one object share a ``group_id``.

    Raises
    ------
    ArgumentError
        If an option is unknown, or polygons are asked for and a mask has holes.
    """
    if shape_type not in get_args(ShapeType):
        raise ArgumentError(
            f"shape_type should be 'auto', 'polygon' or 'mask', not {shape_type!r}."
        )
    shapes: list[object] = []
    for group, (label, mask) in enumerate(item.objects, start=1):
        pieces = trace(mask)
        if _as_mask(item.name, label, pieces, shape_type):
            shapes.append(_mask_shape(label, group, mask))
            continue
        shapes += [
            _polygon_shape(label, group, piece.outline) for piece in simplify(pieces, tolerance)
        ]
    height, width = item.size_hw
    return {
        "version": LABELME_VERSION,
        "flags": {},
        "shapes": shapes,
        "imagePath": image_path or item.name,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }


def _as_mask(name: str, label: str, pieces: list[Piece], shape_type: ShapeType) -> bool:
    """Return whether an object is to be stored as a picture of its mask."""
    holes = any(piece.holes for piece in pieces)
    if holes and shape_type == "polygon":
        raise ArgumentError(
            f"{name}: {label!r} has holes, which labelme's polygons cannot hold; use "
            "shape_type='mask' or 'auto', or fill the holes first."
        )
    return holes or shape_type == "mask"


def _polygon_shape(label: str, group: int, ring: Ring) -> dict[str, object]:
    return _shape(label, group, "polygon", ring.astype(float).tolist(), None)


def _mask_shape(label: str, group: int, mask: Mask) -> dict[str, object]:
    """Return a shape of type "mask": its box, last pixels included, and a PNG of the inside."""
    x0, y0, x1, y1 = mask.box_xyxy or (0, 0, 1, 1)
    corners = [[float(x0), float(y0)], [float(x1 - 1), float(y1 - 1)]]
    return _shape(label, group, "mask", corners, _png_text(mask, (x0, y0, x1, y1)))


def _shape(
    label: str, group: int, kind: str, points: list[list[float]], mask: str | None
) -> dict[str, object]:
    return {
        "label": label,
        "points": points,
        "group_id": group,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "mask": mask,
    }


def _png_text(mask: Mask, box: tuple[int, int, int, int]) -> str:
    from PIL import Image as PillowImage

    x0, y0, x1, y1 = box
    file = io.BytesIO()
    # labelme takes everything but 0 as inside.
    part = mask.array[y0:y1, x0:x1].astype(np.uint8) * 255
    PillowImage.fromarray(part).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")
