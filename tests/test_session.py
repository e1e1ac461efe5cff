"""Sessions: what a user does, undoes, saves, loses power over, and opens again."""

import copy
import json
import os
import pickle
import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import pickout
from pickout.errors import ArgumentError, PickoutError, PluginError, PromptError, SessionError
from pickout.history import change_between
from pickout.masks import Mask
from pickout.session import Session


def picture_with_squares() -> np.ndarray:
    """Two bright squares on a dark ground; noise keeps it from being flat."""
    rng = np.random.default_rng(5)
    picture = rng.integers(20, 40, (60, 90, 3), dtype=np.uint8)
    picture[10:30, 10:30] = (210, 60, 50)
    picture[25:50, 55:80] = (60, 80, 220)
    return picture


@pytest.fixture
def picture():
    return picture_with_squares()


@pytest.fixture
def photo(tmp_path, picture):
    path = tmp_path / "two squares é.png"
    cv2.imencode(".png", picture[:, :, ::-1])[1].tofile(path)
    return path


def test_clicks_make_a_mask_and_undo_gives_back_exactly_the_earlier_ones(picture):
    session = Session(picture, "otsu")
    masks = [session.mask.array.copy()]
    for x, y, positive in [(20, 20, True), (65, 40, True), (22, 22, False), (20, 20, True)]:
        masks.append(session.click(x, y, positive).array.copy())
    for expected in reversed(masks[:-1]):
        assert np.array_equal(session.undo().array, expected)
    assert not session.can_undo
    for expected in masks[1:]:
        assert np.array_equal(session.redo().array, expected)
    assert not session.can_redo


def test_what_is_no_number_is_refused_and_changes_nothing(picture):
    session = Session(picture, "paint")
    with pytest.raises(PromptError, match=r"click.*'a'"):
        session.click("a", 1)
    with pytest.raises(PromptError, match=r"click.*None"):
        session.click(1, None)
    with pytest.raises(PromptError, match="box"):
        session.box(1, 2, [3], 4)
    with pytest.raises(PromptError, match="radius"):
        session.scribble([(5, 5), (9, 9)], radius="wide")
    assert not session.can_undo
    assert repr(session) == "Session(Image(90 x 60), objects=['object'], steps=0)"


def test_a_new_step_forgets_what_had_been_undone(picture):
    session = Session(picture, "paint")
    session.scribble([(5, 5), (20, 5)])
    session.scribble([(5, 20), (20, 20)])
    session.undo()
    mask = session.scribble([(40, 40), (50, 50)])
    assert not session.can_redo
    assert not mask.array[20, 12]
    assert len(session.steps) == 2


class OneArray:
    """A segmenter that answers every prompt in one and the same array, now and then a wrong one."""

    name, version = "one-array", "1"

    def analyse(self, image):
        self.array = np.zeros(image.size_hw, bool)
        return self

    def segment(self, prompts, previous):
        x, y = int(prompts[-1].x), int(prompts[-1].y)
        self.array[y, x] = True
        return self.array if x else self.array[1:]


def test_an_array_that_the_segmenter_uses_again_spoils_no_earlier_mask(picture):
    session = Session(picture, OneArray())
    masks = [session.click(x, 3) for x in (5, 6, 7)]
    assert [mask.area for mask in masks] == [1, 2, 3]
    assert [session.undo().area for _ in range(3)] == [2, 1, 0]


def test_an_answer_of_the_wrong_size_is_named_and_changes_nothing(picture):
    session = Session(picture, OneArray())
    session.click(5, 3)
    session.click(6, 3)
    session.undo()
    with pytest.raises(PluginError, match=r"'one-array'.*\(59, 90\).*\(60, 90\)"):
        session.click(0, 3)
    assert len(session.steps) == 1 and session.mask.area == 1 and session.can_redo
    assert session.redo().area == 2


def test_masks_can_be_sent_to_another_process_and_do_not_hold_their_picture(picture):
    session = Session(picture, "otsu")
    mask = session.click(20, 20)
    assert type(mask) is type(session.undo()) is type(session.redo()) is Mask
    for copied in (pickle.loads(pickle.dumps(session.mask)), copy.deepcopy(session.mask)):
        assert type(copied) is Mask and np.array_equal(copied.array, mask.array)


def test_a_refused_prompt_leaves_no_changed_tiles(picture):
    session = Session(picture, "paint")
    refused = [
        lambda: session.click(-50, 0),
        lambda: session.edit("no such tool"),
        lambda: session.select("nobody"),
        lambda: session.add_object("object"),
    ]
    for step in refused:
        session.click(20, 20)
        session.undo()
        assert session.changed
        with pytest.raises(PickoutError):
            step()
        assert session.changed == ()


def test_edits_are_steps_that_later_clicks_do_not_lose(picture):
    session = Session(picture, "otsu")
    session.click(20, 20)
    grown = session.edit("grow", radius=3)
    assert grown.array[20, 31]
    with_second = session.click(65, 40)
    assert with_second.array[20, 31], "the edit's result must survive the next click"
    assert with_second.array[40, 65]
    assert np.array_equal(session.undo().array, grown.array)


def test_a_mask_starts_the_session_by_either_name(picture):
    prior = np.zeros(picture.shape[:2], bool)
    prior[5:15, 5:15] = True
    assert np.array_equal(Session(picture, "paint").start_from(prior).array, prior)
    assert np.array_equal(Session(picture, "paint").mask(prior).array, prior)


def test_several_objects_keep_their_own_history(picture):
    session = Session(picture, "otsu")
    session.click(20, 20)
    session.rename("red")
    session.add_object("blue")
    assert session.mask.is_empty
    session.click(65, 40)
    session.undo()
    assert session.mask.is_empty
    session.select("red")
    assert session.mask.array[20, 20]
    assert session.objects == ("red", "blue")
    assert {name: mask.area > 0 for name, mask in session.masks.items()} == {
        "red": True,
        "blue": False,
    }
    with pytest.raises(ArgumentError, match="no object 'green'"):
        session.select("green")
    with pytest.raises(ArgumentError, match="already an object 'blue'"):
        session.add_object("blue")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda s: s.click(200, 10), "outside the picture"),
        (lambda s: s.click(float("nan"), 10), "not a number"),
        (lambda s: s.box(10, 10, 10, 40), "no area"),
        (lambda s: s.box(300, 300, 400, 400), "outside the picture"),
        (lambda s: s.scribble([]), "no points"),
        (lambda s: s.scribble([1, 2, 3]), "pairs of numbers"),
        (lambda s: s.lasso([(1, 1), (5, 5)]), "three or more"),
        (lambda s: s.start_from(np.zeros((3, 3), bool)), "size of its picture"),
        (lambda s: s.edit("polish"), "polish"),
    ],
)
def test_a_refused_step_leaves_the_session_as_it_was(picture, step, message):
    session = Session(picture, "otsu")
    before = session.click(20, 20).array.copy()
    with pytest.raises(PickoutError, match=message):
        step(session)
    assert np.array_equal(session.mask.array, before)
    assert len(session.steps) == 1


def test_a_reversed_box_is_put_in_order(picture):
    one = Session(picture, "paint").box(30, 40, 10, 20)
    other = Session(picture, "paint").box(10, 20, 30, 40)
    assert one == other
    assert one.area == 400


def every_kind_of_step(session: Session) -> None:
    session.click(20, 20)
    session.scribble([(60, 30), (70, 45)], 2.0)
    session.edit("grow", radius=2)
    session.click(80, 5, positive=False)
    session.add_object("second")
    session.box(50, 20, 85, 55)
    session.lasso([(50, 20), (85, 20), (85, 55), (50, 55)])
    session.polygon([(60, 30), (66, 30), (66, 36), (60, 36)], positive=False)
    session.click(2, 2)
    session.undo()
    prior = np.zeros(session.image.size_hw, bool)
    prior[40:55, 5:25] = True
    session.add_object("third")
    session.start_from(prior)


REPLAY = """
import sys, numpy as np, pickout
session = pickout.Session.open(sys.argv[1])
np.savez(sys.argv[2], **{name: mask.array for name, mask in session.masks.items()})
print(session.current, len(session.steps), session.can_redo, session.notes)
"""


@pytest.mark.parametrize("segmenter", ["superpixel", "grabcut", "watershed", "otsu", "paint"])
def test_a_saved_session_replays_to_the_identical_masks_in_a_new_process(
    photo, tmp_path, segmenter
):
    file = tmp_path / "cut.json"
    session = Session(pickout.read_image(photo), segmenter, path=file)
    every_kind_of_step(session)
    session.select("second")
    out = tmp_path / "masks.npz"
    answer = subprocess.run(
        [sys.executable, "-c", REPLAY, str(file), str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split()[:3] == ["second", "3", "True"]
    replayed = np.load(out)
    for name, mask in session.masks.items():
        assert np.array_equal(replayed[name], mask.array), name


def test_a_session_file_is_small_and_readable_and_moves_with_its_picture(photo, tmp_path):
    session = Session(pickout.read_image(photo), "otsu", path=tmp_path / "cut.json")
    every_kind_of_step(session)
    text = (tmp_path / "cut.json").read_text()
    assert len(text) < 3000
    assert json.loads(text)["picture"]["path"] == photo.name
    assert '{"kind": "click", "x": 20.0, "y": 20.0, "positive": true}' in text
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in (photo.name, "cut.json"):
        (tmp_path / name).rename(moved / name)
    assert Session.open(moved / "cut.json").masks == session.masks


def test_a_session_goes_on_where_it_was_left(photo, tmp_path):
    file = tmp_path / "cut.json"
    first = Session(pickout.read_image(photo), "otsu", path=file)
    first.click(20, 20)
    second = Session.open(file)
    second.click(65, 40)
    third = Session.open(file)
    assert len(third.steps) == 2
    third.undo()
    assert Session.open(file).mask == first.mask
    assert Session.open(file).redo() == second.mask


def test_a_box_that_hardly_reaches_into_the_picture_is_saved_and_opened(photo, tmp_path):
    session = Session(pickout.read_image(photo), "otsu", path=tmp_path / "s.json")
    session.box(-20, 10, 0.4, 50)
    assert Session.open(tmp_path / "s.json").steps == session.steps


def test_an_existing_session_file_is_not_overwritten_by_a_new_session(photo, tmp_path):
    file = tmp_path / "cut.json"
    Session(pickout.read_image(photo), "otsu", path=file).click(20, 20)
    with pytest.raises(SessionError, match=r"exists already.*Session\.open"):
        Session(pickout.read_image(photo), "otsu", path=file)
    other = Session(pickout.read_image(photo), "otsu")
    with pytest.raises(SessionError, match="exists already"):
        other.save(file)
    other.save(file, overwrite=True)
    assert Session.open(file).mask.is_empty


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: "", "no JSON"),
        (lambda d: "{", "no JSON"),
        (lambda d: "[1]", "not a pickout session"),
        (lambda d: {**d, "version": 99}, "newer pickout"),
        (lambda d: {**d, "version": True}, "whole number, not True"),
        (lambda d: {**d, "current": "nobody"}, "'current'"),
        (lambda d: {**d, "objects": []}, "'objects'"),
        (lambda d: {**d, "picture": {**d["picture"], "size_hw": [1, 1]}}, "another picture"),
        (lambda d: {**d, "picture": {**d["picture"], "blake2b": "file:00"}}, "another picture"),
        (lambda d: with_step(d, {"kind": "click", "x": "a", "y": 1, "positive": True}), "'x'"),
        (lambda d: with_step(d, {"kind": "click", "x": 1, "y": 1, "positive": 1}), "'positive'"),
        (lambda d: with_step(d, {"kind": "wish"}), "'wish'"),
        (lambda d: with_step(d, {"kind": "edit", "name": "grow", "numbers": 3}), "'numbers'"),
        (lambda d: with_step(d, {"kind": "click", "x": 999, "y": 1, "positive": True}), "outside"),
    ],
)
def test_a_damaged_session_file_says_which_field_is_wrong(photo, tmp_path, change, message):
    file = tmp_path / "cut.json"
    Session(pickout.read_image(photo), "otsu", path=file).click(20, 20)
    changed = change(json.loads(file.read_text()))
    file.write_text(changed if isinstance(changed, str) else json.dumps(changed))
    with pytest.raises((SessionError, PromptError), match=message):
        Session.open(file)


def with_step(data, step):
    """Return the session record with `step` as its only one."""
    return {**data, "objects": [{"name": "object", "position": 1, "steps": [step]}]}


def test_a_missing_file_or_picture_is_named(photo, tmp_path):
    with pytest.raises(SessionError, match=r"none\.json: there is no such"):
        Session.open(tmp_path / "none.json")
    file = tmp_path / "cut.json"
    Session(pickout.read_image(photo), "otsu", path=file).click(20, 20)
    photo.unlink()
    with pytest.raises(PickoutError, match="two squares"):
        Session.open(file)


def test_another_version_of_the_segmenter_is_told(photo, tmp_path):
    file = tmp_path / "cut.json"
    Session(pickout.read_image(photo), "otsu", path=file).click(20, 20)
    data = json.loads(file.read_text())
    data["segmenter"]["version"] = "0-old"
    file.write_text(json.dumps(data))
    assert "may differ" in Session.open(file).notes[0]


CRASH = """
import os, sys, pickout
session = pickout.Session(pickout.read_image(sys.argv[1]), "paint", path=sys.argv[2])
print("ready", flush=True)
for i in range(100000):
    session.click(i % 90, (i * 7) % 60, positive=i % 3 < 2)
"""


def test_a_killed_process_leaves_the_last_good_state(photo, tmp_path):
    for run in range(3):
        file = tmp_path / f"cut{run}.json"
        process = subprocess.Popen(
            [sys.executable, "-c", CRASH, str(photo), str(file)], stdout=subprocess.PIPE
        )
        process.stdout.readline()
        while not file.exists():
            pass
        for _ in range(20 * (run + 1)):
            file.read_bytes()
        process.kill()
        process.communicate()
        session = Session.open(file)
        assert session.steps
        assert session.mask.area > 0


def test_a_full_disk_loses_no_step(photo, tmp_path):
    """A limit on the size of files stands in for the full disk: the write fails in the middle."""
    code = """
import resource, signal, sys, pickout
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
session = pickout.Session(pickout.read_image(sys.argv[1]), "paint", path=sys.argv[2])
session.click(10, 10)
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
try:
    session.click(50, 50)
except pickout.PickoutError as error:
    print(type(error).__name__, error)
print(len(session.steps))
"""
    file = tmp_path / "cut.json"
    answer = subprocess.run(
        [sys.executable, "-c", code, str(photo), str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    first, count = answer.stdout.strip().splitlines()
    assert first.startswith("SessionError the step was made but is not saved")
    assert count == "2"
    assert len(Session.open(file).steps) == 1
    assert sorted(os.listdir(tmp_path)) == ["cut.json", photo.name]


@pytest.mark.parametrize("seed", range(4))
def test_the_difference_of_two_masks_leads_from_each_to_the_other(seed):
    rng = np.random.default_rng(seed)
    one = rng.random((31, 45)) > 0.5
    other = one.copy()
    if seed:
        other[3 : 3 + 5 * seed, 7:40] ^= rng.random((min(5 * seed, 28), 33)) > 0.3
    change = change_between(one, other)
    assert np.array_equal(change.flip(one), other)
    assert np.array_equal(change.flip(other), one)


class PlainList(RuleBasedStateMachine):
    """Random prompts, edits, undo and redo, against a plain list of masks."""

    def __init__(self):
        super().__init__()
        self.session = Session(picture_with_squares(), "otsu")
        self.masks = [Mask(np.zeros((60, 90), bool))]
        self.position = 0

    def made(self, mask):
        self.masks = [*self.masks[: self.position + 1], Mask(mask.array)]
        self.position += 1

    @rule(x=st.integers(0, 89), y=st.integers(0, 59), positive=st.booleans())
    def click(self, x, y, positive):
        self.made(self.session.click(x, y, positive))

    @rule(radius=st.integers(1, 4), name=st.sampled_from(["grow", "shrink", "smooth"]))
    def edit(self, name, radius):
        self.made(self.session.edit(name, radius=radius))

    @rule()
    def undo(self):
        self.session.undo()
        self.position = max(0, self.position - 1)

    @rule()
    def redo(self):
        self.session.redo()
        self.position = min(len(self.masks) - 1, self.position + 1)

    @invariant()
    def same_mask(self):
        assert Mask(self.session.mask.array) == self.masks[self.position]
        assert len(self.session.steps) == self.position


TestPlainList = PlainList.TestCase
TestPlainList.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
