"""Hit: one ranked answer, which says where and why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from pickout.arrays import BoolArray
from pickout.errors import ArgumentError
from pickout.library.packing import PackedMask
from pickout.masks import Box4, Mask


@dataclass(frozen=True, eq=False)
class Hit:
    """A picture in which the object, or something like it, was found.

    Parameters
    ----------
    path : Path
        Absolute path of the picture's file.
    score : float
        How sure it is, from 0 (nothing in common) to 1.
    box_xyxy : (int, int, int, int)
        Half-open box around the found region, in pixels of the full upright picture.
    size_hw : (int, int)
        Height and width of the full upright picture.
    region : PackedMask
        The found region at the reduced size on which the library works.
    verified : bool
        True if local features lie in the same arrangement as on the query: almost certainly the
        same object. False says "looks alike"; things without texture are never verified.
    evidence : dict
        Similarity from 0 to 1 for each descriptor ("color", "texture", "shape"), and "local" if
        local features agree.
    """

    path: Path
    score: float
    box_xyxy: Box4
    size_hw: tuple[int, int]
    region: PackedMask
    verified: bool = False
    evidence: dict[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        mark = ", verified" if self.verified else ""
        return f"Hit({self.path.name!r}, score {self.score:.3f}{mark}, box {self.box_xyxy})"

    @cached_property
    def mask(self) -> Mask:
        """The found region at the full size of the picture."""
        return Mask(enlarge(self.region.unpack(), self.size_hw))

    def to_json(self) -> dict[str, object]:
        """Return the hit as a plain record; `from_json` reads it back unchanged."""
        return {
            "path": str(self.path),
            "score": self.score,
            "verified": self.verified,
            "box_xyxy": list(self.box_xyxy),
            "size_hw": list(self.size_hw),
            "evidence": dict(self.evidence),
            "region": Mask(self.region.unpack()).to_rle(),
        }

    @classmethod
    def from_json(cls, record: object) -> Hit:
        """Return the hit that `to_json` wrote.

        Raises
        ------
        ArgumentError
            If a field is missing or has the wrong type; the message names it.
        """
        if not isinstance(record, Mapping):
            raise ArgumentError(f"a hit should be a record with fields, not {record!r}.")
        path, score = record.get("path"), _number(record, "score")
        if not isinstance(path, str) or not path:
            raise ArgumentError(f"a hit's 'path' should be a text, not {path!r}.")
        verified = record.get("verified", False)
        if not isinstance(verified, bool):
            raise ArgumentError(f"a hit's 'verified' should be true or false, not {verified!r}.")
        x0, y0, x1, y1 = _whole_numbers(record, "box_xyxy", 4)
        height, width = _whole_numbers(record, "size_hw", 2)
        if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
            raise ArgumentError(
                f"a hit's 'box_xyxy' [{x0}, {y0}, {x1}, {y1}] does not lie in its picture of "
                f"{width} x {height} pixels."
            )
        region = pack_region(Mask.from_rle(record.get("region")).array)
        evidence = _evidence(record)
        box = (x0, y0, x1, y1)
        return cls(Path(path), score, box, (height, width), region, verified, evidence)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(record: Mapping[str, object], name: str) -> float:
    value = record.get(name)
    if not isinstance(value, int | float) or not _is_number(value):
        raise ArgumentError(f"a hit's {name!r} should be a number, not {value!r}.")
    return float(value)


def _whole_numbers(record: Mapping[str, object], name: str, count: int) -> list[int]:
    value = record.get(name)
    if (
        not isinstance(value, list | tuple)
        or len(value) != count
        or not all(isinstance(item, int) and not isinstance(item, bool) for item in value)
    ):
        raise ArgumentError(f"a hit's {name!r} should be {count} whole numbers, not {value!r}.")
    return list(value)


def _evidence(record: Mapping[str, object]) -> dict[str, float]:
    value = record.get("evidence", {})
    if not isinstance(value, Mapping) or not all(map(_is_number, value.values())):
        raise ArgumentError(f"a hit's 'evidence' should map names to numbers, not {value!r}.")
    return {str(name): float(number) for name, number in value.items()}


def enlarge(region: BoolArray, size_hw: tuple[int, int]) -> BoolArray:
    """Return a (h, w) bool mask scaled to another size, with smooth edges; never empty."""
    import cv2

    height, width = size_hw
    scaled = cv2.resize(region.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    inside = scaled > 0.5
    return inside if inside.any() else scaled >= scaled.max()


def pack_region(mask: BoolArray) -> PackedMask:
    """Return a (h, w) bool mask packed; an empty one is an `ArgumentError`."""
    box = Mask(mask).box_xyxy
    if box is None:
        raise ArgumentError("a hit's 'region' is empty.")
    return PackedMask.of(mask, box)


def full_box(region: PackedMask, size_hw: tuple[int, int]) -> Box4:
    """Return the box of a reduced region in pixels of the full picture, half-open."""
    height, width = size_hw
    scale_y, scale_x = height / region.size_hw[0], width / region.size_hw[1]
    x0, y0, x1, y1 = region.box_xyxy
    return (
        math.floor(x0 * scale_x),
        math.floor(y0 * scale_y),
        min(width, math.ceil(x1 * scale_x)),
        min(height, math.ceil(y1 * scale_y)),
    )
