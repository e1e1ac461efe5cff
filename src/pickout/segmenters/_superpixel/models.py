"""Everything learned that the segmenter uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from pickout.analysis.forests import load_forest
from pickout.analysis.models import BOUNDARIES, SHIPPED, EdgeModels, load_edge_models
from pickout.arrays import FloatArray
from pickout.segmenters._superpixel.band import BAND_NAMES
from pickout.segmenters._superpixel.features import CLICK_NAMES, Question, click_features
from pickout.segmenters._superpixel.network import FILES as NETWORK_FILES
from pickout.segmenters._superpixel.network import Network
from pickout.segmenters._superpixel.upright import FILE as UPRIGHT_FILE
from pickout.segmenters._superpixel.upright import Upright

TREE_FILES = ("openings.npz", "corrections.npz", "band.npz")
MODEL_FILES = (*BOUNDARIES, *TREE_FILES, *NETWORK_FILES, UPRIGHT_FILE)
"""What a folder of models holds."""

Judge = Callable[[FloatArray], FloatArray]
"""From features (features, k) to log odds (k,)."""

TRUST, SUREST = 0.4, 6.0
"""The network's share of the odds where a click or an enclosure begins something, and its bound.

The trees have learned with the network as it was before its bold phase, and the finished one is
better. Strokes tell the trees more than the network, which hears them cell by cell.
"""


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
    trust : float
        See `TRUST`; nothing while the trees learn.
    """

    edges: EdgeModels
    openings: Judge
    corrections: Judge
    band: Judge
    network: Network
    upright: Upright
    trust: float = 0.0

    def judge(self, question: Question) -> FloatArray:
        """Return the log odds of being inside for every superpixel, (n,)."""
        features = click_features(question)
        if question.is_correction:
            return self.corrections(features)
        odds = self.openings(features)
        if self.trust == 0 or (question.marks and question.marks[-1].is_stroke):
            return odds
        heard = np.clip(question.opinion[0], -SUREST, SUREST)
        return np.asarray(odds + self.trust * (heard - odds), np.float32)


def load_models(folder: str | Path) -> Models:
    """Return the models in a folder; raises `ArgumentError` as `load_forest` does."""
    folder = Path(folder)
    openings, corrections, band = (folder / name for name in TREE_FILES)
    return Models(
        load_edge_models(folder),
        load_forest(openings, CLICK_NAMES),
        load_forest(corrections, CLICK_NAMES),
        load_forest(band, BAND_NAMES),
        Network(folder),
        Upright(folder),
        TRUST,
    )


@cache
def shipped_models() -> Models:
    """Return the models in the package, read once."""
    return load_models(SHIPPED)
