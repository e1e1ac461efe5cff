"""Data sets as folders: pictures with masks, and pictures with labels."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pickout.arrays import AnyArray, BoolArray
from pickout.bench.robot import Truth
from pickout.errors import ArgumentError, ImageReadError
from pickout.images import Image, read_image
from pickout.images.files import PICTURE_SUFFIXES

DATA_VARIABLE = "PICKOUT_DATA"
NO_CLASS = "none"
"""Class of pictures that show nothing one could ask for."""

BoxXYXY = tuple[float, float, float, float]


def find_set(name: str | Path, data: Path | None = None) -> Path:
    """Return the folder of a data set.

    Parameters
    ----------
    name : str or Path
        A folder, or the short name of one in the data folder, directly or one level deeper.
    data : Path, optional
        The data folder; without it, the environment variable PICKOUT_DATA.

    Raises
    ------
    ArgumentError
        If there is no such folder; the message lists the sets that were found.
    """
    if Path(name).is_dir():
        return Path(name)
    known = _known_sets(data)
    for folder in known:
        if folder.name == str(name):
            return folder
    names = ", ".join(sorted(folder.name for folder in known)) or "none"
    raise ArgumentError(
        f"there is no data set {str(name)!r}: it is neither a folder nor the name of a set in the "
        f"data folder (--data or {DATA_VARIABLE}; sets found there: {names})."
    )


def _known_sets(data: Path | None) -> list[Path]:
    root = data or Path(os.environ.get(DATA_VARIABLE) or os.devnull)
    if not root.is_dir():
        return []
    folders = [root, *sorted(root.glob("*/")), *sorted(root.glob("*/*/"))]
    return [path for path in folders if (path / "images").is_dir()]


# --- pictures with masks ------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """One picture and the file that says which of its pixels are the object."""

    name: str
    image_path: Path
    mask_path: Path


def read_samples(folder: Path) -> list[Sample]:
    """Return the pictures of ``folder/images`` with the masks of the same stem, by name.

    Raises
    ------
    ArgumentError
        If there are no such folders, no pictures, or a picture without a mask.
    """
    images, masks = _pictures(folder, "images"), _pictures(folder, "masks")
    missing = sorted(images.keys() - masks.keys())
    if missing:
        raise ArgumentError(
            f"{folder / 'masks'} holds no mask for {len(missing)} of {len(images)} pictures, the "
            f"first being {images[missing[0]].name}; a mask has its picture's name."
        )
    return [Sample(name, images[name], masks[name]) for name in sorted(images)]


def drawn(samples: list[Sample], limit: int | None, seed: int) -> list[Sample]:
    """Return all samples, or `limit` of them drawn with the seed, in the order of their names."""
    if limit is None or limit >= len(samples):
        return samples
    chosen = random.Random(seed).sample(range(len(samples)), limit)
    return [samples[index] for index in sorted(chosen)]


def _pictures(folder: Path, part: str) -> dict[str, Path]:
    """Return the picture files of a subfolder by stem."""
    place = folder / part
    if not place.is_dir():
        raise ArgumentError(
            f"{folder} has no folder '{part}'; a set for this benchmark is a folder with 'images' "
            "and 'masks'."
        )
    found: dict[str, Path] = {}
    for path in sorted(place.iterdir()):
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            continue
        if path.stem in found:
            raise ArgumentError(f"{place} holds two pictures named {path.stem}; keep one of them.")
        found[path.stem] = path
    if not found:
        raise ArgumentError(f"{place} holds no pictures.")
    return found


def read_sample(sample: Sample) -> tuple[Image, Truth]:
    """Return the picture and its truth.

    Mask values up to a third of white are background, those above two thirds the object, and
    those between (written as 128) are ignored.

    Raises
    ------
    ImageReadError
        If a file cannot be read.
    ArgumentError
        If the sizes differ or the mask holds no object.
    """
    image = read_image(sample.image_path)
    values = read_image(sample.mask_path).array[..., 0]
    if values.shape != image.size_hw:
        raise ArgumentError(
            f"{sample.mask_path} is {values.shape[1]} x {values.shape[0]} pixels, but its picture "
            f"is {image.size_hw[1]} x {image.size_hw[0]}; both must have the same size."
        )
    truth = Truth(values > 170, (values > 85) & (values <= 170))
    if not truth.object.any():
        raise ArgumentError(
            f"{sample.mask_path} holds no object: its largest value is {values.max()}; expected "
            "are 0 for background, 128 for ignored and 255 for object pixels."
        )
    return image, truth


def read_values(path: Path) -> AnyArray:
    """Return a label picture's stored numbers, (H, W): palette indices, grey values, or 0 and 1.

    Raises
    ------
    ImageReadError
        If the file is missing, no picture, or in colour.
    """
    import PIL.Image

    try:
        with PIL.Image.open(path) as picture:
            values = np.asarray(picture)
    except (OSError, ValueError, SyntaxError) as error:
        raise ImageReadError(f"{path} cannot be read as a label picture: {error}.") from error
    if values.ndim != 2:
        raise ImageReadError(f"{path} is in colour; a label picture is grey or has a palette.")
    return values


# --- pictures with labels -----------------------------------------------------------------------


@dataclass(frozen=True)
class Label:
    """One row of ``labels.csv``: what a picture shows, and perhaps where.

    Parameters
    ----------
    image : str
        Path of the picture inside the set's folder.
    name : str
        Class or instance, `NO_CLASS` for a distractor.
    box_xyxy : (x0, y0, x1, y1), optional
        In pixels, half-open.
    mask : str, optional
        Path of the mask inside the set's folder.
    mask_value : int, optional
        Number that marks this object in the mask; without it, everything but 0 does.
    split : str
    """

    image: str
    name: str
    box_xyxy: BoxXYXY | None
    mask: str | None
    mask_value: int | None
    split: str

    @property
    def has_place(self) -> bool:
        """Whether the row says where in the picture the object is."""
        return self.box_xyxy is not None or self.mask is not None


def read_labels(folder: Path) -> list[Label]:
    """Return the rows of ``folder/labels.csv``.

    Raises
    ------
    ArgumentError
        If the file is missing, a column or value is wrong (the line is named), or a picture of
        it does not exist.
    """
    path = folder / "labels.csv"
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            _check_columns(path, reader.fieldnames or ())
            labels = [_label(row, f"{path}, line {reader.line_num}") for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ArgumentError(
            f"{path} cannot be read ({error}); a set for this benchmark is a folder with 'images' "
            "and 'labels.csv'."
        ) from error
    missing = sorted({label.image for label in labels if not (folder / label.image).is_file()})
    if missing:
        raise ArgumentError(f"{path} names {len(missing)} pictures that do not exist: {missing[0]}")
    return labels


def _check_columns(path: Path, columns: Iterable[str]) -> None:
    missing = {"image", "class_or_instance"} - set(columns)
    if missing:
        raise ArgumentError(f"{path} has no column {', '.join(sorted(missing))}.")


def _label(row: Mapping[str, str | None], place: str) -> Label:
    """Return a row of the file; `place` is how messages call it."""
    text = {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)}
    if not text["image"] or not text["class_or_instance"]:
        raise ArgumentError(f"{place}: 'image' and 'class_or_instance' must not be empty.")
    try:
        corners = [float(text[side]) for side in ("x0", "y0", "x1", "y1") if text.get(side)]
        value = int(text["mask_value"]) if text.get("mask_value") else None
    except ValueError as error:
        raise ArgumentError(f"{place}: not a number: {error}.") from error
    if len(corners) not in {0, 4}:
        raise ArgumentError(f"{place}: a box needs x0, y0, x1 and y1, or none of them.")
    return Label(
        image=text["image"],
        name=text["class_or_instance"],
        box_xyxy=(corners[0], corners[1], corners[2], corners[3]) if corners else None,
        mask=text.get("mask") or None,
        mask_value=value,
        split=text.get("split", ""),
    )


def read_label_mask(folder: Path, label: Label) -> BoolArray | None:
    """Return the object's pixels, (H, W) bool; None if the row has no mask."""
    if label.mask is None:
        return None
    values = read_values(folder / label.mask)
    inside = values > 0 if label.mask_value is None else values == label.mask_value
    return np.asarray(inside, np.bool_)
