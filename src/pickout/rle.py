"""Run-length coding of masks, compatible with COCO's.

Runs go down the columns and start with the number of pixels *outside*. The compressed text is
the one that pycocotools writes: each run is stored as the difference to the run before the
last one, in groups of five bits, least significant first, offset by 48 into printable ASCII.
"""

from __future__ import annotations

import numpy as np

from pickout.arrays import BoolArray
from pickout.errors import ArgumentError

Counts = np.ndarray[tuple[int], np.dtype[np.int64]]


def encode(mask: BoolArray) -> Counts:
    """Return the run lengths of a (H, W) bool array, column by column, outside first."""
    flat = mask.T.ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.concatenate(([0], changes, [flat.size]))
    counts = np.diff(bounds)
    if flat.size and flat[0]:
        counts = np.concatenate(([0], counts))
    return counts.astype(np.int64)


def decode(counts: Counts, size_hw: tuple[int, int]) -> BoolArray:
    """Return the (H, W) bool array of run lengths.

    Raises
    ------
    ArgumentError
        If the runs are negative or do not add up to H times W.
    """
    height, width = size_hw
    if (counts < 0).any() or int(counts.sum()) != height * width:
        raise ArgumentError(
            f"the run lengths of the mask add up to {int(counts.sum())} pixels, but a picture of "
            f"{width} x {height} has {height * width}; the record is damaged."
        )
    inside = np.arange(counts.size) % 2 == 1
    return np.ascontiguousarray(np.repeat(inside, counts).reshape(width, height).T)


def compress_counts(counts: Counts) -> str:
    """Return COCO's text form of run lengths."""
    values = [int(count) for count in counts]
    differences = [
        value if index < 3 else value - values[index - 2] for index, value in enumerate(values)
    ]
    return "".join(_pack(difference) for difference in differences)


def _pack(value: int) -> str:
    """Return one number in five-bit groups; bit 0x20 says that more follow."""
    text = []
    while True:
        group = value & 0x1F
        value >>= 5
        done = value == (-1 if group & 0x10 else 0)
        text.append(chr((group if done else group | 0x20) + 48))
        if done:
            return "".join(text)


def expand_counts(text: str) -> Counts:
    """Return the run lengths behind COCO's text form.

    Raises
    ------
    ArgumentError
        If the text ends in the middle of a number or holds foreign characters.
    """
    counts: list[int] = []
    value, shift, open_number = 0, 0, False
    for character in text:
        group = ord(character) - 48
        if not 0 <= group < 64:
            raise ArgumentError(f"a mask's run-length text holds the character {character!r}.")
        value |= (group & 0x1F) << shift
        shift += 5
        open_number = bool(group & 0x20)
        if open_number:
            continue
        if group & 0x10:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value, shift = 0, 0
    if open_number:
        raise ArgumentError("a mask's run-length text ends in the middle of a number.")
    return np.array(counts, np.int64)


def decode_record(record: object) -> BoolArray:
    """Return the (H, W) bool array of ``{"size": [H, W], "counts": text or list}``."""
    if not isinstance(record, dict) or not {"size", "counts"} <= record.keys():
        raise ArgumentError("a mask record needs the fields 'size' and 'counts'.")
    size, counts = record["size"], record["counts"]
    if (
        not isinstance(size, list | tuple)
        or len(size) != 2
        or not all(isinstance(side, int) and not isinstance(side, bool) for side in size)
        or min(size) < 1
    ):
        raise ArgumentError(f"a mask record's 'size' should be [height, width], not {size!r}.")
    if isinstance(counts, bytes):
        counts = counts.decode("ascii", "replace")
    if isinstance(counts, str):
        return decode(expand_counts(counts), (size[0], size[1]))
    if isinstance(counts, list) and all(isinstance(count, int) for count in counts):
        return decode(np.array(counts, np.int64), (size[0], size[1]))
    raise ArgumentError("a mask record's 'counts' should be a text or a list of whole numbers.")
