"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pickout.segmenters.base import RegionSegmenter

LIBRARY = "library.pickout"
WHERE, METHOD, OUTPUT = "Where the object is", "How to cut", "What to write"


def unwrapped(docstring: str) -> str:
    """Return a docstring with one line per paragraph, so that the terminal wraps it."""
    import inspect

    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def complete_segmenters() -> list[str]:
    """Return the names of all segmenters, for shell completion."""
    from pickout.plugins import segmenter_names

    return segmenter_names()


def complete_edits() -> list[str]:
    """Return the names of all mask tools, for shell completion."""
    from pickout.edits import EDITS

    return list(EDITS)


def complete_formats() -> list[str]:
    """Return the names of all export formats, for shell completion."""
    from pickout.exports import format_names

    return format_names()


def complete_edges() -> list[str]:
    """Return the names of all kinds of edges, for shell completion."""
    from pickout.exports.cutouts import EDGES

    return list(EDGES)


def region_segmenter(name: str) -> RegionSegmenter:
    """Return the segmenter called `name` if it can split a picture by itself.

    Raises
    ------
    typer.BadParameter
        If it needs prompts.
    """
    from pickout.plugins import make_segmenter
    from pickout.segmenters.base import RegionSegmenter

    method = make_segmenter(name)
    if not isinstance(method, RegionSegmenter):
        raise typer.BadParameter(
            f"the segmenter {name!r} needs prompts; to split a photo take superpixel or otsu"
        )
    return method


Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Overwrite = Annotated[
    bool,
    typer.Option("--overwrite", help="Replace files that exist already.", rich_help_panel=OUTPUT),
]
Json = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Write the result as JSON to this file; - prints it on stdout and nothing else.",
        rich_help_panel=OUTPUT,
    ),
]
LibraryFile = Annotated[
    Path,
    typer.Option(
        "--library",
        "-l",
        metavar="FILE",
        envvar="PICKOUT_LIBRARY",
        help="The library file.",
    ),
]
Clicks = Annotated[
    list[str] | None,
    typer.Option("--click", metavar="X,Y", help="A point on the object.", rich_help_panel=WHERE),
]
NotClicks = Annotated[
    list[str] | None,
    typer.Option("--not", metavar="X,Y", help="A point beside it.", rich_help_panel=WHERE),
]
Boxes = Annotated[
    list[str] | None,
    typer.Option("--box", metavar="X0,Y0,X1,Y1", help="A box around it.", rich_help_panel=WHERE),
]
Scribbles = Annotated[
    list[str] | None,
    typer.Option(
        "--scribble", metavar="'X,Y X,Y …'", help="A stroke on it.", rich_help_panel=WHERE
    ),
]
NotScribbles = Annotated[
    list[str] | None,
    typer.Option(
        "--not-scribble", metavar="'X,Y X,Y …'", help="A stroke beside it.", rich_help_panel=WHERE
    ),
]
Radius = Annotated[
    float,
    typer.Option(
        "--radius", metavar="PX", help="Half the width of the strokes.", rich_help_panel=WHERE
    ),
]
Lassos = Annotated[
    list[str] | None,
    typer.Option(
        "--lasso",
        metavar="'X,Y X,Y …'",
        help="A loose outline around it; the edge is found inside.",
        rich_help_panel=WHERE,
    ),
]
Polygons = Annotated[
    list[str] | None,
    typer.Option(
        "--polygon",
        metavar="'X,Y X,Y …'",
        help="An exact outline, taken as it is.",
        rich_help_panel=WHERE,
    ),
]
Masks = Annotated[
    list[Path] | None,
    typer.Option(
        "--mask",
        metavar="FILE",
        help="A mask picture to start from; alone, it is applied as it is.",
        rich_help_panel=WHERE,
    ),
]
SessionFile = Annotated[
    Path | None,
    typer.Option(
        "--session",
        metavar="FILE",
        help="Continue what this file holds, and save every step in it.",
        rich_help_panel=WHERE,
    ),
]
SegmenterName = Annotated[
    str,
    typer.Option(
        "--segmenter",
        "-s",
        metavar="NAME",
        autocompletion=complete_segmenters,
        help="The method: superpixel, grabcut, watershed, otsu, paint, or a plug-in's.",
        rich_help_panel=METHOD,
    ),
]
Edits = Annotated[
    list[str] | None,
    typer.Option(
        "--edit",
        metavar="NAME[=NUMBER]",
        autocompletion=complete_edits,
        help="A mask tool, e.g. fill_holes, grow=2, smooth, keep_largest.",
        rich_help_panel=METHOD,
    ),
]
Feather = Annotated[
    float,
    typer.Option(
        "--feather",
        metavar="PX",
        help="Softness of the edge; 0 keeps it hard.",
        rich_help_panel=OUTPUT,
    ),
]
Edge = Annotated[
    str,
    typer.Option(
        "--edge",
        metavar="NAME",
        autocompletion=complete_edges,
        help="feather: equally soft everywhere; hair: as soft as the picture shows it (hair, fur, "
        "blur); fine-hair: likewise, slower and finer.",
        rich_help_panel=OUTPUT,
    ),
]
Background = Annotated[
    str,
    typer.Option(
        "--background",
        metavar="COLOR",
        help="Colour behind the object: white, black, #ff8800, …",
        rich_help_panel=OUTPUT,
    ),
]
Number = Annotated[
    int, typer.Option("-k", "--number", metavar="N", min=1, help="At most so many hits.")
]
MinScore = Annotated[
    float,
    typer.Option(
        "--min-score",
        metavar="S",
        help="Only hits with at least this score, 0 to 1; above 0.65 a hit is the object more "
        "often than not.",
    ),
]
Others = Annotated[bool, typer.Option("--others", help="Leave the photo itself out of the hits.")]
Weights = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="NAME=W,…",
        help="How much each kind of likeness counts, e.g. color=1,texture=0.5,shape=0.",
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write one HTML page with all hits, to look at.",
        rich_help_panel=OUTPUT,
    ),
]


def require_file(path: Path) -> None:
    """Raise `ImageReadError` at once if there is no such file, whatever else is wrong."""
    from pickout.errors import ImageReadError

    if str(path).startswith(("http:/", "https:/")):
        raise ImageReadError(f"{path} is an address; save the picture, and give the file's name.")
    if not path.exists():
        raise ImageReadError(f"{path} does not exist; check the name and the folder.")


def check_report(path: Path | None, *, overwrite: bool) -> None:
    """Refuse a report that could not be written before the search, not after it."""
    from pickout.files import refuse_existing

    if path is not None:
        refuse_existing(path, overwrite=overwrite)


def refuse_full(folder: Path) -> None:
    """Raise `ExportError` if a folder holds something already."""
    from pickout.errors import ExportError

    if folder.is_dir() and any(folder.iterdir()):
        raise ExportError(
            f"{folder} is not empty; choose another folder with --output, or add --overwrite."
        )
