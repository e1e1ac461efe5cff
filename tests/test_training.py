"""The training command on tiny data: it runs, it is deterministic, and its models load."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("catboost", reason="training needs catboost")
pytest.importorskip("sklearn", reason="training needs scikit-learn")
sys.path.insert(0, str(Path(__file__).parents[1]))

import hashlib
import itertools
import json
import time

from catboost import CatBoostClassifier
from training.__main__ import _kept_results
from training.boost import Samples, _as_forest, fit
from training.clicks import as_it_is, by_reach, iou, simulate
from training.data import SegmentSource, Thing, divided_pictures, sources, thing
from training.evaluate import click_through, summary
from training.robot import Habits, long_stroke, mending, next_prompts, opening, robot_for

from pickout.analysis.models import SHIPPED
from pickout.bench.robot import Truth, click_until
from pickout.images import Image
from pickout.prompts import Click
from pickout.segmenters._superpixel.models import MODEL_FILES, shipped_models
from pickout.segmenters.superpixel import Options, Superpixel
from two_disks import disk_thing as one_of_two
from two_disks import write_disks


def disk_thing(seed=0):
    down, across = np.ogrid[:60, :80]
    mask = (down - 30) ** 2 + (across - 40) ** 2 < 15**2
    picture = np.where(mask[..., None], (200, 60, 60), (60, 90, 140)).astype(np.float32)
    picture += np.random.default_rng(seed).normal(0, 8, picture.shape)
    rgb = np.clip(picture, 0, 255).astype(np.uint8)
    return Thing(f"disk{seed}", rgb, mask, np.zeros_like(mask))


def in_two_parts(thing):
    """Return the thing with a wide gap in it, which takes a second click."""
    rgb, mask = thing.rgb.copy(), thing.mask.copy()
    rgb[:, 36:44], mask[:, 36:44] = rgb[:, :8], False
    return Thing(thing.name, rgb, mask, thing.ignore)


def test_no_pixel_is_clicked_twice():
    thing, rng = disk_thing(), np.random.default_rng(0)
    robot, mask = robot_for(thing), np.zeros((60, 80), bool)
    clicks = [mending(thing, robot, mask, Habits(), rng) for _ in range(6)]
    assert len({(click.x, click.y) for click in clicks}) == 6
    assert all(thing.mask[int(click.y), int(click.x)] and click.positive for click in clicks)


def test_a_mistake_is_taken_back_in_its_place():
    """A click that says the wrong thing of a place where the mask is right."""
    thing, kinds = disk_thing(), set()
    mask = thing.mask.copy()
    mask[:, :40] = False
    for seed in range(40):
        rng = np.random.default_rng(seed)
        wrong, back = next_prompts(thing, robot_for(thing), mask, Habits(mistake=1), rng)
        row, column = int(wrong.y), int(wrong.x)
        assert mask[row, column] == thing.mask[row, column] == back.positive
        assert (wrong.x, wrong.y, wrong.positive) == (back.x, back.y, not back.positive)
        kinds.add(back.positive)
    assert kinds == {True, False}
    assert len(next_prompts(thing, robot_for(thing), ~thing.mask, Habits(mistake=1), rng)) == 1


def test_long_strokes_stay_where_they_belong():
    thing = disk_thing()
    for seed in range(20):
        rng = np.random.default_rng(seed)
        for where, positive in ((thing.mask, True), (~thing.mask, False)):
            stroke = long_stroke(where, positive, rng)
            corners = np.array(stroke.points)
            for start, end in itertools.pairwise(corners):
                x, y = np.linspace(start, end, 20).round().astype(int).T
                assert where[y, x].all()


def test_short_strokes_stay_in_the_error():
    """In a ring, whose far sides see each other only across what is no error."""
    down, across = np.ogrid[:60, :80]
    apart = (down - 30) ** 2 + (across - 40) ** 2
    ring = (apart < 25**2) & (apart > 15**2)
    thing, nothing = replace(disk_thing(), mask=ring), np.zeros((60, 80), bool)
    long = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        stroke = mending(thing, robot_for(thing), nothing, Habits(jitter=1, scribble=1), rng)
        long += len(stroke.points) > 2
        for start, end in itertools.pairwise(np.array(stroke.points)):
            x, y = np.linspace(start, end, 20).round().astype(int).T
            assert ring[y, x].all()
    assert long > 5


def test_users_begin_as_they_are_used_to():
    thing, rng = disk_thing(), np.random.default_rng(0)
    assert [p.kind for p in opening(thing, Habits(box=1), rng)] == ["box"]
    click, box = opening(thing, Habits(click_and_box=1), rng)
    assert thing.mask[int(click.y), int(click.x)] and click.positive
    assert abs(box.x0 - 26) < 4 and abs(box.y1 - 45) < 4
    inside, *outside = opening(thing, Habits(strokes=1), rng)
    assert inside.positive and outside and not any(stroke.positive for stroke in outside)
    assert opening(thing, Habits(), rng) == []


def test_fits_are_deterministic():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(400, 3)).astype(np.float32)
    target = (features[:, 0] + features[:, 1] > 0).astype(np.float32)
    samples = Samples(features, target, np.ones(400, np.float32))
    columns = np.ascontiguousarray(features.T)
    a, b = (fit(samples, ("x", "y", "z"), trees=20, threads=1) for _ in range(2))
    np.testing.assert_array_equal(a(columns), b(columns))
    assert ((a(columns) > 0) == target).mean() > 0.9


def test_a_forest_says_what_the_model_that_it_was_made_from_says():
    rng = np.random.default_rng(2)
    features = rng.normal(size=(600, 3)).astype(np.float32)
    target = features[:, 0] + rng.normal(size=600) > 1.2  # few are: the trees begin far from 0
    model = CatBoostClassifier(iterations=15, depth=6, verbose=False, allow_writing_files=False)
    model.fit(features, target)
    forest = _as_forest(model, ("x", "y", "z"))
    expected = model.predict(features, prediction_type="RawFormulaVal")
    np.testing.assert_allclose(forest(np.ascontiguousarray(features.T)), expected, atol=1e-4)


def test_simulated_users_leave_samples_and_get_somewhere():
    models = replace(shipped_models(), openings=by_reach, corrections=by_reach, band=as_it_is)
    work = simulate([disk_thing(0), in_two_parts(disk_thing(1))], models, prompts=6, seed=0)
    assert len(work.curves) == 2 and all(len(curve) == 6 for curve in work.curves)
    assert min(curve[-1] for curve in work.curves) > 0.8
    samples = [*work.openings, *work.corrections]
    assert work.openings and work.corrections
    assert {s.features.shape[1] for s in samples} == {len(shipped_models().openings.names)}


def test_ignored_pixels_teach_nothing():
    disk = disk_thing()
    ignore = ~disk.mask
    ignore[:, :8] = False
    models = replace(shipped_models(), openings=by_reach, corrections=by_reach, band=as_it_is)
    work = simulate([replace(disk, ignore=ignore)], models, prompts=1, seed=0)
    (samples,) = work.openings
    assert (samples.weight[samples.target > 0.9] > 0.3).all()
    outside = samples.weight[samples.target < 0.1]
    assert (outside == 0).mean() > 0.6 and outside.max() > 0.3


@pytest.mark.parametrize(
    "picture, mask, words",
    [
        (b"", b"", "disk cannot be read as a picture"),
        ("ok", b"no mask", "the mask of disk cannot be read"),
        ("ok", np.zeros((60, 80), np.uint8), "should show an object and something around it"),
        ("ok", np.full((60, 80), 255, np.uint8), "should show an object and something around it"),
        ("ok", np.zeros((9, 9), np.uint8), r"the mask of disk is \(9, 9\), its picture \(60, 80\)"),
    ],
)
def test_a_bad_object_is_named(picture, mask, words):
    as_png = lambda array: cv2.imencode(".png", array)[1].tobytes()  # noqa: E731
    files = as_png(disk_thing().rgb) if picture == "ok" else picture
    with pytest.raises(ValueError, match=words):
        thing("disk", files, as_png(mask) if isinstance(mask, np.ndarray) else mask)


@pytest.mark.parametrize(
    "options, words",
    [
        ("--objects {0} --drawn {0} --out {0}/out", "holds no objects; expected are images/"),
        ("--objects {0} --drawn {0} --out {0}/out --rounds 2,x", "should be whole numbers, like"),
        ("--objects {0} --drawn {0} --out {0}/out --from evaluate", "--from evaluate needs --dev"),
        ("--objects {0} --drawn {0} --out {0}/out --from network --network {0}", "leave out"),
    ],
)
def test_the_command_says_at_once_what_is_missing(tmp_path, options, words):
    command = [sys.executable, "-m", "training", *options.format(tmp_path).split()]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert words in done.stderr and "Traceback" not in done.stderr


def test_both_layouts_of_objects_are_read(tmp_path):
    import tarfile

    thing = disk_thing()
    for folder, name in (("images", "a.png"), ("masks", "a.png")):
        (tmp_path / "set" / folder).mkdir(parents=True)
        values = thing.rgb[:, :, ::-1] if folder == "images" else thing.mask * np.uint8(255)
        cv2.imwrite(str(tmp_path / "set" / folder / name), values)
    (tmp_path / "tars").mkdir()
    cv2.imwrite(str(tmp_path / "a.webp"), thing.rgb[:, :, ::-1], [cv2.IMWRITE_WEBP_QUALITY, 101])
    with tarfile.open(tmp_path / "tars" / "one.tar", "w") as tar:
        tar.add(tmp_path / "a.webp", "a.webp")
        tar.add(tmp_path / "set" / "masks" / "a.png", "a.png")
    for folder in ("set", "tars"):
        (found,) = sources(tmp_path / folder)
        assert iou(found.read(), thing.mask) == 1
        np.testing.assert_array_equal(found.read().rgb, thing.rgb)


def test_drawn_segments_become_objects(tmp_path):
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    thing = disk_thing()
    cv2.imwrite(str(tmp_path / "images" / "p.png"), thing.rgb[:, :, ::-1])
    cv2.imwrite(str(tmp_path / "labels" / "p__0.png"), thing.mask.astype(np.uint16))
    (picture,) = divided_pictures(tmp_path)
    np.testing.assert_array_equal(SegmentSource(picture, 0).read().mask, thing.mask)


def test_a_card_keeps_no_results_of_models_that_were_made_anew():
    card = {"results": {"edges": {"second stage": 0.5}, "dev": {"NoC90": 5.8}}}
    assert _kept_results("clicks", card) == {"edges": {"second stage": 0.5}}
    assert _kept_results("edges", card) == _kept_results("network", card) == {}
    assert _kept_results("clicks", {}) == {}


def test_what_is_measured_is_what_the_published_robot_measures():
    """As long as no pixel is clicked twice, which the robot forgets only for what lies beside."""
    thing = in_two_parts(disk_thing(3))
    run = click_through(thing, shipped_models(), limit=6, stop=0.99)
    prepared, prompts = Superpixel().analyse(Image(thing.rgb)), []

    def answer(click):
        prompts.append(click)
        return prepared.segment(prompts, None)

    _, ious, _ = click_until(answer, Truth(thing.mask, thing.ignore), stop_at=0.99, max_clicks=6)
    assert run["curve"] == pytest.approx(ious)


def test_a_summary_counts_clicks_and_failures():
    runs = [
        {"curve": [0.5, 0.86, 0.91], "opening": 0.1, "seconds": [0.01] * 3},
        {"curve": [0.84, 0.7, 0.89, 0.8], "opening": 0.3, "seconds": [0.03] * 4},
    ]
    result = summary(runs)
    assert (result["objects"], result["NoC85"], result["NoC90"]) == (2, 2.5, 11.5)
    assert result["not reached 0.90"] == 0.5
    assert [result[f"IoU@{k}"] for k in (1, 3, 5)] == [0.67, 0.9, 0.855]
    assert (result["opening ms"], result["click ms p50"]) == (200, 30)


@pytest.mark.slow
def test_one_command_trains_everything_but_the_network(tmp_path):
    data, out = tmp_path / "data", tmp_path / "models"
    data.mkdir()
    write_disks(data)
    words = f"""--objects {data} --drawn {data} --dev {data} --out {out} --rounds 4,8
        --edge-trees 10 --click-trees 40 --band-trees 10 --seed 3"""
    command = [sys.executable, "-m", "training", *words.split()]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    card = json.loads((out / "card.json").read_text())
    for name in MODEL_FILES:
        made, shipped = (folder.joinpath(name).read_bytes() for folder in (out, SHIPPED))
        assert card["sha256"][name] == hashlib.sha256(made).hexdigest()
        assert (made == shipped) == name.endswith(".onnx")
    dev = card["results"]["dev"]
    assert dev["objects"] == 32 and dev["IoU@5"] > 0.8 and 1 <= dev["NoC90"] < 10
    thing = one_of_two(200)
    picture = Superpixel(Options(models=out)).analyse(Image(thing.rgb))
    y, x = np.argwhere(thing.mask).mean(0)
    assert iou(thing, picture.segment([Click(float(x), float(y))], None)) > 0.5


@pytest.mark.slow
def test_a_run_that_broke_off_goes_on_to_the_same_models(tmp_path):
    data, root = tmp_path / "data", Path(__file__).parents[1]
    data.mkdir()
    write_disks(data)

    def command(out):
        words = f"""--objects {data} --drawn {data} --out {out} --rounds 3,5
            --edge-trees 10 --click-trees 20 --band-trees 10"""
        return [sys.executable, "-m", "training", *words.split()]

    whole, broken = tmp_path / "whole", tmp_path / "broken"
    subprocess.run(command(whole), cwd=root, capture_output=True, check=True)
    with subprocess.Popen(command(broken), cwd=root, stdout=subprocess.DEVNULL) as run:
        while not (broken / "progress.json").exists():
            assert run.poll() is None
            time.sleep(0.05)
        run.kill()
    assert not (broken / "card.json").exists()
    again = subprocess.run(command(broken), cwd=root, capture_output=True, text=True, check=True)
    assert "going on after: edges" in again.stdout and "average precision" not in again.stdout
    cards = [json.loads((folder / "card.json").read_text()) for folder in (whole, broken)]
    assert cards[0]["sha256"] == cards[1]["sha256"]
    assert cards[0]["results"] == cards[1]["results"]
    assert not (broken / "progress.json").exists()
