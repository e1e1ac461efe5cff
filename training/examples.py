"""What the network learns from: windows around objects, at its own size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pickout.analysis.turn import Turn
from pickout.segmenters._superpixel.prompt_maps import CELL
from training.data import LARGEST, Divided, Thing, joined

WIDE = ((192, 256), (160, 288), (160, 320))
SIZES = (*WIDE, (224, 224), *((width, height) for height, width in WIDE))
"""Heights and widths that pictures are brought to, by what suits their shape best."""

ASKEW = 0.12
"""How often a picture does not stand upright: which way is up is a guess, which errs as often."""

MISSES = 0.25
"""Bold windows miss at most 1.5 times the square of this, as a share of the object, on a side."""


@dataclass(frozen=True)
class Example:
    """A window of a picture in which something is to be marked.

    Parameters
    ----------
    rgb : (H, W, 3) ndarray of uint8
    share, known : (h, w) ndarray of float32
        How much of every cell is object, and how much of it counts.
    """

    rgb: np.ndarray
    share: np.ndarray
    known: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        """The cells of the object, (h, w) bool; never empty."""
        return self.share >= min(0.5, float(self.share.max()))


def example(thing: Thing, rng: np.random.Generator | None, bold: bool = False) -> Example:
    """Return a window around an object, at random; the whole picture without `rng`.

    Bold windows may miss a part of the object, and their colours vary more.
    """
    rgb, mask, known = thing.rgb, thing.mask, ~thing.ignore
    if rng is not None:
        x0, y0, x1, y1 = _some_window(mask, rng, MISSES if bold and rng.random() < 0.2 else 0.0)
        rgb, mask, known = (array[y0:y1, x0:x1] for array in (rgb, mask, known))
    if rng is not None:
        turn = _some_turn(rng)
        rgb, mask, known = (turn(array) for array in (rgb, mask, known))
    height, width = min(SIZES, key=lambda s: abs(np.log(s[1] / s[0] * rgb.shape[0] / rgb.shape[1])))
    rgb = np.ascontiguousarray(rgb)
    shrinks = height * width < rgb.shape[0] * rgb.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    rgb = cv2.resize(rgb, (width, height), interpolation=how)
    if rng is not None:
        rgb = other_light(_other_tone(rgb, rng) if bold else rgb, rng)
    cells = (width // CELL, height // CELL)
    share, known = (
        cv2.resize(a.astype(np.float32), cells, interpolation=cv2.INTER_AREA) for a in (mask, known)
    )
    return Example(rgb, share, known)


def _some_turn(rng: np.random.Generator) -> Turn:
    """Return the turn to upright or, now and then, another one; mirrored half of the time."""
    across = rng.random() < 0.5
    if rng.random() >= ASKEW:
        return Turn(across=across)
    transposed, down = ((False, True), (True, False), (True, True))[rng.integers(3)]
    return Turn(transposed, across, down)


def _some_window(
    mask: np.ndarray, rng: np.random.Generator, misses: float
) -> tuple[int, int, int, int]:
    height, width = mask.shape
    if rng.random() < 0.5:
        return 0, 0, width, height
    spans = []
    for axis, side in ((0, width), (1, height)):
        at = np.flatnonzero(mask.any(axis))
        low, high = (int(at[0]), int(at[-1]) + 1) if len(at) else (0, side)
        draw = rng.uniform(-misses, 1.0, 2)
        room = (high - low) * draw * abs(draw) * 1.5
        spans.append((max(0, int(low - room[0])), min(side, int(high + room[1]) + 1)))
    (x0, x1), (y0, y1) = spans
    if x1 - x0 < 24 or y1 - y0 < 24 or not mask[y0:y1, x0:x1].any():
        return 0, 0, width, height
    return x0, y0, x1, y1


def other_light(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the picture brighter or darker, of another hue; some grey, some blurred."""
    gain = rng.uniform(0.8, 1.2) * rng.uniform(0.93, 1.07, 3)
    light = rgb.astype(np.float32) * gain.astype(np.float32) + np.float32(rng.uniform(-15, 15))
    if rng.random() < 0.15:
        light = light.mean(2, keepdims=True).repeat(3, 2)
    if rng.random() < 0.15:
        light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.5, 1.2))
    return np.clip(light, 0, 255).astype(np.uint8)


def _other_tone(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the picture with other brightness, saturation and primary colours, and noise."""
    tone = (rgb.astype(np.float32) / 255) ** np.float32(np.exp(rng.uniform(-0.4, 0.4)))
    grey = tone.mean(2, keepdims=True)
    tone = grey + (tone - grey) * np.float32(rng.uniform(0.4, 1.6))
    if rng.random() < 0.3:
        mix = np.eye(3) + rng.uniform(-0.25, 0.25, (3, 3))
        tone = tone @ (mix / mix.sum(1, keepdims=True)).astype(np.float32).T
    noise = rng.uniform(0, 0.03) if rng.random() < 0.2 else 0.0
    tone = tone + np.float32(noise) * rng.standard_normal(tone.shape, np.float32)
    return np.clip(255 * tone, 0, 255)


def segment_of(picture: Divided, rng: np.random.Generator, bold: bool = False) -> Thing:
    """Return a random one of the larger segments that people drew; bold ones may be joined."""
    labels = picture.labels[rng.integers(len(picture.labels))]
    values, counts = np.unique(labels, return_counts=True)
    fits = values[(counts > 0.004 * labels.size) & (counts < LARGEST * labels.size)]
    mask = labels == (rng.choice(fits) if len(fits) else values[0])
    if bold:
        mask = joined(labels, mask, rng)
    return Thing(picture.name, picture.rgb, mask, np.zeros_like(mask))
