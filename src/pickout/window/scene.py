"""The drawn window: two panes, a bar of tools, a line of words. Knows matplotlib, no session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from matplotlib.transforms import Bbox, IdentityTransform

from pickout.arrays import ByteArray

TOP, BOTTOM, GAP = 48, 36, 8
"""Heights of the bars and width of the gaps, in pixels at 100 dots per inch."""

_FAINT, _PLAIN, _BRIGHT, _ALARM = "#8b8b94", "#d4d4d8", "#ffffff", "#ff8f8f"


Line = npt.NDArray[np.float64]
"""(k, 2) points on the screen, x and y from below; nan lifts the pen."""


class Pixels(Artist):
    """A picture drawn pixel by pixel, without the resampling that makes `imshow` slow."""

    def __init__(self) -> None:
        super().__init__()
        self._rgba = np.zeros((1, 1, 4), np.uint8)
        self.corner_xy = (0.0, 0.0)

    def show(self, array: ByteArray) -> None:
        """Draw this (H, W, 3) uint8 array from now on."""
        self._rgba = np.full((*array.shape[:2], 4), 255, np.uint8)
        self._rgba[..., :3] = array[::-1]  # the renderer counts rows from below

    def draw(self, renderer: Any) -> None:
        """Draw the picture with its lower left corner at `corner_xy`."""
        context = renderer.new_gc()
        renderer.draw_image(context, *self.corner_xy, self._rgba)
        context.restore()


class Scene:
    """What the window shows, redrawn from data.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        An empty one.
    """

    def __init__(self, figure: Any) -> None:
        self._figure = figure
        self._canvas = figure.canvas
        self.panes = (Pixels(), Pixels())
        for pane in self.panes:
            figure.add_artist(pane)
        self._stroke = Line2D([], [], lw=2, color=_BRIGHT, transform=IdentityTransform())
        self._preview = Line2D([], [], transform=IdentityTransform(), solid_joinstyle="round")
        self._brush = Circle((0, 0), 1, fill=False, lw=1.2, ec=_BRIGHT, visible=False)
        self._brush.set_transform(IdentityTransform())
        self._title = self._text(size=11, color=_PLAIN, va="center")
        self._tools: list[Any] = []
        self._words = self._text(size=10, color=_PLAIN, va="center")
        self._counts = self._text(size=10, color=_FAINT, va="center", ha="right")
        self._help = self._text(
            size=11, color=_BRIGHT, va="center", ha="center", family="monospace",
            linespacing=1.5, visible=False, zorder=9, multialignment="left",
            bbox={"facecolor": "#09090b", "alpha": 0.9, "edgecolor": "#52525b", "pad": 18},
        )  # fmt: skip
        self._still: Any = None
        self._canvas.mpl_connect("draw_event", self._keep_still)

    def _text(self, **looks: Any) -> Any:
        text = self._figure.text(0, 0, "", **looks)
        text.set_transform(IdentityTransform())
        return text

    # --- where things are ----------------------------------------------------------------------

    @property
    def _unit(self) -> float:
        """Screen pixels per pixel at 100 dots per inch; 2 on a high-resolution screen."""
        return float(self._figure.dpi) / 100

    @property
    def pane_hw(self) -> tuple[int, int]:
        """Height and width of one pane in screen pixels."""
        box, unit = self._figure.bbox, self._unit
        width = int((box.width - 3 * GAP * unit) / 2)
        return max(1, int(box.height - (TOP + BOTTOM) * unit)), max(1, width)

    def _pane_left(self, number: int) -> int:
        return int(GAP * self._unit) + number * (self.pane_hw[1] + int(GAP * self._unit))

    def point_in(self, number: int, x: float, y: float) -> tuple[float, float]:
        """Return a screen point as pane `number` counts, from its upper left corner."""
        return x - self._pane_left(number), BOTTOM * self._unit + self.pane_hw[0] - 1 - y

    def pane_at(self, x: float, y: float) -> int | None:
        """Return the number of the pane under a screen point, None beside both."""
        height, width = self.pane_hw
        for number in (0, 1):
            pane_x, pane_y = self.point_in(number, x, y)
            if 0 <= pane_x < width and 0 <= pane_y < height:
                return number
        return None

    def on_screen(self, number: int, pane_x: float, pane_y: float) -> tuple[float, float]:
        """Return the screen point of a pane's point."""
        bottom = BOTTOM * self._unit
        return self._pane_left(number) + pane_x, bottom + self.pane_hw[0] - 1 - pane_y

    # --- what is shown -------------------------------------------------------------------------

    def set_tools(self, names: Sequence[tuple[str, str]], current: str) -> None:
        """Show (key, name) of every tool, the one with the `current` name underlined."""
        while len(self._tools) < len(names):
            self._tools.append(self._text(size=10, va="center"))
        for text, (key, name) in zip(self._tools, names, strict=True):
            chosen = name == current
            text.set_text(f" {key}  {name} ")
            text.set_color(_BRIGHT if chosen else _FAINT)
            text.set_bbox(
                {
                    "facecolor": "#3f3f46" if chosen else "none",
                    "edgecolor": _BRIGHT if chosen else "#3f3f46",
                    "boxstyle": "round,pad=0.35",
                }
            )

    def set_words(self, title: str, words: str, counts: str, *, alarm: bool = False) -> None:
        """Show the title, what happens now, and the numbers."""
        self._title.set_text(title)
        self._words.set_text(words)
        self._words.set_color(_ALARM if alarm else _PLAIN)
        self._counts.set_text(counts)

    def set_help(self, text: str | None) -> None:
        """Show a box of text over everything; None takes it away."""
        self._help.set_visible(text is not None)
        self._help.set_text((text or "").strip())

    def _place(self) -> None:
        """Put everything where the window's size wants it."""
        height, width = self.pane_hw
        unit = self._unit
        for number, pane in enumerate(self.panes):
            pane.corner_xy = (self._pane_left(number), int(BOTTOM * unit))
        middle_of_bar = BOTTOM * unit + height + TOP * unit / 2
        left, right = self._pane_left(0), self._pane_left(1) + width
        x = float(left) + 6 * unit
        for text in self._tools:
            text.set_position((x, middle_of_bar))
            x += text.get_window_extent().width + 14 * unit
        self._title.set_position((max(x + 20 * unit, self._pane_left(1)), middle_of_bar))
        self._words.set_position((left + 2 * unit, BOTTOM * unit / 2))
        self._counts.set_position((right, BOTTOM * unit / 2))
        self._help.set_position((self._figure.bbox.width / 2, self._figure.bbox.height / 2))

    def draw(self) -> None:
        """Draw everything that stands still, and show it."""
        self._place()
        self._canvas.draw()
        self._canvas.blit(self._figure.bbox)

    def _keep_still(self, event: Any) -> None:
        """Remember what was drawn, also where the toolkit asked for it by itself."""
        del event
        self._still = self._canvas.copy_from_bbox(self._figure.bbox)

    def draw_pointer(
        self,
        stroke: Sequence[tuple[float, float]],
        color: tuple[int, int, int],
        brush: tuple[float, float, float] | None,
        stroke_width: float,
        previews: Sequence[tuple[Line, bool]] = (),
    ) -> None:
        """Draw what follows the pointer: the drag so far, the brush's circle (x, y, radius), and
        lines in the left pane, each with whether it is the one to see first.
        """
        if self._still is None:
            return
        renderer = self._canvas.get_renderer()
        self._canvas.restore_region(self._still)
        for line, is_first in previews:
            self._draw_preview(renderer, line, is_first=is_first)
        if len(stroke) > 1:
            paint = tuple(value / 255 for value in color)
            self._stroke.set_data(*np.array(stroke).T)
            points_per_pixel = 72 / self._figure.dpi
            self._stroke.set(color=paint, lw=max(2.0, stroke_width * points_per_pixel))
            self._stroke.set(alpha=0.55 if stroke_width > 3 else 1.0)
            self._stroke.set_solid_capstyle("round")
            self._stroke.draw(renderer)
        if brush is not None:
            self._brush.set(center=brush[:2], radius=brush[2], visible=True)
            self._brush.draw(renderer)
        self._canvas.blit(self._figure.bbox)

    def _draw_preview(self, renderer: Any, line: Line, *, is_first: bool) -> None:
        """Draw a faint light line with a dark one below it, seen on any colour."""
        height, width = self.pane_hw
        pane = Bbox.from_bounds(self._pane_left(0), BOTTOM * self._unit, width, height)
        self._preview.set_clip_box(pane)
        self._preview.set_data(*line.T)
        for color, points in (("#000000", 2.2), (_BRIGHT, 0.9)):
            self._preview.set(color=color, lw=points, alpha=0.75 if is_first else 0.3)
            self._preview.draw(renderer)
