"""`pickout segment`: split photos into regions without being told where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pickout.cli import options as shared
from pickout.cli.console import Console
from pickout.errors import ImageReadError, MissingExtraError

if TYPE_CHECKING:
    from pickout.arrays import BoolArray, ByteArray
    from pickout.exports import ExportItem
    from pickout.images import Image
    from pickout.masks import Mask
    from pickout.progress import Listener
    from pickout.segmenters.base import RegionSegmenter

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
    segmenter: Annotated[
        str,
        typer.Option(
            "--segmenter",
            "-s",
            metavar="NAME",
            autocompletion=shared.complete_segmenters,
            help="The method: superpixel, otsu, or a plug-in's; others need prompts.",
            rich_help_panel=shared.METHOD,
        ),
    ] = "superpixel",
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
    their background. Photos that cannot be read are listed at the end and left out.
    """
    from pickout.exports import write_dataset
    from pickout.files import refuse_file

    console = Console(quiet, json, overwrite)
    method = shared.region_segmenter(segmenter)
    refuse_file(output)
    overviews = _overview_paths(photos, output, overwrite)
    unread: list[str] = []
    with console.progress() as listener:
        pictures = _pictures(photos, unread, listener)
        items = [
            _split(picture, method, largest, overviews[number], overwrite)
            for number, picture in pictures
        ]
        _refuse_if_none_was_read(items, unread)
    written = [
        path
        for name in formats or ["png"]
        for path in write_dataset(items, output, format=name, overwrite=overwrite)
    ]
    console.table(("photo", "regions"), [(item.name, str(len(item.objects))) for item in items])
    for reason in unread:
        console.note(f"not read: {reason}")
    console.note(f"{len(written) + len(items)} files are in {output}.")
    console.write_json(
        {
            "photos": [_record(item) for item in items],
            "folder": str(output),
            "not_read": unread,
        }
    )


def _overview_paths(photos: list[Path], folder: Path, overwrite: bool) -> list[Path]:
    """Return where each photo's overview goes; an existing one refuses before the work."""
    from pickout.exports.staging import NameGiver
    from pickout.files import refuse_existing

    names = NameGiver()
    paths = [folder / f"{names.stem(photo.name)}_overview.jpg" for photo in photos]
    for path in paths:
        refuse_existing(path, overwrite=overwrite)
    return paths


def _pictures(
    photos: list[Path], unread: list[str], listener: Listener
) -> Iterator[tuple[int, Image]]:
    """Give number and picture of every photo that can be read; the others go into `unread`."""
    from pickout.images import read_image
    from pickout.progress import Reporter

    reporter = Reporter("photos", len(photos), listener)
    for number, photo in enumerate(photos):
        try:
            image = read_image(photo)
        except (ImageReadError, MissingExtraError) as error:
            unread.append(str(error))
            reporter.step(photo.name, failed=True)
            continue
        yield number, image
        reporter.step(photo.name)


def _split(
    image: Image, method: RegionSegmenter, largest: int, overview: Path, overwrite: bool
) -> ExportItem:
    """Write the overview of a picture's largest regions, and return them."""
    from pickout.exports import ExportItem

    regions = method.regions(image)[:largest]
    write_overview(image, regions, overview, overwrite)
    path = image.path or overview
    return ExportItem(path.name, image.size_hw, [("region", mask) for mask in regions], path)


def _refuse_if_none_was_read(items: list[ExportItem], unread: list[str]) -> None:
    """Raise if no photo could be read: with the reason if it was one photo."""
    if items:
        return
    more = f" ({len(unread) - 1} more photos could not be read either)" if len(unread) > 1 else ""
    raise ImageReadError(f"{unread[0]}{more}")


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
