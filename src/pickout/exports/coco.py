"""COCO JSON: one file for a whole data set, as pycocotools and most trainers read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

from pickout.errors import ArgumentError
from pickout.exports.bridges import join_holes
from pickout.exports.contours import Piece, simplify, trace
from pickout.exports.items import ExportItem, Labels, json_text, labels_of
from pickout.files import write_text
from pickout.masks import Mask

Segmentation = Literal["auto", "rle", "polygon"]

ANNOTATIONS_FILE = "annotations.json"


def coco_dataset(
    items: Iterable[ExportItem],
    *,
    segmentation: Segmentation = "auto",
    tolerance: float = 0.0,
    labels: Labels | Sequence[str] | None = None,
) -> dict[str, object]:
    """Return a COCO object-detection data set as plain data.

    Parameters
    ----------
    items : iterable of ExportItem
        Read once, one at a time.
    segmentation : {"auto", "rle", "polygon"}
        ``"rle"``: run lengths, always exact. ``"polygon"``: polygons along the pixel edges;
        holes are joined to their outline by cuts of no width. ``"auto"``: polygons, but run
        lengths for masks with holes.
    tolerance : float
        How far in pixels polygons may leave the mask's edge in exchange for fewer corners; 0
        keeps them exact: pycocotools then decodes the identical mask.
    labels : Labels or sequence of str, optional
        Categories in their order, beginning with number 1; other labels are refused. By default
        they are numbered as they come.

    Returns
    -------
    dataset : dict
        ``area`` is the mask's number of pixels and ``bbox`` is [x, y, width, height], whatever
        the form of the segmentation.

    Raises
    ------
    ArgumentError
        If an option is unknown, or a label is not among `labels`.
    """
    if segmentation not in get_args(Segmentation):
        raise ArgumentError(
            f"segmentation should be 'auto', 'rle' or 'polygon', not {segmentation!r}."
        )
    numbers = labels_of(labels)
    images: list[object] = []
    annotations: list[object] = []
    for item in items:
        images.append(_image_record(item, len(images) + 1))
        for label, mask in item.objects:
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": len(images),
                    "category_id": numbers.number(label) + 1,
                    **_shape_record(mask, segmentation, tolerance),
                }
            )
    return {
        "info": {"description": "Made with pickout", "version": "1.0"},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": [
            {"id": number, "name": name, "supercategory": ""}
            for number, name in enumerate(numbers.names, start=1)
        ],
    }


def write_coco(
    items: Iterable[ExportItem],
    path: str | Path,
    *,
    segmentation: Segmentation = "auto",
    tolerance: float = 0.0,
    labels: Sequence[str] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a COCO data set to one JSON file; see `coco_dataset`.

    Raises
    ------
    ExportError
        If the file exists or cannot be written.
    """
    data = coco_dataset(items, segmentation=segmentation, tolerance=tolerance, labels=labels)
    write_text(path, json_text(data), overwrite=overwrite)


def _image_record(item: ExportItem, number: int) -> dict[str, object]:
    height, width = item.size_hw
    return {"id": number, "file_name": item.name, "width": width, "height": height}


def _shape_record(mask: Mask, segmentation: Segmentation, tolerance: float) -> dict[str, object]:
    """Return what describes a mask: segmentation, area and box."""
    x0, y0, x1, y1 = mask.box_xyxy or (0, 0, 0, 0)
    return {
        "segmentation": _segmentation(mask, segmentation, tolerance),
        "area": mask.area,
        "bbox": [x0, y0, x1 - x0, y1 - y0],
        # Run lengths do not make it a crowd: pycocotools and detectron2 take them for one object.
        "iscrowd": 0,
    }


def _segmentation(mask: Mask, segmentation: Segmentation, tolerance: float) -> object:
    if segmentation == "rle":
        return mask.to_rle()
    pieces = trace(mask)
    if segmentation == "auto" and any(piece.holes for piece in pieces):
        return mask.to_rle()
    return [_polygon(piece) for piece in simplify(pieces, tolerance)]


def _polygon(piece: Piece) -> list[float]:
    """Return x0, y0, x1, y1, … with whole numbers as such, to keep the file small."""
    flat = join_holes(piece).round(3).ravel().tolist()
    return [int(value) if value == int(value) else value for value in flat]
