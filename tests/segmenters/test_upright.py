"""Which way is up: photos come to stand upright, however they are handed over."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data

from pickout.analysis.models import SHIPPED
from pickout.analysis.turn import Turn
from pickout.errors import ArgumentError
from pickout.images import read_image
from pickout.samples import sample_folder
from pickout.segmenters._superpixel.frame import Pyramid
from pickout.segmenters._superpixel.models import shipped_models
from pickout.segmenters._superpixel.upright import FILE, Upright

EIGHT = [Turn(bool(k & 4), bool(k & 2), bool(k & 1)) for k in range(8)]


@pytest.mark.parametrize("first", EIGHT)
@pytest.mark.parametrize("second", EIGHT)
def test_two_turns_are_one(first, second):
    array = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(first.then(second)(array), second(first(array)))


def test_photos_stand_upright():
    """Most of those that ship, and two more; a mirror image stands as well."""
    photos = [read_image(path).array for path in sorted(sample_folder().glob("*.jpg"))]
    photos += [skimage.data.astronaut(), skimage.data.coffee()]
    seen = [shipped_models().upright.turn(Pyramid(photo).levels[-1]) for photo in photos]
    assert np.mean([turn.transposed or turn.down for turn in seen]) < 0.2


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "rocket"])
def test_from_every_side_they_come_to_stand_the_same_way(name):
    """Also where the guess is wrong, as with the rocket."""
    rgb = getattr(skimage.data, name)()
    seen = shipped_models().upright.turn(rgb)(rgb)
    for turn in EIGHT:
        turned = np.ascontiguousarray(turn(rgb))
        np.testing.assert_array_equal(shipped_models().upright.turn(turned)(turned), seen)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (5, 3), (3000, 2)])
def test_any_picture_has_some_way_up(size):
    rgb = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    seen = shipped_models().upright.turn(rgb)(rgb)
    for turn in EIGHT:
        turned = np.ascontiguousarray(turn(rgb))
        np.testing.assert_array_equal(shipped_models().upright.turn(turned)(turned), seen)


def test_a_folder_without_it_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=FILE):
        Upright(tmp_path)
    (tmp_path / FILE).write_bytes((SHIPPED / FILE).read_bytes()[:5000])
    with pytest.raises(ArgumentError, match="ONNX"):
        Upright(tmp_path).turn(np.zeros((4, 4, 3), np.uint8))
