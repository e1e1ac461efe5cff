"""The search index: the same answers as an obvious scan, also when codes stand for vectors."""

from pathlib import Path

import numpy as np
import pytest

from pickout.library import vectors
from pickout.library.packing import PackedMask
from pickout.library.records import Analysis, Keypoints
from pickout.library.store import Store
from pickout.library.vectors import VectorIndex

SIZE = 50


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def rows():
    """Region vectors of 60 pictures, of different numbers of regions."""
    random = np.random.default_rng(0)
    return [
        unit(random.normal(size=(random.integers(1, 30), SIZE))).astype(np.float16)
        for _ in range(60)
    ]


@pytest.fixture(scope="module")
def store(rows, tmp_path_factory):
    made = Store(tmp_path_factory.mktemp("store") / "shelf.pickout")
    region = PackedMask.of(np.ones((4, 4), bool), (0, 0, 4, 4))
    none = Keypoints(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    with made.writing():
        for number, part in enumerate(rows):
            analysis = Analysis(
                (4, 4), (4, 4), [region] * len(part), np.full(len(part), 16.0), part, none
            )
            content = made.put_content(bytes([number]) * 16, "test", analysis)
            made.put_picture(Path(f"/{number}"), 1, 1, content_id=content, error=None)
    yield made
    made.close()


def obvious(rows, query, k):
    """Return (content, best region, score) of the k best, by looking at everything."""
    best = [part.astype(np.float32) @ query for part in rows]
    order = np.argsort([-scores.max() for scores in best], kind="stable")[:k]
    return [(int(i) + 1, int(best[i].argmax()), float(best[i].max())) for i in order]


@pytest.mark.parametrize("k", [1, 10, 60, 500])
@pytest.mark.parametrize("limit", [100_000, 0], ids=["exact", "codes"])
def test_the_best_regions_are_found(store, rows, monkeypatch, limit, k):
    monkeypatch.setattr(vectors, "EXACT_LIMIT", limit)
    index = VectorIndex(store, "test", SIZE)
    assert index.is_exact == bool(limit)
    for seed in range(5):
        query = unit(np.random.default_rng(seed).normal(size=SIZE)).astype(np.float32)
        found = index.search(query, k)
        wanted = obvious(rows, query, k)
        assert [(hit.content_id, hit.ordinal) for hit in found] == [hit[:2] for hit in wanted]
        assert np.allclose([hit.score for hit in found], [hit[2] for hit in wanted], atol=1e-3)


def test_vectors_of_another_pipeline_are_left_out(store):
    index = VectorIndex(store, "another", SIZE)
    assert len(index) == 0
    assert index.search(np.ones(SIZE, np.float32), 5) == []
