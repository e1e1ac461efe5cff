"""The end of a window: every object's cut-out is saved, then shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pickout.exports import Cutout, cutout
from pickout.session import Session
from pickout.window.backend import new_figure
from pickout.window.paint import draw_cutout

Saved = tuple[Path, Cutout]


def free_path(path: Path) -> Path:
    """Return `path`, numbered if a file of that name exists already."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def save_objects(
    session: Session, output: Path, *, feather: float, overwrite: bool, number: bool
) -> list[Saved]:
    """Write the cut-out of every object that has a pixel.

    Parameters
    ----------
    session : Session
    output : Path
        File of the only object; with several, their names are put before the suffix.
    feather : float
        Softness of the edge in pixels.
    overwrite : bool
        Whether existing files may be replaced.
    number : bool
        Whether to take the next free name instead of refusing an existing file.
    """
    masks = {name: mask for name, mask in session.masks.items() if not mask.is_empty}
    saved = []
    for name, mask in masks.items():
        path = output
        if len(masks) > 1:
            safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
            path = output.with_name(f"{output.stem}_{safe}{output.suffix}")
        if number:
            path = free_path(path)
        cut = cutout(session.image, mask, feather=feather)
        cut.save(path, overwrite=overwrite)
        saved.append((path, cut))
    return saved


def show_saved(plt: Any, saved: Sequence[Saved]) -> None:
    """Show the cut-outs in a window of its own, which any key or click closes."""
    columns = min(len(saved), 4)
    rows = -(-len(saved) // columns)
    figure = new_figure(plt, "pickout: cut out", (max(4.5, 4.0 * columns), 4.4 * rows))
    for place, (path, cut) in enumerate(saved, start=1):
        height, width = cut.size_hw
        axes = figure.add_subplot(rows, columns, place)
        axes.set_axis_off()
        nothing = np.zeros((height, width), bool)
        ground = draw_cutout(cut.array[..., :3], nothing, "checkerboard")
        axes.imshow(ground)
        axes.imshow(cut.array)
        axes.set_title(f"{path.name}\n{width} x {height}", color="#d4d4d8", size=10)
    figure.text(0.5, 0.02, "any key closes", color="#8b8b94", ha="center", size=9)
    figure.canvas.mpl_connect("key_press_event", lambda _: plt.close(figure))
    figure.canvas.mpl_connect("button_press_event", lambda _: plt.close(figure))
    plt.show(block=True)
