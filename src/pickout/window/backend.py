"""Opening matplotlib on a real screen, with clear words where that cannot be."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import Any

from pickout.errors import NoDisplayError, missing_extra

_TOOLKITS = (
    ("tkagg", "tkinter"), ("qtagg", "PySide6"), ("qtagg", "PyQt6"), ("gtk3agg", "gi"),
    ("wxagg", "wx"),
)  # fmt: skip
"""Matplotlib's backends that open windows, and the module that each needs."""


def open_pyplot() -> Any:
    """Return `matplotlib.pyplot` on a backend that opens windows.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    NoDisplayError
        If there is no screen, or no toolkit that opens windows.
    """
    if find_spec("matplotlib") is None:
        raise missing_extra("The window", "matplotlib", "window")
    check_display()
    import matplotlib

    matplotlib.use(find_toolkit(), force=True)
    import matplotlib.pyplot as plt

    plt.rcParams["toolbar"] = "None"
    return plt


def check_display() -> None:
    """Raise `NoDisplayError` where a window cannot be shown: over ssh, in a container, …"""
    if not sys.platform.startswith("linux"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise NoDisplayError(
            "there is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is "
            "set). Over ssh, connect with -X; without a screen, use: pickout cut PHOTO --click X,Y"
        )


def _why_closed(error: Exception) -> str:
    """Return why no window opened; where a screen is named, it is the screen that is silent."""
    screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    if not (sys.platform.startswith("linux") and screen):
        return f"the window could not be opened: {error}."
    return (
        f"the window could not be opened; does the screen {screen} exist, and may you use it? "
        f"Without a screen, use: pickout cut PHOTO --click X,Y ({error})"
    )


def find_toolkit() -> str:
    """Return the name of a backend whose toolkit is installed; the user's own choice first."""
    chosen = os.environ.get("MPLBACKEND", "").lower()
    if chosen and chosen not in ("agg", "svg", "pdf", "ps", "cairo", "template"):
        return chosen
    if sys.platform == "darwin":
        return "macosx"
    for backend, module in _TOOLKITS:
        if find_spec(module) is not None and (module != "tkinter" or find_spec("_tkinter")):
            return backend
    raise NoDisplayError(
        "Python has no toolkit to open windows with. Install one: 'sudo apt install python3-tk' "
        "for the system's Python, or: pip install PySide6-Essentials"
    )


def new_figure(plt: Any, title: str, size_inches: tuple[float, float]) -> Any:
    """Return an empty dark figure whose keys are all ours.

    Raises
    ------
    NoDisplayError
        If the screen does not answer.
    """
    try:
        figure = plt.figure(num=title, figsize=size_inches, facecolor="#18181b", clear=True)
    except Exception as error:  # each toolkit raises its own kind
        raise NoDisplayError(_why_closed(error)) from error
    manager = figure.canvas.manager
    # Matplotlib's own keys would save, pan and close under our tools' letters.
    handler = getattr(manager, "key_press_handler_id", None)
    if handler is not None:
        figure.canvas.mpl_disconnect(handler)
    return figure
