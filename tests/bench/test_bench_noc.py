"""`run_noc` on pictures drawn in code, with the segmenters that ship."""

from __future__ import annotations

import json

import numpy as np
import pytest
from made_sets import write_segmentation_set

from pickout import Click
from pickout.bench.data_sets import read_sample, read_samples
from pickout.bench.noc import run_noc
from pickout.bench.options import NocOptions
from pickout.bench.robot import Robot
from pickout.bench.tables import format_table
from pickout.errors import ArgumentError, PluginError
from pickout.metrics import clicks_needed, iou, noc
from pickout.session import Session


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
    return write_segmentation_set(tmp_path_factory.mktemp("squares") / "squares")


@pytest.fixture(scope="module")
def result(squares):
    return run_noc(squares, NocOptions(segmenters=("watershed", "paint"), max_clicks=6))


def test_every_click_can_be_replayed_by_hand(squares, result):
    sample = read_samples(squares)[1]
    image, truth = read_sample(sample)
    (record,) = [
        r for r in result["pictures"] if r["name"] == "p1" and r["segmenter"] == "watershed"
    ]
    session, robot = Session(image, "watershed"), Robot(truth)
    for (x, y, positive), value in zip(record["clicks"], record["ious"], strict=True):
        click = robot.next_click(session.mask.array)
        assert click == Click(x, y, positive)
        assert iou(session.prompt(click), truth.object, truth.ignore) == value


def test_the_summary_follows_from_the_curves(result):
    for row in result["rows"]:
        curves = [r["ious"] for r in result["pictures"] if r["segmenter"] == row["segmenter"]]
        assert row["n_pictures"] == 3
        assert row["noc"]["90"] == round(noc(curves, 0.9, 6), 3)
        failed = sum(clicks_needed(curve, 0.9) is None for curve in curves)
        assert row["not_reached"]["90"] == failed
        first = np.mean([curve[0] for curve in curves])
        assert row["iou_after"]["1"] == pytest.approx(first, abs=1e-4)


def test_failures_are_told_from_late_successes(result):
    painted = result["rows"][1]
    assert painted["segmenter"] == "paint"
    # Six dabs of a small brush cannot cover a square of 40 x 30 pixels.
    assert painted["noc"]["90"] == 6
    assert painted["not_reached"]["90"] == 3
    assert painted["reached_at_limit"]["90"] == 0


def test_it_is_told_how_exact_an_outline_must_be(result):
    painted = result["rows"][1]
    tolerances = [r["tolerance_px"] for r in result["pictures"] if r["segmenter"] == "paint"]
    assert painted["tolerance_px"] == {
        "reached": None,
        "not_reached": round(float(np.median(tolerances)), 3),
    }
    assert 0.5 < min(tolerances) <= max(tolerances) < 2


def test_the_result_says_how_it_came_about(squares, result):
    text = json.dumps(result["rows"]) + result["command"] + json.dumps(result["machine"])
    assert str(squares.parent) not in text
    assert result["command"] == (
        "pickout bench noc squares --segmenter watershed --segmenter paint --max-clicks 6"
    )
    assert {"seed", "date", "python", "packages", "machine", "pickout"} <= result.keys()
    table = format_table(result)
    assert "NoC@90" in table
    assert "| watershed" in table
    assert "3 pictures of `squares`" in table


def test_two_workers_give_the_same_masks_as_one(squares, result):
    options = NocOptions(segmenters=("watershed", "paint"), max_clicks=6, workers=2)
    for one, two in zip(result["pictures"], run_noc(squares, options)["pictures"], strict=True):
        for key in ("name", "segmenter", "clicks", "ious", "edge_px"):
            assert one[key] == two[key]


@pytest.mark.parametrize("prompts", ["box", "scribbles"])
def test_boxes_and_strokes_give_one_mask_each(squares, prompts):
    result = run_noc(squares, NocOptions(segmenters=("watershed",), prompts=prompts))
    sets = {"box": [None], "scribbles": ["scribbles_a", "scribbles_b"]}[prompts]
    assert [row.get("strokes") for row in result["rows"]] == sets
    for row in result["rows"]:
        assert row["mean_iou"] > 0.8
    assert "mean IoU" in format_table(result)


def test_a_limit_draws_with_the_seed(squares):
    def names(seed: int) -> list[str]:
        options = NocOptions(("watershed",), max_clicks=1, limit=2, seed=seed)
        return [record["name"] for record in run_noc(squares, options)["pictures"]]

    assert names(1) == names(1) == sorted(names(1))
    assert len(names(2)) == 2


def test_progress_counts_every_picture(squares):
    heard = []
    run_noc(squares, NocOptions(("paint",), max_clicks=1), heard.append)
    assert [p.done for p in heard] == [0, 1, 2, 3]
    assert {p.total for p in heard} == {3}


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (NocOptions(prompts="telepathy"), "one of clicks, box, scribbles"),
        (NocOptions(max_clicks=0), "max_clicks should be at least 1"),
        (NocOptions(limit=0), "limit should be at least 1"),
        (NocOptions(workers=0), "workers should be at least 1"),
        (NocOptions(segmenters=()), "at least one segmenter"),
    ],
)
def test_options_without_sense_are_refused(squares, options, error):
    with pytest.raises(ArgumentError, match=error):
        run_noc(squares, options)


def test_an_unknown_segmenter_is_refused(squares):
    with pytest.raises(PluginError, match="'magic'"):
        run_noc(squares, NocOptions(segmenters=("magic",)))


def test_missing_strokes_are_named(squares, tmp_path):
    other = write_segmentation_set(tmp_path / "other", 1)
    (other / "scribbles_b/p0.png").unlink()
    with pytest.raises(ArgumentError, match=r"scribbles_b.p0\.png does not exist"):
        run_noc(other, NocOptions(segmenters=("paint",), prompts="scribbles"))


def test_a_damaged_picture_ends_the_run_with_its_name(tmp_path):
    folder = write_segmentation_set(tmp_path / "bad", 1)
    (folder / "images/p0.png").write_bytes(b"")
    from pickout.errors import PickoutError

    with pytest.raises(PickoutError, match=r"p0\.png"):
        run_noc(folder, NocOptions(segmenters=("paint",)))
