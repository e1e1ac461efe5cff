"""The parts of the superpixel segmenter: windows, frames, features, outlines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pickout.analysis.models import BOUNDARIES, SHIPPED, models_version
from pickout.analysis.turn import UPRIGHT
from pickout.images import Image, read_image
from pickout.prompts import Box, Click, Lasso, Polygon, Scribble
from pickout.samples import query_path
from pickout.segmenters._superpixel.answer import Answer
from pickout.segmenters._superpixel.features import CLICK_NAMES, click_features, room_of
from pickout.segmenters._superpixel.frame import Pyramid, analyse_window, working_size
from pickout.segmenters._superpixel.marks import Mark, mark_of, marks_of
from pickout.segmenters._superpixel.models import MODEL_FILES, shipped_models
from pickout.segmenters._superpixel.opinion import opinion_of
from pickout.segmenters._superpixel.outline import SURE, colours_around, local_colours
from pickout.segmenters._superpixel.scene import Scene
from pickout.segmenters._superpixel.stamps import stamp_of
from pickout.segmenters._superpixel.state import Picture
from pickout.segmenters._superpixel.view import empty_view, view_elsewhere
from pickout.segmenters._superpixel.zoom import choose_focus, choose_window
from pickout.segmenters.superpixel import Options, Superpixel

TRUTHS = Path(__file__).parents[1] / "data" / "samples"
SIZE = (300, 400)
WHOLE = (0, 0, 400, 300)


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def stamped(*prompts):
    return [(prompt, stamp_of(prompt, SIZE)) for prompt in prompts]


def test_a_small_object_gets_a_window_with_room():
    answer = (100, 100, 150, 140)
    x0, y0, x1, y1 = choose_window(WHOLE, SIZE, answer, stamped(Click(120, 120), Click(148, 120)))
    assert x0 < 100 and y0 < 100 and x1 > 150 and y1 > 140
    assert (x1 - x0) * (y1 - y0) < 0.1 * 300 * 400


def test_a_large_object_and_the_first_click_see_the_whole_picture():
    assert choose_window(WHOLE, SIZE, (0, 0, 0, 0), stamped(Click(5, 5))) == WHOLE
    large = (20, 20, 380, 280)
    assert choose_window(WHOLE, SIZE, large, stamped(Click(5, 5), Click(9, 9))) == WHOLE


def test_a_window_stays_while_it_holds_everything():
    window, answer = (60, 60, 200, 180), (100, 100, 150, 140)
    near = stamped(Click(120, 120), Click(160, 120))
    assert choose_window(window, SIZE, answer, near) == window
    far = stamped(Click(120, 120), Click(390, 290))
    x1, y1 = choose_window(window, SIZE, answer, far)[2:]
    assert x1 > 390 and y1 > 290


def test_a_focus_holds_the_error_and_is_dropped_when_the_error_is_large():
    answer, stamp = (50, 50, 350, 250), stamp_of(Click(200, 60), SIZE)
    x0, y0, x1, y1 = choose_focus(WHOLE, SIZE, answer, stamp, 10.0)
    assert x0 <= 160 and x1 >= 240 and y0 <= 20 and y1 >= 100
    assert choose_focus(WHOLE, SIZE, answer, stamp, 80.0) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (3000, 2), (300, 400), (2000, 3000)])
def test_pyramids_show_windows_of_any_picture(size):
    pyramid = Pyramid(noise(*size))
    window = (0, 0, size[1], size[0])
    wanted = working_size(window)
    shown = pyramid.part(window, wanted)
    assert size[0] >= shown.shape[0] >= min(size[0], wanted[0])
    assert size[1] >= shown.shape[1] >= min(size[1], wanted[1])
    corner = (size[1] - 1, size[0] - 1, size[1], size[0])
    assert pyramid.part(corner, (2, 2)).shape == (1, 1, 3)


def test_frames_map_pixel_centres_to_pixel_centres():
    frame = analyse_window(
        Pyramid(noise(90, 120)), (20, 10, 80, 50), UPRIGHT, shipped_models().edges
    )
    scale = frame.scale_xy[0]
    assert scale == 2
    corners = np.array([[20.0, 10.0], [79.0, 49.0]])
    upright = replace(frame, turn=UPRIGHT)
    np.testing.assert_allclose(upright.to_working(corners), [[0.5, 0.5], [118.5, 78.5]])
    np.testing.assert_allclose(frame.to_full(frame.to_working(corners)), corners)
    outside = frame.nodes_at(frame.to_working(np.array([[5.0, 5.0], [100.0, 20.0]])))
    assert outside.size == 0


def test_masks_shrink_to_the_working_size_and_keep_their_share():
    frame = analyse_window(
        Pyramid(noise(900, 1200)), (0, 0, 1200, 900), UPRIGHT, shipped_models().edges
    )
    mask = np.zeros((900, 1200), bool)
    mask[200:700, 300:900] = True
    small = frame.working_mask(mask)
    assert small.shape == frame.size_hw
    assert small.mean() == pytest.approx(mask.mean(), rel=0.02)
    differs = frame.sampled_mask(mask) ^ small
    assert differs.shape == small.shape
    assert differs.mean() < 0.01  # the same but for its outline


PROMPTS = {
    "click": [Click(60, 40)],
    "negative": [Click(60, 40, False)],
    "stroke": [Scribble(((20, 20), (90, 50)), 3.0)],
    "box": [Box(20, 10, 90, 70)],
    "box and click": [Box(20, 10, 90, 70), Click(30, 30)],
    "polygon": [Polygon(((20, 20), (60, 20), (20, 60))), Click(100, 50, False)],
    "lasso": [Lasso(((20, 20), (90, 20), (20, 70)))],
}


@pytest.mark.parametrize("prompts", PROMPTS.values(), ids=PROMPTS.keys())
@pytest.mark.parametrize("fill", ["noise", "uniform"])
def test_features_are_named_and_finite(prompts, fill):
    pixels = noise(90, 120) if fill == "noise" else np.full((90, 120, 3), 50, np.uint8)
    scene = Scene(analyse_window(Pyramid(pixels), (0, 0, 120, 90), UPRIGHT, shipped_models().edges))
    view = empty_view(scene)
    for prompt in prompts:
        view = view.with_prompt(prompt, stamp_of(prompt, (90, 120)))
    before = np.zeros(scene.frame.size_hw, bool)
    network = shipped_models().network
    view = replace(view, opinion=opinion_of(scene, view.marks, view.depth, before, network))
    features = click_features(view.question(before, is_given=False, window_share=1.0))
    assert features.shape == (len(CLICK_NAMES), scene.n)
    assert np.isfinite(features).all()


@pytest.mark.parametrize("seed", range(20))
def test_the_room_of_a_mark_is_that_in_the_whole_mask(seed):
    rng = np.random.default_rng(seed)
    height, width = (int(side) for side in rng.integers(1, 200, 2))
    before = cv2.blur(rng.random((height, width)), (31, 31)) > rng.uniform(0.45, 0.55)
    column, row = int(rng.integers(width)), int(rng.integers(height))
    positive = bool(rng.integers(2))
    mark = Mark(positive, np.array([[column, row]], np.float32), np.zeros(0, np.int32))
    padded = np.pad((before != positive).view(np.uint8), 1)
    rooms = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    expected = rooms[row + 1, column + 1]
    assert room_of(before, mark) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_local_colours_are_found_where_an_outline_needs_them(seed):
    rng = np.random.default_rng(seed)
    height, width = (int(side) for side in rng.integers(1, 90, 2))
    rgb = noise(height, width, seed)
    field = np.where(rng.random((height, width)) < 0.5, SURE, -SURE).astype(np.int8)
    y, x = int(rng.integers(height)), int(rng.integers(width))
    field[y : y + 15, x : x + 20] = rng.integers(1 - SURE, SURE)
    near = cv2.dilate((np.abs(field) < SURE).view(np.uint8), np.ones((3, 3))) > 0
    for got, whole in zip(colours_around(rgb, field), local_colours(rgb, field > 0), strict=True):
        np.testing.assert_allclose(got[near], whole[near], atol=2e-3)


def test_marks_made_together_are_those_made_one_by_one():
    frame = analyse_window(
        Pyramid(noise(*SIZE)), (50, 60, 250, 220), UPRIGHT, shipped_models().edges
    )
    clicks = [Click(x, y, x > y) for x, y in ((60, 70), (249, 219), (10, 10), (390, 100), (70, 99))]
    prompts = stamped(*clicks[:3], Scribble(((60, 60), (90, 90))), *clicks[3:])
    together = marks_of(prompts, frame)
    assert len(together) == len(prompts)
    for mark, (prompt, stamp) in zip(together, prompts, strict=True):
        alone = mark_of(prompt, stamp, frame)
        assert mark.positive == alone.positive
        np.testing.assert_array_equal(mark.points, alone.points)
        np.testing.assert_array_equal(mark.nodes, alone.nodes)


def test_a_stroke_asks_anew_where_a_click_would_only_agree():
    picture = Picture(Pyramid(read_image(query_path()).array), shipped_models())
    state = picture.after(picture.start(), Scribble(((290, 112), (250, 330)), 3.0))
    assert not state.mask[20:41, 20:101].any()
    clicked = picture.after(state, Click(60, 30, False))
    assert clicked.asked is state.asked and clicked.mask is state.mask
    stroked = picture.after(state, Scribble(((20, 20), (100, 40)), 3.0, False))
    assert stroked.asked is not state.asked
    assert stroked.mask[112, 290] and not stroked.mask[30, 60]


def test_later_answers_come_from_a_focus_and_leave_the_rest_alone():
    picture = Picture(Pyramid(read_image(query_path()).array), shipped_models())
    state = picture.start()
    for click in (Click(290, 112), Click(60, 30, False)):
        state = picture.after(state, click)
    for is_late in (False, True):
        before = state.mask
        depth = cv2.distanceTransform(np.pad(before.view(np.uint8), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
        y, x = np.argwhere((depth > 3) & (depth < 5))[0]
        state = picture.after(state, Click(float(x), float(y), False))
        assert (
            state.asked.rim is not None
        ) == is_late  # a click that was obeyed already counts none
    x0, y0, x1, y1 = state.asked.scene.frame.window
    elsewhere = np.ones(before.shape, bool)
    elsewhere[y0:y1, x0:x1] = False
    assert elsewhere.mean() > 0.5
    np.testing.assert_array_equal(state.mask[elsewhere], before[elsewhere])
    assert not state.mask[y, x]


def test_models_are_only_functions():
    """Anything that gives log odds will do, as training needs it."""

    def sure(features):
        return np.full(features.shape[1], 8, np.float32)

    models = replace(shipped_models(), openings=sure, corrections=sure, band=sure)
    picture = Picture(Pyramid(noise(60, 80)), models)
    assert picture.after(picture.start(), Click(40, 30)).mask.mean() > 0.95


def test_other_models_are_another_version(tmp_path):
    for path in map(SHIPPED.joinpath, MODEL_FILES):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    same = Superpixel(Options(models=tmp_path)).version
    assert same == Superpixel().version
    changed = tmp_path / "other"
    changed.mkdir()
    for path in map(SHIPPED.joinpath, MODEL_FILES):
        (changed / path.name).write_bytes(path.read_bytes())
    np.savez(changed / "openings.npz", **dict(np.load(SHIPPED / "openings.npz")), more=np.zeros(1))
    assert Superpixel(Options(models=changed)).version != same
    assert models_version(changed, BOUNDARIES) == models_version(SHIPPED, BOUNDARIES)
    (tmp_path / "openings.npz").write_bytes((changed / "openings.npz").read_bytes())
    assert Superpixel(Options(models=tmp_path)).version != same


def test_a_box_after_a_click_begins_something_new():
    """The forest for corrections has never met one."""
    picture = read_image(query_path()).array
    height, width = picture.shape[:2]
    asked = []

    def noted(name, judge):
        return lambda features: asked.append(name) or judge(features)

    models = shipped_models()
    models = replace(
        models,
        openings=noted("opening", models.openings),
        corrections=noted("correction", models.corrections),
    )
    start = Picture(Pyramid(picture), models)
    state = start.start()
    box = Box(0.1 * width, 0.1 * height, 0.9 * width, 0.9 * height)
    for prompt in (Click(width // 2, height // 2), box):
        state = start.after(state, prompt)
    y, x = (int(at) for at in np.argwhere(state.mask)[0])
    start.after(state, Click(x, y, False))
    assert asked == ["opening", "opening", "correction"]


def test_what_lies_near_the_last_click_does_not_depend_on_the_window():
    """A box or lasso after it is no place that somebody pointed at."""
    frame = analyse_window(Pyramid(noise(*SIZE)), WHOLE, UPRIGHT, shipped_models().edges)
    prompts = stamped(Click(200, 150), Box(100, 80, 300, 220))
    one_by_one = empty_view(Scene(frame))
    for prompt, stamp in prompts:
        one_by_one = one_by_one.with_prompt(prompt, stamp)
    at_once = view_elsewhere(one_by_one, one_by_one.scene, prompts)
    np.testing.assert_array_equal(at_once.last.along, one_by_one.settled().last.along)
    assert (at_once.last.along > 0).mean() > 0.9


@pytest.mark.parametrize(
    "prompt, share",
    [
        (Click(200, 150), 0.4),
        (Box(120, 90, 280, 210), 0.4),
        (Scribble([(180, 150), (220, 150)]), 0.0),
    ],
)
def test_the_network_has_a_say_where_a_click_or_box_begins_something(prompt, share):
    rgb = noise(*SIZE) // 4
    rgb[100:200, 130:270] += np.array([150, 60, 0], np.uint8)
    silent = replace(shipped_models(), openings=lambda f: np.zeros(f.shape[1], np.float32))
    picture = Picture(Pyramid(rgb), silent)
    asked = picture.after(picture.start(), prompt).asked
    heard = np.clip(asked.opinion.at(asked.scene)[0], -6, 6)
    np.testing.assert_allclose(asked.logit, share * heard, atol=1e-6)
    assert abs(heard).max() > 1


def test_an_answer_can_be_packed_and_is_the_same_after_it():
    for height, width in ((1, 1), (7, 13), (300, 401)):
        for share in (0.0, 0.5):
            mask = np.random.default_rng(height).random((height, width)) < share
            mask[:, : width // 3] = False
            answer = Answer(mask.copy())
            answer.pack()
            np.testing.assert_array_equal(answer.mask, mask)
            answer.pack()
            np.testing.assert_array_equal(answer.mask, mask)
            assert not answer.mask.flags.writeable


def test_clicks_that_change_nothing_do_not_narrow_the_look():
    """The bite in the saucer is mended by the next click on it, whatever agreed before."""
    image = read_image(query_path())
    truth = cv2.imread(str(TRUTHS / "espresso.png"), cv2.IMREAD_GRAYSCALE) > 127
    prepared = Superpixel().analyse(image)
    for agreeing in ([], [Click(250, 330), Click(60, 30, False), Click(300, 120)]):
        mask = prepared.segment([Click(290, 112), *agreeing, Click(87, 244)], None)
        assert (mask & truth).sum() / (mask | truth).sum() > 0.97


def test_masks_of_large_noisy_photos_have_no_specks():
    array = cv2.resize(read_image(query_path()).array, None, fx=4, fy=4)
    noise = np.random.default_rng(0).normal(0, 5, array.shape)
    array = np.clip(array + noise, 0, 255).astype(np.uint8)
    prepared = Superpixel().analyse(Image(array))
    prompts = [Click(1160, 448), Click(348, 976), Click(1000, 60, False), Click(1700, 1000)]
    for number in range(1, 5):
        mask = prepared.segment(prompts[:number], None)
        for inside, connectivity, least in ((mask, 8, 600), (~mask, 4, 120)):
            _, _, stats, _ = cv2.connectedComponentsWithStats(
                inside.view(np.uint8), connectivity=connectivity
            )
            assert (stats[1:, cv2.CC_STAT_AREA] > least).all()
