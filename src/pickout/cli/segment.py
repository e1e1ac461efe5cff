"""`pickout segment`: split photos into regions without being told where."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pickout.cli import options as shared
from pickout.cli.console import Console

if TYPE_CHECKING:
    from pickout.arrays import BoolArray, ByteArray
    from pickout.exports import ExportItem
    from pickout.images import Image
    from pickout.masks import Mask

EPILOG = """\
Examples:

  pickout segment photo.jpg -o regions/

  pickout segment coins/*.jpg --segmenter otsu --format masks --format coco -o regions/
"""
_TEXT_SCALE = 1 / 900


def segment(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO...", help="The photos.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Where the regions go.",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = Path("regions"),
    segmenter: shared.SegmenterName = "superpixel",
    largest: Annotated[
        int,
        typer.Option(
            "--max",
            metavar="N",
            min=1,
            help="Keep so many regions of a photo, the largest.",
            rich_help_panel=shared.METHOD,
        ),
    ] = 30,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME",
            autocompletion=shared.complete_formats,
            help="png (cut-outs), masks, coco, yolo, labelme or svg; may be repeated. "
            "(default: png)",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    overwrite: shared.Overwrite = False,
    json: shared.Json = None,
    quiet: shared.Quiet = False,
) -> None:
    """Split photos into regions, automatically: cut-outs of all, and an overview picture.

    superpixel finds regions of all sizes; otsu parts objects that are brighter or darker than
    their background.
    """
    from pickout.exports import ExportItem, write_dataset
    from pickout.images import read_image
    from pickout.progress import Reporter

    console = Console(quiet, json, overwrite)
    method = shared.region_segmenter(segmenter)
    items: list[ExportItem] = []
    with console.progress() as listener:
        reporter = Reporter("photos", len(photos), listener)
        for photo in photos:
            image = read_image(photo)
            regions = method.regions(image)[:largest]
            labels = [("region", mask) for mask in regions]
            items.append(ExportItem(photo.name, image.size_hw, labels, photo))
            write_overview(image, regions, output / f"{photo.stem}_overview.jpg", overwrite)
            reporter.step(photo.name)
    written = [
        path
        for name in formats or ["png"]
        for path in write_dataset(items, output, format=name, overwrite=overwrite)
    ]
    console.table(("photo", "regions"), [(item.name, str(len(item.objects))) for item in items])
    console.note(f"{len(written) + len(items)} files are in {output}.")
    console.write_json({"photos": [_record(item) for item in items], "folder": str(output)})


def _record(item: ExportItem) -> dict[str, object]:
    """Return a photo and its regions as a plain record."""
    regions = [
        {"label": label, "area": mask.area, "box_xyxy": list(mask.box_xyxy or ())}
        for label, mask in item.objects
    ]
    return {"photo": str(item.path), "size_hw": list(item.size_hw), "regions": regions}


def write_overview(image: Image, regions: list[Mask], path: Path, overwrite: bool) -> None:
    """Write a picture of all regions, outlined and numbered, at most 1600 pixels a side."""
    import numpy as np

    from pickout.exports.pictures import save_picture
    from pickout.window.paint import TINTS, draw_photo
    from pickout.window.view import Pyramid, View, seen_mask

    height, width = image.size_hw
    scale = min(1.0, 1600 / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    view = View.fit(image.size_hw, size)
    layers = [
        (inside, TINTS[number % len(TINTS)])
        for number, inside in enumerate(_visible([seen_mask(r.array, view) for r in regions]))
    ]
    picture = draw_photo(Pyramid(np.asarray(image.array)).seen(view), layers)
    for number, (mask, _) in enumerate(layers, 1):
        _number(picture, mask, str(number))
    save_picture(picture, path, metadata={}, overwrite=overwrite)


def _visible(masks: list[BoolArray]) -> list[BoolArray]:
    """Return of every region what is seen when the smaller ones, which come later, lie on it."""
    shown: list[BoolArray] = []
    covered = None
    for mask in reversed(masks):
        shown.append(mask if covered is None else mask & ~covered)
        covered = mask if covered is None else covered | mask
    return shown[::-1]


def _number(picture: ByteArray, mask: BoolArray, text: str) -> None:
    """Write a region's number at the point that lies deepest inside it."""
    import cv2
    import numpy as np

    inside = np.pad(mask.view(np.uint8), 1)
    depth = np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 3))[1:-1, 1:-1]
    if not depth.any():
        return
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    scale = max(0.4, max(picture.shape[:2]) * _TEXT_SCALE)
    at = int(column) - round(5 * scale * len(text)), int(row) + round(8 * scale)
    for color, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, color, width, cv2.LINE_AA)
