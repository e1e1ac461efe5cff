"""From what was typed to prompts, and from prompts to a session with a mask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pickout.cli.ordered import given_in_order
from pickout.cli.typed import Typed

if TYPE_CHECKING:
    from pickout.prompts import Prompt
    from pickout.session import Session

TINY = 0.02
"""A box whose sides are below this share of the photo's longer side may be a slip of the hand."""

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class EditCall:
    """One mask tool to apply, as typed: ``grow=2``."""

    name: str
    numbers: dict[str, float] = field(default_factory=dict)


def numbers_of(text: str, count: int, option: str, form: str) -> list[float]:
    """Return the `count` numbers in `text`, separated by commas or spaces.

    Raises
    ------
    typer.BadParameter
        If it is anything else; the message shows the `form` wanted.
    """
    parts = text.replace(",", " ").split()
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) != count or any(number != number for number in numbers):
        raise typer.BadParameter(f"{option} wants {form} in pixels, not {text!r}")
    return numbers


def points_of(text: str, option: str) -> Points:
    """Return the points in ``"x,y x,y …"``; errors as in `numbers_of`."""
    pairs = text.replace(";", " ").split()
    pairs = [pair for pair in pairs if pair]
    if not pairs:
        raise typer.BadParameter(f"{option} wants points like '10,20 30,40', not {text!r}")
    found = [numbers_of(pair, 2, option, "points like '10,20 30,40'") for pair in pairs]
    return tuple((x, y) for x, y in found)


def edit_of(text: str) -> EditCall:
    """Return the edit in ``name``, ``name=2`` or ``name=a:2,b:3``."""
    name, _, rest = text.partition("=")
    name = name.strip().replace("-", "_")
    if not rest.strip():
        return EditCall(name)
    parameters = _parameters(name)
    numbers: dict[str, float] = {}
    for position, part in enumerate(rest.split(",")):
        key, colon, value = part.rpartition(":")
        if not colon:
            key = parameters[position] if position < len(parameters) else ""
        try:
            numbers[key.strip()] = float(value)
        except ValueError:
            raise typer.BadParameter(
                f"--edit wants a name and numbers, like fill_holes or grow=2, not {text!r}"
            ) from None
    return EditCall(name, numbers)


def _parameters(edit: str) -> list[str]:
    """Return the names of an edit's numbers, in the order of its definition."""
    import inspect

    from pickout.edits import EDITS
    from pickout.errors import ArgumentError

    if edit not in EDITS:
        raise ArgumentError(f"there is no edit {edit!r}; choose one of: {', '.join(EDITS)}.")
    return list(inspect.signature(EDITS[edit]).parameters)[1:]


def _click(text: str, positive: bool) -> Prompt:
    from pickout.prompts import Click

    option = "--click" if positive else "--not"
    x, y = numbers_of(text, 2, option, "x,y")
    return Click(x, y, positive)


def _box(text: str) -> Prompt:
    from pickout.prompts import Box

    return Box(*numbers_of(text, 4, "--box", "x0,y0,x1,y1"))


def _outline(text: str, kind: str) -> Prompt:
    from pickout.prompts import Lasso, Polygon

    return (Lasso if kind == "lasso" else Polygon)(points_of(text, f"--{kind}"))


def _scribble(text: str, radius: float, positive: bool) -> Prompt:
    from pickout.prompts import Scribble

    option = "--scribble" if positive else "--not-scribble"
    return Scribble(points_of(text, option), radius, positive)


def _mask(path: str) -> Prompt:
    from pickout.masks import read_mask
    from pickout.prompts import MaskPrompt

    return MaskPrompt(read_mask(path))


PROMPT_OPTIONS = (
    "clicks", "nots", "boxes", "scribbles", "not_scribbles", "lassos", "polygons", "masks",
    "edits",
)  # fmt: skip


def typed_steps(typed: Typed) -> list[Prompt | EditCall]:
    """Return the prompts and edits of the command line, in the order in which they were typed."""
    readers: dict[str, Callable[[str], Prompt | EditCall]] = {
        "clicks": lambda text: _click(text, True),
        "nots": lambda text: _click(text, False),
        "boxes": _box,
        "scribbles": lambda text: _scribble(text, typed.radius, True),
        "not_scribbles": lambda text: _scribble(text, typed.radius, False),
        "lassos": lambda text: _outline(text, "lasso"),
        "polygons": lambda text: _outline(text, "polygon"),
        "masks": _mask,
        "edits": edit_of,
    }
    return [
        readers[name](str(text)) for name, text in given_in_order(typed.context, PROMPT_OPTIONS)
    ]


def session_of(photo: Path, typed: Typed, *, has_steps: bool) -> Session:
    """Return a session on `photo`: the one in the session file if that exists, or a new one.

    Raises
    ------
    typer.BadParameter
        If there is nothing to work with: no session to continue, and no steps.
    """
    from pickout.images import read_image
    from pickout.session import Session

    resumed = typed.session is not None and typed.session.exists()
    if not has_steps and not resumed:
        raise typer.BadParameter(
            "say where the object is: --click X,Y, --box X0,Y0,X1,Y1, --scribble, --lasso, "
            "--polygon, --mask or a --session that has it"
        )
    image = read_image(photo)
    if typed.session is not None and resumed:
        return Session.open(typed.session, image=image)
    return Session(image, typed.segmenter, path=typed.session)


def give(session: Session, steps: Iterable[Prompt | EditCall]) -> None:
    """Give all prompts and edits to the session, one after the other."""
    for step in steps:
        if isinstance(step, EditCall):
            session.edit(step.name, **step.numbers)
        else:
            session.prompt(step)


def require_object(session: Session, photo: Path, steps: Iterable[Prompt | EditCall] = ()) -> None:
    """Raise unless the session's current object has a pixel; an empty cut-out helps nobody."""
    from pickout.errors import PromptError

    if not session.mask.is_empty:
        return
    given = session.steps
    if given and all(getattr(step, "positive", True) is False for step in given):
        why = "says only what does not belong to"
    else:
        why = "leaves no pixel of"
    raise PromptError(
        f"{photo}: what was given {why} the object {session.current!r}; add a --click X,Y on it."
        + "".join(f" ({note})" for note in notes_on(steps, session))
    )


def notes_on(steps: Iterable[Prompt | EditCall], session: Session) -> list[str]:
    """Return what the user may not have meant: boxes that leave the photo, or are tiny."""
    from pickout.prompts import Box

    height, width = session.image.size_hw
    notes = []
    for box in (step for step in steps if isinstance(step, Box)):
        given = f"the box {box.x0:g},{box.y0:g},{box.x1:g},{box.y1:g}"
        (left, right), (top, bottom) = sorted((box.x0, box.x1)), sorted((box.y0, box.y1))
        if left < 0 or top < 0 or right > width or bottom > height:
            notes.append(f"{given} leaves the photo of {width} x {height} and was cut to it")
        if max(right - left, bottom - top) < TINY * max(height, width):
            notes.append(f"{given} is only {right - left:g} x {bottom - top:g} pixels")
    return notes
