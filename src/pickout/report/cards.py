"""What a report shows, as plain records: it knows nothing of libraries and searches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pickout.arrays import ByteArray
from pickout.exports import Cutout
from pickout.masks import Box4, Mask


@dataclass(frozen=True, eq=False)
class QueryCard:
    """What was looked for.

    Parameters
    ----------
    image_rgb : (H, W, 3) ndarray of uint8
    mask : Mask, optional
        Of the picture's size; the object, to be outlined.
    name : str
        The picture's name, as a caption.
    """

    image_rgb: ByteArray
    mask: Mask | None
    name: str


@dataclass(frozen=True, eq=False)
class HitCard:
    """One answer.

    Parameters
    ----------
    path : Path
        The picture; read when the report is made, at thumbnail size.
    score : float
        From 0 to 1.
    box_xyxy : (int, int, int, int), optional
        Where, in pixels of the full picture; drawn if there is no mask.
    mask : Mask, optional
        Where, exactly; of the full picture's proportions.
    verified : bool
        Whether the match was confirmed point by point.
    evidence : dict of str to float
        Why: a similarity from 0 to 1 per kind ("color", "texture", "shape"). Numbers above 1
        are shown as counts.
    cutout : Cutout, optional
        The object, if it was cut out.
    cutout_path : Path, optional
        Where the cut-out was saved.
    error : str, optional
        What went wrong with this picture, shown in its place.
    """

    path: Path
    score: float
    box_xyxy: Box4 | None = None
    mask: Mask | None = None
    verified: bool = False
    evidence: Mapping[str, float] = field(default_factory=dict)
    cutout: Cutout | None = None
    cutout_path: Path | None = None
    error: str | None = None
