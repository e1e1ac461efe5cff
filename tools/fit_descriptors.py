"""Fit the descriptors' whitening on the regions of a folder of photos.

    python tools/fit_descriptors.py PHOTOS src/pickout/descriptors/whitening.npz

The shipped file was fitted on every fifth photo of DUTS-TR in order of file names (see
docs/descriptors.md).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

from pickout.descriptors.base import PictureRegions
from pickout.descriptors.color import raw_color
from pickout.descriptors.shape import raw_shape
from pickout.descriptors.texture import raw_texture
from pickout.descriptors.whitening import fit_whitening
from pickout.images import read_image
from pickout.library.candidates import WORK_SIDE, candidate_regions

# Length of the whitened part, and shrinkage; chosen on the development half.
PARTS = {
    "color_histogram": (64, 0.05),
    "color_layout": (24, 0.05),
    "texture_statistics": (32, 0.02),
    "texture_layout": (64, 0.02),
    "shape_outline": (24, 0.02),
    "shape_figures": (12, 0.02),
}


def main(photos: Path, target: Path) -> None:
    cv2.setNumThreads(1)
    rows: dict[str, list[np.ndarray]] = defaultdict(list)
    for path in sorted(path for path in photos.iterdir() if path.suffix != ".png")[::5]:
        array = read_image(path, max_side=WORK_SIDE).array
        # The photos are small; the library describes larger ones.
        scale = WORK_SIDE / max(array.shape)
        array = cv2.resize(array, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        regions = PictureRegions(array, candidate_regions(array))
        for features in (raw_color(regions), raw_texture(regions), raw_shape(regions)):
            for name, part in features.items():
                rows[name].append(part)
    maps = {}
    for name, (size, shrinkage) in PARTS.items():
        fitted = fit_whitening(np.concatenate(rows[name]), size, shrinkage)
        maps |= {f"{name}.mean": fitted.mean, f"{name}.basis": fitted.basis}
    np.savez_compressed(target, **maps)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
