"""Colours of a file, by its embedded ICC profile or by the usual assumption, turned into sRGB."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from pickout.arrays import ByteArray
from pickout.images.pixels import Space

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

_PROFILE_SPACE = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab "}
# Rows handed to the colour engine at once: enough to be fast, little enough to cost no memory.
_STRIP_PIXELS = 1 << 20


def to_srgb(color: ByteArray, space: Space, profile: bytes | None) -> ByteArray:
    """Return the (H, W, 3) sRGB bytes of colour planes.

    Parameters
    ----------
    color : (H, W) or (H, W, channels) ndarray of uint8
    space : {"RGB", "L", "CMYK", "LAB"}
    profile : bytes, optional
        The file's ICC profile. One that is broken or belongs to another colour space is ignored,
        as browsers do: RGB and grey then count as sRGB, CMYK as ideal inks, Lab as D50.
    """
    import cv2

    transform = _transform(profile, space) if profile or space == "LAB" else None
    if transform is not None:
        return _in_strips(color, space, transform)
    if space == "L":
        return cv2.cvtColor(color, cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False)
    if space == "CMYK":
        return _in_strips(color, space, None)
    return color


def _in_strips(color: ByteArray, space: Space, transform: ImageCmsTransform | None) -> ByteArray:
    """Return the planes converted by `transform`, or by Pillow's own rule if there is none."""
    from PIL import Image, ImageCms

    height, width = color.shape[:2]
    out = np.empty((height, width, 3), np.uint8)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        strip = np.ascontiguousarray(color[top : top + rows])
        size = (width, strip.shape[0])
        picture = Image.frombytes(space, size, strip.tobytes())
        converted = (
            picture.convert("RGB")
            if transform is None
            else ImageCms.applyTransform(picture, transform)
        )
        out[top : top + rows] = np.asarray(converted)
    return out


@lru_cache(maxsize=8)
def _transform(profile: bytes | None, space: Space) -> ImageCmsTransform | None:
    """Return the way from the profile to sRGB; None if there is none to go or to find."""
    from PIL import ImageCms

    try:
        if profile is None:
            source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
        else:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _PROFILE_SPACE[space]:
            return _transform(None, space) if space == "LAB" else None
        transform = ImageCms.buildTransform(
            source, ImageCms.createProfile("sRGB"), space, "RGB", ImageCms.Intent.PERCEPTUAL
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return None if space == "RGB" and _changes_nothing(transform) else transform


def _changes_nothing(transform: ImageCmsTransform) -> bool:
    """Return whether sample colours stay within one step: most profiles are sRGB by other names."""
    steps = np.linspace(0, 255, 9).astype(np.uint8)
    colors = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(27, 27, 3)
    moved = _in_strips(colors, "RGB", transform).astype(int)
    return bool(np.abs(moved - colors).max() <= 1)
