"""`pickout index`: look at all pictures of folders once, so that finding is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pickout.cli import options as shared
from pickout.cli.console import Console, counted
from pickout.errors import ArgumentError

EPILOG = """\
Examples:

  pickout index photos/

  pickout index photos/ scans/ --library shoebox.pickout
"""
_SHOWN_FAILURES = 10


def index(
    places: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Folders or single pictures.")
    ],
    library: shared.LibraryFile = Path(shared.LIBRARY),
    json: shared.Json = None,
    overwrite: shared.Overwrite = False,
    quiet: shared.Quiet = False,
) -> None:
    """Index folders, subfolders too; only what is new or changed is looked at.

    Stop it with Ctrl-C at any time: the next run goes on. Files that cannot be read are listed
    at the end; if one of them was named itself, the exit code is 1.
    """
    from pickout.library import Library

    console = Console(quiet, json, overwrite)
    for place in places:  # before a library file is made for nothing
        if not place.exists():
            raise ArgumentError(f"{place} does not exist; check the name and the folder.")
    with Library(library) as shelf, console.progress() as listener:
        report = shelf.index(*places, progress=listener)
    for failure in report.failed[:_SHOWN_FAILURES]:
        console.note(f"not read: {failure.path}: {failure.reason}")
    if len(report.failed) > _SHOWN_FAILURES:
        more = len(report.failed) - _SHOWN_FAILURES
        console.note(f"not read: {more} more; --json FILE lists all.")
    console.say(
        f"{library}: {counted(report.n_pictures, 'picture')}, "
        f"{counted(report.n_regions, 'region')} "
        f"({report.added} new, {report.updated} changed, {report.unchanged} as before, "
        f"{report.removed} gone, {len(report.failed)} unreadable) in {report.seconds:.1f} s"
    )
    console.write_json({"library": str(library)} | report.to_json())
    seen = report.added + report.updated + report.unchanged + len(report.failed)
    if seen == 0:
        console.note(f"there are no pictures in {', '.join(map(str, places))}.")
    named = {place.resolve() for place in places}
    if any(Path(failure.path).resolve() in named for failure in report.failed):
        raise typer.Exit(1)  # named one by one, it was expected to be a picture
