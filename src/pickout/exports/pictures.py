"""Writing pictures: suffix to format, colour profile, metadata, and errors in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pickout.arrays import ByteArray
from pickout.errors import ExportError
from pickout.files import atomic_path, refuse_existing

FORMATS = {
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
}
"""Picture formats that can be written, by file suffix."""

WEBP_MAX_SIDE = 16_383
JPEG_MAX_SIDE = 65_535

# Above this, PNG's best compression costs seconds and gains a quarter in size.
_BIG_PIXELS = 2_000_000


def check_suffix(path: str | Path, *, transparent: bool) -> str:
    """Return the format's name for a file, or raise `ExportError` if it cannot hold the picture.

    Parameters
    ----------
    path : path
    transparent : bool
        Whether the picture has an opacity.
    """
    suffix = Path(path).suffix.lower()
    name = FORMATS.get(suffix)
    if name is None:
        known = ", ".join(FORMATS)
        ending = f"the ending {suffix!r}" if suffix else "no ending"
        raise ExportError(f"{path} has {ending}; a picture is written as one of {known}.")
    if name == "JPEG" and transparent:
        raise ExportError(
            f"{path}: JPEG cannot hold transparency. Save as .png, .webp or .tif, or put a colour "
            "behind the object first: --background white on the command line; in Python "
            "save(..., background='white') or on_background('white')."
        )
    return name


def save_picture(
    array: ByteArray,
    path: str | Path,
    *,
    metadata: Mapping[str, bytes] | None = None,
    overwrite: bool = False,
) -> None:
    """Write a grey (H, W), RGB (H, W, 3) or RGBA (H, W, 4) uint8 array as a picture in sRGB.

    Parameters
    ----------
    array : ndarray of uint8
    path : path
        Its suffix says the format, see `FORMATS`.
    metadata : dict of bytes, optional
        ``"exif"`` goes along; nothing else does.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    ExportError
        If the file exists, cannot be written, or its format cannot hold the picture.
    """
    from PIL import Image as PillowImage

    name = check_suffix(path, transparent=array.ndim == 3 and array.shape[2] == 4)
    _check_side(path, name, max(array.shape[:2]))
    refuse_existing(Path(path), overwrite=overwrite)  # before the work of compressing
    exif = dict(metadata or {}).get("exif", b"")
    picture = PillowImage.fromarray(array)
    with atomic_path(path, overwrite=overwrite) as part:
        picture.save(part, name, **_options(name, array, exif))


def _check_side(path: str | Path, name: str, side: int) -> None:
    limit = {"WEBP": WEBP_MAX_SIDE, "JPEG": JPEG_MAX_SIDE}.get(name)
    if limit is not None and side > limit:
        raise ExportError(
            f"{path}: {name} pictures have at most {limit} pixels a side, and this one has {side}; "
            "save as .png or .tif."
        )


def _options(name: str, array: ByteArray, exif: bytes) -> dict[str, object]:
    """Return Pillow's options for a format."""
    extra: dict[str, object] = {"exif": exif} if exif else {}
    if name == "PNG":
        level = 2 if array.shape[0] * array.shape[1] > _BIG_PIXELS else 6
        return {"compress_level": level, "pnginfo": _png_color_chunks(array), **extra}
    if array.ndim == 3:
        extra["icc_profile"] = _srgb_profile()
    if name == "WEBP":
        return {"lossless": True, "quality": 40, "method": 2, **extra}
    if name == "JPEG":
        return {"quality": 92, "subsampling": 0, "optimize": True, **extra}
    return {"compression": "tiff_adobe_deflate", **extra}


def _png_color_chunks(array: ByteArray) -> object:
    """Return the chunks that say "these colours are sRGB" in twelve bytes instead of a profile."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    if array.ndim == 3:
        info.add(b"sRGB", b"\x00")  # perceptual intent
        info.add(b"gAMA", (45_455).to_bytes(4, "big"))  # what the standard asks for beside sRGB
    return info


@cache
def _srgb_profile() -> bytes:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # Bytes 24 to 35 hold the time of making; a fixed one keeps equal pictures equal on disk.
    fixed = b"".join(number.to_bytes(2, "big") for number in (2020, 1, 1, 0, 0, 0))
    return profile[:24] + fixed + profile[36:]
