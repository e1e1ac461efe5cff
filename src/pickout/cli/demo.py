"""`pickout demo`: the whole loop on the sample pictures, told as the commands to type."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Annotated

import typer

from pickout.cli import options as shared
from pickout.cli.console import Console

EPILOG = """\
Example:

  pickout demo -o demo-out/
"""

CLICKS = ("--click", "290,112", "--click", "87,244")
"""What cuts the cup and its saucer out of the query picture."""

MIN_SCORE = "0.65"
"""Hits above this score are the object more often than not."""


def demo(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where everything goes.")
    ] = Path("demo-out"),
    overwrite: shared.Overwrite = False,
    quiet: shared.Quiet = False,
) -> None:
    """Show the whole loop on the sample pictures: cut in one, find in all, cut everywhere.

    Every step is printed as the command that does it.
    """
    from pickout.samples import query_path

    start = time.monotonic()
    if not overwrite:
        shared.refuse_full(output)
    photos, library = output / "photos", output / "library.pickout"
    photo, mask = photos / query_path().name, output / "mask.png"
    hits, report = output / "hits.json", output / "report.html"
    copy_samples(photos)
    steps: tuple[tuple[str, list[str | Path]], ...] = (
        ("Cut one object out of one picture.",
         ["cut", photo, *CLICKS, "-o", output / "object.png", "--mask-out", mask]),
        ("Look at all pictures once.",
         ["index", photos, "--library", library]),
        ("Find the object in them.",
         ["find", photo, "--mask", mask, "--library", library,
          "--min-score", MIN_SCORE, "--json", hits]),
        ("Cut it out wherever it was found.",
         ["extract", hits, "-o", output / "cutouts", "--report", report]),
    )  # fmt: skip
    for number, (title, words) in enumerate(steps, 1):
        _step(Console(quiet), f"{number}. {title}", [str(word) for word in words], overwrite)
    seconds = time.monotonic() - start
    Console(quiet).say(f"\nDone in {seconds:.0f} s. Open the report in a browser:\n{report}")


def copy_samples(folder: Path) -> None:
    """Put the sample pictures where the user can try things on them."""
    from pickout.files import write_bytes
    from pickout.samples import sample_paths

    for path in sample_paths():
        data = path.read_bytes()
        copy = folder / path.name
        # Untouched copies stay, so that indexing once more has nothing to do.
        if not copy.is_file() or copy.read_bytes() != data:
            write_bytes(copy, data, overwrite=True)


def _step(console: Console, title: str, words: list[str], overwrite: bool) -> None:
    """Print a command and run it as if it had been typed."""
    from pickout.cli.app import command

    extra = ["--overwrite"] if overwrite and words[0] != "index" else []
    extra += ["--quiet"] if console.quiet else []
    console.say(f"\n{title}\n$ {shlex.join(['pickout', *words])}")
    command().main(args=[*words, *extra], prog_name="pickout", standalone_mode=False)
