"""What a picture file tells about itself: orientation, and the EXIF fields worth passing on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Exif
    from PIL.Image import Image as PillowImage

ORIENTATION = 0x0112
_EXIF_BLOCK = 0x8769

# An allow-list: what is not named here (place, serial numbers, owner, maker notes, thumbnails,
# time zones, free comments) cannot leak.
_MAIN_FIELDS = {
    0x010F: "Make",
    0x0110: "Model",
    0x0132: "DateTime",
    0x013B: "Artist",
    0x8298: "Copyright",
}
_BLOCK_FIELDS = {
    0x829A: "ExposureTime",
    0x829D: "FNumber",
    0x8827: "PhotographicSensitivity",
    0x9003: "DateTimeOriginal",
    0x9004: "DateTimeDigitized",
    0x920A: "FocalLength",
    0xA405: "FocalLengthIn35mmFilm",
    0xA433: "LensMake",
    0xA434: "LensModel",
}
_LONGEST_TEXT = 2000


def orientation_of(picture: PillowImage) -> int:
    """Return the EXIF orientation 1…8; 1 if there is none or it is nonsense."""
    exif = _exif_of(picture)
    value = None if exif is None else exif.get(ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def harmless_exif(picture: PillowImage) -> bytes:
    """Return an EXIF block with camera, exposure, dates, artist and copyright alone.

    Returns
    -------
    exif : bytes
        Ready for Pillow's ``save(exif=…)``; empty if the picture has no such field. Orientation,
        place, serial numbers, maker notes and thumbnails are never in it.
    """
    from PIL import Image

    exif = _exif_of(picture)
    if not exif:
        return b""
    kept = Image.Exif()
    try:
        kept.update(_chosen(dict(exif), _MAIN_FIELDS))
        block = _chosen(dict(exif.get_ifd(_EXIF_BLOCK)), _BLOCK_FIELDS)
        if block:
            kept.get_ifd(_EXIF_BLOCK).update(block)
            kept[_EXIF_BLOCK] = kept.get_ifd(_EXIF_BLOCK)
        return kept.tobytes() if len(kept) else b""
    except Exception:  # Damaged EXIF raises nearly anything; a photo is worth more than its notes.
        return b""


def _exif_of(picture: PillowImage) -> Exif | None:
    try:
        return picture.getexif()
    except Exception:  # As above.
        return None


def _chosen(fields: dict[int, object], wanted: dict[int, str]) -> dict[int, object]:
    """Return the wanted fields whose values are plain texts or numbers."""
    return {tag: value for tag, value in fields.items() if tag in wanted and _is_plain(value)}


def _is_plain(value: object) -> bool:
    from PIL.TiffImagePlugin import IFDRational

    if isinstance(value, str):
        return 0 < len(value.strip("\0 ")) <= _LONGEST_TEXT
    return isinstance(value, int | float | IFDRational)
