"""How pixels' colours lie to those around them equals what NumPy finds square by square."""

from __future__ import annotations

import numpy as np
import pytest

from pickout import _core


def slow_surroundings(colour, weight, rows, columns, sides):
    colour, weight = colour.astype(float), weight.astype(float)
    found = []
    for side in sides:
        reach, columns_of = side // 2, []
        for y, x in zip(rows, columns, strict=True):
            part = (
                slice(max(0, y - reach), y + reach + 1),
                slice(max(0, x - reach), x + reach + 1),
            )
            w, c = weight[part][..., None], colour[part]
            share = w.mean()
            inside = (w * c).mean((0, 1)) / (share + 1e-3)
            outside = ((1 - w) * c).mean((0, 1)) / (1 - share + 1e-3)
            own, axis = colour[y, x], inside - outside
            to_inside, to_outside = np.linalg.norm(own - inside), np.linalg.norm(own - outside)
            place = np.clip((own - outside) @ axis / (axis @ axis + 4), -1, 2)
            columns_of.append(
                [share, to_inside, to_outside, to_inside - to_outside, place, np.linalg.norm(axis)]
            )
        found.append(np.array(columns_of).reshape(-1, 6).T)
    return np.concatenate(found)


@pytest.mark.parametrize("kind", ["any", "all", "none", "half"])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (13, 18)])
def test_surroundings_equal_their_slow_twin(size, kind):
    rng = np.random.default_rng(size[0])
    colour = rng.uniform(-100, 100, (*size, 3)).astype(np.float32)
    weight = {
        "any": rng.random(size), "all": np.ones(size), "none": np.zeros(size),
        "half": rng.random(size) < 0.5,
    }[kind].astype(np.float32)  # fmt: skip
    rows, columns = (rng.integers(0, n, 20).astype(np.int32) for n in size)
    sides = np.array([1, 5, 9, 25], np.int32)
    got = _core.surroundings(colour, weight, rows, columns, sides)
    assert got.dtype == np.float32 and got.shape == (24, 20)
    expected = slow_surroundings(colour, weight, rows, columns, sides)
    np.testing.assert_allclose(got, expected, rtol=2e-4, atol=2e-3)


def test_nothing_asked_nothing_found():
    colour, weight = np.zeros((4, 5, 3), np.float32), np.zeros((4, 5), np.float32)
    none = np.zeros(0, np.int32)
    assert _core.surroundings(colour, weight, none, none, np.array([3], np.int32)).shape == (6, 0)
    assert _core.surroundings(colour, weight, none, none, none).shape == (0, 0)


@pytest.mark.parametrize(
    ("rows", "columns", "side", "message"),
    [([4], [0], 3, "lie in"), ([0], [-1], 3, "lie in"), ([0], [0], 2, "odd"),
     ([0], [0], -1, "odd"), ([0], [0], 4097, "4095"), ([0, 1], [0], 3, "one row per column")],
)  # fmt: skip
def test_what_would_lead_out_of_bounds_is_refused(rows, columns, side, message):
    colour, weight = np.zeros((4, 5, 3), np.float32), np.zeros((4, 5), np.float32)
    places = (np.array(v, np.int32) for v in (rows, columns))
    with pytest.raises(ValueError, match=message):
        _core.surroundings(colour, weight, *places, np.array([side], np.int32))
