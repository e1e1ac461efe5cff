"""A small world of pictures: one striking object in different places, and pictures without it."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image as PillowImage


def backdrop(seed: int, size_hw=(150, 200)) -> np.ndarray:
    """Return soft, coloured noise."""
    random = np.random.default_rng(seed)
    height, width = size_hw
    coarse = random.integers(40, 215, (5, 6, 3)).astype(np.uint8)
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth + random.normal(0, 4, smooth.shape), 0, 255).astype(np.uint8)


def badge(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the object, a striped red and yellow disc with blue spots, and its mask."""
    fine = 256
    rows, columns = np.mgrid[:fine, :fine] / fine - 0.5
    picture = np.zeros((fine, fine, 3), np.uint8)
    picture[:] = (215, 25, 30)
    picture[(np.floor((rows + columns) * 9) % 2).astype(bool)] = (250, 220, 40)
    random = np.random.default_rng(5)
    for _ in range(14):
        x, y = random.integers(40, fine - 40, 2).tolist()
        cv2.circle(picture, (x, y), int(random.integers(6, 16)), (20, 40, 190), -1)
    inside = (np.hypot(rows, columns) < 0.49).astype(np.uint8)
    scaled = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return scaled, cv2.resize(inside, (side, side), interpolation=cv2.INTER_AREA) > 0


def scene(
    seed: int, side: int, x: int, y: int, size_hw=(150, 200)
) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture with the object at (x, y), and the object's mask."""
    picture, mask = backdrop(seed, size_hw), np.zeros(size_hw, bool)
    thing, inside = badge(side)
    picture[y : y + side, x : x + side][inside] = thing[inside]
    mask[y : y + side, x : x + side] = inside
    return picture, mask


# Name: seed, side, x, y of the object.
WITH_OBJECT = {
    "left.png": (1, 70, 10, 30),
    "right.png": (2, 90, 100, 40),
    "sub/small.png": (3, 55, 60, 80),
}
WITHOUT_OBJECT = {f"plain{seed}.png": seed for seed in range(10, 15)}


def save(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    PillowImage.fromarray(array).save(path)


def make_photos(folder: Path) -> Path:
    """Write the pictures with and without the object below `folder`, and return it."""
    for name, (seed, side, x, y) in WITH_OBJECT.items():
        save(folder / name, scene(seed, side, x, y)[0])
    for name, seed in WITHOUT_OBJECT.items():
        save(folder / name, backdrop(seed))
    return folder
