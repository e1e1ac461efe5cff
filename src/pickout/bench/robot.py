"""The robot user of the published click benchmarks: always clicks into the middle of the error.

Re-implemented from the description of the protocol that interactive segmentation papers share
[1]_, so that its clicks are the same to the pixel.

References
----------
.. [1] Sofiiuk, Petrov, Konushin, *Reviving Iterative Training with Mask Guidance for Interactive
   Segmentation*, ICIP 2022, and its published evaluation code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pickout.arrays import BoolArray, FloatArray
from pickout.distances import depth_inside
from pickout.metrics import iou
from pickout.prompts import Click

ClickFunction = Callable[[Click], BoolArray]


@dataclass(frozen=True, eq=False)
class Truth:
    """What a picture's object really is.

    Parameters
    ----------
    object : (H, W) ndarray of bool
    ignore : (H, W) ndarray of bool
        Pixels that count neither way; never part of `object`.
    """

    object: BoolArray
    ignore: BoolArray

    @property
    def background(self) -> BoolArray:
        """Pixels that surely do not belong to the object."""
        return ~(self.object | self.ignore)


class Robot:
    """One robot user in front of one picture; remembers where it has clicked."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._not_clicked = np.ones(truth.object.shape, np.bool_)

    def next_click(self, mask: BoolArray) -> Click:
        """Return the click that corrects `mask`, and remember it.

        The click goes to the pixel farthest from the border of the larger error: of all missing
        object pixels, or of all wrongly taken ones. The larger error is the one whose farthest
        pixel is farther; equal ones give a negative click. Of equally far pixels the first in
        reading order is taken. Pixels already clicked are not clicked again as long as another
        error pixel is left; without any error the result is a negative click at (0, 0), as in
        the original.

        Parameters
        ----------
        mask : (H, W) ndarray of bool
            The answer so far.
        """
        click = self.widest_error(mask)
        self.remember(click)
        return click

    def remember(self, click: Click) -> None:
        """Take a click for made: its pixel is not clicked again."""
        self._not_clicked[int(click.y), int(click.x)] = False

    def widest_error(self, mask: BoolArray) -> Click:
        """Return what `next_click` would click, without remembering it."""
        missing = self._depth(self._truth.object & ~mask)
        wrong = self._depth(self._truth.background & mask)
        is_positive = bool(missing.max() > wrong.max())
        depth = missing if is_positive else wrong
        # argmax returns the first maximum in row-major order, as the protocol asks.
        y, x = (int(index) for index in np.unravel_index(depth.argmax(), depth.shape))
        return Click(float(x), float(y), is_positive)

    def _depth(self, error: BoolArray) -> FloatArray:
        """Return the distance to the error's border, the picture's border included."""
        return depth_inside(error, walled=True) * self._not_clicked


def click_until(
    answer: ClickFunction, truth: Truth, *, stop_at: float, max_clicks: int
) -> tuple[list[Click], list[float], BoolArray]:
    """Let the robot click until the mask is good enough.

    Parameters
    ----------
    answer : callable
        Takes the next click, returns the mask after all clicks so far.
    truth : Truth
    stop_at : float
        IoU at which it stops; above 1 it goes on to `max_clicks`, or until no pixel is wrong.
    max_clicks : int

    Returns
    -------
    clicks : list of Click
    ious : list of float
        IoU after each click.
    mask : (H, W) ndarray of bool
        The last answer; empty if `max_clicks` is 0.
    """
    robot = Robot(truth)
    mask = np.zeros(truth.object.shape, np.bool_)
    clicks: list[Click] = []
    ious: list[float] = []
    while len(clicks) < max_clicks:
        clicks.append(robot.next_click(mask))
        mask = answer(clicks[-1])
        ious.append(iou(mask, truth.object, truth.ignore))
        # A perfect mask leaves nothing to click at, even when asked to go on.
        if ious[-1] >= min(stop_at, 1.0):
            break
    return clicks, ious, mask
