"""The speed benchmark runs through at a small size and measures what it says."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pickout.bench import rows, speed
from pickout.bench.options import SpeedOptions
from pickout.bench.pictures import make_picture, write_picture
from pickout.bench.speed import run_speed
from pickout.bench.tables import dump_result, format_table
from pickout.errors import ArgumentError


@pytest.fixture(scope="module")
def result():
    options = SpeedOptions(
        segmenter="watershed", megapixels=(0.05, 0.1), clicks=3, repeats=2, search=False
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speed, "_MANY_PROMPTS", 30)
        yield run_speed(options)


def test_the_last_of_many_clicks_is_held_against_the_tenth(result):
    single = next(one for one in result["single"] if one["what"].startswith("click 30 "))
    assert single["baseline"] == "its click 10"
    tenth = [run["tenth"]["cpu_ms"] for run in rounds_of(result, "many prompts")]
    assert single["to_baseline"] == pytest.approx(single["cpu_ms"] / np.median(tenth), rel=0.01)


def test_the_tenth_click_and_the_last_ones_are_those_that_are_measured(monkeypatch, tmp_path):
    """The clicks of the session take 1, 2, 3 ... milliseconds here."""
    count = itertools.count(1)

    def timed(action):
        return action(), dict.fromkeys(("wall_ms", "cpu_ms"), float(next(count)))

    job = {"folder": str(tmp_path), "megapixels": 0.05, "photo": None, "seed": 0}
    write_picture(job)
    monkeypatch.setattr(rows, "_timed", timed)
    measured = rows.measure_many_prompts(job | {"segmenter": "paint", "prompts": 40})
    assert [measured[part]["cpu_ms"] for part in ("tenth", "last")] == [10.5, 35.5]


def rounds_of(result, name):
    return next(run["rounds"] for run in result["runs"] if run["name"] == name)


def test_every_size_has_its_row_with_ratios(result):
    assert [row["megapixels"] for row in result["rows"]] == [0.05, 0.1]
    for row in result["rows"]:
        height, width = row["size_hw"]
        assert height * width == pytest.approx(row["megapixels"] * 1e6, rel=0.02)
        for part in ("decode", "open", "first_click", "later_clicks", "grabcut"):
            assert row[part]["cpu_ms"] > 0
        ratio = row["later_clicks"]["cpu_ms"] / row["grabcut"]["cpu_ms"]
        assert row["click_to_grabcut"] == pytest.approx(ratio, rel=0.05)
        assert row["memory_mb"] is None or row["memory_mb"] >= 0


def test_new_processes_are_timed(result):
    times = {single["what"]: single["wall_ms"] for single in result["single"]}
    for what in ("new process to first mask", "import pickout", "pickout --version"):
        assert times[what] > 0


def test_every_round_is_kept(result):
    assert {run["name"]: len(run["rounds"]) for run in result["runs"]}["0.05 MP"] == 2
    assert "runs" in dump_result(result)
    assert result["command"] == (
        "pickout bench speed --segmenter watershed --megapixels 0.05 --megapixels 0.1 "
        "--clicks 3 --repeats 2 --no-search"
    )
    assert "later clicks" in format_table(result)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (SpeedOptions(clicks=1), "clicks should be at least 2"),
        (SpeedOptions(repeats=0), "repeats should be at least 1"),
        (SpeedOptions(megapixels=()), "megapixels"),
        (SpeedOptions(megapixels=(0.0,)), "between 0.01 and 400"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(ArgumentError, match=message):
        run_speed(options)


@pytest.mark.parametrize("megapixels", [0.02, 0.3])
def test_made_pictures_are_the_same_every_time(megapixels):
    photo = np.random.default_rng(3).integers(0, 256, (90, 120, 3)).astype(np.uint8)
    kept = photo.copy()
    picture, mask = make_picture(photo, megapixels, 5)
    again, _ = make_picture(photo, megapixels, 5)
    other, _ = make_picture(photo, megapixels, 6)
    assert np.array_equal(picture, again)
    assert not np.array_equal(picture, other)
    assert np.array_equal(photo, kept)
    assert picture.shape[:2] == mask.shape
    assert picture.shape[0] / picture.shape[1] == pytest.approx(0.75, abs=0.02)
    assert 0.15 < mask.mean() < 0.4
