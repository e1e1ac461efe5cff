"""A mask as a grey picture: 255 inside, 0 outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pickout.arrays import ByteArray
from pickout.errors import ExportError
from pickout.exports.pictures import FORMATS, save_picture
from pickout.masks import Mask

_LOSSLESS = (".png", ".tif", ".tiff")


def mask_bytes(mask: Mask) -> ByteArray:
    """Return a mask as a (H, W) uint8 array of 0 and 255."""
    return mask.array.astype(np.uint8) * np.uint8(255)


def write_mask(mask: Mask, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a mask as an eight-bit grey picture that `read_mask` reads back identically.

    Parameters
    ----------
    mask : Mask
    path : path
        ``.png``, ``.tif`` or ``.tiff``.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    ExportError
        If the file exists, cannot be written, or has another ending.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _LOSSLESS:
        known = "a lossy or coloured format" if suffix in FORMATS else "not a format for masks"
        raise ExportError(f"{path}: {suffix or 'no ending'} is {known}; save as .png or .tif.")
    save_picture(mask_bytes(mask), path, overwrite=overwrite)
