"""One object's history: a list of steps, a position in it, and the mask at that position.

The mask is derived from the steps. What undo needs is kept as the difference between one mask and
the next, packed to bits inside the box that changed, so that undo has no limit: mostly a few
kilobytes, 12 megabytes where all of 100 megapixels changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from pickout.arrays import BoolArray, ByteArray
from pickout.errors import SessionError
from pickout.masks import Box4, Mask
from pickout.prompts import MaskPrompt, Prompt, from_json, to_json
from pickout.tiles import changed_tiles

ComputeMask = Callable[[list[Prompt], Mask], Mask]
ApplyEdit = Callable[["Edit", Mask], Mask]


@dataclass(frozen=True)
class Edit:
    """A mask tool with its numbers, e.g. ``Edit("grow", {"radius": 2})``; see `pickout.edits`."""

    name: str
    numbers: Mapping[str, float] = field(default_factory=dict)
    kind: ClassVar[str] = "edit"


Step = Prompt | Edit


def step_to_json(step: Step) -> dict[str, object]:
    """Return the step as a plain record; `step_from_json` reads it back unchanged."""
    if isinstance(step, Edit):
        return {"kind": "edit", "name": step.name, "numbers": dict(step.numbers)}
    return to_json(step)


def step_from_json(record: object) -> Step:
    """Return the step that `step_to_json` wrote.

    Raises
    ------
    SessionError, PromptError
        If a field is missing or has the wrong type.
    """
    if not (isinstance(record, Mapping) and record.get("kind") == "edit"):
        return from_json(record)
    name, numbers = record.get("name"), record.get("numbers")
    if not isinstance(name, str):
        raise SessionError(f"an edit's 'name' should be a text, not {name!r}.")
    if not isinstance(numbers, Mapping) or not all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in numbers.values()
    ):
        raise SessionError(f"the edit {name!r} should have 'numbers' only, not {numbers!r}.")
    return Edit(name, dict(numbers))


@dataclass(frozen=True)
class Change:
    """The pixels in which two masks of one picture differ."""

    rows: slice
    columns: slice
    width: int
    bits: ByteArray
    tiles: tuple[Box4, ...] = ()
    """The tiles that they lie in."""

    def flip(self, array: BoolArray) -> BoolArray:
        """Return the mask on the other side of this change; `array` stays as it is."""
        result = array.copy()
        if self.width:
            differs = np.unpackbits(self.bits, axis=1, count=self.width).view(np.bool_)
            result[self.rows, self.columns] ^= differs
        result.flags.writeable = False
        return result


def change_between(before: BoolArray, after: BoolArray) -> Change:
    """Return in what two masks of the same size differ."""
    tiles = changed_tiles(before, after)
    if not tiles:
        return Change(slice(0), slice(0), 0, np.zeros((0, 0), np.uint8))
    left, top = (min(tile[side] for tile in tiles) for side in (0, 1))
    right, bottom = (max(tile[side] for tile in tiles) for side in (2, 3))
    differs = before[top:bottom, left:right] ^ after[top:bottom, left:right]
    height = _span(np.asarray(differs.any(axis=1)))
    width = _span(np.asarray(differs.any(axis=0)))
    bits = np.packbits(differs[height, width], axis=1)
    rows = slice(top + height.start, top + height.stop)
    columns = slice(left + width.start, left + width.stop)
    return Change(rows, columns, width.stop - width.start, bits, tiles)


def _span(holds: BoolArray) -> slice:
    """Return the slice from the first to the last True."""
    places = np.flatnonzero(holds)
    return slice(int(places[0]), int(places[-1]) + 1)


class History:
    """Steps, position and mask of one object in a picture of `size_hw`."""

    def __init__(self, size_hw: tuple[int, int]) -> None:
        self.steps: list[Step] = []
        self.position = 0
        empty = np.zeros(size_hw, np.bool_)
        empty.flags.writeable = False
        self.mask = Mask(empty)
        self.changed: tuple[Box4, ...] = ()
        """Tiles in which the newest move, forth or back, changed the mask."""
        self._changes: list[Change] = []
        self._edited: tuple[int, MaskPrompt] | None = None

    def add(self, step: Step, compute: ComputeMask, edit: ApplyEdit) -> None:
        """Make `step` the newest; steps that had been undone are forgotten.

        Nothing changes if `compute` or `edit` raises.
        """
        mask = self._answer(step, compute, edit)
        change = change_between(self.mask.array, mask.array)
        del self.steps[self.position :]
        del self._changes[self.position :]
        self.steps.append(step)
        self._move_to(mask, change)

    def undo(self) -> bool:
        """Step back to exactly the mask before; False if there is nothing to undo."""
        if self.position == 0:
            return False
        self.position -= 1
        self._flip(self._changes[self.position])
        return True

    def redo(self, compute: ComputeMask, edit: ApplyEdit) -> bool:
        """Step forward again; False if nothing had been undone."""
        if self.position == len(self.steps):
            return False
        if self.position < len(self._changes):
            self._flip(self._changes[self.position])
            self.position += 1
        else:  # read from a file and never computed here
            self._answer_next(compute, edit)
        return True

    def replay(
        self, steps: list[Step], position: int, compute: ComputeMask, edit: ApplyEdit
    ) -> None:
        """Take over `steps` and compute the mask at `position` by making them again."""
        self.steps = list(steps)
        while self.position < position:
            self._answer_next(compute, edit)

    def _answer_next(self, compute: ComputeMask, edit: ApplyEdit) -> None:
        mask = self._answer(self.steps[self.position], compute, edit)
        self._move_to(mask, change_between(self.mask.array, mask.array))

    def _move_to(self, mask: Mask, change: Change) -> None:
        self._changes.append(change)
        self.mask, self.changed = mask, change.tiles
        self.position += 1
        if isinstance(self.steps[self.position - 1], Edit):
            self._edited = self.position, MaskPrompt(mask)

    def _flip(self, change: Change) -> None:
        self.mask, self.changed = Mask(change.flip(self.mask.array)), change.tiles

    def _answer(self, step: Step, compute: ComputeMask, edit: ApplyEdit) -> Mask:
        if isinstance(step, Edit):
            return edit(step, self.mask)
        return compute([*self.prompts(), step], self.mask)

    def prompts(self) -> list[Prompt]:
        """Return the steps so far as a segmenter sees them: the last edit as a starting mask."""
        done = self.steps[: self.position]
        edits = [index for index, step in enumerate(done) if isinstance(step, Edit)]
        if not edits:
            return [step for step in done if not isinstance(step, Edit)]
        before = [step for step in done[: edits[-1]] if not isinstance(step, Edit)]
        after = [step for step in done[edits[-1] + 1 :] if not isinstance(step, Edit)]
        return [*before, self._after_edit(edits[-1] + 1), *after]

    def _after_edit(self, position: int) -> MaskPrompt:
        """Return the mask after the newest edit, worked out once: later steps ask again."""
        if self._edited is None or self._edited[0] != position:
            self._edited = position, MaskPrompt(self._mask_after(position))
        return self._edited[1]

    def _mask_after(self, position: int) -> Mask:
        array = self.mask.array
        for change in reversed(self._changes[position : self.position]):
            array = change.flip(array)
        return Mask(array)
