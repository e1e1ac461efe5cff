"""The pictures a data set is about: read them, or copy them the way their masks lie."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from pickout.arrays import ByteArray
from pickout.errors import ArgumentError
from pickout.exports.items import ExportItem
from pickout.exports.pictures import save_picture
from pickout.images import Image, read_image

# What trainers and annotation programs open themselves.
_COMMON = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
_ORIENTATION = 0x0112


def read_source(item: ExportItem) -> Image:
    """Return the picture of an item.

    Raises
    ------
    ArgumentError
        If the item names no file, or the file has another size than the item.
    ImageReadError
        If the file cannot be read.
    """
    if item.path is None:
        raise ArgumentError(
            f"{item.name}: this format needs the picture's file, and none is given."
        )
    image = read_image(item.path)
    if image.size_hw != item.size_hw:
        (height, width), (mask_height, mask_width) = image.size_hw, item.size_hw
        raise ArgumentError(
            f"{item.path} is {width} x {height} pixels, but its masks are made for "
            f"{mask_width} x {mask_height}; has it been changed since?"
        )
    return image


def copy_upright(item: ExportItem, stem: Path) -> Path:
    """Copy the item's picture to `stem` plus suffix, and return the copy.

    A common file that lies upright is copied byte for byte. Others are written anew as JPEG,
    or as PNG if they are partly transparent: many trainers ignore the note "turn me" in a
    file, and the masks would lie beside their objects.
    """
    image = read_source(item)
    source = Path(item.path or "")
    suffix = source.suffix.lower()
    if suffix in _COMMON and _lies_upright(source):
        copy = stem.with_name(stem.name + suffix)
        shutil.copyfile(source, copy)
        return copy
    copy = stem.with_name(stem.name + (".jpg" if image.alpha is None else ".png"))
    save_picture(_with_alpha(image), copy)
    return copy


def _lies_upright(path: Path) -> bool:
    from PIL import Image as PillowImage

    with PillowImage.open(path) as picture:
        return int(picture.getexif().get(_ORIENTATION, 1)) == 1


def _with_alpha(image: Image) -> ByteArray:
    if image.alpha is None:
        return image.array
    return np.dstack([image.array, image.alpha])
