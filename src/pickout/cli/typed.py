"""The options that say where an object is, shared by all commands that cut one out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from pickout.cli import options as shared


@dataclass(frozen=True)
class Typed:
    """What was typed to say where an object is, and how to cut it out.

    Parameters
    ----------
    context : typer.Context
        Knows the prompts and edits, in the order in which they were typed.
    radius : float
        Of strokes.
    session : Path, optional
        Session file.
    segmenter : str
    """

    context: typer.Context
    radius: float
    session: Path | None
    segmenter: str


def _declared(
    context: typer.Context,
    clicks: shared.Clicks = None,
    nots: shared.NotClicks = None,
    boxes: shared.Boxes = None,
    scribbles: shared.Scribbles = None,
    not_scribbles: shared.NotScribbles = None,
    radius: shared.Radius = 3.0,
    lassos: shared.Lassos = None,
    polygons: shared.Polygons = None,
    masks: shared.Masks = None,
    session: shared.SessionFile = None,
    segmenter: shared.SegmenterName = "superpixel",
    edits: shared.Edits = None,
) -> Typed:
    """Take the shared options; prompts and edits are read from the context, where they have an
    order.
    """
    del clicks, nots, boxes, scribbles, not_scribbles, lassos, polygons, masks, edits
    return Typed(context, radius, session, segmenter)


def takes_prompts(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take the shared options; it gets them as its second argument, a `Typed`."""
    shared_ones = inspect.signature(_declared, eval_str=True).parameters
    first, _, *others = inspect.signature(command, eval_str=True).parameters.values()

    def run(**values: Any) -> None:
        typed = _declared(**{name: values.pop(name) for name in shared_ones})
        command(values.pop(first.name), typed, **values)

    every = [first, *shared_ones.values(), *others]
    keywords = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in every]
    run.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in keywords}
    run.__doc__ = command.__doc__
    return run
