"""`pickout cut`: cut an object out of one photo."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pickout.cli import options as shared
from pickout.cli.console import Console, counted
from pickout.cli.prompting import give, notes_on, require_object, session_of, typed_steps
from pickout.cli.typed import Typed, takes_prompts

if TYPE_CHECKING:
    from pickout.segmenters.base import Doubt
    from pickout.session import Session

WORTH_ASKING = 0.01
"""A doubt is told if its gain is at least this share of the object."""

EPILOG = """\
Examples:

  pickout cut photo.jpg --click 120,80 --not 300,40 -o mug.png

  pickout cut photo.jpg --box 10,10,400,300 --edit fill_holes --edit grow=2 -o mug.png

  pickout cut photo.jpg --mask mask.png --background white -o mug.jpg

  pickout cut cat.jpg --click 210,160 --edge hair -o cat.png

  pickout cut photo.jpg --session mug.json --click 140,95 -o mug.png
"""


@takes_prompts
def cut(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="The photo.")],
    typed: Typed,
    object_name: Annotated[
        str | None,
        typer.Option(
            "--object",
            metavar="NAME",
            help="Which object of the session; a new name begins a new one.",
            rich_help_panel=shared.WHERE,
        ),
    ] = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Cut-out (.png .webp .tif .jpg) or outlines (.svg, .json COCO, .txt YOLO); "
            "may be repeated. (default: PHOTO_cutout.png)",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    mask_out: Annotated[
        Path | None,
        typer.Option(
            "--mask-out",
            metavar="FILE",
            help="Write the mask, too: white on black.",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME",
            help="What .json holds: coco or labelme. (default: coco)",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    feather: shared.Feather = 1.0,
    edge: shared.Edge = "feather",
    background: shared.Background = "transparent",
    whole: Annotated[
        bool,
        typer.Option(
            "--whole",
            help="Keep the photo's size instead of cropping to the object.",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = False,
    overwrite: shared.Overwrite = False,
    json: shared.Json = None,
    quiet: shared.Quiet = False,
) -> None:
    """Cut an object out of a photo: say where it is, get a transparent picture.

    The order of clicks, boxes, strokes, masks and edits matters: where they contradict each
    other, the last one wins. Coordinates are pixels from the upper left corner.

    If one more click is likely to help much, the place is named, with the option to add.
    """
    from pickout.cli.writing import Look, check_outputs, write_objects

    console = Console(quiet, json, overwrite)
    outputs = output or ([] if mask_out else [Path(f"{photo.stem}_cutout.png")])
    look = Look.of(feather, background, crop=not whole, edge=edge)
    steps = typed_steps(typed)
    shared.require_file(photo)
    check_outputs([*outputs, *([mask_out] if mask_out else [])], look, overwrite=overwrite)
    work = session_of(photo, typed, has_steps=bool(steps))
    choose_object(work, object_name)
    give(work, steps)
    require_object(work, photo, steps)
    for path in outputs:
        write_objects(work, path, look, asked=format, overwrite=overwrite)
    if mask_out is not None:
        from pickout.exports.mask_png import write_mask

        write_mask(work.mask, mask_out, overwrite=overwrite)
    for note in notes_on(steps, work):
        console.note(note)
    _report(console, work, photo, [*outputs, *([mask_out] if mask_out else [])])


def choose_object(session: Session, name: str | None) -> None:
    """Make `name` the session's current object, adding or naming it if it is new."""
    if name is None:
        return
    if name in session.objects:
        session.select(name)
    elif len(session.objects) == 1 and not session.steps and not session.can_redo:
        session.rename(name)
    else:
        session.add_object(name)


def _report(console: Console, session: Session, photo: Path, written: list[Path]) -> None:
    """Tell what was cut."""
    mask = session.mask
    share = mask.area / (mask.size_hw[0] * mask.size_hw[1])
    for note in session.notes:
        console.note(note)
    for path in written:
        console.say(str(path))
    console.note(f"{photo.name}: {counted(mask.area, 'pixel')}, {share:.1%} of the picture")
    doubts = [] if console.is_silent else _doubts(session)
    if doubts:
        console.note(_advice(doubts[0]))
    console.write_json(
        {
            "photo": str(photo),
            "size_hw": list(mask.size_hw),
            "object": session.current,
            "area": mask.area,
            "box_xyxy": list(mask.box_xyxy or ()),
            "mask": mask.to_rle(),
            "doubts": [asdict(doubt) for doubt in doubts],
            "written": [str(path) for path in written],
        }
    )


def _doubts(session: Session) -> list[Doubt]:
    """Return the few places where a click is likeliest to mend much, best first."""
    if not session.can_doubt:
        return []
    least = WORTH_ASKING * session.mask.area
    return [doubt for doubt in session.doubts() if doubt.gain >= least]


def _advice(doubt: Doubt) -> str:
    """Return the line that offers the next click."""
    where = f"{doubt.x:g},{doubt.y:g}"
    if doubt.positive:
        return f"least sure around {where}, which is inside: if it should not be, add --not {where}"
    return f"least sure around {where}, which is outside: if it belongs to it, add --click {where}"
