"""`pickout find`: find the object of one photo in a library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pickout.cli import options as shared
from pickout.cli.console import Console
from pickout.cli.typed import Typed, takes_prompts

NOTHING_FOUND = 3
EPILOG = """\
Examples:

  pickout find photo.jpg --click 120,80 -k 20

  pickout find photo.jpg --box 10,10,400,300 --report found.html --json hits.json

  pickout find photo.jpg --mask mask.png --weights color=1,shape=0.5 --json - | jq .hits
"""


@takes_prompts
def find(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A photo with the object.")],
    typed: Typed,
    library: shared.LibraryFile = Path(shared.LIBRARY),
    n_hits: shared.Number = 50,
    min_score: shared.MinScore = 0.0,
    others: shared.Others = False,
    weights: shared.Weights = None,
    report: shared.Report = None,
    fail_if_none: Annotated[
        bool,
        typer.Option("--fail-if-none", help="End with exit code 3 if nothing is found."),
    ] = False,
    overwrite: shared.Overwrite = False,
    json: shared.Json = None,
    quiet: shared.Quiet = False,
) -> None:
    """Find an object: say where it is in one photo, get the pictures that show it, best first.

    Every line names the rank, the score from 0 to 1, whether the match was verified, the box
    where the object was found, and the picture.
    """
    from pickout.cli import reporting, searching

    console = Console(quiet, json, overwrite)
    shared.require_file(photo)
    shared.check_report(report, overwrite=overwrite)
    query = searching.query_of(photo, typed)
    how = searching.Ask(
        library, n_hits, min_score, searching.weights_of(weights), with_itself=not others
    )
    hits = searching.ask(console, query, how)
    # Files first: whoever reads the lines may stop reading, as `head` does.
    console.write_json(searching.hits_record(library, query, hits))
    if report is not None:
        reporting.write(report, query, [reporting.card_of(hit) for hit in hits], overwrite)
        console.note(f"report: {report}")
    searching.print_hits(console, hits)
    if not hits:
        console.note("nothing found.")
        raise typer.Exit(NOTHING_FOUND if fail_if_none else 0)
