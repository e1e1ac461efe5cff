"""Drawing a field into a mask equals enlarging it as a whole; boxes equal NumPy's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pickout import _core

TRUST, NOISE = 0.8, 25.0


def scene(seed):
    """Return a coarse field, a picture and local colours, all random but smooth."""
    rng = np.random.default_rng(seed)
    field = cv2.GaussianBlur(rng.normal(size=(9, 12)).astype(np.float32), (0, 0), 1.5) * 700
    image = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
    colours = [rng.random((6, 7, 3)).astype(np.float32) * 255 for _ in range(2)]
    return np.clip(field, -127, 127).astype(np.int8), image, *colours


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("trust", [0.0, TRUST, 1.0])
def test_drawing_equals_enlarging_the_cut_window(seed, trust):
    field, image, *colours = scene(seed)
    x0, y0, x1, y1 = window = (3, 5, 47, 33)
    part = np.ascontiguousarray(image[y0:y1, x0:x1])
    fine = _core.enlarge(field, part, *colours, trust=trust, noise=NOISE)
    seen = _core.enlarge(field, image, *colours, window=window, trust=trust, noise=NOISE)
    np.testing.assert_array_equal(seen, fine)
    none = np.zeros(0, np.int32)
    mask = np.random.default_rng(seed).random(image.shape[:2]) < 0.5
    expected = mask.copy()
    expected[y0:y1, x0:x1] = fine > 0
    given = dict(window=window, trust=trust, noise=NOISE)
    _core.draw(mask, field, image, *colours, None, none, none, **given)
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("seed", range(4))
def test_only_opened_places_are_drawn(seed):
    rng = np.random.default_rng(seed)
    field, image, *colours = scene(seed)
    x0, y0, x1, y1 = window = (2, 1, 45, 39)
    opened = rng.random((9, 12)) < 0.5
    rows = np.sort(rng.integers(0, 9, y1 - y0)).astype(np.int32)
    columns = np.sort(rng.integers(0, 12, x1 - x0)).astype(np.int32)
    whole, mask = np.zeros((2, 40, 50), bool)
    mask[:] = rng.random(mask.shape) < 0.5
    given = dict(window=window, trust=TRUST, noise=NOISE)
    _core.draw(whole, field, image, *colours, None, rows, columns, **given)
    expected = mask.copy()
    expected[y0:y1, x0:x1] = np.where(
        opened[rows[:, None], columns], whole[y0:y1, x0:x1], mask[y0:y1, x0:x1]
    )
    _core.draw(mask, field, image, *colours, opened, rows, columns, **given)
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize("window", [(-1, 0, 5, 5), (0, 0, 51, 5), (4, 4, 4, 9), (0, 7, 5, 3)])
def test_windows_outside_the_picture_are_refused(window):
    field, image, *colours = scene(0)
    with pytest.raises(ValueError, match="window"):
        _core.enlarge(field, image, *colours, window=window, trust=TRUST, noise=NOISE)


def test_drawing_refuses_what_does_not_fit():
    field, image, *colours = scene(0)
    given = dict(window=(0, 0, 5, 4), trust=TRUST, noise=NOISE)
    mask, opened = np.zeros((40, 50), bool), np.ones((2, 3), bool)
    rows, columns = np.zeros(4, np.int32), np.zeros(5, np.int32)
    with pytest.raises(ValueError, match="image's height"):
        _core.draw(mask[:9], field, image, *colours, opened, rows, columns, **given)
    with pytest.raises(ValueError, match="row_of"):
        _core.draw(mask, field, image, *colours, opened, rows, columns[:1], **given)
    with pytest.raises(ValueError, match="labels"):
        _core.draw(mask, field, image, *colours, opened, rows + 2, columns, **given)
    mask.flags.writeable = False
    with pytest.raises(TypeError):
        _core.draw(mask, field, image, *colours, opened, rows, columns, **given)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (30, 1), (17, 23), (0, 4)])
@pytest.mark.parametrize("inside", [0, 1, 2, 20])
def test_bounding_box_holds_what_is_inside(shape, inside):
    mask = np.zeros(shape, bool)
    places = np.random.default_rng(inside).integers(0, max(1, mask.size), inside)
    mask.ravel()[places[: mask.size]] = True
    rows, columns = np.nonzero(mask)
    expected = (0, 0, 0, 0)
    if len(rows):
        expected = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert _core.bounding_box(mask) == tuple(expected)
