"""`run_hints` on pictures drawn in code: what it says can be found again by hand."""

from __future__ import annotations

import numpy as np
import pytest
from made_sets import write_segmentation_set

from pickout.bench.data_sets import read_sample, read_samples
from pickout.bench.hints import run_hints
from pickout.bench.options import HintsOptions
from pickout.bench.robot import Robot
from pickout.bench.tables import format_table
from pickout.errors import ArgumentError, PluginError
from pickout.metrics import iou
from pickout.session import Session


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
    return write_segmentation_set(tmp_path_factory.mktemp("squares") / "squares")


@pytest.fixture(scope="module")
def result(squares):
    return run_hints(squares)


def test_answers_can_be_given_again_by_hand(squares, result):
    image, truth = read_sample(read_samples(squares)[1])
    record = result["pictures"][1]
    assert record["name"] == "p1"
    session, robot = Session(image), Robot(truth)
    for asked in record["doubts"]:
        while len(session.steps) < asked["clicks"]:
            session.prompt(robot.next_click(session.mask.array))
        before = iou(session.mask, truth.object, truth.ignore)
        assert asked["iou"] == before
        known = [d for d in session.doubts(3) if not truth.ignore[int(d.y), int(d.x)]]
        assert len(asked["gains"]) == len(known)
        for doubt, gain in zip(known, asked["gains"], strict=True):
            session.click(doubt.x, doubt.y, bool(truth.object[int(doubt.y), int(doubt.x)]))
            assert iou(session.mask, truth.object, truth.ignore) - before == gain
            session.undo()


def test_the_summary_follows_from_the_pictures(result):
    for number, row in enumerate(result["rows"]):
        asked = [record["doubts"][number] for record in result["pictures"]]
        assert row["clicks"] == asked[0]["clicks"]
        assert row["n_pictures"] == 3
        for name in ("iou", "outline_gain", "middle_gain"):
            assert row[name] == round(float(np.mean([a[name] for a in asked])), 4)
        errors = [any(a["are_errors"]) for a in asked]
        assert row["some_is_error"] == round(sum(errors) / 3, 4)


def test_previews_meet_a_square_that_stands_out(result):
    assert result["hover"]["n_places"] == 12
    assert result["hover"]["best_iou"] > 0.8


def test_the_table_shows_every_row_and_how_it_came_about(result):
    table = format_table(result)
    for row in result["rows"]:
        assert f"| {row['clicks']} " in table
    assert f"{result['hover']['best_iou']:.3f}" in table
    assert "`pickout bench hints squares --segmenter superpixel`" in table


def test_a_segmenter_without_hints_is_refused(squares):
    with pytest.raises(ArgumentError, match="'grabcut' gives no hints"):
        run_hints(squares, HintsOptions(segmenter="grabcut"))
    with pytest.raises(PluginError):
        run_hints(squares, HintsOptions(segmenter="magic"))
    with pytest.raises(ArgumentError, match="limit should be at least 1"):
        run_hints(squares, HintsOptions(limit=0))
