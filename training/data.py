"""The pictures to learn from."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
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


def decode(name: str, data: bytes, flags: int) -> np.ndarray:
    """Return a picture file's pixels, colours as RGB; raises ValueError if it is none."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags) if data else None
    if pixels is None:
        raise ValueError(f"{name} cannot be read as a picture; mend it or take it out.")
    return np.ascontiguousarray(pixels[:, :, ::-1]) if flags == cv2.IMREAD_COLOR else pixels


def thing(name: str, picture: bytes, mask: bytes) -> Thing:
    """Return the object of a pair of files (mask: 0 background, 128 ignore, 255 object).

    Raises ValueError if they cannot be read, differ in size, or show no object or nothing else.
    """
    rgb = decode(name, picture, cv2.IMREAD_COLOR)
    values = decode(f"the mask of {name}", mask, cv2.IMREAD_GRAYSCALE)
    if values.shape != rgb.shape[:2]:
        raise ValueError(f"the mask of {name} is {values.shape}, its picture {rgb.shape[:2]}.")
    ignore = values == 128
    inside = (values > 127) & ~ignore
    if not inside.any() or not (~inside & ~ignore).any():
        raise ValueError(
            f"the mask of {name} should show an object and something around it (255 object, 0 "
            "background, 128 ignored); mend it or take it out."
        )
    return Thing(name, rgb, inside, ignore)


@dataclass(frozen=True)
class Source:
    """Where an object can be read from, when it is needed."""

    name: str
    picture: Callable[[], bytes]
    mask: Callable[[], bytes]

    def read(self) -> Thing:
        """Return the object."""
        return thing(self.name, self.picture(), self.mask())


def _in_tars(folder: Path) -> Iterator[Source]:
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as tar:
            files = {member.name: member for member in tar.getmembers() if member.isfile()}
        for name in sorted(files):
            stem = name.rsplit(".", 1)[0]
            if name.endswith(".png") and f"{stem}.webp" in files:
                picture, mask = files[f"{stem}.webp"], files[name]
                yield Source(stem, partial(_part, path, picture), partial(_part, path, mask))


def _part(path: Path, member: tarfile.TarInfo) -> bytes:
    with path.open("rb") as file:
        file.seek(member.offset_data)
        return file.read(member.size)


def _in_folder(folder: Path) -> Iterator[Source]:
    pictures = {path.stem: path for path in sorted((folder / "images").iterdir())}
    for path in sorted((folder / "masks").glob("*.png")):
        if path.stem in pictures:
            yield Source(path.stem, pictures[path.stem].read_bytes, path.read_bytes)


def sources(folder: Path) -> list[Source]:
    """Return the objects of a folder: `images/` and `masks/`, or tars of NAME.webp, NAME.png.

    Raises ValueError if there are none.
    """
    found = list(_in_folder(folder) if (folder / "masks").is_dir() else _in_tars(folder))
    if not found:
        raise ValueError(
            f"{folder} holds no objects; expected are images/ and masks/ with the same names, or "
            "tars of NAME.webp and NAME.png."
        )
    return found


@dataclass(frozen=True)
class Divided:
    """A picture with the segmentations that people drew: one label map each."""

    name: str
    rgb: np.ndarray
    labels: list[np.ndarray]


def divided_pictures(folder: Path) -> list[Divided]:
    """Return the pictures of a folder with `images/STEM.*` and `labels/STEM__k.png`.

    Raises ValueError if there are none.
    """
    if not (folder / "images").is_dir():
        raise ValueError(f"{folder} has no folder images/, nor labels/ beside it.")
    found = []
    for path in sorted((folder / "images").iterdir()):
        labels = [
            decode(str(p), p.read_bytes(), cv2.IMREAD_UNCHANGED).astype(np.int32)
            for p in sorted((folder / "labels").glob(f"{path.stem}__*.png"))
        ]
        if labels:
            rgb = decode(str(path), path.read_bytes(), cv2.IMREAD_COLOR)
            found.append(Divided(path.stem, rgb, labels))
    if not found:
        raise ValueError(f"{folder} holds no divided pictures: images/STEM.*, labels/STEM__k.png.")
    return found


LARGEST = 0.6
"""How much of a picture a segment may cover."""


def joined(labels: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a segment with none to two of its neighbours: a person is a shirt, a face and hair."""
    for _ in range(rng.integers(0, 3)):
        around = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        touching = labels[around & ~mask]
        if len(touching):  # the longer they touch, the likelier
            both = mask | (labels == rng.choice(touching))
            mask = both if both.mean() < LARGEST else mask
    return mask


@dataclass(frozen=True)
class SegmentSource:
    """Objects taken from a divided picture: its drawn segments, another one every turn."""

    picture: Divided
    seed: int

    def read(self, turn: int = 0) -> Thing:
        """Return a segment of 2 to 60 % of the picture that touches at most one side."""
        rng = np.random.default_rng([self.seed, turn, *self.picture.name.encode()])
        labels = self.picture.labels[rng.integers(len(self.picture.labels))]
        mask = labels == labels[tuple(side // 2 for side in labels.shape)]
        for segment in rng.permutation(np.unique(labels)):
            candidate = labels == segment
            rims = (candidate[0], candidate[-1], candidate[:, 0], candidate[:, -1])
            if 0.02 < candidate.mean() < LARGEST and sum(rim.any() for rim in rims) <= 1:
                mask = candidate
                break
        return Thing(self.picture.name, self.picture.rgb, mask, np.zeros_like(mask))


PLAINEST, MOST_INTRICATE = 10.0, 150.0
"""Objects count as neither plainer nor more intricate than this."""


def intricacy(mask: np.ndarray) -> float:
    """Return the square of the length of a mask's rim over its area: about 20 for a disc.

    Objects are drawn for learning as often as they are intricate: those of a data set of salient
    objects are compact, what people cut out has legs, holes and handles.
    """
    rim = (mask[1:] != mask[:-1]).sum() + (mask[:, 1:] != mask[:, :-1]).sum()
    return float(np.clip(rim**2 / max(1, mask.sum()), PLAINEST, MOST_INTRICATE))


def for_network(items: list) -> list:
    """Return what the network learns from: three of four; the trees learn from the others."""
    return [item for number, item in enumerate(items) if number % 4]


def for_trees(items: list) -> list:
    """Return what the network has not seen, for the trees to see how good it really is."""
    return items[::4]
