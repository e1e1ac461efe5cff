"""Small data sets drawn in code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

COLORS = ((200, 40, 40), (40, 170, 60), (50, 70, 210))


def picture(index: int, color: int, box: tuple[int, int, int, int]) -> np.ndarray:
    """Return a noisy grey picture of 96 x 72 with a coloured square in it."""
    rng = np.random.default_rng(index)
    array = rng.normal(120, 6, (72, 96, 3)) + np.linspace(-30, 30, 96)[None, :, None]
    x0, y0, x1, y1 = box
    array[y0:y1, x0:x1] = np.array(COLORS[color]) + rng.normal(0, 6, (y1 - y0, x1 - x0, 3))
    return np.clip(array, 0, 255).astype(np.uint8)


def write_segmentation_set(folder: Path, count: int = 3) -> Path:
    """Write pictures with masks (one pixel around the object ignored) and two scribble sets."""
    for part in ("images", "masks", "scribbles_a", "scribbles_b"):
        (folder / part).mkdir(parents=True)
    for index in range(count):
        x0, y0 = 20 + 8 * index, 15 + 5 * index
        box = x0, y0, x0 + 40, y0 + 30
        Image.fromarray(picture(index, index % 3, box)).save(folder / f"images/p{index}.png")
        mask = np.zeros((72, 96), np.uint8)
        mask[y0 - 1 : y0 + 31, x0 - 1 : x0 + 41] = 128
        mask[y0 : y0 + 30, x0 : x0 + 40] = 255
        Image.fromarray(mask).save(folder / f"masks/p{index}.png")
        strokes = np.zeros((72, 96), np.uint8)
        strokes[y0 + 5 : y0 + 20, x0 + 10 : x0 + 13] = 1
        strokes[y0 + 18 : y0 + 20, x0 + 10 : x0 + 30] = 1
        strokes[3:5, 5:90] = 2
        drawn = Image.fromarray(strokes)
        drawn.putpalette([0, 0, 0, 255, 0, 0, 0, 0, 255])
        for part in ("scribbles_a", "scribbles_b"):
            drawn.save(folder / f"{part}/p{index}.png")
    return folder


def write_labelled_set(folder: Path, per_class: int = 3) -> Path:
    """Write pictures of three classes and two distractors with labels.csv."""
    (folder / "images").mkdir(parents=True)
    rows = ["image,class_or_instance,x0,y0,x1,y1,mask,split"]
    for index in range(3 * per_class):
        x0, y0 = 8 + 5 * (index % 4), 6 + 7 * (index % 3)
        box = x0, y0, x0 + 30, y0 + 24
        name = f"images/{index:02d}.png"
        Image.fromarray(picture(index, index % 3, box)).save(folder / name)
        rows.append(f"{name},{'red green blue'.split()[index % 3]},{x0},{y0},{box[2]},{box[3]},,")
    for index in range(90, 92):
        name = f"images/{index}.png"
        Image.fromarray(picture(index, 0, (0, 0, 0, 0))).save(folder / name)
        rows.append(f"{name},none,,,,,,")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
