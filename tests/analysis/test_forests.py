"""Learned functions: what is stored comes back, and what is damaged is refused in one line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from pickout.analysis.forests import Forest, load_forest, save_forest
from pickout.analysis.models import SHIPPED
from pickout.errors import ArgumentError
from pickout.images import Image, read_image
from pickout.prompts import Click
from pickout.samples import query_path
from pickout.segmenters._superpixel.band import BAND_NAMES
from pickout.segmenters._superpixel.features import CLICK_NAMES
from pickout.segmenters._superpixel.models import MODEL_FILES
from pickout.segmenters.superpixel import Options, Superpixel

NAMES = ("size", "colour", "place")


def some_forest():
    rng = np.random.default_rng(0)
    return Forest(
        feature=rng.integers(0, 3, (5, 6)).astype(np.int32),
        threshold=rng.normal(size=(5, 6)).astype(np.float32),
        leaf=rng.normal(size=(5, 64)).astype(np.float16).astype(np.float32),
        bias=0.25,
        names=NAMES,
    )


def test_a_stored_forest_gives_the_same_answers(tmp_path):
    forest, samples = some_forest(), np.random.default_rng(1).normal(size=(3, 200))
    samples = samples.astype(np.float32)
    save_forest(tmp_path / "forest.npz", forest)
    stored = load_forest(tmp_path / "forest.npz", NAMES)
    np.testing.assert_array_equal(stored(samples), forest(samples))


def test_other_features_are_refused(tmp_path):
    save_forest(tmp_path / "forest.npz", some_forest())
    with pytest.raises(ArgumentError, match=r"forest\.npz.*shape.*train it again"):
        load_forest(tmp_path / "forest.npz", ("size", "colour", "shape"))


def test_damaged_files_are_refused(tmp_path):
    path = tmp_path / "forest.npz"
    with pytest.raises(ArgumentError, match="cannot be read"):
        load_forest(path, NAMES)
    save_forest(path, some_forest())
    whole = path.read_bytes()
    middle = len(whole) // 2
    spoilt = whole[:middle] + b"spoilt, in the middle" * 9 + whole[middle + 189 :]
    for damaged in (b"", whole[:middle], whole[:-9], spoilt):
        path.write_bytes(damaged)
        with pytest.raises(ArgumentError, match=r"forest\.npz.*cannot be read"):
            load_forest(path, NAMES)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ArgumentError, match="cannot be read"):
        load_forest(path, NAMES)
    path.write_text("no model")
    with pytest.raises(ArgumentError, match="cannot be read"):
        load_forest(path, NAMES)
    np.savez(path, feature=np.zeros((1, 6)))
    with pytest.raises(ArgumentError, match="has no 'threshold'"):
        load_forest(path, NAMES)


def test_pickles_are_not_opened(tmp_path):
    path = tmp_path / "forest.npz"
    np.savez(path, **{name: np.array([{}], object) for name in ("feature", "threshold")},
             leaf=0, bias=0, names=0)  # fmt: skip
    with pytest.raises(ArgumentError, match="cannot be read"):
        load_forest(path, NAMES)


@pytest.mark.parametrize("field", ["threshold", "leaf", "feature"])
def test_arrays_that_do_not_fit_are_refused(tmp_path, field):
    forest = some_forest()
    wrong = {"threshold": forest.threshold[:2], "leaf": forest.leaf[:, :9],
             "feature": forest.feature + 3}  # fmt: skip
    save_forest(tmp_path / "forest.npz", Forest(**(vars(forest) | {field: wrong[field]})))
    with pytest.raises(ArgumentError, match="do not fit"):
        load_forest(tmp_path / "forest.npz", NAMES)


def test_shipped_models_are_those_of_their_card_and_small():
    card = json.loads((SHIPPED / "card.json").read_text())
    files = [SHIPPED / name for name in MODEL_FILES]
    assert sorted(card["sha256"]) == sorted(MODEL_FILES)
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == card["sha256"][path.name]
    assert sum(path.stat().st_size for path in files) < 10_000_000
    assert card["data"] and card["date"]


def test_models_of_a_folder_are_the_ones_that_cut(tmp_path):
    """Of models that take everything for sure, by path, and not of those that ship."""
    for name in MODEL_FILES:
        (tmp_path / name).write_bytes((SHIPPED / name).read_bytes())
    for name, names in (("openings", CLICK_NAMES), ("band", BAND_NAMES)):
        path = tmp_path / f"{name}.npz"
        forest = load_forest(path, names)
        save_forest(path, replace(forest, leaf=np.zeros_like(forest.leaf), bias=40.0))
    picture = Image(read_image(query_path()).array[::4, ::4].copy())
    shares = [
        Superpixel(options).analyse(picture).segment([Click(75, 28)], None).mean()
        for options in (Options(models=str(tmp_path)), Options())
    ]
    assert shares[0] > 0.9 and shares[1] < 0.5
