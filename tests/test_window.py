"""The window: its geometry and rules without a screen, and itself under Xvfb with a real mouse."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pickout.errors import MissingExtraError, NoDisplayError
from pickout.masks import Mask
from pickout.metrics import iou
from pickout.prompts import Box, Click, Lasso, MaskPrompt, Polygon, Scribble
from pickout.session import Session
from pickout.window import open_window
from pickout.window.editor import Editor
from pickout.window.view import Pyramid, View, seen_mask

SIZE_HW = (90, 120)
CENTRE, RADIUS = (60, 45), 25


def disc() -> np.ndarray:
    y, x = np.mgrid[: SIZE_HW[0], : SIZE_HW[1]]
    return np.hypot(x - CENTRE[0], y - CENTRE[1]) < RADIUS


def picture() -> np.ndarray:
    noise = np.random.default_rng(3).integers(-8, 9, (*SIZE_HW, 3))
    return (np.where(disc()[..., None], (200, 60, 50), (60, 140, 70)) + noise).astype(np.uint8)


# --- geometry ----------------------------------------------------------------------------------

sides = st.integers(1, 3000)


@settings(max_examples=60, deadline=None)
@given(sides, sides, st.integers(50, 900), st.integers(50, 900), st.floats(0.5, 40), st.data())
def test_points_go_to_the_pane_and_back(height, width, pane_h, pane_w, factor, data):
    view = View.fit((height, width), (pane_h, pane_w)).zoomed(factor, pane_w / 3, pane_h / 2)
    x = data.draw(st.floats(-0.5, width - 0.5))
    y = data.draw(st.floats(-0.5, height - 0.5))
    back = view.to_picture(*view.to_pane(x, y))
    assert back == pytest.approx((x, y), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(sides, sides, st.lists(st.floats(1, 3), max_size=4), st.floats(0, 1), st.floats(0, 1))
def test_zooming_keeps_the_point_under_the_pointer(height, width, factors, across, down):
    view = View.fit((height, width), (400, 600))
    x, y = across * (width - 1), down * (height - 1)
    pointer = view.to_pane(x, y)
    for factor in factors:
        view = view.zoomed(factor, *pointer)
    assert view.to_picture(*pointer) == pytest.approx((x, y), abs=1e-6)
    assert view.zoomed(1e-6, *pointer) == View.fit((height, width), (400, 600))


def test_the_picture_cannot_be_pulled_out_of_sight():
    view = View.fit((400, 600), (400, 600)).zoomed(3, 10, 10).moved(9999, -9999)
    x, y = view.to_picture(300, 200)
    assert -1 <= x <= 600 and -1 <= y <= 400


def test_a_fitted_picture_lies_wholly_and_centred_in_its_pane():
    view = View.fit((100, 100), (300, 500))
    assert view.to_pane(-0.5, -0.5) == pytest.approx((99.5, -0.5))
    assert view.to_pane(99.5, 99.5) == pytest.approx((399.5, 299.5))


def test_the_picture_fills_its_part_of_the_pane():
    photo = np.full((100, 100, 3), 255, np.uint8)
    view = View.fit((100, 100), (301, 500))
    rows, columns = view.picture_in_pane()
    white = (Pyramid(photo).seen(view) == 255).all(axis=2)
    assert white[rows, columns].all()
    white[rows, columns] = False
    assert white.mean() < 0.01


def test_the_pane_shows_the_pixel_that_a_click_there_means():
    photo = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    view = View.fit((40, 60), (200, 300)).zoomed(1.7, 80, 90)
    pane = Pyramid(photo).seen(view)
    for pane_x, pane_y in ((3, 5), (150, 100), (297, 196), (81, 33)):
        x, y = (round(value) for value in view.to_picture(pane_x, pane_y))
        assert np.array_equal(pane[pane_y, pane_x], photo[y, x])


def test_a_mask_seen_from_afar_keeps_its_share():
    mask = np.zeros((3000, 4000), bool)
    mask[600:2400, 1000:3000] = True
    seen = seen_mask(mask, View.fit((3000, 4000), (300, 400)))
    assert seen.mean() == pytest.approx(mask.mean(), abs=0.01)
    assert seen[150, 200] and not seen[20, 20]


# --- tools and rules ---------------------------------------------------------------------------


@pytest.fixture
def editor() -> Editor:
    session = Session(picture(), segmenter="paint")
    return Editor(session, (90 * 4, 120 * 4), lambda _: None)


def drag(editor: Editor, *points: tuple[int, int], positive: bool = True) -> None:
    """Drag through picture points."""
    first, *others = (editor.view.to_pane(x, y) for x, y in points)
    gesture = editor.start(*first, positive=positive)
    for point in others:
        gesture.move(editor.view.to_picture(*point))
    editor.finish(gesture)


def test_each_tool_gives_its_prompt(editor):
    for key, kinds in {
        "c": (Click, Scribble), "s": (Scribble, Scribble), "b": (None, Box), "l": (None, Lasso),
        "p": (MaskPrompt, MaskPrompt),
    }.items():  # fmt: skip
        editor.choose(key)
        for kind, path in zip(kinds, ([(20, 20)], [(20, 20), (60, 25), (50, 60)]), strict=True):
            before = len(editor.session.steps)
            drag(editor, *path)
            if kind is None:
                assert len(editor.session.steps) == before, f"{key}: a mere press means nothing"
            else:
                assert isinstance(editor.session.steps[-1], kind)


def test_the_right_button_takes_away(editor):
    editor.choose("p")
    drag(editor, (20, 20), (80, 20))
    drag(editor, (40, 20), (50, 20), positive=False)
    mask = editor.session.mask.array
    assert mask[20, 25] and mask[20, 70] and not mask[20, 45]
    for key, kind in {"b": Polygon, "l": Polygon}.items():
        editor.choose(key)
        drag(editor, (60, 10), (90, 12), (85, 40), positive=False)
        assert isinstance(editor.session.steps[-1], kind)
    assert not editor.session.mask.array[20, 70]


def test_paint_is_seen_while_it_is_drawn(editor):
    editor.choose("p")
    gesture = editor.start(*editor.view.to_pane(60, 45), positive=True)
    plain, painted = editor.cutout_pane(), editor.cutout_pane(gesture)
    changed = (plain != painted).any(axis=2)
    x, y = editor.view.to_pane(60, 45)
    assert changed[round(y), round(x)] and not changed[5, 5]
    assert editor.session.mask.is_empty, "nothing is done before the button is released"


def test_what_is_refused_is_said_and_changes_nothing(editor):
    outside = editor.view.moved(0, 0).to_pane(300, 300)
    editor.finish(editor.start(*outside, positive=True))
    assert editor.alarm and "outside" in editor.words
    assert editor.session.steps == ()


def test_objects_undo_and_edits_by_key(editor):
    drag(editor, (20, 20), (40, 20))
    first = editor.session.mask
    editor.add_object()
    drag(editor, (70, 60), (90, 60))
    assert len(editor.session.objects) == 2
    editor.next_object()
    assert editor.session.mask == first
    editor.edit("smooth")
    editor.undo()
    assert editor.session.mask == first
    editor.undo()
    assert editor.session.mask.is_empty
    editor.redo()
    assert editor.session.mask == first
    for _ in range(60):
        editor.scale_brush(0.8)
    assert editor.brush == 1.0


def test_marks_can_be_hidden_and_backgrounds_changed(editor):
    drag(editor, (20, 20), (60, 20))
    marked = editor.photo_pane()
    editor.toggle_marks()
    assert (marked != editor.photo_pane()).any()
    middles = set()
    for _ in range(3):
        middles.add(tuple(editor.cutout_pane()[180, 240]))
        editor.next_background()
    assert {(0, 0, 0), (255, 255, 255)} < middles


# --- previews and doubts -----------------------------------------------------------------------


@pytest.fixture
def knowing() -> Editor:
    """Return an editor whose segmenter knows regions and doubts."""
    return Editor(Session(picture()), (90 * 4, 120 * 4), lambda _: None)


def test_the_region_under_the_pointer_is_shown_until_it_is_taken(knowing):
    over = knowing.view.to_pane(*CENTRE)
    previews = knowing.previews(*over)
    assert max(iou(preview.mask().array, disc()) for preview in previews) > 0.9
    knowing.choose("b")
    assert knowing.previews(*over) == [], "a box begins anywhere"
    knowing.choose("c")
    knowing.toggle_marks()
    assert knowing.previews(*over) == []
    knowing.toggle_marks()
    drag(knowing, CENTRE)
    assert knowing.previews(*over) == [], "a click here would add nothing"
    assert knowing.previews(*knowing.view.to_pane(-3, 20)) == []


def test_doubts_are_marked_and_follow_the_mask(knowing):
    knowing.toggle_doubts()
    assert "Nothing is in doubt" in knowing.words
    plain = knowing.photo_pane()
    drag(knowing, CENTRE)
    knowing.doubting = False
    without = knowing.photo_pane()
    knowing.toggle_doubts()
    marked = (knowing.photo_pane() != without).any(axis=2)
    assert "Least sure" in knowing.words
    for doubt in knowing.session.doubts():
        x, y = (round(value) for value in knowing.view.to_pane(doubt.x, doubt.y))
        assert marked[max(0, y - 12) : y + 12, max(0, x - 12) : x + 12].any()
    knowing.undo()
    assert np.array_equal(knowing.photo_pane(), plain)


def test_a_segmenter_without_hints_says_so_only_when_asked(editor):
    assert editor.previews(*editor.view.to_pane(*CENTRE)) == [] and not editor.alarm
    editor.toggle_doubts()
    assert editor.alarm and not editor.doubting


def test_previews_are_drawn_over_the_photo_and_not_while_dragging():
    pytest.importorskip("matplotlib")
    from matplotlib.backend_bases import MouseEvent
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from pickout.window.app import EditorWindow

    figure = Figure((9, 5))
    canvas = FigureCanvasAgg(figure)
    window = EditorWindow(figure, Session(picture()), "photo", lambda _: None)
    window.editor.scale_brush(0.1)  # so that its circle hides nothing
    window.show()

    def seen_after(name, point, button=None):
        x, y = window.scene.on_screen(0, *window.editor.view.to_pane(*point))
        canvas.callbacks.process(name, MouseEvent(name, canvas, x, y, button))
        return np.asarray(canvas.buffer_rgba())[..., :3].astype(int)

    still = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    hovered = seen_after("motion_notify_event", CENTRE)
    changed = np.abs(hovered - still).max(axis=2) > 20
    rows, columns = np.nonzero(changed)
    assert len(rows) > 200, "an outline as long as the disc's"
    assert columns.max() < changed.shape[1] / 2, "in the left pane alone"
    seen_after("button_press_event", CENTRE, 1)
    dragged = seen_after("motion_notify_event", (CENTRE[0] + 1, CENTRE[1]))
    assert (np.abs(dragged - still).max(axis=2) > 20).sum() < len(rows) / 2


# --- where there is no window ------------------------------------------------------------------


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a screen")
def test_without_a_screen_one_line_says_so(tmp_path, monkeypatch, capsys):
    from pickout.cli.run import execute

    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.chdir(tmp_path)
    Image.fromarray(picture()).save("photo.png")
    with pytest.raises(NoDisplayError, match="screen"):
        open_window("photo.png")
    assert execute(["window", "photo.png"]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "pickout cut" in error
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a screen")
def test_a_screen_that_does_not_answer_is_named(tmp_path):
    Image.fromarray(picture()).save(tmp_path / "photo.png")
    environment = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
    done = subprocess.run(
        [sys.executable, "-m", "pickout", "window", "photo.png"],
        cwd=tmp_path, env=environment | {"DISPLAY": ":987", "MPLBACKEND": "tkagg"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert ":987" in done.stderr and "pickout cut" in done.stderr


def test_without_matplotlib_one_line_says_how_to_get_it(tmp_path, monkeypatch):
    import importlib.util

    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        "pickout.window.backend.find_spec",
        lambda name: None if name == "matplotlib" else find_spec(name),
    )
    with pytest.raises(MissingExtraError, match=r"pip install 'pickout\[window\]'"):
        open_window(tmp_path / "photo.png")


def test_pictures_of_the_same_name_do_not_share_a_session(tmp_path, monkeypatch):
    from pickout.images import read_image
    from pickout.window import WindowOptions, _session

    monkeypatch.chdir(tmp_path)
    options = WindowOptions(segmenter="paint")
    for folder, array in (("a", picture()), ("b", 255 - picture())):
        (tmp_path / folder).mkdir()
        Image.fromarray(array).save(f"{folder}/photo.png")
        path = Path(folder, "photo.png")
        session, resumed = _session(read_image(path), path, options)
        assert not resumed
        session.click(*CENTRE)
    for folder, name in (("a", "photo.pickout.json"), ("b", "photo-2.pickout.json")):
        path = Path(folder, "photo.png")
        session, resumed = _session(read_image(path), path, options)
        assert resumed and session.path == Path(name) and len(session.steps) == 1


# --- the real window ---------------------------------------------------------------------------


@dataclass
class Desk:
    """A window under Xvfb, with a mouse and a keyboard."""

    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]
    window: str = ""
    size: tuple[int, int] = (0, 0)

    def xdotool(self, *words: object) -> str:
        done = subprocess.run(
            ["xdotool", *map(str, words)],
            env=self.environment, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        return done.stdout.strip()

    def wait(self, what, seconds: float = 60.0):
        """Return what the callable returns once it is not empty."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None and self.process.returncode != 0:
                pytest.fail(f"the window died: {self.process.communicate()[1]}")
            found = what()
            if found:
                return found
            time.sleep(0.05)
        pytest.fail("the window did not get there in time")

    def wait_for_window(self, title: str) -> None:
        self.window = self.wait(lambda: self.xdotool("search", "--name", f"^{title}$"))
        lines = self.xdotool("getwindowgeometry", "--shell", self.window).splitlines()
        shell = dict(line.split("=") for line in lines)
        self.size = int(shell["WIDTH"]), int(shell["HEIGHT"])
        self.left_top = int(shell["X"]), int(shell["Y"])

    def screen_point(self, x: float, y: float) -> tuple[int, int]:
        """Return where the left pane shows a picture's point, before any zoom."""
        unit = self.size[0] / 1300
        pane_h = int(self.size[1] - (48 + 36) * unit)
        pane_w = int((self.size[0] - 3 * 8 * unit) / 2)
        pane_x, pane_y = View.fit(SIZE_HW, (pane_h, pane_w)).to_pane(x, y)
        left = int(8 * unit) + pane_x
        top = self.size[1] - int(36 * unit) - pane_h + pane_y
        return self.left_top[0] + round(left), self.left_top[1] + round(top)

    def drag(self, *points: tuple[float, float], button: int = 1) -> None:
        """Press at the first picture point, go through the others, release."""
        first, *others = (self.screen_point(*point) for point in points)
        self.xdotool("mousemove", *first)
        self.xdotool("mousedown", button)
        for point in others:
            self.xdotool("mousemove", *point)
            time.sleep(0.05)
        self.xdotool("mouseup", button)

    def key(self, *keys: str) -> None:
        self.xdotool("key", *keys)
        time.sleep(0.1)

    def steps(self) -> int:
        """Return the number of steps that the session has saved."""
        path = self.folder / "photo.pickout.json"
        if not path.exists():
            return -1
        record = json.loads(path.read_text(encoding="utf-8"))
        return sum(saved["position"] for saved in record["objects"])

    def wait_for_steps(self, number: int) -> None:
        self.wait(lambda: self.steps() == number)


@pytest.fixture(scope="module")
def screen():
    """The name of a virtual screen."""
    for tool in ("Xvfb", "xdotool"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (apt install xvfb xdotool)")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp",
         "-noreset"],  # else it starts anew whenever its last window goes, and refuses others
        pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


@pytest.fixture
def open_desk(screen, tmp_path):
    """Open `pickout window photo.png` with more options; whatever is left of it is ended."""
    Image.fromarray(picture()).save(tmp_path / "photo.png")
    environment = {**os.environ, "DISPLAY": screen, "PICKOUT_LOAD_PLUGINS": "0"}
    environment.pop("MPLBACKEND", None)
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> Desk:
        process = subprocess.Popen(
            [sys.executable, "-m", "pickout", "window", "photo.png", *words],
            cwd=tmp_path, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        running.append(process)
        desk = Desk(tmp_path, environment, process)
        desk.wait_for_window("pickout: photo.png")
        return desk

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def end(desk: Desk) -> tuple[str, Path]:
    """Press Esc, look at the final figure, close it; return what was printed and the file."""
    desk.key("Escape")
    desk.wait_for_window("pickout: cut out")
    time.sleep(0.3)
    desk.xdotool("mousemove", desk.left_top[0] + 100, desk.left_top[1] + 100)
    desk.key("q")
    out, err = desk.process.communicate(timeout=60)
    assert desk.process.returncode == 0, err
    return out, desk.folder / out.strip().splitlines()[-1]


def whole_mask(path: Path, box: tuple[int, int, int, int] | None) -> np.ndarray:
    """Return where a cut-out covers the picture, given the box it was cropped to."""
    with Image.open(path) as cut:
        alpha = np.array(cut)[..., 3] > 127
    mask = np.zeros(SIZE_HW, bool)
    assert box is not None
    mask[box[1] : box[3], box[0] : box[2]] = alpha
    return mask


@pytest.mark.window
def test_a_click_a_look_and_escape_give_the_cut_out(open_desk):
    desk = open_desk("--print-points", "--feather", "0")
    desk.drag(CENTRE)
    desk.wait_for_steps(1)
    out, path = end(desk)
    x, y = map(int, out.splitlines()[0].split(","))
    assert abs(x - CENTRE[0]) <= 1 and abs(y - CENTRE[1]) <= 1
    session = Session.open(desk.folder / "photo.pickout.json")
    assert path.name == "photo_cutout.png"
    assert iou(whole_mask(path, session.mask.box_xyxy), disc()) > 0.95
    assert iou(session.mask.array, disc()) > 0.95


@pytest.mark.window
def test_painting_erasing_undo_and_redo_with_mouse_and_keys(open_desk):
    desk = open_desk("--segmenter", "paint", "--feather", "0")
    desk.xdotool("mousemove", *desk.screen_point(*CENTRE))
    desk.key("p", "bracketright", "bracketright", "bracketright")
    desk.drag((20, 45), (60, 45), (100, 45))
    desk.wait_for_steps(1)
    desk.drag((60, 30), (60, 60), button=3)
    desk.wait_for_steps(2)
    desk.key("u")
    desk.wait_for_steps(1)
    desk.key("ctrl+y")
    desk.wait_for_steps(2)
    _, path = end(desk)
    mask = Session.open(desk.folder / "photo.pickout.json").mask
    assert mask.array[45, 25] and mask.array[45, 95] and not mask.array[45, 60]
    assert np.array_equal(whole_mask(path, mask.box_xyxy), mask.array)


@pytest.mark.window
def test_zoomed_in_a_click_still_means_the_pixel_under_it(open_desk):
    desk = open_desk("--segmenter", "paint", "--print-points")
    at = desk.screen_point(80, 30)
    desk.xdotool("mousemove", *at)
    for _ in range(5):
        desk.xdotool("click", 4)
        time.sleep(0.1)
    desk.xdotool("click", 1)
    desk.wait_for_steps(1)
    out, _ = end(desk)
    x, y = map(int, out.splitlines()[0].split(","))
    assert abs(x - 80) <= 1 and abs(y - 30) <= 1


@pytest.mark.window
def test_a_closed_window_loses_nothing_and_the_next_goes_on(open_desk):
    desk = open_desk("--segmenter", "paint")
    desk.drag((40, 40), (60, 40))
    desk.wait_for_steps(1)
    desk.process.kill()
    desk.process.communicate()
    again = open_desk("--segmenter", "paint", "--no-show")
    again.drag((40, 60), (60, 60))
    again.wait_for_steps(2)
    again.key("n")
    again.drag((90, 20), (100, 20))
    again.wait_for_steps(3)
    again.key("Escape")
    out, err = again.process.communicate(timeout=60)
    assert again.process.returncode == 0, err
    assert out.split() == ["photo_cutout_object.png", "photo_cutout_object-2.png"]
    masks = Session.open(desk.folder / "photo.pickout.json").masks
    assert masks["object"].array[40, 50] and masks["object"].array[60, 50]
    assert isinstance(masks["object 2"], Mask) and masks["object 2"].array[20, 95]
