"""The search index in memory: a cache of the library's vectors, rebuilt when they change."""

from __future__ import annotations

from dataclasses import dataclass

import faiss
import numpy as np

from pickout.arrays import FloatArray
from pickout.library.store import Store

EXACT_LIMIT = 100_000
"""Up to so many regions vectors are kept as float32 and scores are exact; above, each number
takes one byte, and the best candidates are scored again from the library's rows."""

_BATCH = 20_000
_SPREAD = 0.5
"""Codes span this range on both sides of zero; numbers outside are cut to it."""


@dataclass(frozen=True)
class Candidate:
    """The best region of one content for a query."""

    content_id: int
    ordinal: int
    score: float


class VectorIndex:
    """All region vectors of a library, ready to be scanned.

    Parameters
    ----------
    store : Store
    pipeline : str
        Only contents measured by this pipeline are taken.
    size : int
        Length of a vector.
    """

    def __init__(self, store: Store, pipeline: str, size: int) -> None:
        self._store, self._size = store, size
        # All from one state of the file, even if another process is indexing.
        with store.reading():
            self.generation = store.generation
            self._content_ids, self._starts = _layout(store, pipeline)
            self.n_regions = int(self._starts[-1])
            self.is_exact = self.n_regions <= EXACT_LIMIT
            self._faiss = _make_index(_padded(size), is_exact=self.is_exact)
            self._fill(pipeline)

    def __len__(self) -> int:
        return len(self._content_ids)

    def search(self, query: FloatArray, k: int) -> list[Candidate]:
        """Return the best region of each of the `k` best contents, best first.

        Parameters
        ----------
        query : (size,) ndarray of float32
            Weighted query vector; a score is its dot product with a region's vector.
        k : int
            Fewer come back only if the library holds fewer contents.
        """
        k = min(k, len(self))
        if k == 0:
            return []
        wanted = min(self.n_regions, max(200, 8 * k))
        while True:
            scores, rows = self._scan(query, wanted)
            best = self._best_per_content(scores, rows)
            if len(best) >= k or wanted == self.n_regions:
                break
            wanted = min(self.n_regions, 4 * wanted)
        return best[:k] if self.is_exact else self._rescored(query, best, k)

    def _scan(self, query: FloatArray, wanted: int) -> tuple[FloatArray, np.ndarray]:
        scores, rows = self._faiss.search(_pad(query[None]), wanted)
        return scores[0], rows[0]

    def _best_per_content(self, scores: FloatArray, rows: np.ndarray) -> list[Candidate]:
        contents = np.searchsorted(self._starts, rows, side="right") - 1
        # Rows come best first, so each content's first row is its best.
        _, first = np.unique(contents, return_index=True)
        return [
            Candidate(
                int(self._content_ids[contents[place]]),
                int(rows[place] - self._starts[contents[place]]),
                float(scores[place]),
            )
            for place in np.sort(first)
        ]

    def _rescored(self, query: FloatArray, best: list[Candidate], k: int) -> list[Candidate]:
        """Return the `k` best of the candidates by exact scores over all their regions."""
        exact = []
        for candidate in best[: max(2 * k, 100)]:
            vectors = self._store.vectors(candidate.content_id, self._size)
            scores = vectors.astype(np.float32) @ query
            ordinal = int(scores.argmax())
            exact.append(Candidate(candidate.content_id, ordinal, float(scores[ordinal])))
        exact.sort(key=lambda candidate: -candidate.score)
        return exact[:k]

    def _fill(self, pipeline: str) -> None:
        batch: list[np.ndarray] = []
        n_waiting = 0
        for _, vectors in self._store.iterate_vectors(pipeline, self._size):
            batch.append(vectors)
            n_waiting += len(vectors)
            if n_waiting >= _BATCH:
                self._add(batch)
                n_waiting = 0
        self._add(batch)

    def _add(self, batch: list[np.ndarray]) -> None:
        if batch:
            self._faiss.add(_pad(np.concatenate(batch)))
        batch.clear()


def _layout(store: Store, pipeline: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the ids of all contents and the row at which each one's regions start (and end)."""
    counts = store.region_counts(pipeline)
    ids = np.array([content_id for content_id, _ in counts], np.int64)
    starts = np.cumsum([0, *(n_regions for _, n_regions in counts)], dtype=np.int64)
    return ids, starts


def _padded(size: int) -> int:
    """Return the next multiple of 32, which faiss scans with wide instructions."""
    return -(-size // 32) * 32


def _pad(rows: np.ndarray) -> FloatArray:
    """Return (N, D) rows as float32, lengthened by zeros to the padded size."""
    wide = np.zeros((len(rows), _padded(rows.shape[1])), np.float32)
    wide[:, : rows.shape[1]] = rows
    return wide


def _make_index(size: int, *, is_exact: bool) -> faiss.Index:
    if is_exact:
        return faiss.IndexFlatIP(size)
    index = faiss.IndexScalarQuantizer(
        size, faiss.ScalarQuantizer.QT_8bit_uniform, faiss.METRIC_INNER_PRODUCT
    )
    # A fixed range instead of one learned from the data: no training pass over the library, and
    # the same codes whatever it holds.
    index.train(np.array([[-_SPREAD] * size, [_SPREAD] * size], np.float32))
    return index
