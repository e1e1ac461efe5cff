"""Everything learned that the segmenter uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pickout.analysis.forests import load_forest
from pickout.analysis.models import SHIPPED, EdgeModels, load_edge_models
from pickout.arrays import FloatArray
from pickout.segmenters._superpixel.band import BAND_NAMES
from pickout.segmenters._superpixel.features import CLICK_NAMES
from pickout.segmenters._superpixel.network import Network
from pickout.segmenters._superpixel.upright import Upright

Judge = Callable[[FloatArray], FloatArray]
"""From features (features, k) to log odds (k,)."""


@dataclass(frozen=True, eq=False)
class Models:
    """The learned parts.

    Parameters
    ----------
    edges : EdgeModels
        Judge boundaries between superpixels.
    openings, corrections : callable
        From click features (features, n) to the log odds (n,) of being inside: where something
        new begins, and after a click that mends an answer.
    band : callable
        The same for pixels near the outline.
    network : Network
        Sees windows and prompts as a whole.
    upright : Upright
        Tells which way is up in the picture.
    """

    edges: EdgeModels
    openings: Judge
    corrections: Judge
    band: Judge
    network: Network
    upright: Upright


def load_models(folder: str | Path) -> Models:
    """Return the models in a folder; raises `ArgumentError` as `load_forest` does."""
    folder = Path(folder)
    return Models(
        load_edge_models(folder),
        load_forest(folder / "openings.npz", CLICK_NAMES),
        load_forest(folder / "corrections.npz", CLICK_NAMES),
        load_forest(folder / "band.npz", BAND_NAMES),
        Network(folder),
        Upright(folder),
    )


@cache
def shipped_models() -> Models:
    """Return the models in the package, read once."""
    return load_models(SHIPPED)
