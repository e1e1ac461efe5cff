"""`pickout extract`: cut the object out of all pictures where it was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pickout.cli import options as shared
from pickout.cli.console import Console, counted
from pickout.cli.typed import Typed, takes_prompts

if TYPE_CHECKING:
    from pickout.cli.searching import Query
    from pickout.library import ExtractReport

EPILOG = """\
Examples:

  pickout extract hits.json -o mugs/ --only 1-5,8

  pickout extract photo.jpg --click 120,80 -o mugs/ --min-score 0.6 --format png --format coco
"""
_SHOWN_FAILURES = 10


@takes_prompts
def extract(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="HITS.json|PHOTO", help="What find wrote, or a photo with the object."
        ),
    ],
    typed: Typed,
    library: shared.LibraryFile = Path(shared.LIBRARY),
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="Where the cut-outs go.",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = Path("cutouts"),
    top: Annotated[
        int, typer.Option("--top", "-k", metavar="N", min=1, help="Only the best N hits.")
    ] = 50,
    min_score: shared.MinScore = 0.0,
    only: Annotated[
        str | None,
        typer.Option("--only", metavar="1,3,5-8", help="Only the hits with these numbers."),
    ] = None,
    others: shared.Others = False,
    weights: shared.Weights = None,
    label: Annotated[
        str,
        typer.Option(
            "--label",
            metavar="NAME",
            help="What the object is called in data sets.",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = "object",
    feather: shared.Feather = 1.0,
    edge: shared.Edge = "feather",
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="NAME",
            autocompletion=shared.complete_formats,
            help="png, masks, coco, yolo, labelme or svg; may be repeated. (default: png)",
            rich_help_panel=shared.OUTPUT,
        ),
    ] = None,
    report: shared.Report = None,
    overwrite: shared.Overwrite = False,
    json: shared.Json = None,
    quiet: shared.Quiet = False,
) -> None:
    """Cut the object out of every picture where it was found.

    The segmenter starts from the region that was found, so that the cut-out follows the object's
    edge. Pictures that cannot be read any more are listed and left out.
    """
    from pickout.cli import reporting, searching
    from pickout.files import refuse_file
    from pickout.library import extract_hits

    console = Console(quiet, json, overwrite)
    shared.require_file(source)
    shared.check_report(report, overwrite=overwrite)
    refuse_file(output)
    query: Query | None
    if source.suffix.lower() == ".json":
        query, hits = searching.read_hits(source)
    else:
        query = searching.query_of(source, typed)
        how = searching.Ask(
            library, top, min_score, searching.weights_of(weights), with_itself=not others
        )
        hits = searching.ask(console, query, how)
    hits = [hit for hit in searching.chosen(hits, only) if hit.score >= min_score][:top]
    with console.progress() as listener:
        result = extract_hits(
            hits, output, formats=formats or ["png"], segmenter=typed.segmenter, label=label,
            feather=feather, edge=edge, masks=searching.mask_of(query), overwrite=overwrite,
            progress=listener,
        )  # fmt: skip
    _tell(console, result, output)
    console.write_json({"folder": str(output)} | result.to_json())
    if report is not None:
        cards = [reporting.card_of_cut(extracted, feather, edge) for extracted in result.results]
        reporting.write(report, query, cards, overwrite)
        console.note(f"report: {report}")
    if hits and len(result.failed) == len(hits):
        raise typer.Exit(1)


def _tell(console: Console, result: ExtractReport, output: Path) -> None:
    """Print what was cut out, and what was not and why."""
    for extracted in result.results:
        if extracted.cutout_path is not None:
            console.say(str(extracted.cutout_path))
    for failed in result.failed[:_SHOWN_FAILURES]:
        console.note(f"not cut out: {failed.error}")
    if len(result.failed) > _SHOWN_FAILURES:
        more = len(result.failed) - _SHOWN_FAILURES
        console.note(f"not cut out: {more} more; --json FILE lists all.")
    for name, paths in result.datasets.items():
        console.say(f"{name}: {counted(len(paths), 'file')} in {output / name}")
    done = len(result.results) - len(result.failed)
    console.note(f"cut out of {done} of {len(result.results)} pictures in {result.seconds:.1f} s")
