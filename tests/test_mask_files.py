"""Masks from files of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from odd_pictures import (
    packed,
    rich_exif,
    scene,
    turned,
)
from pickout.errors import ImageReadError
from pickout.images import read_mask_array


@pytest.fixture
def shape() -> np.ndarray:
    """A disc in a (40, 60) bool array, off the centre."""
    y, x = np.mgrid[:40, :60]
    return (x - 22) ** 2 + (y - 17) ** 2 < 150


def mask_of(tmp_path: Path, data: bytes) -> np.ndarray:
    path = tmp_path / "mask.png"
    path.write_bytes(data)
    return read_mask_array(path)


@pytest.mark.parametrize(
    "kind", ["L", "1", "RGB", "0/1", "16 bit", "16 bit 0/255", "float", "palette", "green"]
)
def test_mask_from_every_kind_of_picture(tmp_path: Path, shape: np.ndarray, kind: str) -> None:
    grey = Pillow.fromarray(shape.astype(np.uint8) * 255)
    palette = Pillow.fromarray(shape.astype(np.uint8)).convert("P")
    palette.putpalette([0, 0, 0, 64, 0, 0])
    pictures = {
        "L": grey,
        "1": Pillow.fromarray(shape),
        "RGB": grey.convert("RGB"),
        "0/1": Pillow.fromarray(shape.astype(np.uint8)),
        "16 bit": Pillow.fromarray(shape.astype(np.uint16) * 65535),
        "16 bit 0/255": Pillow.fromarray(shape.astype(np.uint16) * 255),
        "float": Pillow.fromarray(shape.astype(np.float32)),
        "palette": palette,
        "green": Pillow.fromarray(shape[..., np.newaxis] * np.uint8([0, 200, 0])),
    }
    data = packed(pictures[kind], "TIFF" if kind == "float" else "PNG")
    assert np.array_equal(mask_of(tmp_path, data), shape)


def test_jpeg_noise_does_no_harm(tmp_path: Path, shape: np.ndarray) -> None:
    large = np.kron(shape, np.ones((8, 8))) > 0
    data = packed(Pillow.fromarray(large.astype(np.uint8) * 255), "JPEG", quality=60)
    assert np.count_nonzero(mask_of(tmp_path, data) != large) < 30


def test_black_jpeg_is_an_empty_mask(tmp_path: Path) -> None:
    nearly_black = np.random.default_rng(0).integers(0, 2, (32, 32), np.uint8)
    data = packed(Pillow.fromarray(nearly_black), "JPEG", quality=100)
    assert not mask_of(tmp_path, data).any()


def test_transparent_picture_gives_its_alpha(tmp_path: Path, shape: np.ndarray) -> None:
    full = np.dstack([scene(40, 60), np.where(shape, 200, 30)]).astype(np.uint8)
    assert np.array_equal(mask_of(tmp_path, packed(Pillow.fromarray(full), "PNG")), shape)


def test_mask_is_turned_like_its_picture(tmp_path: Path, shape: np.ndarray) -> None:
    stored = Pillow.fromarray(turned(shape, 5).astype(np.uint8) * 255)
    assert np.array_equal(mask_of(tmp_path, packed(stored, "PNG", exif=rich_exif(5))), shape)


def test_unreadable_mask_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ImageReadError, match="does not exist"):
        read_mask_array(tmp_path / "none.png")
