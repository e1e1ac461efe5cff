"""The sample pictures: enough of them, small, licensed, readable, and true to their truth."""

from __future__ import annotations

import csv
import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from pickout.images import read_image
from pickout.masks import read_mask
from pickout.samples import query_path, sample_folder, sample_paths

MASKS = Path(__file__).parent / "data" / "samples"
TOOLS = Path(__file__).parents[1] / "tools"
NAMES = [path.name for path in sample_paths()]


def truth() -> dict[str, dict[str, str]]:
    with (sample_folder() / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {row["image"]: row for row in csv.DictReader(file)}


def test_there_are_enough_and_they_are_small() -> None:
    shown = [row["has_object"] for row in truth().values()]
    assert shown.count("1") >= 12
    assert shown.count("0") >= 12
    assert sum(path.stat().st_size for path in sample_folder().iterdir()) < 3_000_000
    assert query_path() in sample_paths()


def test_truth_and_licences_name_every_picture_and_no_other() -> None:
    assert sorted(truth()) == NAMES
    text = (sample_folder() / "LICENSES.md").read_text(encoding="utf-8")
    listed = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    assert sorted(name for name in listed if name.endswith(".jpg")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_picture_reads_and_agrees_with_its_mask(name: str) -> None:
    image, row = read_image(sample_folder() / name), truth()[name]
    assert max(image.size_hw) <= 900
    assert image.metadata == {}
    mask_path = MASKS / f"{Path(name).stem}.png"
    assert mask_path.exists() == (row["has_object"] == "1")
    if row["has_object"] == "1":
        mask = read_mask(mask_path, image.size_hw)
        assert mask.box_xyxy == tuple(int(row[field]) for field in ("x0", "y0", "x1", "y1"))
        assert image.array[mask.array].std() > 20


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch):
    """The script that makes the pictures."""
    pytest.importorskip("skimage")
    monkeypatch.syspath_prepend(str(TOOLS))
    yield importlib.import_module("make_samples")
    for name in ("make_samples", "sample_scenes", "sample_textures"):
        sys.modules.pop(name, None)


def test_script_makes_the_same_picture_again(tool) -> None:
    """At a small size, twice in one process: nothing depends on chance or on what ran before."""
    scene, cup, grain = tool.scenes_with_cup()["fruit_on_linen"]
    first, mask = tool.photograph(scene, cup, grain=grain, size_hw=(60, 80))
    tool.photograph(*tool.scenes_with_cup()["brick_terrace"][:2], size_hw=(60, 80))
    again, same = tool.photograph(scene, cup, grain=grain, size_hw=(60, 80))
    assert np.array_equal(first, again)
    assert np.array_equal(mask, same)


def test_shipped_pictures_are_those_of_the_script(tool) -> None:
    assert [f"{name}.jpg" for name in tool.names()] == NAMES
    shown = read_image(sample_folder() / "fruit_on_linen.jpg", max_side=160).array
    scene, cup, grain = tool.scenes_with_cup()["fruit_on_linen"]
    drawn, _ = tool.photograph(scene, cup, grain=grain, size_hw=(120, 160))
    assert np.abs(shown.astype(float) - drawn).mean() < 12
