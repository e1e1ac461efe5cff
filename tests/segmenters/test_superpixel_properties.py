"""What holds for the superpixel segmenter on real pictures, whatever is clicked in which order."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pickout import samples
from pickout.images import Image, read_image
from pickout.masks import Mask
from pickout.prompts import Box, Click, MaskPrompt, Polygon, Scribble, click_pixel
from pickout.segmenters._superpixel.features import CLICK_NAMES
from pickout.segmenters._superpixel.frame import Pyramid
from pickout.segmenters._superpixel.models import shipped_models
from pickout.segmenters._superpixel.state import Picture
from pickout.segmenters.superpixel import Superpixel
from pickout.session import Session

FEW = settings(max_examples=20, deadline=None, derandomize=True)


def small_sample(name, width=240):
    array = read_image(samples.sample_folder() / f"{name}.jpg").array
    size = (width, round(width * array.shape[0] / array.shape[1]))
    return cv2.resize(array, size, interpolation=cv2.INTER_AREA)


PICTURES = {name: small_sample(name) for name in ("espresso", "cat", "lemons")}
HEIGHT, WIDTH = PICTURES["espresso"].shape[:2]
PREPARED = {}


def prepared(name):
    if name not in PREPARED:
        PREPARED[name] = Superpixel().analyse(Image(PICTURES[name]))
    return PREPARED[name]


# Borders and corners come often, and so does a place that was clicked before. Between the middles
# of pixels lies what a window gives that shows a picture smaller or larger.
def coordinate(side):
    pixel = st.one_of(st.integers(0, side - 1), st.sampled_from([0, side - 1, side // 2]))
    return st.builds(float.__add__, pixel.map(float), st.sampled_from([0.0, 0.0, -0.4, 0.4]))


clicks = st.builds(Click, coordinate(WIDTH), coordinate(HEIGHT), st.booleans())
names = st.sampled_from(sorted(PICTURES))


def settled(prompts):
    """Return what the newest click on every pixel says."""
    return {click_pixel(click): click.positive for click in prompts}


@FEW
@given(names, st.lists(clicks, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_clicks_are_obeyed_in_any_order(name, prompts, random):
    for _ in range(2):
        mask = prepared(name).segment(prompts, None)
        assert all(mask[at] == positive for at, positive in settled(prompts).items())
        random.shuffle(prompts)


@st.composite
def boxes(draw):
    x0, y0 = draw(st.integers(0, WIDTH - 20)), draw(st.integers(0, HEIGHT - 20))
    x1 = draw(st.integers(x0 + 12, WIDTH))
    return Box(x0, y0, x1, draw(st.integers(y0 + 12, HEIGHT)))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(names, st.lists(st.one_of(clicks, clicks, boxes()), min_size=3, max_size=6))
def test_clicks_are_obeyed_whatever_boxes_come_and_go(name, prompts):
    """A box holds until a click lies outside of it; clicks before it that it left out count again.

    While it holds, nothing outside of it is inside.
    """
    mask = prepared(name).segment(prompts, None)
    box, newest = None, {}
    for prompt in prompts:
        if isinstance(prompt, Box):
            box = prompt
            continue
        newest[click_pixel(prompt)] = prompt.positive
        if box and prompt.positive and not holds(box, click_pixel(prompt)):
            box = None
    for pixel, positive in newest.items():
        assert mask[pixel] == (positive and (box is None or holds(box, pixel)))


def holds(box, pixel):
    return box.x0 <= pixel[1] < box.x1 and box.y0 <= pixel[0] < box.y1


def test_a_click_that_a_box_left_out_counts_again_without_the_box():
    prompts = [Click(6, 134), Box(0, 60, 5, 160), Click(234, 21), Click(120, 10, False)]
    for number in (3, 4):
        mask = prepared("espresso").segment(prompts[:number], None)
        assert mask[134, 6] and mask[21, 234]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(names, clicks, boxes())
@example("cat", Click(0, 0, False), Box(195, 0, 207, 114))
@example("lemons", Click(24, 65, False), Box(199, 1, 207, 20))
@example("espresso", Click(174, 120), Box(41, 51, 53, 63))
@example("espresso", Click(13, 7), Box(152, 144, 211, 149))
def test_a_box_is_answered_with_something_after_a_click_outside_of_it(name, click, box):
    assume(not holds(box, click_pixel(click)))
    mask = prepared(name).segment([click, box], None)
    assert mask.sum() >= 0.03 * (box.x1 - box.x0) * (box.y1 - box.y0)


@pytest.mark.parametrize(
    "before", [Click(20, 20), Click(20, 20, False), MaskPrompt(Mask(np.zeros((300, 400), bool)))]
)
def test_a_box_in_a_drawing_finds_what_is_in_it_whatever_came_before(before):
    array = np.full((300, 400, 3), 128, np.uint8)
    array[100:200, 150:250] = (200, 30, 30)
    square = array[:, :, 1] == 30
    prepared = Superpixel().analyse(Image(array))
    mask = prepared.segment([before, Box(130, 80, 270, 220)], None)
    assert (mask & square).sum() / (mask | square).sum() > 0.9


@FEW
@given(names, st.lists(clicks, min_size=1, max_size=5), st.integers(1, 5))
def test_undo_gives_back_exactly_the_earlier_mask(name, prompts, back):
    session = Session(PICTURES[name])
    masks = [session.mask.array.copy()]
    for click in prompts:
        masks.append(session.prompt(click).array.copy())
    for before in masks[-2::-1][:back]:
        np.testing.assert_array_equal(session.undo().array, before)
    again = len(masks) - 1 - min(back, len(prompts))
    for after in masks[again + 1 :]:
        np.testing.assert_array_equal(session.redo().array, after)


def test_a_click_after_an_undo_gives_what_it_gives_without():
    session = Session(PICTURES["cat"])
    prompts = [Click(120, 90), Click(40, 40, False), Click(100, 140)]
    session.prompt(prompts[0])
    session.prompt(Click(200, 20))
    session.undo()
    for click in prompts[1:]:
        mask = session.prompt(click).array
    np.testing.assert_array_equal(mask, prepared("cat").segment(prompts, None))


# --- threads and processes ------------------------------------------------------------------

SEQUENCE = [
    Click(120, 80), Click(30, 30, False), Scribble(((60, 90), (90, 120)), 3.0),
    Click(125, 60), Click(150, 85, False),
]  # fmt: skip


def answers(name, scale=1):
    """Return the mask after every prompt, the picture and the prompts enlarged."""
    array = cv2.resize(PICTURES[name], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    mine, prompts = Superpixel().analyse(Image(array)), [enlarged(p, scale) for p in SEQUENCE]
    return [mine.segment(prompts[:k], None).copy() for k in range(1, len(prompts) + 1)]


def enlarged(prompt, scale):
    if isinstance(prompt, Click):
        return replace(prompt, x=scale * prompt.x, y=scale * prompt.y)
    points = tuple((scale * x, scale * y) for x, y in prompt.points)
    return replace(prompt, points=points, radius=scale * prompt.radius)


def digest(masks):
    return hashlib.sha256(b"".join(mask.tobytes() for mask in masks)).hexdigest()


@pytest.mark.parametrize("scale", [1, 5])  # the larger one is halved, and drawn level by level
def test_the_number_of_threads_changes_nothing(scale):
    before, found = cv2.getNumThreads(), set()
    try:
        for threads in (1, 2, 4):
            cv2.setNumThreads(threads)
            found.add(digest(answers("espresso", scale)))
    finally:
        cv2.setNumThreads(before)
    assert len(found) == 1


def test_python_threads_side_by_side_change_nothing():
    expected = {name: digest(answers(name)) for name in PICTURES}
    with ThreadPoolExecutor(4) as pool:
        jobs = sorted(PICTURES) * 2
        for name, got in zip(jobs, pool.map(lambda n: digest(answers(n)), jobs), strict=True):
            assert got == expected[name]


@pytest.mark.parametrize("scale", [1, 5])
def test_a_new_process_gives_the_same_masks(scale):
    script = (
        f"import sys; sys.path.insert(0, {os.path.dirname(__file__)!r})\n"
        "import test_superpixel_properties as t; "
        f"print(t.digest(t.answers('espresso', {scale})))"
    )
    env = os.environ | {"PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "3"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == digest(answers("espresso", scale))


# --- only what a click touches --------------------------------------------------------------


def parts(mask):
    """Return every connected part of a mask."""
    n, label = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    return [label == k for k in range(1, n)]


@pytest.mark.parametrize("scale", [1, 5])
@pytest.mark.parametrize(
    "name, first, second",
    [
        ("lemons", (60, 60), (180, 120)),
        ("cat", (120, 100), (20, 20)),
        ("espresso", (120, 80), (220, 20)),
    ],
)
def test_a_click_leaves_parts_alone_that_it_does_not_touch(name, first, second, scale):
    rng = np.random.default_rng(5)
    array = cv2.resize(PICTURES[name], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    picture = Picture(Pyramid(array), shipped_models())
    state = picture.start()
    for x, y in (first, second):
        state = picture.after(state, Click(scale * x, scale * y))
    checked = 0
    for _ in range(12):
        x, y = (int(rng.integers(side)) for side in state.mask.shape[::-1])
        after = picture.after(state, Click(x, y, not state.mask[y, x]))
        either = state.mask | after.mask
        _, label = cv2.connectedComponents(either.view(np.uint8), connectivity=8)
        for part in parts(state.mask):
            if not (label[part] == label[y, x]).any():
                checked += 1
                grown = cv2.dilate(part.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
                np.testing.assert_array_equal(after.mask[grown], state.mask[grown])
        if not after.mask[y, x]:  # what takes away adds nothing elsewhere
            for part in parts(after.mask & ~state.mask):
                assert (label[part] == label[y, x]).any()
        state = after
    assert checked


# --- odd pictures ---------------------------------------------------------------------------


def watched(models, seen):
    """Return models that check every number they are given and give."""

    def watch(model):
        def answer(features):
            assert np.isfinite(features).all()
            result = model(features)
            assert np.isfinite(result).all()
            seen.append(features.shape[0])
            return result

        return answer

    return replace(
        models,
        openings=watch(models.openings),
        corrections=watch(models.corrections),
        band=watch(models.band),
    )


NOISE = np.random.default_rng(3).integers(0, 256, (120, 160, 3), dtype=np.uint8)
ODD = {
    "1 x 1": NOISE[:1, :1], "1 x 300": np.resize(NOISE, (1, 300, 3)),
    "300 x 1": np.resize(NOISE, (300, 1, 3)), "2 x 3": NOISE[:2, :3],
    "uniform": np.full((90, 120, 3), 127, np.uint8), "black": np.zeros((50, 70, 3), np.uint8),
    "noise": NOISE, "stripes": np.where(np.arange(160)[None, :, None] % 2, 0, 255).astype(np.uint8)
    * np.ones((120, 1, 3), np.uint8),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_no_number_is_lost_in_any_picture(name):
    array = np.ascontiguousarray(ODD[name])
    height, width = array.shape[:2]
    seen = []
    picture = Picture(Pyramid(array), watched(shipped_models(), seen))
    right, low = width - 1, height - 1
    prompts = [
        Click(right, low), Click(0, 0, False), Click(width // 2, height // 2), Click(right, 0),
        Click(0, low, False), Box(0, 0, max(1, width // 2), max(1, height // 2)),
        Scribble(((0, 0), (right, low)), 1.0), Polygon(((0, 0), (width, 0), (0, height)), False),
        MaskPrompt(Mask(np.arange(height * width).reshape(height, width) % 3 == 0)),
        Click(right, low, False), Click(right, low),
    ]  # fmt: skip
    state = picture.start()
    for prompt in prompts:
        state = picture.after(state, prompt)
        assert state.mask.shape == (height, width) and state.mask.dtype == bool
    assert state.mask[low, right]
    assert len(CLICK_NAMES) in seen


def test_pictures_of_sixteen_bits_are_cut_as_their_high_bytes(tmp_path):
    array = PICTURES["espresso"]
    deep = (array.astype(np.uint16) << 8) + 90
    cv2.imwrite(str(tmp_path / "deep.png"), deep[:, :, ::-1])
    session = Session(read_image(tmp_path / "deep.png"))
    mask = session.click(120, 80).array
    np.testing.assert_array_equal(mask, prepared("espresso").segment([Click(120, 80)], None))


# --- many prompts ---------------------------------------------------------------------------


def wrong_clicks(session, count, seed=0):
    """Yield clicks on random places, each on what the mask has wrong if they are right."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        x, y = int(rng.integers(WIDTH)), int(rng.integers(HEIGHT))
        yield Click(x, y, not session.mask.array[y, x])


def test_every_further_click_is_one_question_and_undo_is_none(monkeypatch):
    asked = []
    after = Picture.after
    monkeypatch.setattr(
        Picture,
        "after",
        lambda self, state, p: (asked.append(len(state.prompts)), after(self, state, p))[1],
    )
    session = Session(PICTURES["espresso"])
    for click in wrong_clicks(session, 20):
        session.prompt(click)
    assert asked == list(range(20))
    for _ in range(20):
        session.undo()
    for _ in range(20):
        session.redo()
    session.undo()
    session.click(3, 3)
    assert asked == [*range(20), 19]


def test_objects_in_turn_cost_no_more_questions_than_one(monkeypatch):
    """Also where the picture is so large that few masks are kept."""
    monkeypatch.setattr("pickout.segmenters.superpixel.REMEMBERED_BYTES", 12_000)
    asked, after = [], Picture.after
    monkeypatch.setattr(
        Picture,
        "after",
        lambda self, state, p: (asked.append(len(state.prompts)), after(self, state, p))[1],
    )
    session, names = Session(PICTURES["espresso"]), ["object", "second", "third"]
    for name in names[1:]:
        session.add_object(name)
    places = [(120, 80), (40, 40), (200, 120)]
    for step in range(4):
        for name, (x, y) in zip(names, places, strict=True):
            session.select(name)
            session.click(x + 7 * step, y, step % 2 == 0)
    assert asked == [step for step in range(4) for _ in names]
    alone = Superpixel().analyse(Image(PICTURES["espresso"]))
    for name in names:
        session.select(name)
        np.testing.assert_array_equal(session.mask.array, alone.segment(session.steps, None))


def test_clicks_after_an_edit_start_from_the_same_mask():
    """Nothing is worked out anew for each of them."""
    session = Session(PICTURES["espresso"])
    session.click(120, 80)
    session.edit("grow", radius=2)
    starts = set()
    for click in wrong_clicks(session, 6):
        session.prompt(click)
        starts.add(id(session._history.prompts()[1]))
    assert len(starts) == 1
    grown = session._history.prompts()[1].mask
    for _ in range(6):
        session.undo()
    np.testing.assert_array_equal(session.mask.array, grown.array)
    session.undo()
    session.edit("grow", radius=5)
    wider = session.mask.array.copy()
    session.click(5, 5)
    np.testing.assert_array_equal(session._history.prompts()[1].mask.array, wider)


def test_masks_given_in_between_count_as_remembered(monkeypatch):
    monkeypatch.setattr("pickout.segmenters.superpixel.REMEMBERED_BYTES", 3 * HEIGHT * WIDTH)
    session = Session(PICTURES["espresso"])
    for click in wrong_clicks(session, 12):
        session.prompt(click)
        session.edit("grow", radius=1)
    held = {id(given): given for state in session._prepared._recent for given in state.given}
    assert len(held) <= 4  # three, and that of the newest


def test_clicks_that_agree_cost_no_memory(monkeypatch):
    """They share one answer, which counts once, and not at all while it is the newest."""
    monkeypatch.setattr("pickout.segmenters.superpixel.REMEMBERED_BYTES", HEIGHT * WIDTH)
    session = Session(PICTURES["espresso"])
    for click in wrong_clicks(session, 5):
        session.prompt(click)
    rows, columns = np.nonzero(session.mask.array)
    for place in range(3):
        session.click(columns[place], rows[place])
    known = [len(state.prompts) for state in session._prepared._recent]
    assert known == list(range(9))


@pytest.mark.slow
def test_what_is_remembered_does_not_grow_with_the_prompts():
    session, kept = Session(PICTURES["espresso"]), []
    for count in (40, 30):
        for click in wrong_clicks(session, count, seed=count):
            session.prompt(click)
        kept.append(len(session._prepared._recent))
    assert kept[0] == kept[1] < 40


@pytest.mark.slow
def test_a_hundred_megapixels_are_cut_within_bounds():
    """In a process of its own, whose peak memory is its own."""
    script = """
import numpy as np
from pickout.bench.rows import _peak_bytes, _start_of_peak
from pickout.session import Session
Session(np.zeros((50, 60, 3), np.uint8)).click(5, 5)
side, radius = 10_000, 3_000
array = np.full((side, side, 3), (40, 90, 140), np.uint8)
down, across = np.ogrid[:side, :side]
disk = (down - 4_000) ** 2 + (across - 5_500) ** 2 < radius**2
array[disk] = (220, 120, 30)
before = _start_of_peak()
session = Session(array)
session.click(5_500, 4_000)
session.click(200, 200, False)
mask = session.click(5_500, 6_900).array
iou = np.count_nonzero(mask & disk) / np.count_nonzero(mask | disk)
print(iou, (_peak_bytes() - before) / 1e6)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    overlap, megabytes = map(float, done.stdout.split())
    assert overlap > 0.98
    assert megabytes < 800
