"""Layout: what lies where in a region, on a grid of 4 x 4 cells over its box, mirrored or not."""

from __future__ import annotations

import cv2
import numpy as np

from pickout.arrays import AnyArray, FloatArray
from pickout.descriptors.base import PictureRegions

CELLS = 4
_HALF_ROOT = np.float32(np.sqrt(0.5))


def cell_means(regions: PictureRegions, channels: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean of channels in each cell of each region, and how full the cells are.

    Parameters
    ----------
    regions : PictureRegions
    channels : (H, W, C) ndarray of float32
        Numbers per pixel; pixels outside the region count as 0.

    Returns
    -------
    means : (N, 4, 4, C) ndarray of float32
        Over the whole cell.
    cover : (N, 4, 4) ndarray of float32
        Share of each cell inside the region.
    """
    count = channels.shape[2]
    means = np.empty((len(regions), CELLS, CELLS, count), np.float32)
    cover = np.empty((len(regions), CELLS, CELLS), np.float32)
    for index, (x0, y0, x1, y1) in enumerate(regions.boxes_xyxy.tolist()):
        inside = regions.masks[index, y0:y1, x0:x1].astype(np.float32)
        cover[index] = _shrunk(inside)
        part = channels[y0:y1, x0:x1] * inside[..., None]
        # OpenCV averages at most four channels at a time.
        for first in range(0, count, 4):
            means[index, ..., first : first + 4] = _shrunk(part[..., first : first + 4]).reshape(
                CELLS, CELLS, -1
            )
    return means, cover


def _shrunk(part: FloatArray) -> FloatArray:
    """Return the mean over each cell; a part smaller than the grid is repeated."""
    return np.asarray(cv2.resize(part, (CELLS, CELLS), interpolation=cv2.INTER_AREA), np.float32)


def mirror_proof(grids: FloatArray, mirrored: FloatArray) -> FloatArray:
    """Return features that are equal for a region and its mirror image.

    Parameters
    ----------
    grids, mirrored : (N, 4, 4, C) ndarray of float32
        Of the region and of its mirror image.

    Returns
    -------
    features : (N, 16 C) ndarray of float32
        Sum and absolute difference of the two, each needed on one half only.
    """
    half = np.s_[:, :, : CELLS // 2]
    both = [grids[half] + mirrored[half], np.abs(grids[half] - mirrored[half])]
    return np.concatenate([part.reshape(len(grids), -1) for part in both], axis=1) * _HALF_ROOT


def flipped(grids: AnyArray) -> AnyArray:
    """Return (N, 4, 4, C) grids with left and right exchanged."""
    return grids[:, :, ::-1]
