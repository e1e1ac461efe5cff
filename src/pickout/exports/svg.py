"""SVG: each object as one path that can be scaled, styled and cut by a plotter."""

from __future__ import annotations

from html import escape

import numpy as np

from pickout.arrays import AnyArray, FloatArray, check_range
from pickout.exports.contours import DEFAULT_TOLERANCE, Ring, simplify, trace
from pickout.exports.items import ExportItem
from pickout.masks import Mask

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
"""Colours of the labels, told apart by colour-blind people too (Okabe and Ito, 2008)."""

# Outlines turn sharper than this only at the object's real corners, which stay corners.
_CORNER_DEGREES = 60.0


def svg_path(mask: Mask, *, tolerance: float = DEFAULT_TOLERANCE, smooth: bool = False) -> str:
    """Return the ``d`` of an SVG path around a mask, holes included (``fill-rule: evenodd``).

    Parameters
    ----------
    mask : Mask
    tolerance : float
        How far in pixels the path may leave the mask's edge in exchange for fewer corners;
        0 follows the pixels' edges exactly.
    smooth : bool
        Whether corners flatter than 60 degrees become curves.

    Returns
    -------
    path : str
        Relative to the picture's top left corner, one unit per pixel; empty for an empty mask.

    Raises
    ------
    ArgumentError
        If `tolerance` is out of range.
    """
    check_range("tolerance", tolerance, 0, 1000)
    rings = [
        ring for piece in simplify(trace(mask), tolerance) for ring in (piece.outline, *piece.holes)
    ]
    return "".join(_curve(ring) if smooth else _polygon(ring) for ring in rings)


def svg_document(
    item: ExportItem, *, tolerance: float = DEFAULT_TOLERANCE, smooth: bool = True
) -> str:
    """Return an SVG document of a picture's size with a titled path per object.

    Parameters
    ----------
    item : ExportItem
    tolerance, smooth
        As for `svg_path`.
    """
    height, width = item.size_hw
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" fill-rule="evenodd">',
        f"<title>{_text(item.name)}</title>",
    ]
    labels = list(dict.fromkeys(label for label, _ in item.objects))
    for number, (label, mask) in enumerate(item.objects, start=1):
        color = COLORS[labels.index(label) % len(COLORS)]
        path = svg_path(mask, tolerance=tolerance, smooth=smooth)
        lines.append(
            f'<path id="object-{number}" data-label="{_text(label)}" fill="{color}" d="{path}">'
            f"<title>{_text(label)}</title></path>"
        )
    return "\n".join([*lines, "</svg>"]) + "\n"


def _text(value: str) -> str:
    """Return text fit for XML: escaped, and without the characters that XML forbids."""
    allowed = "".join(
        character if character.isprintable() or character == " " else "\N{REPLACEMENT CHARACTER}"
        for character in value
    )
    return escape(allowed, quote=True)


def _polygon(ring: Ring) -> str:
    """Return a closed path of straight lines: absolute start, then relative steps."""
    # Steps between rounded points, so that rounding does not add up along the way.
    hundredths = np.rint(ring * 100).astype(np.int64)
    steps = np.diff(hundredths, axis=0) / 100
    lines = "".join(_line(_short(x), _short(y)) for x, y in steps)
    return f"M{_pair(hundredths[0] / 100)}{lines}z"


def _line(x: str, y: str) -> str:
    if y == "0":
        return f"h{x}"
    return f"v{y}" if x == "0" else f"l{x} {y}"


def _curve(ring: Ring) -> str:
    """Return a closed path of cubic curves through all corners.

    Each corner's tangent is parallel to the line between its neighbours; the curve leaves a
    corner for a third of the side's length, so that long sides do not bulge.
    """
    points = ring.astype(np.float32)
    after = np.roll(points, -1, axis=0)
    reach = np.hypot(*(after - points).T)[:, None] / 3
    tangents = _tangents(points)
    leave = points + tangents * reach
    arrive = after - np.roll(tangents, -1, axis=0) * reach
    curves = "".join(
        f"C{_pair(a)} {_pair(b)} {_pair(c)}" for a, b, c in zip(leave, arrive, after, strict=True)
    )
    return f"M{_pair(points[0])}{curves}z"


def _tangents(points: FloatArray) -> FloatArray:
    """Return the unit direction of the curve at each corner, zero at sharp ones."""
    incoming = points - np.roll(points, 1, axis=0)
    outgoing = np.roll(incoming, -1, axis=0)
    lengths = np.maximum(np.hypot(*incoming.T) * np.hypot(*outgoing.T), 1e-6)
    cosines = (incoming * outgoing).sum(axis=1) / lengths
    along = incoming + outgoing
    along /= np.maximum(np.hypot(*along.T), 1e-6)[:, None]
    return np.where((cosines > np.cos(np.radians(_CORNER_DEGREES)))[:, None], along, 0).astype(
        np.float32
    )


def _pair(point: AnyArray) -> str:
    return f"{_short(point[0])} {_short(point[1])}"


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
