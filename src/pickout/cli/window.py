"""`pickout window`: pick objects with the mouse."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pickout.cli import options as shared
from pickout.cli.console import Console

EPILOG = """\
Examples:

  pickout window photo.jpg

  pickout window photo.jpg -o mug.png --print-points
"""


def window(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="The photo.")],
    segmenter: shared.SegmenterName = "superpixel",
    session: Annotated[
        Path | None,
        typer.Option(
            "--session",
            metavar="FILE",
            help="Where every step is saved, and where it goes on the next time. "
            "(default: PHOTO.pickout.json)",
        ),
    ] = None,
    print_points: Annotated[
        bool,
        typer.Option("--print-points", help="Print the coordinates of every click, box, stroke."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The cut-out. (default: PHOTO_cutout.png, numbered if it exists)",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    feather: shared.Feather = 1.0,
    show: Annotated[
        bool,
        typer.Option(
            " /--no-show", help="End without showing the final cut-out.", show_default=False
        ),
    ] = True,
    overwrite: shared.Overwrite = False,
    json: shared.Json = None,
    quiet: shared.Quiet = False,
) -> None:
    """Pick objects with the mouse: left adds, right removes, h shows all keys, Esc ends.

    The cut-out is live beside the photo; at the end it is saved and shown. Every step saves
    itself, so closing the window loses nothing: the same command goes on.
    """
    from pickout.window import WindowOptions, open_window

    console = Console(quiet, json, overwrite)
    options = WindowOptions(
        segmenter=segmenter,
        output=output,
        overwrite=overwrite,
        session_file=session,
        feather=feather,
        print_points=print_points,
        show_result=show,
    )
    result = open_window(photo, options, tell=console.say)
    for path in result.outputs:
        console.say(str(path))
    if not result.outputs:
        console.note(f"no cut-out was written; the steps are in {result.session.path}.")
    console.write_json(
        {
            "photo": str(photo),
            "session": str(result.session.path),
            "written": [str(path) for path in result.outputs],
        }
    )
