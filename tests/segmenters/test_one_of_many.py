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
    (45, 56), (101, 56), (156, 51), (215, 52), (275, 53), (334, 44),
    (45, 124), (103, 125), (153, 128), (205, 125), (270, 119), (336, 124),
    (44, 197), (102, 196), (155, 197), (213, 192), (274, 195), (347, 187),
    (46, 260), (114, 264), (173, 262), (245, 263), (302, 263), (358, 268),
)  # fmt: skip
"""Their middles, (x, y); they have radii of 19 to 33 pixels."""


@pytest.fixture(scope="module")
def tray():
    grey = skimage.data.coins()
    return Superpixel().analyse(Image(np.repeat(grey[..., None], 3, 2)))


def is_around(mask, x, y, reach):
    """Return whether the mask lies about the place, no farther than that, and most of it near."""
    distance = np.hypot(*np.ogrid[-y : mask.shape[0] - y, -x : mask.shape[1] - x])
    return distance[mask].max() < reach and mask[distance < 0.4 * reach].mean() > 0.8


@pytest.mark.parametrize(("x", "y"), COINS)
def test_one_coin_of_a_tray(tray, x, y):
    assert is_around(tray.segment([Click(x, y)], None), x, y, reach=40)


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [("lemons", 190, 145), ("oranges", 240, 190), ("tomatoes", 590, 295), ("tomatoes", 500, 215)],
)
def test_one_fruit_of_a_table(name, x, y):
    """Of the samples."""
    picture = Superpixel().analyse(read_image(sample_folder() / f"{name}.jpg"))
    assert is_around(picture.segment([Click(x, y)], None), x, y, reach=130)
