"""Colour mixtures equal those fitted step by step with NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from pickout import _core


def slow_density(colours, weight, parts, rounds, floor):
    """Return the log density of a mixture fitted as `mixture.h` says."""
    counts = weight > 0
    points, weight = colours[counts].astype(float), weight[counts].astype(float)
    if not len(points):
        return np.zeros(len(colours))
    part = np.zeros(len(points), int)
    for new in range(1, parts):
        spreads = np.zeros((new, 3))
        for k in range(new):
            own, w = points[part == k], weight[part == k]
            if len(own):
                spreads[k] = w @ (own - np.average(own, axis=0, weights=w)) ** 2
        k, channel = np.unravel_index(spreads.argmax(), spreads.shape)
        if spreads[k, channel] <= 1e-3:
            break
        own = part == k
        middle = np.average(points[own, channel], weights=weight[own])
        part[own & (points[:, channel] > middle)] = new
    fitted = fit(points, weight, part, floor)
    for _ in range(rounds):
        part = densities(points, fitted).argmax(0)
        fitted = fit(points, weight, part, floor)
    return np.log(np.exp(densities(colours.astype(float), fitted)).sum(0))


def fit(points, weight, part, floor):
    fitted = []
    for k in np.unique(part):
        own, w = points[part == k], weight[part == k]
        covariance = np.cov(own.T, aweights=w, ddof=0) + floor * np.eye(3)
        fitted.append((w.sum() / weight.sum(), np.average(own, axis=0, weights=w), covariance))
    return fitted


def densities(points, fitted):
    rows = []
    for share, mean, covariance in fitted:
        apart = points - mean
        squares = np.einsum("ij,jk,ik->i", apart, np.linalg.inv(covariance), apart)
        scale = np.log(np.linalg.det(covariance)) + 3 * np.log(2 * np.pi)
        rows.append(np.log(share) - (squares + scale) / 2)
    return np.stack(rows)


@pytest.mark.parametrize("rounds", [0, 1, 4])
@pytest.mark.parametrize("parts", [1, 2, 5])
@pytest.mark.parametrize("n", [1, 2, 9, 300])
def test_a_mixture_equals_its_slow_twin(n, parts, rounds):
    rng = np.random.default_rng(n)
    colours = rng.normal(rng.integers(3, size=(n, 1)) * 20, 8, (n, 3)).astype(np.float32)
    weight = np.where(rng.random(n) < 0.7, rng.random(n), 0).astype(np.float32)
    got = _core.mixture_density(colours, weight, parts=parts, rounds=rounds, floor=4.0)
    expected = slow_density(colours, weight, parts, rounds, 4.0)
    np.testing.assert_allclose(got, expected, rtol=2e-3, atol=2e-3)


def test_colours_that_count_more_are_commoner():
    colours = np.repeat(np.float32([[20, 0, 0], [80, 0, 0]]), 50, axis=0)
    weight = np.repeat(np.float32([3, 1]), 50)
    density = _core.mixture_density(colours, weight, parts=5, rounds=3, floor=4.0)
    assert density[0] - density[-1] == pytest.approx(np.log(3), abs=1e-4)


@pytest.mark.parametrize("n", [0, 1, 40])
def test_one_colour_or_none_is_no_trouble(n):
    colours = np.full((n, 3), 50, np.float32)
    for weight in (np.zeros(n, np.float32), np.full(n, 1e-30, np.float32)):
        density = _core.mixture_density(colours, weight, parts=5, rounds=3, floor=4.0)
        assert density.shape == (n,) and np.isfinite(density).all()


def test_what_does_not_fit_is_refused():
    colours, weight = np.zeros((4, 3), np.float32), np.ones(4, np.float32)
    usual = {"parts": 2, "rounds": 1, "floor": 4.0}
    with pytest.raises(ValueError, match="three channels"):
        _core.mixture_density(np.zeros((4, 2), np.float32), weight, **usual)
    with pytest.raises(ValueError, match="one weight per colour"):
        _core.mixture_density(colours, weight[:3], **usual)
    for wrong, what in (
        ({"parts": 0}, "parts"),
        ({"rounds": -1}, "rounds"),
        ({"floor": 0.0}, "floor"),
    ):
        with pytest.raises(ValueError, match=what):
            _core.mixture_density(colours, weight, **(usual | wrong))
