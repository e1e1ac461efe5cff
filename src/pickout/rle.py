"""Run-length coding of masks, compatible with COCO's.

Runs go down the columns and start with the number of pixels *outside*. The compressed text is
the one that pycocotools writes: each run is stored as the difference to the run before the
last one, in groups of five bits, least significant first, offset by 48 into printable ASCII.
"""

from __future__ import annotations

import numpy as np

from pickout.arrays import BoolArray
from pickout.errors import ArgumentError

# A number is cut into groups of five bits, the lowest first; _MORE says that another one follows,
# _SIGN in the last one that the number is negative.
_GROUP_BITS, _GROUP_MASK, _SIGN, _MORE = 5, 0x1F, 0x10, 0x20
_FIRST_CHARACTER = 48
_MOST_GROUPS = 12  # 60 bits

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
    pixels = height * width
    if ((counts < 0) | (counts > pixels)).any() or int(counts.sum()) != pixels:
        raise ArgumentError(
            f"the run lengths of the mask do not fill a picture of {width} x {height} pixels; "
            "the record is damaged."
        )
    inside = np.arange(counts.size) % 2 == 1
    return np.ascontiguousarray(np.repeat(inside, counts).reshape(width, height).T)


def compress_counts(counts: Counts) -> str:
    """Return COCO's text form of run lengths."""
    values = np.array(counts, np.int64)
    values[3:] -= counts[1:-2]
    limits = 1 << np.arange(_GROUP_BITS - 1, 62, _GROUP_BITS)  # what 1, 2, … groups can hold
    sizes = 1 + np.searchsorted(limits, np.where(values < 0, ~values, values), side="right")
    starts = np.cumsum(sizes) - sizes
    text = np.zeros(int(sizes.sum()), np.uint8)
    for step in range(int(sizes.max(initial=0))):
        here = sizes > step
        groups = (values[here] >> (_GROUP_BITS * step)) & _GROUP_MASK
        more = np.where(sizes[here] > step + 1, _MORE, 0)
        text[starts[here] + step] = groups + more + _FIRST_CHARACTER
    return text.tobytes().decode("ascii")


def expand_counts(text: str) -> Counts:
    """Return the run lengths behind COCO's text form.

    Raises
    ------
    ArgumentError
        If the text ends in the middle of a number, holds foreign characters, or a number that
        no picture can need.
    """
    codes = _codes(text)
    ends = np.flatnonzero(codes & _MORE == 0)
    if codes.size == 0:
        return np.zeros(0, np.int64)
    if ends.size == 0 or ends[-1] != codes.size - 1:
        raise ArgumentError("a mask's run-length text ends in the middle of a number.")
    starts = np.concatenate(([0], ends[:-1] + 1))
    sizes = ends - starts + 1
    if sizes.max() > _MOST_GROUPS:
        raise ArgumentError("a mask's run-length text holds a number that is far too large.")
    steps = np.arange(codes.size) - np.repeat(starts, sizes)
    values = np.add.reduceat((codes & _GROUP_MASK) << (_GROUP_BITS * steps), starts)
    values -= np.where(codes[ends] & _SIGN, 1 << (_GROUP_BITS * sizes), 0)
    # From the fourth on, each number is the difference to the one before the last.
    values[1::2] = np.cumsum(values[1::2])
    values[2::2] = np.cumsum(values[2::2])
    return values


def _codes(text: str) -> Counts:
    """Return the six bits of every character."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.int64)
    codes -= _FIRST_CHARACTER
    foreign = np.flatnonzero((codes < 0) | (codes >= 64))
    if foreign.size:
        character = text[int(foreign[0])]
        raise ArgumentError(f"a mask's run-length text holds the character {character!r}.")
    return codes


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
    if isinstance(counts, list) and all(type(n) is int and 0 <= n < 1 << 60 for n in counts):
        return decode(np.array(counts, np.int64), (size[0], size[1]))
    raise ArgumentError("a mask record's 'counts' should be a text or a list of run lengths.")
