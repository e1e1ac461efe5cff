"""The pictures to learn from."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np


@dataclass(frozen=True)
class Thing:
    """A picture and the mask of one object in it; `ignore` marks pixels that do not count."""

    name: str
    rgb: np.ndarray
    mask: np.ndarray
    ignore: np.ndarray


def decode(data: bytes | np.ndarray, flags: int) -> np.ndarray:
    """Return a picture file's pixels, colours as RGB."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    return np.ascontiguousarray(pixels[:, :, ::-1]) if flags == cv2.IMREAD_COLOR else pixels


def thing(name: str, picture: bytes, mask: bytes) -> Thing:
    """Return the object of a pair of files (mask: 0 background, 128 ignore, 255 object)."""
    values = decode(mask, cv2.IMREAD_GRAYSCALE)
    ignore = values == 128
    return Thing(name, decode(picture, cv2.IMREAD_COLOR), (values > 127) & ~ignore, ignore)


def things_in_tars(folder: Path) -> Iterator[Thing]:
    """Yield the objects of all tars in a folder (pairs NAME.webp, NAME.png), in order of name."""
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as tar:
            files = {member.name: member for member in tar.getmembers() if member.isfile()}
            for name in sorted(files):
                stem = name.rsplit(".", 1)[0]
                if name.endswith(".png") and f"{stem}.webp" in files:
                    picture, mask = (
                        tar.extractfile(files[stem + end]).read() for end in (".webp", ".png")
                    )
                    yield thing(stem, picture, mask)


def things_in_folder(folder: Path) -> Iterator[Thing]:
    """Yield the objects of a folder with `images/` and `masks/` of the same stems."""
    for path in sorted((folder / "masks").glob("*.png")):
        pictures = sorted((folder / "images").glob(f"{path.stem}.*"))
        if pictures:
            yield thing(path.stem, pictures[0].read_bytes(), path.read_bytes())


def things(folder: Path) -> Iterator[Thing]:
    """Yield the objects of a folder of either layout."""
    return things_in_folder(folder) if (folder / "masks").is_dir() else things_in_tars(folder)


@dataclass(frozen=True)
class Divided:
    """A picture with the segmentations that people drew: one label map each."""

    name: str
    rgb: np.ndarray
    labels: list[np.ndarray]


def divided_pictures(folder: Path) -> list[Divided]:
    """Return the pictures of a folder with `images/STEM.*` and `labels/STEM__k.png`."""
    found = []
    for path in sorted((folder / "images").iterdir()):
        labels = [
            decode(p.read_bytes(), cv2.IMREAD_UNCHANGED).astype(np.int32)
            for p in sorted((folder / "labels").glob(f"{path.stem}__*.png"))
        ]
        if labels:
            found.append(Divided(path.stem, decode(path.read_bytes(), cv2.IMREAD_COLOR), labels))
    return found
