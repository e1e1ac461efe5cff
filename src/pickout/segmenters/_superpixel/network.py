"""The small network: an encoder sees a window once, a head answers every prompt from that.

Both are ONNX files, run by OpenCV; `training/network.py` tells how they are built.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pickout.arrays import ByteArray, FloatArray
from pickout.segmenters._superpixel.onnx_net import OnnxNet, as_blob

FILES = ("encoder.onnx", "head.onnx")

PIXELS = 61_440
"""The network sees a window at about this many pixels."""

STRIDE, LARGEST_SIDE = 32, 1024
"""Sides are multiples of the one and at most as long as the other, in pixels."""

LOOKS = (3, 2)
"""How often the network looks where something new begins, and where an answer is corrected.

From the second time on it is told its own answer: it knows better what belongs to something that
it sees taken than what a single click or box means. (Cascade-forward refinement: S. Sun et al.,
:arxiv:`2303.05620`.)
"""

CERTAIN, STEP = 12.0, 1 / 64
"""Log odds end there, and are rounded to this: machines differ in the last digits."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """What the encoder made of a window.

    Parameters
    ----------
    features : tuple of (1, channels, h, w) ndarray of float32
        At strides 4, 8 and 16.
    embedding : (channels, h, w) ndarray of float32
        Of length 1 in every cell: places that look alike have a dot product near 1.
    """

    features: tuple[FloatArray, FloatArray, FloatArray]
    embedding: FloatArray

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width in cells."""
        return self.embedding.shape[1], self.embedding.shape[2]


class Network:
    """The encoder and the head of a folder of models, read when they are first needed.

    Parameters
    ----------
    folder : Path
    looks : (int, int)
        See `LOOKS`.
    """

    def __init__(self, folder: Path, looks: tuple[int, int] = LOOKS) -> None:
        self.looks = looks
        self._encoder, self._head = (OnnxNet(folder / name) for name in FILES)

    def encode(self, rgb: ByteArray) -> Encoded:
        """Return what the encoder makes of a small (H, W, 3) uint8 picture of any size."""
        self._head.read()  # a broken one is told at once, and the first click need not wait
        height, width = network_size(rgb.shape[0], rgb.shape[1])
        shrinks = height * width < rgb.shape[0] * rgb.shape[1]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        small = cv2.resize(rgb, (width, height), interpolation=how)
        names = ["fine", "middle", "coarse", "embedding"]
        fine, middle, coarse, embedding = self._encoder({"rgb": as_blob(small)}, names)
        length = np.sqrt((embedding[0] ** 2).sum(0)) + np.float32(1e-6)
        return Encoded((fine, middle, coarse), embedding[0] / length)

    def answer(self, seen: Encoded, maps: FloatArray) -> FloatArray:
        """Return the log odds of being inside, (h, w), for maps of the prompts, (9, h, w)."""
        named = dict(zip(("fine", "middle", "coarse"), seen.features, strict=True))
        odds = self._head({**named, "prompts": maps[None]}, ["odds"])[0][0, 0]
        steps = np.rint(np.clip(odds, -CERTAIN, CERTAIN) / STEP)
        return np.asarray(steps * np.float32(STEP), np.float32)


def network_size(height: int, width: int) -> tuple[int, int]:
    """Return the height and width at which the network sees a picture of any size."""
    scale = (PIXELS / (height * width)) ** 0.5
    sides = (max(1, round(side * scale / STRIDE)) * STRIDE for side in (height, width))
    height, width = (min(side, LARGEST_SIDE) for side in sides)
    return height, width
