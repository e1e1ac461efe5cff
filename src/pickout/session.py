"""Session: one picture, its objects, and everything the user did to them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np

from pickout.arrays import AnyArray, check_whole
from pickout.edits import apply_edit
from pickout.errors import ArgumentError, ExportError, PluginError, PromptError, SessionError
from pickout.history import Edit, History, Step
from pickout.images import Image, as_image
from pickout.masks import Box4, Mask, as_mask
from pickout.plugins import make_segmenter
from pickout.prompts import (
    Box,
    Click,
    Lasso,
    MaskPrompt,
    Polygon,
    Prompt,
    Scribble,
    check_prompt,
)
from pickout.segmenters.base import Doubt, Doubts, Hovers, Preview, Segmenter
from pickout.session_file import (
    SessionRecord,
    check_same_picture,
    picture_digest,
    read_picture,
    read_session,
    write_session,
)
from pickout.tiles import changed_tiles

FIRST_OBJECT = "object"

Points = Iterable[tuple[float, float]]


class Session:
    """One picture, its named objects, and the history of prompts and edits behind each mask.

    Parameters
    ----------
    image : Image or (H, W, 3) ndarray of uint8
        The picture; it is analysed once, here.
    segmenter : str or Segmenter
        Name of a segmenter, or one of your own (see `pickout.segmenters.base`).
    path : path, optional
        Session file. If given, the session saves itself there after every step, so that a crash
        at any moment leaves the last good state.

    Raises
    ------
    SessionError
        If `path` exists already; open it with `Session.open` to go on.
    PluginError
        If there is no such segmenter.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.zeros((40, 60, 3), np.uint8)
    >>> picture[10:30, 20:40] = 200
    >>> session = Session(picture)
    >>> session.click(30, 20).area
    400
    >>> session.undo().area
    0
    """

    def __init__(
        self,
        image: Image | AnyArray,
        segmenter: str | Segmenter = "superpixel",
        *,
        path: str | Path | None = None,
    ) -> None:
        self.image = as_image(image)
        self.path = Path(path) if path is not None else None
        if self.path is not None and self.path.exists():
            raise SessionError(
                f"{self.path} exists already; go on with it by Session.open({str(path)!r}), or "
                "choose another name."
            )
        self.notes: list[str] = []
        """What the user should know, e.g. that another version of a segmenter is at work."""
        self._segmenter = make_segmenter(segmenter) if isinstance(segmenter, str) else segmenter
        self._prepared = self._segmenter.analyse(self.image)
        self._objects = {FIRST_OBJECT: History(self.image.size_hw)}
        self._current = FIRST_OBJECT
        self._changed: tuple[Box4, ...] = ()

    def __repr__(self) -> str:
        return f"Session({self.image!r}, objects={list(self._objects)}, steps={len(self.steps)})"

    # --- prompts -------------------------------------------------------------------------------

    def click(self, x: float, y: float, positive: bool = True) -> Mask:
        """Say that the pixel at (x, y) belongs to the object, or does not; return the mask.

        Raises
        ------
        PromptError
            If the point lies outside the picture. The session stays as it was.
        """
        return self.prompt(Click(_number("click", x), _number("click", y), bool(positive)))

    def scribble(self, points: Points, radius: float = 3.0, positive: bool = True) -> Mask:
        """Say it of a whole stroke through `points`, `radius` pixels thick on each side.

        With 'superpixel' the inner half of its width is settled, since hands slip; the rest is a
        hint.
        """
        return self.prompt(Scribble(_points(points), _number("radius", radius), bool(positive)))

    def box(self, x0: float, y0: float, x1: float, y1: float) -> Mask:
        """Say that the whole object lies inside the box; corners may come in any order."""
        return self.prompt(Box(*(_number("box", side) for side in (x0, y0, x1, y1))))

    def lasso(self, points: Points) -> Mask:
        """Say that the whole object lies inside a loose closed outline."""
        return self.prompt(Lasso(_points(points)))

    def polygon(self, points: Points, positive: bool = True) -> Mask:
        """Say that exactly the inside of an outline belongs to the object, or does not."""
        return self.prompt(Polygon(_points(points), bool(positive)))

    def start_from(self, prior: Mask | AnyArray) -> Mask:
        """Start from a mask made elsewhere; later prompts change it only where they touch it."""
        return self.prompt(MaskPrompt(as_mask(prior)))

    def prompt(self, prompt: Prompt) -> Mask:
        """Give any prompt record; return the mask."""
        self._changed = ()  # also if the prompt is refused
        return self._add(check_prompt(prompt, self.image.size_hw))

    def edit(self, name: str, **numbers: float) -> Mask:
        """Apply a mask tool, e.g. ``session.edit("grow", radius=2)``; see `pickout.edits`."""
        return self._add(Edit(name, numbers))

    # --- history -------------------------------------------------------------------------------

    def undo(self) -> Mask:
        """Take the last step back; at the beginning nothing happens. Return the mask."""
        self._changed = ()
        if self._history.undo():
            self._changed = self._history.changed
            self._autosave()
        return self._history.mask

    def redo(self) -> Mask:
        """Make the step again that was last taken back; return the mask."""
        self._changed = ()
        if self._history.redo(self._compute, self._apply):
            self._changed = self._history.changed
            self._autosave()
        return self._history.mask

    @property
    def can_undo(self) -> bool:
        """Whether the current object has a step to take back."""
        return self._history.position > 0

    @property
    def can_redo(self) -> bool:
        """Whether the current object has a step that was taken back."""
        return self._history.position < len(self._history.steps)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Prompts and edits behind the current mask, oldest first."""
        return tuple(self._history.steps[: self._history.position])

    @property
    def mask(self) -> CurrentMask:
        """Mask of the current object, empty before the first prompt."""
        return CurrentMask(self._history.mask.array, self)

    @property
    def changed(self) -> tuple[Box4, ...]:
        """Tiles of the picture in which the newest call changed `mask`.

        The calls that count are prompts, edits, `undo`, `redo`, `select` and `add_object`; one
        that was refused changed nothing. The tiles are half-open boxes (x0, y0, x1, y1) in pixels,
        of a fixed grid of 256 pixels a side (see `pickout.tiles`); only these need to be drawn
        again.
        """
        return self._changed

    # --- hints ---------------------------------------------------------------------------------

    @property
    def can_hover(self) -> bool:
        """Whether the segmenter has an answer for `hover`."""
        return isinstance(self._prepared, Hovers)

    @property
    def can_doubt(self) -> bool:
        """Whether the segmenter has an answer for `doubts`."""
        return isinstance(self._prepared, Doubts)

    def hover(self, x: float, y: float) -> list[Preview]:
        """Return the regions that a click at (x, y) might mean, from fine to coarse.

        Quick enough to be asked at every movement of a pointer. The session stays as it is; to
        take a region, give its mask: ``session.start_from(preview.mask())``.

        Returns
        -------
        previews : list of Preview
            At most three; possibly none, e.g. in a picture of one colour.

        Raises
        ------
        PromptError
            If the point lies outside the picture.
        ArgumentError
            If the segmenter has no previews (see `can_hover`).
        """
        if not isinstance(self._prepared, Hovers):
            raise self._missing("previews")
        point = Click(_number("point", x), _number("point", y))
        check_prompt(point, self.image.size_hw)
        return self._prepared.hover(point.x, point.y)

    def doubts(self, n: int = 3) -> list[Doubt]:
        """Return the places where the present mask may be wrong, best gain first.

        Click there, ``session.click(doubt.x, doubt.y, positive)``, if the mask is wrong; a click
        that agrees with it changes nothing, but the place is not named again.

        Parameters
        ----------
        n : int
            How many at most, 1 or more.

        Returns
        -------
        doubts : list of Doubt
            Apart from each other and from all marks. None before the first prompt, and where
            everything is given by a mask or an edit.

        Raises
        ------
        ArgumentError
            If `n` is no such number, or the segmenter does not name doubts (see `can_doubt`).
        """
        check_whole("n", n, 1)
        if not isinstance(self._prepared, Doubts):
            raise self._missing("doubts")
        return self._prepared.doubts(self._history.prompts(), n)

    def _missing(self, what: str) -> ArgumentError:
        return ArgumentError(
            f"the segmenter {self._segmenter.name!r} has no {what}; 'superpixel' has."
        )

    # --- objects -------------------------------------------------------------------------------

    @property
    def objects(self) -> tuple[str, ...]:
        """Names of the objects in this picture, in the order they were added."""
        return tuple(self._objects)

    @property
    def current(self) -> str:
        """Name of the object that prompts go to."""
        return self._current

    @property
    def masks(self) -> dict[str, Mask]:
        """Mask of every object, by name."""
        return {name: history.mask for name, history in self._objects.items()}

    def add_object(self, name: str) -> None:
        """Add an object without prompts and make it the current one.

        Raises
        ------
        ArgumentError
            If the name is empty or taken.
        """
        self._changed = ()
        self._check_new(name)
        self._objects[name] = History(self.image.size_hw)
        self.select(name)

    def select(self, name: str) -> None:
        """Make the object `name` the current one; raise `ArgumentError` if there is none."""
        self._changed = ()
        if name not in self._objects:
            known = ", ".join(repr(other) for other in self._objects)
            raise ArgumentError(f"there is no object {name!r} in this session; it has {known}.")
        before, self._current = self._history.mask, name
        self._changed = changed_tiles(before.array, self._history.mask.array)
        self._autosave()

    def rename(self, name: str) -> None:
        """Give the current object another name; raise `ArgumentError` if empty or taken."""
        if name == self._current:
            return
        self._check_new(name)
        self._objects = {
            (name if old == self._current else old): history
            for old, history in self._objects.items()
        }
        self._current = name
        self._autosave()

    def _check_new(self, name: str) -> None:
        if not name.strip():
            raise ArgumentError("an object needs a name that is not empty.")
        if name in self._objects:
            raise ArgumentError(f"there is already an object {name!r} in this session.")

    # --- files ---------------------------------------------------------------------------------

    def save(self, path: str | Path | None = None, *, overwrite: bool = False) -> None:
        """Write the session to `path`, or to its own file; it goes on saving itself there.

        Raises
        ------
        SessionError
            If the file cannot be written, exists without `overwrite`, or no path is known.
        """
        target = Path(path) if path is not None else self.path
        if target is None:
            raise SessionError("this session has no file yet; give one: session.save('a.json').")
        self._write(target, overwrite=overwrite or target == self.path)
        self.path = target

    @classmethod
    def open(
        cls,
        path: str | Path,
        image: Image | AnyArray | None = None,
        segmenter: Segmenter | None = None,
    ) -> Session:
        """Return the session of a file, with every mask computed again from its steps.

        Parameters
        ----------
        path : path
            Session file; the session goes on saving itself there.
        image : Image or (H, W, 3) ndarray of uint8, optional
            The picture, if it is not where the file says.
        segmenter : Segmenter, optional
            Needed only if the session was made with one that is not installed by name.

        Raises
        ------
        SessionError
            If the file is missing, damaged, from a newer version, or made on another picture.
        ImageReadError
            If the picture is gone.
        """
        record = read_session(path)
        picture = as_image(image) if image is not None else read_picture(record, Path(path))
        session = cls(picture, segmenter or record.segmenter)
        check_same_picture(record, Path(path), session.image, session._digest)
        session._replay(record)
        session.path = Path(path)
        return session

    def _replay(self, record: SessionRecord) -> None:
        if record.segmenter_version != self._segmenter.version:
            self.notes.append(
                f"made with version {record.segmenter_version} of the segmenter "
                f"{record.segmenter!r}, replayed with version {self._segmenter.version}: "
                "the masks may differ a little."
            )
        self._objects = {}
        for name, saved in record.objects.items():
            steps = [
                step if isinstance(step, Edit) else check_prompt(step, self.image.size_hw)
                for step in saved.steps
            ]
            self._objects[name] = history = History(self.image.size_hw)
            history.replay(steps, saved.position, self._compute, self._apply)
        self._current = record.current

    def _autosave(self) -> None:
        if self.path is None:
            return
        try:
            self._write(self.path, overwrite=True)
        except SessionError as error:
            raise SessionError(f"the step was made but is not saved: {error}") from error

    def _write(self, path: Path, *, overwrite: bool) -> None:
        record = SessionRecord.of(
            self.image, self._digest, self._segmenter, self._objects, self._current
        )
        try:
            write_session(path, record, overwrite=overwrite)
        except ExportError as error:
            raise SessionError(str(error)) from error

    @cached_property
    def _digest(self) -> str:
        return picture_digest(self.image)

    # --- how masks come about ------------------------------------------------------------------

    @property
    def _history(self) -> History:
        return self._objects[self._current]

    def _add(self, step: Step) -> Mask:
        self._changed = ()  # also if the step is refused
        self._history.add(step, self._compute, self._apply)
        self._changed = self._history.changed
        self._autosave()
        return self._history.mask

    def _compute(self, prompts: list[Prompt], previous: Mask) -> Mask:
        array = self._prepared.segment(prompts, previous)
        if array.shape != self.image.size_hw or array.dtype != np.bool_:
            raise PluginError(
                f"the segmenter {self._segmenter.name!r} answered with an array of {array.dtype} "
                f"and shape {array.shape}; a mask of this picture is bool and {self.image.size_hw}."
            )
        if array.flags.writeable:  # a segmenter may use its own array again
            array = array.copy()
            array.flags.writeable = False
        return Mask(array)

    def _apply(self, edit: Edit, mask: Mask) -> Mask:
        return apply_edit(mask, edit.name, **edit.numbers)


class CurrentMask(Mask):
    """The mask of a session's current object; calling it with a prior starts from that one.

    It holds its session, and with it the picture. Copies, and what prompts return, are plain masks.
    """

    _session: Session

    def __init__(self, array: AnyArray, session: Session) -> None:
        super().__init__(array)
        object.__setattr__(self, "_session", session)

    def __reduce__(self) -> tuple[type[Mask], tuple[AnyArray]]:
        return Mask, (self.array,)

    def __call__(self, prior: Mask | AnyArray) -> Mask:
        """Start the session's current object from `prior`; the same as `Session.start_from`."""
        return self._session.start_from(prior)


def _number(what: str, value: float) -> float:
    """Return a plain number, or raise `PromptError` if the value is something else."""
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise PromptError(f"a {what} is given in numbers of pixels, not {value!r}.") from error


def _points(points: Points) -> tuple[tuple[float, float], ...]:
    """Return points as plain pairs; an (N, 2) array is welcome too."""
    try:
        return tuple((float(x), float(y)) for x, y in points)
    except (TypeError, ValueError) as error:
        raise PromptError(f"points should be (x, y) pairs of numbers, not {points!r}.") from error
