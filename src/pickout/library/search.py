"""From a query to ranked hits: candidates by descriptors, then a check by local features."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from pickout.arrays import FloatArray
from pickout.descriptors.fusion import Fusion
from pickout.library.analyse import digest_file
from pickout.library.hits import Hit, full_box, pack_region
from pickout.library.query import Query
from pickout.library.store import Store
from pickout.library.vectors import Candidate, VectorIndex
from pickout.library.verify import MIN_INLIERS, locate
from pickout.progress import Listener, Reporter

N_VERIFIED = 200
"""So many of the best pictures are checked by local features."""

_MIDDLE, _STEEPNESS = 0.6, 14.0
"""A similarity of `_MIDDLE` means a score of one half; see docs/descriptors.md."""


def calibrated(similarity: float) -> float:
    """Return the score in [0, 1] for a weighted similarity in [-1, 1]; it grows with it."""
    return float(1 / (1 + np.exp(-_STEEPNESS * (similarity - _MIDDLE))))


class Searcher:
    """Answers queries from one state of a library.

    Parameters
    ----------
    store : Store
    fusion : Fusion
    index : VectorIndex
        Built from `store`.
    """

    def __init__(self, store: Store, fusion: Fusion, index: VectorIndex) -> None:
        self._store, self._fusion, self._index = store, fusion, index
        self._paths = store.paths_by_content()

    def find(
        self,
        query: Query,
        *,
        k: int,
        weights: Mapping[str, float] | None,
        min_score: float,
        exclude: Iterable[str | Path],
        listener: Listener | None,
    ) -> list[Hit]:
        """Return the best hits, best first; see `Library.find`."""
        left_out = {Path(os.path.abspath(path)) for path in exclude}
        copies = self._contents_of(left_out)
        weighted = self._fusion.weighted(query.vector, query.weights | dict(weights or {}))
        wanted = max(k, N_VERIFIED) + len(left_out)
        candidates = self._index.search(weighted, wanted)
        reporter = Reporter("find", min(N_VERIFIED, len(candidates)), listener)
        hits: list[Hit] = []
        for rank, candidate in enumerate(candidates):
            if candidate.content_id in copies:
                continue
            hit = self._hit(query, candidate)
            if rank < N_VERIFIED:
                hit = self._checked(query, candidate, hit)
                reporter.step(str(hit.path))
            hits += [
                replace(hit, path=path)
                for path in self._paths.get(candidate.content_id, [])
                if path not in left_out
            ]
        # Stable: equal scores stay in the order of similarity.
        hits.sort(key=lambda hit: -hit.score)
        return [hit for hit in hits[:k] if hit.score >= min_score]

    def _contents_of(self, paths: Iterable[Path]) -> set[int]:
        """Return the contents that these files hold now, whichever names the library knows."""
        found: set[int] = set()
        for path in paths:
            with contextlib.suppress(OSError):
                found |= self._store.content_ids_of(digest_file(path))
        return found

    def _hit(self, query: Query, candidate: Candidate) -> Hit:
        """Return the hit that the candidate's region makes."""
        full_hw, _ = self._store.sizes(candidate.content_id)
        region = self._store.region(candidate.content_id, candidate.ordinal)
        vectors = self._store.vectors(candidate.content_id, self._fusion.size)
        found: FloatArray = vectors[candidate.ordinal].astype(np.float32)
        similarities = self._fusion.similarities(query.vector, found)
        return Hit(
            path=Path(),
            score=calibrated(candidate.score),
            box_xyxy=full_box(region, full_hw),
            size_hw=full_hw,
            region=region,
            evidence={name: round(min(max(value, 0.0), 1.0), 4)
                      for name, value in similarities.items()},
        )  # fmt: skip

    def _checked(self, query: Query, candidate: Candidate, hit: Hit) -> Hit:
        """Return the hit, moved to where local features place the object, if they agree."""
        if len(query.keypoints) < MIN_INLIERS:
            return hit
        placement = locate(query.keypoints, self._store.keypoints(candidate.content_id))
        if placement is None:
            return hit
        outline = placement.outline(query.shape, hit.region.size_hw)
        if not outline.any():
            return hit
        region = pack_region(outline)
        return replace(
            hit,
            score=hit.score + (1 - hit.score) * placement.confidence,
            box_xyxy=full_box(region, hit.size_hw),
            region=region,
            verified=True,
            evidence=hit.evidence | {"local": round(placement.confidence, 4)},
        )
