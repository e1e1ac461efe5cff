"""Picture files: which format, how large, and their pixels, or one clear error."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from pickout.arrays import AnyArray
from pickout.errors import ArgumentError, ImageReadError, PickoutError, missing_extra
from pickout.images.metadata import harmless_exif, orientation_of
from pickout.images.pixels import Planes, planes_of_opencv, planes_of_pillow

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

DEFAULT_MAX_PIXELS = 400_000_000
MAX_PIXELS_VARIABLE = "PICKOUT_MAX_PIXELS"
PICTURE_SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .webp .tif .tiff .bmp .dib .gif .avif .heic .heif .hif".split()
)
LOSSY_FORMATS = frozenset({"JPEG", "WebP", "AVIF", "HEIF"})
_LOADERS = {
    "JPEG": ("JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PngImagePlugin", "PngImageFile"),
    "WebP": ("WebPImagePlugin", "WebPImageFile"),
    "TIFF": ("TiffImagePlugin", "TiffImageFile"),
    "BMP": ("BmpImagePlugin", "BmpImageFile"),
    "GIF": ("GifImagePlugin", "GifImageFile"),
    "AVIF": ("AvifImagePlugin", "AvifImageFile"),
}
# Numbers of TIFF's fields.
_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_BITS, _TIFF_PLANAR, _TIFF_PROFILE = 256, 257, 258, 284, 34675
_KNOWN = "JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF and HEIF"


@dataclass
class Decoded:
    """A file's pixels as they were stored, with what is needed to make them canonical."""

    planes: Planes
    format: str
    mode: str
    """Pillow's name of the pixel kind in the file, such as "P" for palette."""
    size_hw: tuple[int, int]
    """Full size as stored, before turning upright; the planes may have been decoded smaller."""
    orientation: int
    profile: bytes | None
    exif: bytes


@contextlib.contextmanager
def open_file(path: str | Path) -> Iterator[IO[bytes]]:
    """Give the open file, or raise `ImageReadError` if there is no regular file to be read."""
    try:
        kind = os.stat(path).st_mode
        if stat.S_ISDIR(kind):
            raise ImageReadError(f"{path} is a folder; give the name of a picture file.")
        if not stat.S_ISREG(kind):
            raise ImageReadError(f"{path} is not an ordinary file, so no picture can be read.")
        file = open(path, "rb")
    except FileNotFoundError as error:
        raise ImageReadError(f"{path} does not exist; check the name and the folder.") from error
    except PickoutError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ImageReadError(f"{path} cannot be opened: {reason}.") from error
    with file:
        yield file


def decode(file: IO[bytes], name: str, *, max_side: int | None, max_pixels: int) -> Decoded:
    """Return the pixels of the open picture `file`.

    Parameters
    ----------
    file : binary file, seekable, at its start
    name : str
        What messages call the file.
    max_side : int, optional
        JPEG files are decoded at 1/2, 1/4 or 1/8 where the longer side stays at least so long.
    max_pixels : int
        Larger pictures are refused before their pixels are decoded.

    Raises
    ------
    ImageReadError
        If the file is empty, of no known format, damaged, cut short or too large.
    MissingExtraError
        If it is HEIF and the package for it is not installed.
    """
    format_name = _format_of(file, name)
    with _explained(name, format_name), _quiet_pillow:
        if format_name == "HEIF":
            return _decode_heif(file, name, max_pixels)
        try:
            picture = _open_with_pillow(file, format_name)
        except SyntaxError:
            if format_name == "TIFF":
                return _decode_odd_tiff(file, name, max_pixels)
            raise
        check_pixels(picture.size, name, max_pixels)
        _refuse_deep_planar(picture)
        return _decode_pillow(picture, file, format_name, max_side)


def _format_of(file: IO[bytes], name: str) -> str:
    """Return the format by the file's first bytes; its name may lie."""
    start = file.read(64)
    file.seek(0)
    if not start:
        raise ImageReadError(f"{name} is empty (zero bytes); the picture was never written.")
    found = sniff_format(start)
    if found is None:
        looks = "text" if start.isascii() and b"\0" not in start else "something else"
        raise ImageReadError(
            f"{name} is not a picture that pickout can read: it holds {looks}, whatever its name "
            f"says. Known are {_KNOWN}."
        )
    return found


def sniff_format(start: bytes) -> str | None:
    """Return the format whose files begin with the bytes `start` (32 or more); None if unknown."""
    signatures = (
        (b"\xff\xd8\xff", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"BM", "BMP"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"II+\0", "TIFF"),
        (b"MM\0+", "TIFF"),
    )
    for signature, name in signatures:
        if start.startswith(signature):
            return name
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WebP"
    return _sniff_boxes(start) if start[4:8] == b"ftyp" else None


def _sniff_boxes(start: bytes) -> str | None:
    """Return AVIF or HEIF by the brands in an ISO media file's first box."""
    brands = {start[at : at + 4] for at in range(8, min(len(start), start[3] or 64), 4)}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    if brands & {b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}:
        return "HEIF"
    return None


def pixel_limit() -> int:
    """Return the largest number of pixels in force: `PICKOUT_MAX_PIXELS`, else the default."""
    text = os.environ.get(MAX_PIXELS_VARIABLE, "").strip()
    if not text:
        return DEFAULT_MAX_PIXELS
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentError(
            f"the environment variable {MAX_PIXELS_VARIABLE} should be a whole number of pixels, "
            f"such as {DEFAULT_MAX_PIXELS}, not {text!r}."
        )
    return int(text)


def check_pixels(size_wh: tuple[int, int], name: str, max_pixels: int) -> None:
    """Raise `ImageReadError` if a picture of this (width, height) is larger than allowed."""
    width, height = size_wh
    if width * height > max_pixels:
        raise ImageReadError(
            f"{name} claims {width} x {height} pixels ({width * height / 1e6:,.0f} megapixels), "
            f"more than the limit of {max_pixels / 1e6:,.0f} that protects the memory; if the file "
            f"is to be trusted, raise max_pixels or set {MAX_PIXELS_VARIABLE}."
        )


def _open_with_pillow(file: IO[bytes], format_name: str) -> Any:
    """Return the picture with its header read.

    The format's class is called directly: `PIL.Image.open` would try every format there is, and
    warn or refuse by a limit that is global to the process.
    """
    module, loader = _LOADERS[format_name]
    return getattr(import_module(f"PIL.{module}"), loader)(file)


def _refuse_deep_planar(picture: Any) -> None:
    """Raise for TIFF with separate 16-bit planes, which Pillow and OpenCV both read wrongly."""
    tags = getattr(picture, "tag_v2", {})
    if tags.get(_TIFF_PLANAR) == 2 and len(tags[_TIFF_BITS]) > 1 and max(tags[_TIFF_BITS]) > 8:
        raise ValueError("separate planes of more than 8 bits; save it with interleaved channels")


def _decode_pillow(
    picture: Any, file: IO[bytes], format_name: str, max_side: int | None
) -> Decoded:
    from PIL.Image import DecompressionBombError

    mode, size_hw = picture.mode, picture.size[::-1]
    planes = None
    if format_name == "JPEG" and mode in {"L", "RGB"}:
        planes = _decode_whole_jpeg(file, size_hw, max_side, is_grey=mode == "L")
    if planes is None:
        try:
            planes = _load(picture, max_side)
        except DecompressionBombError:
            # Pillow's own limit, met inside its TIFF and WebP readers; ours has been checked.
            planes = _decode_opencv(file)
    # Pillow and OpenCV both turn TIFF upright themselves, and only TIFF.
    is_upright = format_name == "TIFF"
    return Decoded(
        planes=planes,
        format=format_name,
        mode=mode,
        size_hw=planes.color.shape[:2] if is_upright else size_hw,
        orientation=1 if is_upright else orientation_of(picture),
        profile=picture.info.get("icc_profile"),
        exif=harmless_exif(picture),
    )


def _load(picture: Any, max_side: int | None) -> Planes:
    if max_side is not None:
        scale = max_side / max(picture.size)
        picture.draft(None, tuple(max(1, int(side * scale)) for side in picture.size))
    picture.load()
    return planes_of_pillow(picture)


def _decode_whole_jpeg(
    file: IO[bytes], size_hw: tuple[int, int], max_side: int | None, *, is_grey: bool
) -> Planes | None:
    """Return the pixels by OpenCV, which gives the same ones as Pillow in half the time.

    OpenCV says nothing about files that are cut short, so a file without its end marker is left
    to Pillow (None), which does.
    """
    import cv2

    file.seek(0)
    data = np.frombuffer(file.read(), np.uint8)
    if data[-2:].tobytes() != b"\xff\xd9":
        return None
    fits = [step for step in (1, 2, 4, 8) if max_side and max(size_hw) // step >= max_side]
    reduced = {
        1: 0,
        2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
        4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
        8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
    }[max(fits, default=1)]
    color = cv2.IMREAD_GRAYSCALE if is_grey else cv2.IMREAD_COLOR
    try:
        array = cv2.imdecode(data, reduced | color | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:  # Its own limit, 2³⁰ pixels; ours may have been raised beyond.
        return None
    if array is None:
        return None
    return Planes(array, "L") if is_grey else Planes(_swap_red_and_blue(array), "RGB")


def _swap_red_and_blue(array: AnyArray) -> AnyArray:
    """Return `array` with its outer channels swapped in place; a copy may be 300 MB."""
    import cv2

    for top in range(0, array.shape[0], 256):
        strip = array[top : top + 256]
        strip[:] = cv2.cvtColor(strip, cv2.COLOR_BGR2RGB)
    return array


def _decode_opencv(file: IO[bytes]) -> Planes:
    import cv2

    file.seek(0)
    array = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_UNCHANGED)
    if array is None:
        raise ValueError("its kind of pixels is not supported; save it as PNG or JPEG")
    return planes_of_opencv(array)


def _decode_odd_tiff(file: IO[bytes], name: str, max_pixels: int) -> Decoded:
    """Return the pixels of a TIFF whose header Pillow refuses, such as colour in floating point."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    file.seek(0)
    tags = ImageFileDirectory_v2(file.read(8))
    file.seek(tags.next)
    tags.load(file)
    width, height = tags.get(_TIFF_WIDTH, 0), tags.get(_TIFF_HEIGHT, 0)
    check_pixels((width, height), name, max_pixels)
    if set(tags.get(_TIFF_BITS, ())) - {8, 16, 32, 64} or width * height == 0:
        raise ValueError("its kind of pixels is not supported; save it as PNG or JPEG")
    planes = _decode_opencv(file)
    return Decoded(planes, "TIFF", "", planes.color.shape[:2], 1, tags.get(_TIFF_PROFILE), b"")


def _decode_heif(file: IO[bytes], name: str, max_pixels: int) -> Decoded:
    """Return the pixels of a HEIF file; its decoder turns pictures upright by itself."""
    try:
        import pi_heif
    except ImportError as error:
        raise missing_extra(f"reading {name} (HEIF)", "pi-heif", "heif") from error
    container = pi_heif.open_heif(file)
    check_pixels(container.size, name, max_pixels)
    picture: PillowImage = container.to_pillow()
    return Decoded(
        planes=planes_of_pillow(picture),
        format="HEIF",
        mode=picture.mode,
        size_hw=picture.size[::-1],
        orientation=1,
        profile=picture.info.get("icc_profile"),
        exif=harmless_exif(picture),
    )


@contextlib.contextmanager
def _explained(name: str, format_name: str) -> Iterator[None]:
    """Turn whatever a decoder raises into one `ImageReadError`."""
    try:
        yield
    except PickoutError:
        raise
    except MemoryError as error:
        raise ImageReadError(f"{name} is too large for this machine's memory.") from error
    except Exception as error:  # On damaged files the decoders raise nearly anything.
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        raise ImageReadError(
            f"{name} is damaged or cut short and cannot be read as {format_name} ({reason}); "
            "fetch it again from where it came from."
        ) from error


class _Quiet:
    """Silences Pillow's remarks on odd metadata; many threads may be inside at once.

    `warnings.catch_warnings` restores what it found on entering, so overlapping uses in several
    threads would leave the silence behind; here only the first enters and only the last leaves.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._saved = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._saved = warnings.catch_warnings()
                self._saved.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._saved.__exit__(None, None, None)


_quiet_pillow = _Quiet()
