"""Pictures: the one canonical form, and how files become it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np

from pickout.arrays import AnyArray, BoolArray, ByteArray, check_dtype, check_shape, frozen
from pickout.errors import ArgumentError

if TYPE_CHECKING:
    from pickout.images.files import Decoded


@dataclass(frozen=True, eq=False)
class Image:
    """A picture in canonical form: upright, sRGB, eight bits.

    Parameters
    ----------
    array : (H, W, 3) ndarray of uint8
        Red, green, blue. Kept read-only; a writeable array is copied.
    alpha : (H, W) ndarray of uint8, optional
        Opacity that came with the file, 255 where opaque; None if the file has none.
    path : Path, optional
        Where it was read from.
    full_size_hw : (int, int), optional
        Height and width of the file's upright picture; larger than `array` if it was decoded
        at a reduced size.
    metadata : dict
        EXIF fields worth keeping on export, without orientation or location (bytes per block).
    """

    array: ByteArray
    alpha: ByteArray | None = None
    path: Path | None = None
    full_size_hw: tuple[int, int] | None = None
    metadata: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        array = np.asarray(self.array)
        check_shape("image", array, ("height", "width", 3))
        check_dtype("image", array, np.uint8)
        object.__setattr__(self, "array", frozen(array))
        if self.alpha is not None:
            alpha = np.asarray(self.alpha)
            check_shape("alpha", alpha, array.shape[:2])
            check_dtype("alpha", alpha, np.uint8)
            object.__setattr__(self, "alpha", frozen(alpha))
        if self.full_size_hw is None:
            object.__setattr__(self, "full_size_hw", self.size_hw)

    def __repr__(self) -> str:
        height, width = self.size_hw
        return f"Image({width} x {height}{f', {self.path.name!r}' if self.path else ''})"

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.array.shape[0], self.array.shape[1]


def as_image(value: Image | AnyArray) -> Image:
    """Return `value` as an `Image`; arrays must be (H, W, 3) uint8 RGB.

    Raises
    ------
    ArgumentError
        If it is something else; paths are to be opened with `read_image`.
    """
    if isinstance(value, Image):
        return value
    if isinstance(value, str | Path):
        raise ArgumentError(f"an image is wanted, not a path; open it first: read_image({value!r})")
    return Image(np.asarray(value))


def read_image(
    path: str | Path, *, max_side: int | None = None, max_pixels: int | None = None
) -> Image:
    """Return the picture in a file: upright, sRGB, eight bits.

    Reads JPEG, PNG, WebP, TIFF, BMP, GIF and AVIF (of several pictures the first), and HEIF if
    the extra `heif` is installed. How other kinds of pixels become (H, W, 3) bytes is told in
    `pickout.images.pixels`, how colours become sRGB in `pickout.images.color`.

    Parameters
    ----------
    path : path
    max_side : int, optional
        Longest side wanted, in pixels. A larger picture is averaged down to it, JPEG already
        while decoding, which is several times faster. `Image.full_size_hw` keeps the full size.
    max_pixels : int, optional
        Larger pictures are refused before anything is decoded. Without it the environment
        variable ``PICKOUT_MAX_PIXELS`` counts, else 400 million.

    Raises
    ------
    ImageReadError
        If the file is missing, a folder, not readable, empty, not a picture of a known format,
        damaged, cut short, or larger than `max_pixels`.
    MissingExtraError
        If the file is HEIF and the package for it is not installed.
    ArgumentError
        If `max_side` or `max_pixels` is not a whole number of at least 1.
    """
    from pickout.images.files import open_file

    with open_file(path) as file:
        return _read(file, str(path), Path(path), max_side, max_pixels)


def read_image_bytes(
    data: bytes, name: str, *, max_side: int | None = None, max_pixels: int | None = None
) -> Image:
    """Return the picture in `data`, the contents of a file that messages call `name`.

    Parameters and errors as in `read_image`; the `path` of the result is None.
    """
    return _read(io.BytesIO(data), name, None, max_side, max_pixels)


def _read(
    file: IO[bytes], name: str, path: Path | None, max_side: int | None, max_pixels: int | None
) -> Image:
    from pickout.images.color import to_srgb
    from pickout.images.files import decode, pixel_limit
    from pickout.images.pixels import fitted_size, shrink, to_bytes, turn_upright

    _check_count("max_side", max_side)
    _check_count("max_pixels", max_pixels)
    decoded = decode(file, name, max_side=max_side, max_pixels=max_pixels or pixel_limit())
    planes, profile = to_bytes(decoded.planes), decoded.profile
    del decoded.planes  # Of 100 megapixels, every copy that is not held is 300 MB less.
    wanted_hw = fitted_size(decoded.size_hw, max_side)
    color = to_srgb(shrink(planes.color, wanted_hw), planes.space, profile)
    color = turn_upright(color, decoded.orientation)
    alpha = planes.alpha
    if alpha is not None:
        alpha = turn_upright(shrink(alpha, wanted_hw), decoded.orientation)
        alpha.flags.writeable = False
    color.flags.writeable = False
    turned = decoded.orientation >= 5
    return Image(
        color,
        alpha,
        path,
        full_size_hw=decoded.size_hw[::-1] if turned else decoded.size_hw,
        metadata={"exif": decoded.exif} if decoded.exif else {},
    )


def _check_count(name: str, value: int | None) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ArgumentError(f"{name} should be a whole number of at least 1, not {value!r}.")


def read_mask_array(path: str | Path) -> BoolArray:
    """Return the mask stored in a picture file, upright.

    - A picture with transparent pixels: opaque by more than half is inside.
    - A palette with colours: every colour but black is inside.
    - Anything else: inside is what is brighter than half of full scale in its brightest channel.
      Full scale is that of the file's numbers (255, 65535), so noise from JPEG compression does
      no harm; a lossless file whose numbers are all 0 and 1 has full scale 1.

    Returns
    -------
    mask : (H, W) ndarray of bool

    Raises
    ------
    ImageReadError, MissingExtraError
        As in `read_image`.
    """
    from pickout.images.files import decode, open_file, pixel_limit
    from pickout.images.pixels import turn_upright

    with open_file(path) as file:
        decoded = decode(file, str(path), max_side=None, max_pixels=pixel_limit())
    inside = _inside(decoded).astype(np.uint8)
    return turn_upright(inside, decoded.orientation).astype(bool)


def _inside(decoded: Decoded) -> BoolArray:
    """Return which of the stored pixels mean "inside" by the rules of `read_mask_array`."""
    from pickout.images.files import LOSSY_FORMATS
    from pickout.images.pixels import to_bytes

    color, alpha = decoded.planes.color, to_bytes(decoded.planes).alpha
    if alpha is not None:
        return alpha > 127
    if decoded.planes.space == "CMYK":
        color = 255 - color
    value = color if color.ndim == 2 else color.max(axis=2)
    if decoded.mode == "P" and (color != value[..., np.newaxis]).any():
        return value > 0
    full = 255 if decoded.format in LOSSY_FORMATS else _full_scale(value)
    return value > full / 2


def _full_scale(value: AnyArray) -> float:
    """Return the largest number that a mask with these numbers could hold."""
    highest = float(value.max())
    return next((scale for scale in (1.0, 255.0, 65535.0) if highest <= scale), highest)
