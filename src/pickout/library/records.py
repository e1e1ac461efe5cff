"""Plain records that pass between the parts of the library, and what its user gets back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pickout.arrays import ByteArray, FloatArray
from pickout.library.packing import PackedMask

HalfArray = np.ndarray[tuple[int, ...], np.dtype[np.float16]]


@dataclass(frozen=True, eq=False)
class Keypoints:
    """Local features of a picture.

    Parameters
    ----------
    places : (N, 2) ndarray of float32
        x, y on the reduced picture.
    descriptors : (N, 128) ndarray of uint8
        What the picture looks like there.
    """

    places: FloatArray
    descriptors: ByteArray

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything the library keeps of one picture's content.

    Parameters
    ----------
    size_hw, work_hw : (int, int)
        Height and width of the full and of the reduced picture.
    regions : list of PackedMask
    areas : (N,) ndarray of float32
        Pixels in each region.
    vectors : (N, D) ndarray of float16
        One row per region, all descriptors side by side.
    keypoints : Keypoints
    """

    size_hw: tuple[int, int]
    work_hw: tuple[int, int]
    regions: list[PackedMask]
    areas: FloatArray
    vectors: HalfArray
    keypoints: Keypoints


@dataclass(frozen=True)
class PictureRow:
    """What the library knows of a file: absolute path, size, time of change, content, error."""

    path: Path
    size: int
    mtime_ns: int
    content_id: int | None
    error: str | None
    is_current: bool
    """Whether its content was measured by the pipeline in use."""


@dataclass(frozen=True)
class Failure:
    """A file or folder that could not be read, and why."""

    path: Path
    reason: str

    def to_json(self) -> dict[str, object]:
        """Return the failure as a plain record."""
        return {"path": str(self.path), "reason": self.reason}


@dataclass
class IndexReport:
    """What an indexing run did.

    Parameters
    ----------
    added, updated, unchanged, removed : int
        Pictures that are new, have other contents than before, are as they were (possibly
        touched), and are gone from the folders that were indexed.
    moved : int
        How many of the added ones are removed ones under another name; they cost nothing.
    failed : list of Failure
        Files that could not be read; they are tried again next time.
    n_pictures, n_regions : int
        What the library holds afterwards.
    seconds : float
        Wall time.
    """

    added: int = 0
    updated: int = 0
    moved: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[Failure] = field(default_factory=list)
    n_pictures: int = 0
    n_regions: int = 0
    seconds: float = 0.0

    def to_json(self) -> dict[str, object]:
        """Return the report as a plain record."""
        return self.__dict__ | {"failed": [failure.to_json() for failure in self.failed]}


@dataclass(frozen=True)
class LibraryStats:
    """Size of a library: pictures, different contents, regions, unreadable files, bytes on disk."""

    n_pictures: int
    n_contents: int
    n_regions: int
    n_unreadable: int
    n_bytes: int
