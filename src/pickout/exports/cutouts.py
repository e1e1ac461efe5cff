"""Cut-outs: an object on transparent ground, cropped to what can be seen of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray, check_range, frozen
from pickout.errors import ArgumentError
from pickout.exports.pictures import save_picture
from pickout.images import Image, as_image
from pickout.masks import Box4, Mask, as_mask, check_mask_fits

Color = str | tuple[int, int, int]

MAX_FEATHER = 200.0
# Foreground colours are borrowed from inside the object, at most this far from its soft rim.
_COLOR_REACH = 24

EDGES = {"feather": None, "hair": "guided", "fine-hair": "closed-form"}
"""Kinds of edges, and how opacity is read from the picture for them."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """An object on transparent ground.

    Parameters
    ----------
    array : (H, W, 4) ndarray of uint8
        Red, green, blue, and opacity (not premultiplied). Where nothing is to be seen, all four
        are 0: the background does not hide in the file.
    box_xyxy : (int, int, int, int)
        Where the cut-out lay in the picture, half-open.
    metadata : dict of bytes
        What the picture's file said about itself, free of places and serial numbers.
    """

    array: ByteArray
    box_xyxy: Box4
    metadata: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "array", frozen(self.array))

    def __repr__(self) -> str:
        height, width = self.size_hw
        return f"Cutout({width} x {height}, at {self.box_xyxy})"

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.array.shape[0], self.array.shape[1]

    def on_background(self, color: Color = "white") -> Image:
        """Return the cut-out as a picture without transparency, in front of one colour.

        Parameters
        ----------
        color : str or (int, int, int)
            A name (``"white"``), a code (``"#ff8800"``) or red, green, blue from 0 to 255.

        Returns
        -------
        picture : Image
            Of the cut-out's size.

        Raises
        ------
        ArgumentError
            If there is no such colour.
        """
        from pickout.matting import parse_color

        opacity = self.array[..., 3:].astype(np.uint16)
        ground = np.array(parse_color(color), np.uint16)
        mixed = self.array[..., :3] * opacity + ground * (255 - opacity) + 127
        return Image((mixed // 255).astype(np.uint8), metadata=dict(self.metadata))

    def save(
        self,
        path: str | Path,
        *,
        background: Color | None = None,
        keep_metadata: bool = True,
        overwrite: bool = False,
    ) -> None:
        """Write the cut-out to a file, whose suffix says the format.

        Parameters
        ----------
        path : path
            ``.png``, ``.webp`` (lossless), ``.tif``, ``.tiff``; with a `background` also
            ``.jpg`` and ``.jpeg``.
        background : str or (int, int, int), optional
            Colour to put behind the object; by default it stays transparent.
        keep_metadata : bool
            Whether camera and date go along. Location, serial numbers and thumbnails never do.
        overwrite : bool
            Whether an existing file may be replaced.

        Raises
        ------
        ExportError
            If the file exists, cannot be written, or its format cannot hold the picture.
        ArgumentError
            If there is no such colour.
        """
        array = self.array if background is None else self.on_background(background).array
        metadata = self.metadata if keep_metadata else {}
        save_picture(array, path, metadata=metadata, overwrite=overwrite)


def cutout(
    image: Image | AnyArray,
    mask: Mask | AnyArray,
    *,
    feather: float = 1.0,
    edge: str = "feather",
    crop: bool = True,
    margin: int = 0,
    decontaminate: bool = True,
) -> Cutout:
    """Return the object under a mask on transparent ground.

    Parameters
    ----------
    image : Image or (H, W, 3) ndarray of uint8
        If it came with an opacity of its own, what was transparent stays transparent.
    mask : Mask or (H, W) ndarray of bool
    feather : float
        Softness of the edge in pixels, 0 to 200; 0 keeps it hard. Only for the edge of that name.
    edge : str
        ``"feather"`` is equally soft everywhere; ``"hair"`` is as soft as the picture shows it:
        for hair, fur and blur; ``"fine-hair"`` likewise, in seconds instead of milliseconds, and
        needs the extra ``matting`` (see `pickout.matting.estimate_alpha`).
    crop : bool
        Whether to keep only the box around the object, or the whole picture's size.
    margin : int
        Pixels to leave around the object when cropping, as far as the picture goes.
    decontaminate : bool
        Whether the background's colour is taken out of the soft edge, so that no fringe shows
        on another ground. Has no effect on a hard edge.

    Returns
    -------
    cutout : Cutout

    Raises
    ------
    ArgumentError
        If the mask is empty or of another size, a number is out of range, or there is no such
        edge.
    MissingExtraError
        If the fine edge's package is not installed.
    """
    image, mask = as_image(image), as_mask(mask)
    check_mask_fits(mask, image.size_hw)
    check_range("feather", feather, 0, MAX_FEATHER)
    check_edge(edge)
    check_range("margin", margin, 0, 100_000)
    box = mask.box_xyxy
    if box is None:
        raise ArgumentError(
            "the mask is empty, so there is nothing to cut out; click on the object first."
        )
    around, alpha = _opacity(image, mask, box, feather, edge)
    part = _cut_part(image, alpha, around, clean=decontaminate)
    if not crop:
        return Cutout(_paste(part, around, image.size_hw), _whole(image), dict(image.metadata))
    visible = _grow(_visible_box(part, around, box), int(margin), image.size_hw)
    return Cutout(_view(part, around, visible), visible, dict(image.metadata))


def check_edge(edge: str) -> None:
    """Raise unless there is such a kind of edge and what it needs is installed.

    Raises
    ------
    ArgumentError, MissingExtraError
    """
    if edge not in EDGES:
        raise ArgumentError(f"there is no edge {edge!r}; choose one of: {', '.join(EDGES)}.")
    if EDGES[edge] == "closed-form":
        from pickout.matting.closed_form import check_installed

        check_installed()


def _opacity(
    image: Image, mask: Mask, box: Box4, radius: float, edge: str
) -> tuple[Box4, BoolArray | FloatArray]:
    """Return a box with room for the soft edge, and the opacity in it; bool if it is hard.

    The rest of the picture is never touched: large photos cost what their object costs.
    """
    from pickout.matting import estimate_alpha, feather

    method = EDGES[edge]
    if method is not None:
        alpha = estimate_alpha(image, mask, method=method)
        soft = Mask(alpha > 0).box_xyxy or box
        around = _grow(soft, _COLOR_REACH, image.size_hw)
        return around, _crop(alpha, around)
    around = _grow(box, math.ceil(3 * radius) + _COLOR_REACH, image.size_hw)
    inside = _crop(mask.array, around)
    return around, inside if radius == 0 else feather(Mask(inside), radius)


def _cut_part(image: Image, alpha: BoolArray | FloatArray, box: Box4, *, clean: bool) -> ByteArray:
    """Return the RGBA pixels of a box of the picture."""
    import cv2

    colors = _crop(image.array, box)
    if alpha.dtype == np.bool_:
        opacity = np.asarray(alpha.view(np.uint8) * np.uint8(255))
    else:
        colors, opacity = _soft_part(colors, np.asarray(alpha, np.float32), clean=clean)
    if image.alpha is not None:
        opacity = np.asarray(cv2.multiply(opacity, _crop(image.alpha, box), scale=1 / 255))
    # OpenCV's passes over the pixels take a tenth of the time of NumPy's masked ones.
    return np.asarray(cv2.copyTo(cv2.merge([*cv2.split(colors), opacity]), opacity), np.uint8)


def _soft_part(colors: ByteArray, alpha: FloatArray, *, clean: bool) -> tuple[ByteArray, ByteArray]:
    """Return the colours and the opacity, 0 to 255, of an object with a soft edge."""
    import cv2

    from pickout.matting import decontaminate

    if clean:
        colors = decontaminate(colors, alpha)
    return colors, np.asarray(cv2.convertScaleAbs(alpha, alpha=255), np.uint8)


def _crop(array: AnyArray, box: Box4) -> AnyArray:
    x0, y0, x1, y1 = box
    return array[y0:y1, x0:x1]


def _visible_box(part: ByteArray, around: Box4, fallback: Box4) -> Box4:
    """Return the box, in the picture, of what is not fully transparent in `part`."""
    box = Mask(part[..., 3] > 0).box_xyxy
    if box is None:  # the picture itself is transparent there
        return fallback
    x, y = around[:2]
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def _grow(box: Box4, margin: int, size_hw: tuple[int, int]) -> Box4:
    """Return a box widened on all sides, as far as the picture goes."""
    x0, y0, x1, y1 = box
    height, width = size_hw
    return (
        max(0, x0 - margin),
        max(0, y0 - margin),
        min(width, x1 + margin),
        min(height, y1 + margin),
    )


def _view(part: ByteArray, around: Box4, box: Box4) -> ByteArray:
    """Return `box` out of `part`, which lies at `around` in the picture.

    The box may be larger than the part (a wide margin); there it is transparent.
    """
    x0, y0, x1, y1 = box
    result = np.zeros((y1 - y0, x1 - x0, 4), np.uint8)
    left, top = max(x0, around[0]), max(y0, around[1])
    right, bottom = min(x1, around[2]), min(y1, around[3])
    result[top - y0 : bottom - y0, left - x0 : right - x0] = part[
        top - around[1] : bottom - around[1], left - around[0] : right - around[0]
    ]
    return result


def _paste(part: ByteArray, around: Box4, size_hw: tuple[int, int]) -> ByteArray:
    height, width = size_hw
    return _view(part, around, (0, 0, width, height))


def _whole(image: Image) -> Box4:
    height, width = image.size_hw
    return 0, 0, width, height
