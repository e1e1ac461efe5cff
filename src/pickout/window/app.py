"""The window's life: open, listen to mouse and keys, end."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pickout.segmenters.base import Preview
from pickout.session import Session
from pickout.window.editor import Editor
from pickout.window.paint import OFF, ON
from pickout.window.scene import Line, Scene
from pickout.window.tools import TOOLS, Drag, PaintTool

_HELP = """\
left button     adds to the object      u  ctrl+z        undo
right button    removes from it         ctrl+y  shift+z  redo
shift + left    removes, too            n                new object
                                        Tab              next object
c  click        (a drag draws)
s  scribble                             scroll           zoom at the pointer
b  box                                  middle button    move the picture
l  lasso                                arrows           move the picture
p  paint                                0                whole picture

[ ]  + -        size of the brush       f                fill holes
k               background of the       m                smooth the edge
                cut-out                 i                print coordinates
v               hide the marks          Esc              end, show and save
d               where it is least sure
"""

_BRUSHES = ("click", "scribble", "paint")

_LIFTED = np.full((1, 2), np.nan)
"""The point that ends a line on the screen."""


class EditorWindow:
    """A matplotlib figure in which one session is edited.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty one, on a backend that draws with Agg.
    session : Session
    title : str
    tell : callable
        Gets lines of coordinates while these are asked for.
    """

    def __init__(
        self, figure: Any, session: Session, title: str, tell: Callable[[str], None]
    ) -> None:
        self._figure, self._title = figure, title
        self.scene = Scene(figure)
        self.editor = Editor(session, self.scene.pane_hw, tell)
        self.finished = False
        """Whether Esc ended it, rather than closing the window."""
        self._drag: Drag | None = None
        self._drag_pane = 0
        self._grabbed: tuple[float, float] | None = None
        self._help_shown = False
        self._keys = self._key_table()
        for name, handler in (
            ("button_press_event", self._press),
            ("motion_notify_event", self._motion),
            ("button_release_event", self._release),
            ("scroll_event", self._scroll),
            ("key_press_event", self._key),
            ("resize_event", self._resize),
            ("figure_leave_event", self._leave),
        ):
            figure.canvas.mpl_connect(name, handler)

    # --- drawing -------------------------------------------------------------------------------

    def show(self) -> None:
        """Draw everything anew."""
        editor, scene = self.editor, self.scene
        scene.set_tools([(key, tool.name) for key, tool in TOOLS.items()], editor.tool.name)
        scene.set_words(self._title, editor.words, editor.counts(), alarm=editor.alarm)
        scene.set_help(_HELP if self._help_shown else None)
        scene.panes[0].show(editor.photo_pane())
        scene.panes[1].show(editor.cutout_pane(self._drag))
        scene.draw()

    def _draw_pointer(self, event: Any) -> None:
        """Draw the drag so far, and the brush where it would paint."""
        brush = None
        inside = self.scene.pane_at(event.x, event.y) is not None
        if inside and self.editor.tool.name in _BRUSHES:
            brush = event.x, event.y, self.editor.brush
        stroke, color, width = self._stroke()
        self.scene.draw_pointer(stroke, color, brush, width, self._previews(event))

    def _previews(self, event: Any) -> list[tuple[Line, bool]]:
        """Return the outlines under the pointer as screen points, and which stands out most."""
        number = self.scene.pane_at(event.x, event.y)
        if number is None or self._drag is not None or self._help_shown:
            return []
        previews = self.editor.previews(*self.scene.point_in(number, event.x, event.y))
        best = max((preview.contrast for preview in previews), default=0.0)
        return [(self._line(preview), preview.contrast == best) for preview in previews]

    def _line(self, preview: Preview) -> Line:
        """Return a preview's outlines on the screen as one line, lifted between them."""
        parts = []
        for outline in preview.outlines:
            closed = np.concatenate([outline, outline[:1]])
            pane_x, pane_y = self.editor.view.to_pane(*closed.T)
            parts += [np.stack(self.scene.on_screen(0, pane_x, pane_y), axis=1), _LIFTED]
        return np.concatenate(parts) if parts else _LIFTED

    def _stroke(self) -> tuple[list[tuple[float, float]], tuple[int, int, int], float]:
        """Return the drag so far as screen points, its colour and its width."""
        drag = self._drag
        if drag is None:
            return [], ON, 0.0
        view = self.editor.view
        points = [self.scene.on_screen(0, *view.to_pane(x, y)) for x, y in drag.outline()]
        width = 2 * self.editor.brush if drag.name in _BRUSHES else 2.0
        return points, ON if drag.positive else OFF, width

    # --- mouse ---------------------------------------------------------------------------------

    def _press(self, event: Any) -> None:
        if self._help_shown:
            self._toggle_help()
            return
        number = self.scene.pane_at(event.x, event.y)
        if number is None or self._drag is not None:
            return
        if event.button == 2:
            self._grabbed = event.x, event.y
        elif event.button in (1, 3):
            positive = event.button == 1 and "shift" not in _modifiers(event)
            pane_point = self.scene.point_in(number, event.x, event.y)
            self._drag = self.editor.start(*pane_point, positive=positive)
            self._drag_pane = number

    def _motion(self, event: Any) -> None:
        if self._grabbed is not None:
            self._move_picture(event.x - self._grabbed[0], self._grabbed[1] - event.y)
            self._grabbed = event.x, event.y
            return
        if self._drag is not None:
            self._drag.move(self._picture_point(event))
            if isinstance(self._drag, PaintTool):
                self.scene.panes[1].show(self.editor.cutout_pane(self._drag))
                self.scene.draw()
        self._draw_pointer(event)

    def _picture_point(self, event: Any) -> tuple[float, float]:
        """Return the picture's point under the pointer, as the pane sees it the drag began in."""
        pane_point = self.scene.point_in(self._drag_pane, event.x, event.y)
        return self.editor.view.to_picture(*pane_point)

    def _release(self, event: Any) -> None:
        self._grabbed = None
        drag, self._drag = self._drag, None
        if drag is not None and event.button in (1, 3):
            self.editor.finish(drag)
            self.show()

    def _scroll(self, event: Any) -> None:
        number = self.scene.pane_at(event.x, event.y)
        if number is not None:
            pane_point = self.scene.point_in(number, event.x, event.y)
            self.editor.view = self.editor.view.zoomed(math.pow(1.25, event.step), *pane_point)
            self.show()

    def _move_picture(self, dx: float, dy: float) -> None:
        self.editor.view = self.editor.view.moved(dx, dy)
        self.show()

    def _leave(self, event: Any) -> None:
        del event
        if self._drag is None:
            self.scene.draw_pointer([], ON, None, 0.0)

    def _resize(self, event: Any) -> None:
        del event
        self.editor.view = self.editor.view.resized(self.scene.pane_hw)
        self.show()

    # --- keys ----------------------------------------------------------------------------------

    def _key_table(self) -> dict[str, Callable[[], None]]:
        """Return what each key does."""
        editor = self.editor
        step = 80
        table: dict[str, Callable[[], None]] = {
            "u": editor.undo, "ctrl+z": editor.undo, "cmd+z": editor.undo,
            "ctrl+y": editor.redo, "Z": editor.redo, "shift+z": editor.redo,
            "ctrl+Z": editor.redo, "ctrl+shift+z": editor.redo, "y": editor.redo,
            "n": editor.add_object, "tab": editor.next_object,
            "f": lambda: editor.edit("fill_holes"), "m": lambda: editor.edit("smooth"),
            "k": editor.next_background, "v": editor.toggle_marks, "i": editor.toggle_telling,
            "d": editor.toggle_doubts,
            "0": self._whole, "left": lambda: self._pull(step, 0),
            "right": lambda: self._pull(-step, 0), "up": lambda: self._pull(0, step),
            "down": lambda: self._pull(0, -step), "escape": self._finish,
        }  # fmt: skip
        table |= dict.fromkeys(("]", "+", "="), lambda: editor.scale_brush(1.25))
        table |= dict.fromkeys(("[", "-"), lambda: editor.scale_brush(0.8))
        table |= dict.fromkeys(("h", "?", "f1"), self._toggle_help)
        for key in TOOLS:
            table[key] = lambda key=key: editor.choose(key)  # type: ignore[misc]
        return table

    def _key(self, event: Any) -> None:
        action = self._keys.get(event.key or "")
        if action is None or self._drag is not None:
            return
        action()
        if not self.finished:
            self.show()

    def _toggle_help(self) -> None:
        self._help_shown = not self._help_shown
        self.show()

    def _whole(self) -> None:
        self.editor.view = type(self.editor.view).fit(
            self.editor.session.image.size_hw, self.scene.pane_hw
        )

    def _pull(self, dx: float, dy: float) -> None:
        self.editor.view = self.editor.view.moved(dx, dy)

    def _finish(self) -> None:
        if self._help_shown:
            self._help_shown = False
            return
        self.finished = True
        import matplotlib.pyplot as plt

        plt.close(self._figure)


def _modifiers(event: Any) -> frozenset[str]:
    return frozenset(getattr(event, "modifiers", None) or ())
