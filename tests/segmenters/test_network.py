"""The network: what it is told, what it answers, and that it can be relied on."""

from __future__ import annotations

import threading

import cv2
import numpy as np
import pytest

from pickout import read_image
from pickout.analysis.models import SHIPPED
from pickout.analysis.turn import UPRIGHT
from pickout.errors import ArgumentError
from pickout.prompts import Box, Click
from pickout.samples import query_path
from pickout.segmenters._superpixel import opinion as opinions
from pickout.segmenters._superpixel.frame import Pyramid, analyse_window
from pickout.segmenters._superpixel.models import MODEL_FILES, load_models, shipped_models
from pickout.segmenters._superpixel.network import (
    CERTAIN,
    FILES,
    LOOKS,
    STEP,
    Network,
    network_size,
)
from pickout.segmenters._superpixel.opinion import likeness, opinion_of
from pickout.segmenters._superpixel.prompt_maps import DISK, LAST_DISK, REACH, prompt_maps
from pickout.segmenters._superpixel.scene import Scene
from pickout.segmenters._superpixel.stamps import stamp_of
from pickout.segmenters._superpixel.view import empty_view

NO_POINTS = np.zeros((0, 2), np.float32)


@pytest.fixture(scope="module")
def cup():
    """The scene of a photo with a cup, pixels of the cup and of what is not."""
    array = read_image(query_path()).array
    height, width = array.shape[:2]
    frame = analyse_window(Pyramid(array), (0, 0, width, height), UPRIGHT, shipped_models().edges)
    return Scene(frame)


def asked(scene, *prompts, before=None):
    height, width = scene.frame.window_hw
    view = empty_view(scene)
    for prompt in prompts:
        view = view.with_prompt(prompt, stamp_of(prompt, (height, width)))
    before = np.zeros(scene.frame.size_hw, bool) if before is None else before
    return opinion_of(scene, view.marks, view.depth, before, shipped_models().network)


def slow_maps(size_hw, positive, negative, newest, box, before):
    """Return the prompt maps, cell by cell."""
    height, width = size_hw
    reach = REACH * (height * width) ** 0.5
    maps = np.zeros((7, height, width))

    def distance(points, x, y):
        return min((np.hypot(px - x, py - y) for px, py in points), default=np.inf)

    for y in range(height):
        for x in range(width):
            for k, points in enumerate((positive, negative)):
                far = distance(points, x, y)
                maps[k, y, x] = np.exp(-0.5 * (far / DISK) ** 2)
                maps[2 + k, y, x] = max(0.0, 1 - far / reach)
            if newest is not None:
                spot = np.exp(-0.5 * (distance(newest[0], x, y) / LAST_DISK) ** 2)
                maps[4, y, x] = spot if newest[1] else -spot
            maps[5, y, x] = 0 if box is None else box[y, x]
            maps[6, y, x] = before[y, x]
    return maps


@pytest.mark.parametrize("seed", range(6))
def test_prompt_maps_are_those_worked_out_cell_by_cell(seed):
    rng = np.random.default_rng(seed)
    size = tuple(rng.integers(3, 14, 2))
    positive, negative = (
        rng.uniform(-2, 14, (k, 2)).astype(np.float32) for k in rng.integers(0, 4, 2)
    )
    newest = None if seed == 0 else (rng.uniform(0, 9, (2, 2)).astype(np.float32), seed % 2 == 0)
    box = None if seed < 3 else rng.choice([-1, 1], size).astype(np.float32)
    before = rng.random(size).astype(np.float32)
    got = prompt_maps(size, positive, negative, newest, box, before)
    assert got.dtype == np.float32
    expected = slow_maps(size, positive, negative, newest, box, before)
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (480, 640), (3, 4000), (2000, 2000)])
def test_any_picture_has_a_size_for_the_network(size):
    height, width = network_size(*size)
    assert height % 32 == width % 32 == 0
    assert 32 <= height <= 1024 and 32 <= width <= 1024
    seen = shipped_models().network.encode(np.full((*size, 3), 90, np.uint8))
    assert seen.size_hw == (height // 4, width // 4)
    assert np.isfinite(seen.embedding).all()


def test_a_click_is_understood(cup):
    """The network alone, without superpixels: a click on the cup finds most of it."""
    odds = asked(cup, Click(290, 112)).at(cup)[0]
    on_cup, on_table = cup.frame.nodes_under(cup.frame.to_working([[250, 150], [60, 20]]))
    assert odds[on_cup] > 0 > odds[on_table]


def test_a_box_is_understood(cup):
    box = Box(40, 60, 360, 380)
    inside = asked(cup, box).at(cup)[0] > 0
    xy = cup.frame.to_full(cup.superpixels.centre_xy)
    far = (xy < (20, 40)).any(1) | (xy > (380, 400)).any(1)
    assert 0.05 < inside[~far].mean() and inside[far].mean() < 0.02


def test_it_looks_again_at_its_own_answer_where_something_begins(cup, monkeypatch):
    told = []
    answer = Network.answer

    def watched(network, seen, maps):
        told.append(maps[opinions.BEFORE].copy())
        odds = answer(network, seen, maps)
        told.append(odds > 0)
        return odds

    monkeypatch.setattr(Network, "answer", watched)
    odds = asked(cup, Click(290, 112)).maps[0]
    before, *again = told
    np.testing.assert_array_equal(odds > 0, told[-1])
    assert not before.any() and len(told) == 2 * LOOKS[0]
    for said, heard in zip(again[0::2], again[1::2], strict=False):
        np.testing.assert_array_equal(said, heard)
    told.clear()
    answer_now = np.zeros(cup.frame.size_hw, bool)
    answer_now[:20] = True
    asked(cup, Click(290, 112), before=answer_now)
    assert len(told) == 2 * LOOKS[1] and told[0].any()


def test_odds_are_bounded_and_come_in_steps(cup):
    odds = asked(cup, Click(290, 112), Click(20, 20, False)).maps[0]
    assert np.abs(odds).max() <= CERTAIN
    np.testing.assert_array_equal(odds, np.rint(odds / STEP) * np.float32(STEP))


def test_places_at_marks_are_like_marks(cup):
    seen = cup.encoded(shipped_models().network)
    np.testing.assert_allclose((seen.embedding**2).sum(0), 1, atol=1e-3)
    alike = likeness(seen, np.array([[5.2, 7.4], [30, 20]], np.float32))
    assert alike[7, 5] == pytest.approx(1, abs=1e-3) and alike[20, 30] == pytest.approx(1, abs=1e-3)
    assert alike.max() <= 1.001
    for nowhere in (NO_POINTS, np.array([[-3, 2], [4, 999]], np.float32)):
        assert not likeness(seen, nowhere).any()


def test_cells_lie_where_superpixels_are(cup):
    """A map of the cells' own places, read at superpixels, gives the superpixels' places."""
    maps = np.stack(np.meshgrid(np.arange(64.0), np.arange(48.0))).astype(np.float32)
    opinion = opinions.Opinion(cup.frame, maps)
    height, width = cup.frame.size_hw
    expected = (cup.superpixels.centre_xy + 0.5) * (64 / width, 48 / height) - 0.5
    np.testing.assert_allclose(opinion.at(cup).T, np.clip(expected, 0, (63, 47)), atol=0.5)


def test_an_opinion_can_be_read_in_another_window(cup):
    opinion = asked(cup, Click(290, 112))
    array = read_image(query_path()).array
    window = (180, 60, 380, 260)
    part = Scene(analyse_window(Pyramid(array), window, UPRIGHT, shipped_models().edges))
    full = part.frame.to_full(part.superpixels.centre_xy)
    nodes = np.concatenate(cup.frame.nodes_under(cup.frame.to_working(full)))
    there, here = opinion.at(part)[0], opinion.at(cup)[0][nodes]
    assert np.corrcoef(there, here)[0, 1] > 0.95


def test_many_threads_get_the_same_answers(cup):
    network = Network(SHIPPED)
    pictures = [np.roll(cup.superpixels.rgb, 40 * k, axis=1) for k in range(4)]
    expected = [network.encode(picture).embedding for picture in pictures]
    got: list[tuple[int, np.ndarray]] = []

    def work(k):
        for _ in range(3):
            got.append((k, network.encode(pictures[k]).embedding))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 12
    for k, embedding in got:
        np.testing.assert_array_equal(embedding, expected[k])


def test_the_number_of_threads_changes_nothing(cup):
    odds, before = [], cv2.getNumThreads()
    try:
        for threads in (1, 2, 4):
            cv2.setNumThreads(threads)
            scene = Scene(cup.frame)
            odds.append(asked(scene, Click(290, 112)).maps)
    finally:
        cv2.setNumThreads(before)
    np.testing.assert_array_equal(odds[0], odds[1])
    np.testing.assert_array_equal(odds[0], odds[2])


@pytest.mark.parametrize("name", FILES)
def test_a_missing_or_broken_network_is_named(tmp_path, name):
    for path in map(SHIPPED.joinpath, MODEL_FILES):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / name).write_bytes(b"no network")
    with pytest.raises(ArgumentError, match=name):
        load_models(tmp_path).network.encode(np.zeros((60, 80, 3), np.uint8))
    (tmp_path / name).unlink()
    with pytest.raises(ArgumentError, match=rf"{name} is missing.*docs/engine.md"):
        load_models(tmp_path)
