"""The window's memory and rules: which tool, which view, what a drag does. Knows no toolkit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pickout.arrays import ByteArray
from pickout.errors import PickoutError
from pickout.history import Step
from pickout.prompts import Box, Click, Lasso, Point, Polygon, Prompt, Scribble, drawn
from pickout.segmenters.base import Doubt, Preview
from pickout.session import Session
from pickout.window.paint import (
    BACKGROUNDS,
    TINTS,
    draw_cutout,
    draw_doubts,
    draw_photo,
    draw_prompts,
)
from pickout.window.tools import TOOLS, Drag, PaintTool
from pickout.window.view import EMPTY, Pyramid, View, seen_mask

SMALLEST_BRUSH, LARGEST_BRUSH = 1.0, 200.0
_STAYED = 4.0
"""A pointer that moved less than so many screen pixels between press and release stayed."""


@dataclass
class Editor:
    """One session being worked on in a window.

    Parameters
    ----------
    session : Session
    pane_hw : (int, int)
        Height and width of a pane in screen pixels.
    tell : callable
        Gets every prompt's coordinates as a line of text.
    """

    session: Session
    pane_hw: tuple[int, int]
    tell: Callable[[str], None]

    def __post_init__(self) -> None:
        self.pyramid = Pyramid(self.session.image.array)
        self.view = View.fit(self.session.image.size_hw, self.pane_hw)
        self.tool: type[Drag] = TOOLS["c"]
        self.brush = 8.0
        self.background = BACKGROUNDS[0]
        self.marks = True
        self.doubting = False
        self.telling = False
        self.words = "Left button adds, right button removes. h shows all keys, Esc ends."
        self.alarm = False
        self._asked: tuple[str, tuple[Step, ...]] | None = None
        self._found: list[Doubt] = []

    # --- dragging ------------------------------------------------------------------------------

    def start(self, pane_x: float, pane_y: float, *, positive: bool) -> Drag:
        """Return the drag that begins at a pane's point."""
        per_pixel = 1 / self.view.scale
        point = self.view.to_picture(pane_x, pane_y)
        return self.tool([point], positive, self.brush * per_pixel, _STAYED * per_pixel)

    def finish(self, drag: Drag) -> None:
        """Give the session what the drag means."""
        prompt = drag.prompt(self.session.mask)
        if prompt is None:
            self.say("Drag further to draw it.")
        elif self.attempt(lambda: self.session.prompt(prompt)):
            self.say(f"{prompt.kind if drag.name != 'paint' else 'paint'} done; u takes it back.")
            if self.telling:
                self.tell(coordinates(prompt))

    def previews(self, pane_x: float, pane_y: float) -> list[Preview]:
        """Return what a click at a pane's point might add, from fine to coarse; often nothing."""
        x, y = self.view.to_picture(pane_x, pane_y)
        wanted = self.marks and self.session.can_hover and self.tool is TOOLS["c"]
        if not wanted or not self._is_outside_mask((x, y)):
            return []
        return self.session.hover(x, y)

    def _is_outside_mask(self, point: Point) -> bool:
        """Tell whether a point lies on the picture but not on the object."""
        mask = self.session.mask.array
        column, row = round(point[0]), round(point[1])
        on_picture = 0 <= column < mask.shape[1] and 0 <= row < mask.shape[0]
        return on_picture and not mask[row, column]

    # --- keys ----------------------------------------------------------------------------------

    def attempt(self, action: Callable[[], object]) -> bool:
        """Do something that may be refused; the reason is shown, nothing is lost."""
        try:
            action()
        except PickoutError as error:
            self.say(str(error), alarm=True)
            return False
        return True

    def say(self, words: str, *, alarm: bool = False) -> None:
        """Show a line of words."""
        self.words, self.alarm = words, alarm

    def undo(self) -> None:
        """Take the last step back."""
        self.say("Step taken back." if self.session.can_undo else "Nothing to take back.")
        self.attempt(self.session.undo)

    def redo(self) -> None:
        """Make the step again."""
        self.say("Step made again." if self.session.can_redo else "Nothing to make again.")
        self.attempt(self.session.redo)

    def edit(self, name: str) -> None:
        """Apply a mask tool."""
        if self.attempt(lambda: self.session.edit(name)):
            self.say(f"{name.replace('_', ' ')} done; u takes it back.")

    def add_object(self) -> None:
        """Begin another object."""
        number = len(self.session.objects) + 1
        while f"object {number}" in self.session.objects:
            number += 1
        if self.attempt(lambda: self.session.add_object(f"object {number}")):
            self.say(f"New object {number}; Tab goes from object to object.")

    def next_object(self) -> None:
        """Go to the next object."""
        names = self.session.objects
        following = names[(names.index(self.session.current) + 1) % len(names)]
        if self.attempt(lambda: self.session.select(following)):
            self.say(f"Now working on {following!r}.")

    def next_background(self) -> None:
        """Show the cut-out on the next background."""
        at = BACKGROUNDS.index(self.background) + 1
        self.background = BACKGROUNDS[at % len(BACKGROUNDS)]

    def toggle_telling(self) -> None:
        """Print coordinates from now on, or no more."""
        self.telling = not self.telling
        self.say(f"Coordinates are {'printed' if self.telling else 'not printed any more'}.")

    def toggle_marks(self) -> None:
        """Show or hide outline, tint and prompts on the photo."""
        self.marks = not self.marks

    def toggle_doubts(self) -> None:
        """Show or hide where the mask is most likely wrong."""
        if not self.session.can_doubt:
            self.say("This segmenter names no doubts; superpixel does.", alarm=True)
            return
        self.doubting = not self.doubting
        if not self.doubting:
            self.say("Doubts are hidden.")
        elif self._doubts():
            self.say("Least sure at the rings: click there if the mask is wrong.")
        else:
            self.say("Nothing is in doubt yet: point at the object first.")

    def scale_brush(self, factor: float) -> None:
        """Make the brush larger or smaller."""
        self.brush = min(max(self.brush * factor, SMALLEST_BRUSH), LARGEST_BRUSH)
        self.say(f"Brush radius {self.brush / self.view.scale:.1f} pixels of the picture.")

    def choose(self, key: str) -> None:
        """Take the tool of this key."""
        self.tool = TOOLS[key]
        self.say(_HINTS[self.tool.name])

    # --- pictures ------------------------------------------------------------------------------

    def photo_pane(self) -> ByteArray:
        """Return what the left pane shows, (H, W, 3) uint8."""
        photo = self.pyramid.seen(self.view)
        if not self.marks:
            return photo
        current = self.session.current
        names = [name for name in self.session.objects if name != current] + [current]
        order = {name: number for number, name in enumerate(self.session.objects)}
        masks = self.session.masks
        picture = draw_photo(
            photo,
            [
                (seen_mask(masks[name].array, self.view), TINTS[order[name] % len(TINTS)])
                for name in names
            ],
        )
        draw_prompts(picture, self.view, [s for s in self.session.steps if isinstance(s, Prompt)])
        draw_doubts(picture, self.view, self._doubts())
        return picture

    def _doubts(self) -> list[Doubt]:
        """Return the doubts to show; they are sought again only when something was done."""
        if not self.doubting:
            return []
        asked = self.session.current, self.session.steps
        if asked != self._asked:
            self._asked, self._found = asked, self.session.doubts()
        return self._found

    def cutout_pane(self, drag: Drag | None = None) -> ByteArray:
        """Return what the right pane shows, (H, W, 3) uint8; painting is seen while it lasts."""
        mask = seen_mask(self.session.mask.array, self.view)
        if isinstance(drag, PaintTool):
            points = tuple(self.view.to_pane(x, y) for x, y in drag.points)
            covered = drawn(Scribble(points, self.brush), self.view.pane_hw)
            mask = mask | covered if drag.positive else mask & ~covered
        pane = np.full((*self.view.pane_hw, 3), EMPTY, np.uint8)
        where = self.view.picture_in_pane()
        pane[where] = draw_cutout(self.pyramid.seen(self.view), mask, self.background)[where]
        return pane

    def counts(self) -> str:
        """Return the numbers for the line below."""
        session = self.session
        which = f"{session.current}  ·  " if len(session.objects) > 1 else ""
        n_steps = len(session.steps)
        steps = f"{n_steps} step{'s' if n_steps != 1 else ''}"
        return f"{which}{steps}  ·  {session.mask.area:,} pixels  ·  zoom {self.view.scale:.0%}"


_HINTS = {
    "click": "Click on the object; right button beside it. A drag draws a stroke.",
    "scribble": "Draw along the object; right button beside it. [ and ] change the brush.",
    "box": "Drag a box around the object; right button removes what is inside.",
    "lasso": "Draw loosely around the object; right button removes what is inside.",
    "paint": "Paint the mask itself; right button rubs out. [ and ] change the brush.",
}


def coordinates(prompt: Prompt) -> str:
    """Return a prompt's coordinates as a line: ``120,80``, a box's corners, or ``x,y x,y …``."""
    match prompt:
        case Click():
            return f"{prompt.x:g},{prompt.y:g}"
        case Box():
            return f"{prompt.x0:g},{prompt.y0:g},{prompt.x1:g},{prompt.y1:g}"
        case Scribble() | Lasso() | Polygon():
            return " ".join(f"{x:g},{y:g}" for x, y in prompt.points)
    box = prompt.mask.box_xyxy
    return ",".join(map(str, box)) if box else ""
