"""What data-set writers get: a picture's name and size, and its labelled masks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pickout.errors import ArgumentError
from pickout.masks import Mask, check_mask_fits

Labelled = tuple[str, Mask]


@dataclass(frozen=True)
class ExportItem:
    """One picture of a data set.

    Parameters
    ----------
    name : str
        The picture's file name as the data set is to call it, e.g. ``"trip/mug.jpg"``.
    size_hw : (int, int)
        Height and width of the upright picture in pixels.
    objects : sequence of (str, Mask)
        Label and mask of each object; none for a picture without objects.
    path : Path, optional
        The picture's file; needed only where pictures are copied or cut.

    Raises
    ------
    ArgumentError
        If a label is blank, or a mask is empty or of another size than the picture.
    """

    name: str
    size_hw: tuple[int, int]
    objects: Sequence[Labelled] = ()
    path: Path | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ArgumentError("a picture of a data set needs a file name, and this one is blank.")
        for label, mask in self.objects:
            self._check(label, mask)

    def _check(self, label: str, mask: Mask) -> None:
        if not label.strip():
            raise ArgumentError(f"{self.name}: every object needs a label, and one is blank.")
        if not _is_text(label):
            raise ArgumentError(f"{self.name}: the label {label!r} is not valid text.")
        if mask.is_empty:
            raise ArgumentError(
                f"{self.name}: the mask of {label!r} is empty; leave the object out instead."
            )
        check_mask_fits(mask, self.size_hw)


def _is_text(value: str) -> bool:
    """Return whether a text can be written down; bytes smuggled into one cannot."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


class Labels:
    """Numbers for label names, in the order in which they come.

    Parameters
    ----------
    names : sequence of str
        Names known beforehand; with `closed` no others are accepted.
    """

    def __init__(self, names: Sequence[str] = (), *, closed: bool = False) -> None:
        if len(set(names)) != len(names):
            raise ArgumentError(f"a label is listed twice in {list(names)}.")
        self._numbers = {name: number for number, name in enumerate(names)}
        self._closed = closed

    @property
    def names(self) -> list[str]:
        """All names, by number."""
        return list(self._numbers)

    def number(self, name: str) -> int:
        """Return the number of a label, counting from 0; a new label gets the next one."""
        if name not in self._numbers and self._closed:
            raise ArgumentError(
                f"the label {name!r} is not among the given ones: {', '.join(self._numbers)}."
            )
        return self._numbers.setdefault(name, len(self._numbers))


def labels_of(names: Labels | Sequence[str] | None) -> Labels:
    """Return the numbering for given labels, or an open one if there are none."""
    if isinstance(names, Labels):
        return names
    return Labels(names or (), closed=names is not None)


def json_text(data: object) -> str:
    """Return JSON on one line; file names that are not valid Unicode are escaped."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    if not _is_text(text):
        text = json.dumps(data, ensure_ascii=True, allow_nan=False)
    return text + "\n"
