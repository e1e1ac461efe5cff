"""From the bytes of a picture file to what the library keeps: a pure function, run by workers."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import cv2
import numpy as np

from pickout.analysis.models import BOUNDARIES, SHIPPED, models_version
from pickout.arrays import ByteArray
from pickout.descriptors.base import PictureRegions
from pickout.descriptors.fusion import Fusion
from pickout.images import read_image_bytes
from pickout.images.files import open_file
from pickout.library import candidates, keypoints
from pickout.library.packing import PackedMask
from pickout.library.records import Analysis


def pipeline_version(fusion: Fusion) -> str:
    """Return the versions of everything that shapes an analysis; results of two never mix."""
    regions = f"{candidates.VERSION}:{models_version(SHIPPED, BOUNDARIES)}"
    return f"regions={regions},keypoints={keypoints.VERSION},{fusion.version}"


def answer(job: str, path: Path, descriptors: Sequence[str]) -> object:
    """Do one of a worker's two jobs: ``"digest"`` or ``"analyse"`` a file.

    Raises
    ------
    ImageReadError
        If the file cannot be read, or not as a picture.
    """
    cv2.setNumThreads(1)
    return digest_file(path) if job == "digest" else analyse_file(path, tuple(descriptors))


def digest_file(path: Path) -> bytes:
    """Return the hash by which the library knows a file's contents, 16 bytes."""
    return _digest(_read(path))


def analyse_file(path: Path, descriptors: tuple[str, ...]) -> tuple[bytes, Analysis]:
    """Return the hash of a picture file and its analysis; errors as `answer`."""
    data = _read(path)
    image = read_image_bytes(data, str(path), max_side=candidates.WORK_SIDE)
    full_hw = image.full_size_hw or image.size_hw
    return _digest(data), analyse_array(image.array, full_hw, _fusion(descriptors))


@functools.cache
def _fusion(descriptors: tuple[str, ...]) -> Fusion:
    return Fusion(descriptors)


def _read(path: Path) -> bytes:
    with open_file(path) as file:
        return file.read()


def analyse_array(array: ByteArray, full_hw: tuple[int, int], fusion: Fusion) -> Analysis:
    """Return the analysis of a reduced picture that was `full_hw` pixels before."""
    masks = candidates.candidate_regions(array)
    regions = PictureRegions(array, masks)
    vectors = fusion.describe(regions).astype(np.float16)
    packed = [
        PackedMask.of(mask, (int(x0), int(y0), int(x1), int(y1)))
        for mask, (x0, y0, x1, y1) in zip(masks, regions.boxes_xyxy, strict=True)
    ]
    work_hw = array.shape[0], array.shape[1]
    return Analysis(
        full_hw, work_hw, packed, regions.areas, vectors, keypoints.detect(regions.grey)
    )


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
