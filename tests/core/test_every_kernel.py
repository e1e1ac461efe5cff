"""Every kernel of the core takes exactly the arrays it was made for; no other can crash it."""

from __future__ import annotations

import numpy as np
import pytest

from pickout import _core

LINE = _core.Graph(3, np.array([0, 1], np.int32), np.array([1, 2], np.int32))
RNG = np.random.default_rng(0)


def floats(*shape):
    return RNG.random(shape, np.float32)


def integers(*shape, dtype=np.int32):
    return np.zeros(shape, dtype)


def picture(height=4, width=6):
    return RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)


def flags(*shape):
    return RNG.random(shape) < 0.5


COLOURS = {"inside": floats(2, 3, 3), "outside": floats(2, 3, 3)}
CALLS = {
    "Graph": {"n": 3, "first": np.array([0], np.int32), "second": np.array([2], np.int32)},
    "watershed": {"relief": picture()[:, :, 0].copy()},
    "adjacency": {"labels": integers(4, 6), "n": 1, "maps": floats(2, 4, 6)},
    "region_means": {"labels": integers(4, 6), "n": 1, "values": floats(4, 6, 2)},
    "region_places": {"labels": integers(4, 6), "n": 1},
    "to_lab": {"rgb": picture()},
    "gradient_length": {"values": floats(4, 6, 3)},
    "details": {name: floats(4, 6, 3) for name in ("lab", "fine", "middle", "coarse")},
    "geodesic": {"graph": LINE, "weights": floats(2), "sources": integers(1), "limit": 9.0},
    "diffuse": {"graph": LINE, "affinity": floats(2), "values": floats(3, 5), "steps": 2},
    "differences": {"graph": LINE, "looks": floats(3, 9)},
    "largest_around": {"graph": LINE, "values": floats(2)},
    "sum_around": {"graph": LINE, "values": floats(2)},
    "mixture_density": {
        "colours": floats(5, 3), "weight": floats(5), "parts": 2, "rounds": 1, "floor": 1.0
    },
    "nearest": {"points": floats(5, 3), "anchors": floats(2, 3)},
    "surroundings": {
        "colour": floats(4, 6, 3), "weight": floats(4, 6), "rows": integers(2),
        "columns": integers(2), "sides": np.array([3], np.int32),
    },
    "minimum_cut": {
        "graph": LINE, "capacity": integers(2, dtype=np.int64),
        "terminal": np.array([3, 0, -3]),
    },
    "merge_tree": {
        "graph": LINE, "strength": floats(2), "length": 1 + floats(2), "area": 1 + floats(3)
    },
    "component": {"graph": LINE, "inside": flags(3), "seeds": integers(1)},
    "parts": {"graph": LINE, "joined": flags(2)},
    "evaluate": {
        "feature": integers(2, 3), "threshold": floats(2, 3), "leaf": floats(2, 8), "bias": 0.5,
        "features": floats(4, 7),
    },
    "halve": {"image": picture()},
    "enlarge": {
        "field": integers(2, 3, dtype=np.int8), "image": picture(), **COLOURS, "trust": 0.5,
        "noise": 2.0,
    },
    "draw": {
        "mask": flags(4, 6), "field": integers(2, 3, dtype=np.int8), "image": picture(), **COLOURS,
        "opened": flags(2, 3), "row_of": integers(4), "column_of": integers(6),
        "window": (0, 0, 6, 4), "trust": 0.5, "noise": 2.0,
    },
    "tidy": {
        "mask": flags(4, 6), "earlier": flags(4, 6), "window": (0, 0, 6, 4), "click": (2, 2),
        "speck": 3, "hole": 2, "kept": integers(2, 2),
    },
    "shrink": {
        "mask": flags(4, 6), "window": (0, 0, 6, 4), "step": 1, "left": 0, "top": 0, "size": (2, 3)
    },
    "bounding_box": {"mask": flags(4, 6)},
}  # fmt: skip

ARRAYS = [
    (kernel, name)
    for kernel, given in CALLS.items()
    for name, value in given.items()
    if isinstance(value, np.ndarray)
]
on_every_array = pytest.mark.parametrize("kernel, name", ARRAYS, ids=map("-".join, ARRAYS))


def call(kernel, **changed):
    return getattr(_core, kernel)(**{**CALLS[kernel], **changed})


def test_no_kernel_is_left_out():
    assert {name for name in dir(_core) if not name.startswith("_")} == set(CALLS)


@pytest.mark.parametrize("kernel", CALLS)
def test_what_it_was_made_for_is_taken(kernel):
    call(kernel)


@on_every_array
@pytest.mark.parametrize("dtype", [np.float64, np.uint16, np.int16])
def test_other_dtypes_are_refused(kernel, name, dtype):
    with pytest.raises(TypeError):
        call(kernel, **{name: CALLS[kernel][name].astype(dtype)})


@on_every_array
def test_other_dimensions_are_refused(kernel, name):
    array = CALLS[kernel][name]
    for wrong in (array[None], array[..., None], array[0], np.zeros((), array.dtype)):
        with pytest.raises(TypeError):
            call(kernel, **{name: wrong})


@on_every_array
def test_arrays_with_gaps_are_refused(kernel, name):
    array = CALLS[kernel][name]
    axis = int(np.argmax(array.shape))  # along one place there are no gaps
    wide = np.repeat(np.resize(array, (*array.shape[:axis], 6, *array.shape[axis + 1 :])), 2, axis)
    with pytest.raises(TypeError):
        call(kernel, **{name: wide[(slice(None),) * axis + (slice(None, None, 2),)]})


@on_every_array
def test_what_is_no_array_is_refused(kernel, name):
    for wrong in (CALLS[kernel][name].tolist(), "text", object()):
        with pytest.raises(TypeError):
            call(kernel, **{name: wrong})


@on_every_array
def test_other_lengths_give_an_answer_or_an_error(kernel, name):
    """Whether a length fits is for the kernel to know; none may lead it out of bounds."""
    array = CALLS[kernel][name]
    for axis in range(array.ndim):
        for length in (0, array.shape[axis] - 1, array.shape[axis] + 1, array.shape[axis] + 40):
            wrong = np.resize(array, (*array.shape[:axis], length, *array.shape[axis + 1 :]))
            try:
                call(kernel, **{name: np.ascontiguousarray(wrong, array.dtype)})
            except ValueError as error:
                assert str(error)


@on_every_array
def test_extreme_values_give_an_answer_or_an_error(kernel, name):
    array = CALLS[kernel][name]
    if array.dtype == bool:
        return
    kind = np.finfo if array.dtype.kind == "f" else np.iinfo
    extremes = [kind(array.dtype).min, kind(array.dtype).max]
    extremes += [np.nan, np.inf, -np.inf] if array.dtype.kind == "f" else [-1]
    for value in extremes:
        if array.dtype.kind == "u" and value < 0:
            continue
        try:
            call(kernel, **{name: np.full(array.shape, value, array.dtype)})
        except ValueError as error:
            assert str(error)


ON_EVERY_PLACE = [
    (kernel, name, place)
    for kernel, given in CALLS.items()
    for name, value in given.items()
    if isinstance(value, tuple)
    for place in range(len(value))
]


@pytest.mark.parametrize("kernel, name, place", ON_EVERY_PLACE)
def test_places_outside_give_an_answer_or_an_error(kernel, name, place):
    """Of windows, places and sizes; none may lead out of bounds."""
    given = CALLS[kernel][name]
    for value in (-(2**31), -1, 0, given[place] + 1, given[place] + 100):
        try:
            call(kernel, **{name: (*given[:place], value, *given[place + 1 :])})
        except (TypeError, ValueError) as error:
            assert str(error)


ON_EVERY_NUMBER = [
    (kernel, name)
    for kernel, given in CALLS.items()
    for name, value in given.items()
    if isinstance(value, int | float) and not isinstance(value, bool)
]


@pytest.mark.parametrize("kernel, name", ON_EVERY_NUMBER)
def test_extreme_numbers_give_an_answer_or_an_error(kernel, name):
    extremes = [0, -1, -(2**31), -(2**40), 2**40]
    if isinstance(CALLS[kernel][name], float):
        extremes += [np.nan, np.inf, -np.inf, 1e-38, 1e-45, 3e38]
    for value in extremes:
        try:
            call(kernel, **{name: type(CALLS[kernel][name])(value)})
        except (TypeError, ValueError) as error:
            assert str(error)
