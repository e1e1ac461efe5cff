"""What `find` and `extract` share: asking a library for the object in a photo."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pickout.cli.console import Console
from pickout.cli.prompting import give, require_object, session_of, typed_steps
from pickout.cli.typed import Typed
from pickout.errors import ArgumentError, LibraryError, PickoutError

if TYPE_CHECKING:
    from pickout.images import Image
    from pickout.library import Hit, Library
    from pickout.masks import Mask


@dataclass(frozen=True)
class Query:
    """The object that is looked for: its photo, and its mask or a box around it."""

    photo: Path
    image: Image
    mask: Mask | None
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Ask:
    """How a library is asked.

    Parameters
    ----------
    library : Path
        The library file.
    n_hits : int
        At most so many.
    min_score : float
        From 0 to 1.
    weights : dict, optional
        How much each descriptor counts.
    with_itself : bool
        Whether the photo itself may be among the hits.
    """

    library: Path
    n_hits: int
    min_score: float = 0.0
    weights: dict[str, float] | None = None
    with_itself: bool = True


def query_of(photo: Path, typed: Typed) -> Query:
    """Return the object that the command line points at.

    A box alone is looked for as it is; everything else is cut out first.
    """
    from pickout.images import read_image
    from pickout.prompts import Box

    steps = typed_steps(typed)
    if typed.session is None and len(steps) == 1 and isinstance(steps[0], Box):
        box = steps[0]
        return Query(photo, read_image(photo), None, (box.x0, box.y0, box.x1, box.y1))
    work = session_of(photo, typed, has_steps=bool(steps))
    give(work, steps)
    require_object(work, photo)
    return Query(photo, work.image, work.mask)


def mask_of(query: Query | None) -> dict[str | Path, Mask]:
    """Return what the query has cut out already, by its photo."""
    return {} if query is None or query.mask is None else {query.photo: query.mask}


def ask(console: Console, query: Query, how: Ask) -> list[Hit]:
    """Return the library's hits for a query, best first."""
    with open_library(how.library) as library, console.progress() as listener:
        return library.find(
            query.image,
            mask=query.mask,
            box=query.box,
            k=how.n_hits,
            min_score=how.min_score,
            weights=how.weights,
            exclude=() if how.with_itself else (query.photo,),
            progress=listener,
        )


def weights_of(text: str | None) -> dict[str, float] | None:
    """Return the weights in ``color=1,texture=0.5``; None if none were given."""
    if text is None:
        return None
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, sign, value = part.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError:
            sign = ""
        if not sign or not name.strip() or weights[name.strip()] < 0:
            raise typer.BadParameter(f"--weights wants color=1,texture=0.5,…, not {text!r}")
    return weights


def open_library(path: Path) -> Library:
    """Return the library in an existing file; a missing one is not made by a search."""
    from pickout.library import Library

    how_to = f"pickout index FOLDER --library {path}"
    if not path.exists():
        raise LibraryError(f"there is no library {path}; make it with: {how_to}")
    if path.is_file() and path.stat().st_size == 0:
        raise LibraryError(f"{path} is an empty file (zero bytes), not a library; try: {how_to}")
    library = Library(path)
    if len(library) == 0:
        library.close()
        raise LibraryError(f"there are no pictures in the library {path} yet; try: {how_to}")
    return library


def print_hits(console: Console, hits: Sequence[Hit]) -> None:
    """Print the hits, best first."""
    rows = [
        (str(number), f"{hit.score:.3f}", "yes" if hit.verified else "",
         ",".join(f"{side:g}" for side in hit.box_xyxy), str(hit.path))
        for number, hit in enumerate(hits, 1)
    ]  # fmt: skip
    console.table(("", "score", "verified", "box", "picture"), rows)


def hits_record(library: Path, query: Query, hits: Sequence[Hit]) -> dict[str, object]:
    """Return a search and its hits as a plain record, which `read_hits` reads."""
    return {
        "library": str(library),
        "photo": str(query.photo),
        "mask": query.mask.to_rle() if query.mask is not None else None,
        "box_xyxy": list(query.box) if query.box is not None else None,
        "hits": [hit.to_json() for hit in hits],
    }


def read_hits(path: Path) -> tuple[Query | None, list[Hit]]:
    """Return the query and the hits of a file that ``pickout find --json`` wrote.

    The query is None if its photo is gone; the hits do without it.

    Raises
    ------
    LibraryError
        If the file is missing or is something else.
    """
    from pickout.library import Hit

    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LibraryError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise LibraryError(f"{path} holds no hits: it is not JSON ({error}).") from error
    if not isinstance(record, dict) or not isinstance(record.get("hits"), list):
        raise LibraryError(
            f"{path} holds no hits; make such a file with: pickout find PHOTO … --json {path}"
        )
    try:
        hits = [Hit.from_json(hit) for hit in record["hits"]]
    except ArgumentError as error:
        raise LibraryError(f"{path} is damaged: {error}") from error
    return _query_in(record), hits


def _query_in(record: dict[str, object]) -> Query | None:
    """Return the query of a search that was written, None if it cannot be shown any more."""
    from pickout.images import read_image
    from pickout.masks import Mask, check_mask_fits
    from pickout.prompts import Box, check_prompt, from_json

    photo, rle, corners = record.get("photo"), record.get("mask"), record.get("box_xyxy")
    if not isinstance(photo, str):
        return None
    try:
        image = read_image(photo)
        mask = Mask.from_rle(rle) if rle is not None else None
        if mask is not None:
            check_mask_fits(mask, image.size_hw)
        box = from_json({"kind": "box", "box_xyxy": corners}) if corners is not None else None
        if box is not None:
            check_prompt(box, image.size_hw)
    except PickoutError:
        return None
    around = (box.x0, box.y0, box.x1, box.y1) if isinstance(box, Box) else None
    return Query(Path(photo), image, mask, around)


def chosen(hits: Sequence[Hit], only: str | None) -> list[Hit]:
    """Return the hits with the numbers in ``1,3,5-8``; all of them if None."""
    if only is None:
        return list(hits)
    numbers = _numbers(only)
    if numbers[-1] > len(hits):
        raise typer.BadParameter(f"--only {numbers[-1]}: there are only {len(hits)} hits")
    return [hits[number - 1] for number in numbers]


def _numbers(text: str) -> list[int]:
    """Return the numbers in ``1,3,5-8``, in order and each once."""
    numbers: list[int] = []
    try:
        for part in text.split(","):
            first, dash, last = part.partition("-")
            numbers += range(int(first), int(last if dash else first) + 1)
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise typer.BadParameter(f"--only wants the numbers of hits like 1,3,5-8, not {text!r}")
    return sorted(set(numbers))
