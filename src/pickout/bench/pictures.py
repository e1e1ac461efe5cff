"""Photo-like pictures of any size with a known object, made from one small photo."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np

from pickout import samples
from pickout.arrays import AnyArray, BoolArray, ByteArray
from pickout.bench.workers import Record
from pickout.images import read_image


def picture_paths(job: Record) -> tuple[Path, Path]:
    """Return where a job's picture and its object's mask lie."""
    name = f"{job['megapixels']:g}"
    return Path(job["folder"]) / f"{name}.jpg", Path(job["folder"]) / f"{name}.png"


def write_picture(job: Record) -> Record:
    """Make a job's picture and its object's mask; return the size."""
    picture, mask = make_picture(_photo(job), job["megapixels"], job["seed"])
    image_path, mask_path = picture_paths(job)
    _write_jpeg(image_path, picture)
    mask_path.write_bytes(cv2.imencode(".png", mask.astype(np.uint8) * 255)[1].tobytes())
    return {"size_hw": list(mask.shape)}


def write_collection(job: Record, folder: Path) -> None:
    """Make ``job["pictures"]`` pictures that differ in view, colour and texture."""
    folder.mkdir()
    photo = _photo(job)
    for index in range(job["pictures"]):
        view = np.rot90(photo, index)[:, :: 1 if index % 8 < 4 else -1, _CHANNELS[index % 6]]
        picture, _ = make_picture(
            np.ascontiguousarray(view), job["megapixels"], job["seed"] + index
        )
        _write_jpeg(folder / f"{index:03d}.jpg", picture)


_CHANNELS = ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2))


def _write_jpeg(path: Path, picture: ByteArray) -> None:
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    path.write_bytes(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())


def _photo(job: Record) -> ByteArray:
    """Return the photo a job names, or else the query photo of the samples."""
    return read_image(job["photo"] or samples.query_path()).array


def make_picture(photo: ByteArray, megapixels: float, seed: int) -> tuple[ByteArray, BoolArray]:
    """Return a picture of `megapixels` with an object whose mask is known.

    The photo is enlarged and its missing fine detail replaced by texture of all finer scales and
    a little sensor noise. The object is a lobed shape in the middle that shows the photo turned
    by half a circle, in other colours.

    Parameters
    ----------
    photo : (H, W, 3) ndarray of uint8
    megapixels : float
    seed : int

    Returns
    -------
    picture : (H, W, 3) ndarray of uint8
        In the photo's proportions.
    mask : (H, W) ndarray of bool
    """
    scale = math.sqrt(megapixels * 1e6 / (photo.shape[0] * photo.shape[1]))
    height, width = (max(8, round(side * scale)) for side in photo.shape[:2])
    rng = np.random.default_rng(seed)
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    background = cv2.resize(photo, (width, height), interpolation=how)
    # Other channels in another order, brightened: the same detail, clearly not the same thing.
    turned = np.ascontiguousarray(background[::-1, ::-1, (2, 0, 1)])
    inside = cv2.convertScaleAbs(turned, alpha=0.7, beta=70)
    mask = object_mask(height, width)
    picture = np.where(mask[..., None], inside, background)
    return _with_texture(picture, scale, rng), mask


def object_mask(height: int, width: int) -> BoolArray:
    """Return the object of every made picture: a shape with five lobes around its middle."""
    y = (np.arange(height, dtype=np.float32)[:, None] - height / 2) / min(height, width)
    x = (np.arange(width, dtype=np.float32)[None, :] - width / 2) / min(height, width)
    radius = np.hypot(x, y)
    return np.asarray(radius < 0.3 + 0.06 * np.sin(5 * np.arctan2(y, x)), np.bool_)


def _with_texture(picture: AnyArray, scale: float, rng: np.random.Generator) -> ByteArray:
    """Return the picture with grey noise of every scale that enlarging has left empty."""
    height, width = picture.shape[:2]
    grey = np.zeros((height, width), np.float32)
    step = max(1.0, scale)
    while step >= 1:
        size = max(2, round(width / step)), max(2, round(height / step))
        noise = rng.standard_normal((size[1], size[0]), np.float32) * 3
        grey += cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR)
        step /= 2
    for channel in range(3):
        layer = picture[..., channel] + grey
        picture[..., channel] = np.clip(layer, 0, 255).astype(np.uint8)
    return picture
