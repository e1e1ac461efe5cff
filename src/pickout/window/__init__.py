"""The matplotlib window: the mouse says where the object is, the cut-out is live beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pickout.images import Image
    from pickout.session import Session


@dataclass(frozen=True)
class WindowOptions:
    """How a window works.

    Parameters
    ----------
    segmenter : str
        Method for a new session; one that is resumed keeps its own.
    output : Path, optional
        File for the cut-out. By default ``PHOTO_cutout.png`` in the current folder, numbered if
        that exists. With several objects their names are put before the suffix.
    overwrite : bool
        Whether `output` may be replaced.
    session_file : Path, optional
        Where the session saves itself after every step, and is resumed from if it exists. By
        default ``PHOTO.pickout.json`` in the current folder.
    feather : float
        Softness of the cut-out's edge in pixels.
    print_points : bool
        Whether coordinates are told from the start.
    show_result : bool
        Whether the cut-out is shown at the end, until a key is pressed.
    """

    segmenter: str = "superpixel"
    output: Path | None = None
    overwrite: bool = False
    session_file: Path | None = None
    feather: float = 1.0
    print_points: bool = False
    show_result: bool = True


@dataclass(frozen=True)
class WindowResult:
    """What came of a window.

    Parameters
    ----------
    outputs : tuple of Path
        The cut-outs written; none if the window was closed instead of ended with Esc, or
        nothing was marked.
    session : Session
        As the user left it; saved in its file.
    """

    outputs: tuple[Path, ...]
    session: Session


def open_window(
    photo: str | Path,
    options: WindowOptions | None = None,
    tell: Callable[[str], None] = print,
) -> WindowResult:
    """Open a photo in a window, let the user pick objects, and save the cut-outs at the end.

    Esc ends: the cut-outs are saved, then shown. Closing the window ends without a cut-out. The
    session has saved itself either way and is resumed the next time.

    Parameters
    ----------
    photo : path
    options : WindowOptions, optional
    tell : callable
        Gets the coordinates of every prompt as a line of text, when these are asked for.

    Returns
    -------
    result : WindowResult

    Raises
    ------
    NoDisplayError
        If there is no screen, or no toolkit that opens windows.
    MissingExtraError
        If matplotlib is not installed.
    PickoutError
        If the photo cannot be read, or a result cannot be written.
    """
    from pickout.files import refuse_existing
    from pickout.images import read_image
    from pickout.window.backend import open_pyplot

    options = options or WindowOptions()
    if options.output is not None:
        refuse_existing(options.output, overwrite=options.overwrite)
    plt = open_pyplot()
    image = read_image(photo)
    session, finished = _edit(plt, image, Path(photo), options, tell)
    return _end(plt, session, Path(photo), options, finished=finished)


def _edit(
    plt: Any, image: Image, photo: Path, options: WindowOptions, tell: Callable[[str], None]
) -> tuple[Session, bool]:
    """Run the window; return the session and whether Esc ended it."""
    from pickout.window.app import EditorWindow
    from pickout.window.backend import new_figure

    figure = new_figure(plt, f"pickout is looking at {photo.name}", (13.0, 7.0))
    wait = figure.text(0.5, 0.5, f"Looking at {photo.name} …", color="w", ha="center", size=13)
    plt.show(block=False)
    figure.canvas.draw()
    figure.canvas.flush_events()
    session, resumed = _session(image, photo, options)
    wait.remove()
    figure.canvas.manager.set_window_title(f"pickout: {photo.name}")
    window = EditorWindow(figure, session, photo.name, tell)
    window.editor.telling = options.print_points
    if resumed:
        window.editor.say(f"Going on with what {session.path} holds; h shows all keys.")
    window.show()
    plt.show(block=True)
    return session, window.finished


def _session(image: Image, photo: Path, options: WindowOptions) -> tuple[Session, bool]:
    """Return the session to go on with, or a new one; and whether it was there."""
    from pickout.errors import SessionError
    from pickout.session import Session

    if options.session_file is not None and options.session_file.exists():
        return Session.open(options.session_file, image=image), True
    path, number = options.session_file or Path(f"{photo.stem}.pickout.json"), 1
    while path.exists():
        try:
            return Session.open(path, image=image), True
        except SessionError:  # that of another picture of this name, from another folder
            number += 1
            path = Path(f"{photo.stem}-{number}.pickout.json")
    return Session(image, options.segmenter, path=path), False


def _end(
    plt: Any, session: Session, photo: Path, options: WindowOptions, *, finished: bool
) -> WindowResult:
    """Save and show the cut-outs if Esc ended the window."""
    from pickout.window.result import save_objects, show_saved

    if not finished:
        return WindowResult((), session)
    saved = save_objects(
        session,
        options.output or Path(f"{photo.stem}_cutout.png"),
        feather=options.feather,
        overwrite=options.overwrite,
        number=options.output is None,
    )
    if saved and options.show_result:
        show_saved(plt, saved)
    return WindowResult(tuple(path for path, _ in saved), session)
