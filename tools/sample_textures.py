"""Surfaces for the sample pictures: functions from places on a table to linear colours.

Every function takes u and v, float32 arrays of places in units of one saucer's width, and returns
an array with a last axis of red, green and blue, linear, 0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Surface = Callable[[np.ndarray, np.ndarray], np.ndarray]
Color = tuple[float, float, float]


def linear(color: Color | np.ndarray) -> np.ndarray:
    """Return linear light of an sRGB colour given in 0…255."""
    return (np.asarray(color, np.float32) / 255) ** 2.2


def noise(u: np.ndarray, v: np.ndarray, seed: int, octaves: int = 5) -> np.ndarray:
    """Return smooth noise in about -1…1 that varies over one unit, with finer octaves on top."""
    total, weight = np.zeros_like(u), 1.0
    for octave in range(octaves):
        table = np.random.default_rng([seed, octave]).random((256, 256), np.float32)
        layer = _sample(table, np.mod(u, 256), np.mod(v, 256))
        total += weight * (layer - 0.5)
        u, v, weight = u * 2.03 + 17.3, v * 2.03 + 5.1, weight * 0.55
    return total


def _sample(table: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return `table`, which repeats, at the places x, y of any shape."""
    # OpenCV takes maps of at most 32767 rows and columns, so the places are folded.
    folded = [np.resize(w.astype(np.float32).ravel(), (x.size // 4096 + 1, 4096)) for w in (x, y)]
    found = cv2.remap(table, *folded, cv2.INTER_CUBIC, borderMode=cv2.BORDER_WRAP)
    return found.ravel()[: x.size].reshape(x.shape)


def mix(first: Color, second: Color, share: np.ndarray) -> np.ndarray:
    """Return a blend of two sRGB colours, in linear light; `share` is how much of the second."""
    share = np.clip(share, 0, 1)[..., np.newaxis]
    return linear(first) * (1 - share) + linear(second) * share


def wood(light: Color, dark: Color, *, plank: float, seed: int) -> Surface:
    """Return planks along u, `plank` wide, with grain between a light and a dark tone."""

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        number = np.floor(v / plank)
        shift = np.mod(number * 37.7 + seed, 91)
        across = v + 0.25 * noise(u * 0.5 + shift, v * 1.5 + shift, seed)
        rings = 0.5 + 0.5 * np.sin(2 * np.pi * (across * 5 + 0.6 * noise(u, v * 4, seed + 1)))
        grain = noise(u * 3 + shift, v * 70, seed + 2, 4)
        tone = 0.35 + 0.3 * rings**2 + 0.5 * grain + 0.5 * np.mod(shift, 7) / 7 - 0.2
        edge = np.abs(np.mod(v, plank) - plank / 2) - plank / 2
        groove = np.exp(-((edge / 0.008) ** 2))[..., np.newaxis]
        return mix(light, dark, tone) * (1 - 0.8 * groove)

    return surface


def checked_cloth(first: Color, second: Color, *, size: float, seed: int) -> Surface:
    """Return gingham: stripes both ways, twice as strong where they cross."""

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        bend = 0.04 * noise(u * 0.8, v * 0.8, seed, 2)
        stripes = [np.mod(np.floor((w + bend) / size), 2) for w in (u, v)]
        threads = noise(u * 90, v * 30, seed + 1, 2) + noise(u * 30, v * 90, seed + 2, 2)
        folds = 0.25 * noise(u * 0.7, v * 0.7, seed + 3, 3)
        share = 0.5 * (stripes[0] + stripes[1])
        return mix(first, second, share) * (1 + 0.18 * threads + folds)[..., np.newaxis]

    return surface


def linen(color: Color, *, seed: int) -> Surface:
    """Return plain woven cloth with soft folds."""

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        threads = noise(u * 110, v * 16, seed, 3) + noise(u * 16, v * 110, seed + 1, 3)
        folds = noise(u * 0.6 + 0.4 * v, v * 0.35, seed + 2, 2)
        return linear(color) * (1 + 0.22 * threads + 0.5 * folds)[..., np.newaxis]

    return surface


def marble(stone: Color, vein: Color, *, seed: int) -> Surface:
    """Return polished stone with thin veins."""

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        warp = 1.4 * noise(u * 0.5, v * 0.5, seed)
        veins = np.abs(noise(u * 0.7 + warp, v * 0.7 - warp, seed + 1, 4))
        clouds = 0.3 + noise(u * 0.9, v * 0.9, seed + 2)
        return mix(stone, vein, 0.75 * np.exp(-veins * 16) + 0.3 * clouds)

    return surface


def rough(first: Color, second: Color, *, scale: float, seed: int) -> Surface:
    """Return a mottled surface such as slate, sand or plaster."""

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        large = noise(u * scale, v * scale, seed, 7)
        fine = noise(u * 60, v * 60, seed + 1, 3)
        return mix(first, second, 0.5 + 0.6 * large + 0.25 * fine)

    return surface


def photographed(grey: np.ndarray, dark: Color, light: Color, *, size: float, seed: int) -> Surface:
    """Return a grey photo of a surface, tinted from `dark` to `light`, `size` units across."""
    grey = grey[6:-6, 6:-6]  # the outermost rows are darker
    low, high = np.percentile(grey, (1, 99))
    values = np.clip((grey.astype(np.float32) - low) / (high - low), 0, 1)
    side = grey.shape[0]

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        x, y = (w * side / size + 0.3 * side for w in (u, v))
        tone, seam = _mirrored(values, x, y)
        other, _ = _mirrored(values, x + 0.43 * side, y + 0.57 * side)
        share = np.clip((seam - 14) / 14 + 2 * noise(u * 9, v * 9, seed + 2, 3), 0, 1)
        tone = share * tone + (1 - share) * other + 0.2 * noise(u * 110, v * 110, seed + 1, 2)
        drift = 1 + 0.35 * noise(u * 0.6, v * 0.6, seed, 3)
        return mix(dark, light, tone) * drift[..., np.newaxis]

    return surface


def _mirrored(values: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a square picture, mirrored over and over, at x, y; and how far the next seam is."""
    last = values.shape[0] - 1
    x, y = (np.abs(np.mod(w, 2 * last) - last).astype(np.float32) for w in (x, y))
    seam = np.minimum(np.minimum(x, last - x), np.minimum(y, last - y))
    return cv2.remap(values, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), seam


def with_prints(
    below: Surface, prints: list[tuple[np.ndarray, tuple[float, float], float, float]]
) -> Surface:
    """Return `below` with paper prints on it: (photo, centre, width, turn in degrees)."""

    def surface(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        color = below(u, v)
        for photo, (cu, cv), width, turn in prints:
            cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
            a = ((u - cu) * cos + (v - cv) * sin) / width + 0.5
            ratio = photo.shape[1] / photo.shape[0]
            b = (-(u - cu) * sin + (v - cv) * cos) / width * ratio + 0.5
            outside = np.maximum(np.abs(a - 0.5), np.abs(b - 0.5)) - 0.5
            shade = np.clip(1 - outside / 0.08, 0, 1) ** 2
            x, y = (
                ((w - 0.04) / 0.92 * n).astype(np.float32)
                for w, n in zip((a, b), photo.shape[1::-1], strict=True)
            )
            ink = cv2.remap(linear(photo), x, y, cv2.INTER_AREA, borderValue=(0.8, 0.78, 0.74))
            on = (outside < 0)[..., np.newaxis]
            color = np.where(on, ink * 0.9, color * (1 - 0.45 * shade[..., np.newaxis]))
        return color

    return surface
