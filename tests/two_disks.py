"""Pictures of two disks, one of which is meant, and folders of them to train with."""

from __future__ import annotations

import cv2
import numpy as np
from training.data import Thing


def disk_thing(seed):
    """A disk somewhere, of one of two colours; another disk that is not meant."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:72, :96]
    picture = np.full((72, 96, 3), (70, 110, 70), np.float32) + rng.normal(0, 6, (72, 96, 3))
    masks = []
    for left, colour in ((0, (220, 60, 60)), (48, (60, 60, 220))):
        cx, cy, r = left + rng.uniform(18, 30), rng.uniform(24, 48), rng.uniform(10, 16)
        masks.append((x - cx) ** 2 + (y - cy) ** 2 < r**2)
        picture[masks[-1]] += np.array(colour) - (70, 110, 70)
    mask = masks[seed % 2]
    return Thing(f"{seed}", picture.clip(0, 255).astype(np.uint8), mask, np.zeros_like(mask))


def write_disks(folder):
    """Write pictures with a mask and a division each: both layouts that training reads."""
    for name in ("images", "masks", "labels"):
        (folder / name).mkdir()
    for seed in range(32):
        thing = disk_thing(seed)
        cv2.imwrite(str(folder / "images" / f"{seed:02}.png"), thing.rgb[:, :, ::-1])
        cv2.imwrite(str(folder / "masks" / f"{seed:02}.png"), thing.mask * np.uint8(255))
        cv2.imwrite(str(folder / "labels" / f"{seed:02}__0.png"), thing.mask.astype(np.uint16))
