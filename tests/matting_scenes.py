"""Pictures whose true opacity is known: hair, blur and sharp corners over photos."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from pickout.images import read_image
from pickout.masks import Mask
from pickout.samples import sample_folder

FINE = 8
"""Shapes are drawn so many times larger than they are needed, then averaged."""

GROUNDS = {"black": (0, 0, 0), "white": (255, 255, 255), "magenta": (255, 0, 255)}


@dataclass(frozen=True)
class Scene:
    """A picture made of two photos, and everything about how it was made."""

    name: str
    picture: np.ndarray
    alpha: np.ndarray
    own: np.ndarray
    mask: Mask

    @property
    def is_sharp(self) -> bool:
        return self.name.startswith("polygon")

    def on(self, ground: tuple[int, int, int]) -> np.ndarray:
        """Return what a perfect cut-out looks like on a plain ground, (H, W, 3) float."""
        share = self.alpha[..., None]
        return self.own * share + np.array(ground) * (1 - share)

    @property
    def near(self) -> np.ndarray:
        """The pixels at most 1/25 of the side from a half-opaque one: where edges can be wrong."""
        soft = ((self.alpha > 0.02) & (self.alpha < 0.98)) | (self.mask.array ^ (self.alpha > 0.5))
        side = len(self.alpha) // 25 * 2 + 1
        return cv2.dilate(soft.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


@cache
def photo(name: str, size: int) -> np.ndarray:
    picture = read_image(sample_folder() / f"{name}.jpg").array
    side = min(picture.shape[:2])
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    square = picture[top : top + side, left : left + side]
    return cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA)


def polygon(size: int, rng: np.random.Generator) -> np.ndarray:
    angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
    far = rng.uniform(0.2, 0.42, 9) * size
    corners = size / 2 + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    return filled(corners, size)


def filled(corners: np.ndarray, size: int) -> np.ndarray:
    large = np.zeros((size * FINE, size * FINE), np.uint8)
    cv2.fillPoly(large, [np.rint(corners * FINE).astype(np.int32)], 255)
    return cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA) / np.float32(255)


def blob(size: int, rng: np.random.Generator, radius: float = 0.3) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    wave = sum(rng.normal(0, 0.05 / k) * np.cos(k * angles + rng.uniform(0, 6)) for k in (2, 3, 5))
    far = radius * size * (1 + wave)
    return filled(size / 2 + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1), size)


def hairy(size: int, rng: np.random.Generator, length: float = 0.1) -> np.ndarray:
    """Return a blob with strands that bend and taper, a pixel or less in width."""
    large = np.zeros((size * FINE, size * FINE), np.uint8)
    n_strands = int(260 * (size / 200) ** 0.5)
    for angle, part in zip(
        rng.uniform(0, 2 * np.pi, n_strands), rng.uniform(0.3, 1, n_strands), strict=True
    ):
        steps = np.linspace(0, 1, 12)
        far = 0.27 * size + length * size * part * steps
        bent = angle + rng.normal(0, 0.12) * steps**2
        points = size / 2 + far[:, None] * np.stack([np.cos(bent), np.sin(bent)], 1)
        width = rng.uniform(0.4, 1.0) * (size / 200) ** 0.5
        for start, end, thin in zip(points, points[1:], 1 - 0.7 * steps[1:], strict=False):
            cv2.line(
                large,
                np.rint(start * FINE).astype(int).tolist(),
                np.rint(end * FINE).astype(int).tolist(),
                255,
                max(1, round(width * thin * FINE)),
            )
    strands = cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA) / np.float32(255)
    return np.maximum(strands, blob(size, rng, 0.28))


def blurred(size: int, rng: np.random.Generator, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(blob(size, rng), (0, 0), sigma * size / 200)


def half_blurred(size: int, rng: np.random.Generator, sigma: float = 3) -> np.ndarray:
    """Return a shape in focus on the left and out of focus on the right."""
    sharp = blob(size, rng)
    soft = cv2.GaussianBlur(sharp, (0, 0), sigma * size / 200)
    share = np.clip(np.linspace(-2, 3, size, dtype=np.float32), 0, 1)
    return sharp * (1 - share) + soft * share


SHAPES = {
    "polygon": polygon,
    "hair": hairy,
    "blur-1": lambda size, rng: blurred(size, rng, 1),
    "blur-3": lambda size, rng: blurred(size, rng, 3),
    "half": half_blurred,
}
PAIRS = [
    ("cat", "green_marble"),
    ("lemons", "books"),
    ("astronaut", "gravel_courtyard"),
    ("espresso", "picnic_lawn"),
]


def rough_mask(alpha: np.ndarray, rng: np.random.Generator) -> Mask:
    """Return the mask a good segmenter draws: smooth, and up to a pixel or so off the truth."""
    size = len(alpha)
    solid = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), 0.006 * size + 0.5)
    noise = cv2.GaussianBlur(rng.normal(0, 1, alpha.shape).astype(np.float32), (0, 0), 4)
    return Mask(solid + 0.08 * noise / noise.std() > 0.5)


def scene(shape: str, pair: int = 0, size: int = 200) -> Scene:
    rng = np.random.default_rng([size, pair, list(SHAPES).index(shape)])
    alpha = np.clip(SHAPES[shape](size, rng), 0, 1).astype(np.float32)
    own, ground = (photo(name, size) for name in PAIRS[pair])
    mixed = own * alpha[..., None] + ground * (1 - alpha[..., None])
    noisy = mixed + rng.normal(0, 1.5, mixed.shape)
    picture = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    return Scene(f"{shape}/{PAIRS[pair][0]}", picture, alpha, own, rough_mask(alpha, rng))


def scenes(size: int = 200) -> list[Scene]:
    return [scene(shape, pair, size) for shape in SHAPES for pair in range(len(PAIRS))]
