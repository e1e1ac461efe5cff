"""`run_hints` on pictures drawn in code: what it says can be found again by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from made_sets import write_segmentation_set
from typer.testing import CliRunner

from pickout.bench.data_sets import read_sample, read_samples
from pickout.bench.hints import run_hints
from pickout.bench.options import HintsOptions
from pickout.bench.robot import Robot
from pickout.bench.tables import format_table
from pickout.cli.app import app
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
    assert record["name"] == "p1" and record["doubts"][0]["gains"]
    session, robot = Session(image), Robot(truth)
    for asked in record["doubts"]:
        for _ in range(asked["clicks"] - len(session.steps)):
            if iou(session.mask, truth.object, truth.ignore) < 1:
                session.prompt(robot.next_click(session.mask.array))
        before, mask = iou(session.mask, truth.object, truth.ignore), session.mask.array
        assert asked["iou"] == before

        def added(x, y, before=before):
            session.click(x, y, bool(truth.object[int(y), int(x)]))
            after = iou(session.mask, truth.object, truth.ignore)
            session.undo()
            return after - before

        doubts = session.doubts(3)
        assert len(asked["gains"]) == len(asked["are_errors"]) == len(doubts)
        for doubt, gain, is_error in zip(doubts, asked["gains"], asked["are_errors"], strict=True):
            y, x = int(doubt.y), int(doubt.x)
            is_known = not truth.ignore[y, x]
            assert gain == (added(doubt.x, doubt.y) if is_known else 0)
            assert is_error == (is_known and mask[y, x] != truth.object[y, x])
        middle = robot.widest_error(mask)
        assert asked["middle_gain"] == (added(middle.x, middle.y) if before < 1 else 0)


def test_the_summary_follows_from_the_pictures(result):
    for number, row in enumerate(result["rows"]):
        asked = [record["doubts"][number] for record in result["pictures"]]
        assert row["clicks"] == asked[0]["clicks"]
        assert row["n_pictures"] == 3
        for name in ("iou", "outline_gain", "middle_gain"):
            assert row[name] == mean([a[name] for a in asked])
        gains, errors = [a["gains"] for a in asked], [a["are_errors"] for a in asked]
        assert row["first_gain"] == mean([g[0] if g else 0 for g in gains])
        assert row["any_gain"] == mean([np.mean(g) if g else 0 for g in gains])
        assert row["first_is_error"] == mean([e[0] if e else 0 for e in errors])
        assert row["some_is_error"] == mean([any(e) for e in errors])


def mean(values):
    return round(float(np.mean(values)), 4)


def test_a_seed_draws_pictures_and_places_and_workers_change_nothing(squares):
    options = HintsOptions(limit=2, seed=3)
    one, two = (run_hints(squares, replace(options, workers=n)) for n in (1, 2))
    assert one["pictures"] == two["pictures"] and one["rows"] == two["rows"]
    assert len(one["pictures"]) == 2
    assert one["command"].endswith("--limit 2 --seed 3")


def test_the_command_writes_what_the_function_returns(squares, result, tmp_path):
    path = tmp_path / "hints.json"
    done = CliRunner().invoke(app, ["bench", "hints", str(squares), "--json", str(path), "-q"])
    assert done.exit_code == 0, done.output
    written = json.loads(path.read_text())
    assert written["rows"] == result["rows"] and written["hover"] == result["hover"]


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
    with pytest.raises(ArgumentError, match="seed should be 0 or more"):
        run_hints(squares, HintsOptions(seed=-1))
