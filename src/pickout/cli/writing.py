"""Writing what was cut, in the format that a file's suffix says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pickout.exports import ExportItem
    from pickout.images import Image
    from pickout.masks import Mask
    from pickout.session import Session

ANNOTATIONS = {"coco": ".json", "labelme": ".json", "yolo": ".txt", "svg": ".svg"}
"""Formats that hold outlines instead of a picture, and their usual suffix."""


@dataclass(frozen=True)
class Look:
    """How a cut-out looks.

    Parameters
    ----------
    feather : float
        Softness of the edge in pixels.
    background : str, optional
        Colour behind the object; None leaves it transparent.
    crop : bool
        Whether to keep only the object's box.
    edge : str
        Kind of edge, one of `pickout.exports.cutouts.EDGES`.
    """

    feather: float = 1.0
    background: str | None = None
    crop: bool = True
    edge: str = "feather"

    @classmethod
    def of(cls, feather: float, background: str, *, crop: bool, edge: str = "feather") -> Look:
        """Return the look that was asked for on the command line; unknown words raise."""
        from pickout.exports.cutouts import check_edge
        from pickout.matting import parse_color

        check_edge(edge)
        if background.strip().lower() in ("", "none", "transparent"):
            return cls(feather, None, crop, edge)
        parse_color(background)
        return cls(feather, background, crop, edge)


def format_of(path: Path, asked: str | None) -> str:
    """Return what to write to `path`: ``picture`` or one of `ANNOTATIONS`."""
    suffix = path.suffix.lower()
    if asked is not None:
        if asked not in ANNOTATIONS:
            raise typer.BadParameter(
                f"there is no format {asked!r}; choose one of: {', '.join(ANNOTATIONS)}"
            )
        if suffix == ANNOTATIONS[asked]:
            return asked
    for name, usual in ANNOTATIONS.items():
        if suffix == usual:
            return name
    return "picture"


def check_outputs(paths: list[Path], look: Look, *, overwrite: bool) -> None:
    """Refuse, before the work, every file that could not be written after it."""
    from pickout.exports.pictures import check_suffix
    from pickout.files import refuse_existing

    for path in paths:
        refuse_existing(path, overwrite=overwrite)
        if format_of(path, None) == "picture":
            check_suffix(path, transparent=look.background is None)


def write_objects(
    session: Session, path: Path, look: Look, *, asked: str | None, overwrite: bool
) -> None:
    """Write the session's current object as a picture, or all its objects as outlines."""
    kind = format_of(path, asked)
    if kind == "picture":
        write_picture(session.image, session.mask, path, look, overwrite=overwrite)
    else:
        write_outlines(item_of(session), path, kind, overwrite=overwrite)


def write_picture(image: Image, mask: Mask, path: Path, look: Look, *, overwrite: bool) -> None:
    """Write the cut-out of one mask."""
    from pickout.exports import cutout

    cut = cutout(image, mask, feather=look.feather, edge=look.edge, crop=look.crop)
    cut.save(path, background=look.background, overwrite=overwrite)


def item_of(session: Session) -> ExportItem:
    """Return the session's picture with all objects that have a pixel."""
    from pickout.exports import ExportItem

    image = session.image
    name = image.path.name if image.path is not None else "picture"
    objects = [(label, mask) for label, mask in session.masks.items() if not mask.is_empty]
    return ExportItem(name, image.size_hw, objects, image.path)


def write_outlines(item: ExportItem, path: Path, kind: str, *, overwrite: bool) -> None:
    """Write one picture's objects as `kind`, one of `ANNOTATIONS`."""
    from pickout.exports.coco import coco_dataset
    from pickout.exports.items import Labels, json_text
    from pickout.exports.labelme import labelme_record
    from pickout.exports.svg import svg_document
    from pickout.exports.yolo import yolo_text
    from pickout.files import write_text

    match kind:
        case "coco":
            text = json_text(coco_dataset([item]))
        case "labelme":
            text = json_text(labelme_record(item))
        case "yolo":
            text = yolo_text(item, Labels())
        case _:
            text = svg_document(item)
    write_text(path, text, overwrite=overwrite)
