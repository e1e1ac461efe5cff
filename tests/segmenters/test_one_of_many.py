"""One click on one of many things that look alike takes that one."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data

from pickout.images import Image, read_image
from pickout.prompts import Click
from pickout.samples import sample_folder
from pickout.segmenters.superpixel import Superpixel

COINS = (
    (49, 60), (110, 55), (173, 52), (330, 60), (45, 125),
    (250, 130), (320, 205), (100, 200), (40, 270), (180, 265),
)  # fmt: skip


@pytest.fixture(scope="module")
def tray():
    grey = skimage.data.coins()
    return Superpixel().analyse(Image(np.repeat(grey[..., None], 3, 2)))


def is_around(mask, x, y, widest):
    """Return whether all of the mask lies about the place, and most of a disk there in it."""
    rows, columns = np.nonzero(mask)
    distance = np.hypot(columns - x, rows - y)
    near = np.hypot(*np.ogrid[-y : mask.shape[0] - y, -x : mask.shape[1] - x]) < widest / 6
    return distance.max() < widest and mask[near].mean() > 0.8


@pytest.mark.parametrize(("x", "y"), COINS)
def test_one_coin_of_a_tray(tray, x, y):
    assert is_around(tray.segment([Click(x, y)], None), x, y, widest=60)


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [("lemons", 190, 145), ("oranges", 240, 190), ("doughnuts", 130, 260), ("tomatoes", 500, 215)],
)
def test_one_fruit_of_a_table(name, x, y):
    """Of the samples; the others lie more than its width away."""
    picture = Superpixel().analyse(read_image(sample_folder() / f"{name}.jpg"))
    assert is_around(picture.segment([Click(x, y)], None), x, y, widest=220)
