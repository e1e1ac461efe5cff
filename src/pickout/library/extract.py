"""Cutting the object out of hits: the segmenter starts from each matched region."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pickout.errors import ArgumentError, ExportError, PickoutError
from pickout.library.hits import Hit
from pickout.library.packing import PackedMask
from pickout.masks import Mask, as_mask, check_mask_fits
from pickout.metrics import iou
from pickout.plugins import make_segmenter
from pickout.progress import Listener, Reporter, listener_for
from pickout.segmenters.base import Segmenter

if TYPE_CHECKING:
    from pickout.arrays import AnyArray
    from pickout.exports import ExportItem
    from pickout.exports.cutouts import Cutout
    from pickout.images import Image

_SAME = 0.5
"""A hit whose region has this IoU with a mask that is there already shows that object."""


@dataclass(frozen=True, eq=False)
class Extracted:
    """What came of one hit.

    Parameters
    ----------
    hit : Hit
    mask : Mask or None
        The object at the picture's full size; None if there was an error. Unpacked on demand.
    cutout_path : Path or None
        The PNG that was written, if PNGs were asked for.
    error : str or None
        Why there is no cut-out.
    """

    hit: Hit
    cutout_path: Path | None = None
    error: str | None = None
    _packed: PackedMask | None = None

    @property
    def mask(self) -> Mask | None:
        """The object at the picture's full size; None if there was an error."""
        return None if self._packed is None else Mask(self._packed.unpack())

    def to_json(self) -> dict[str, object]:
        """Return the outcome as a plain record, without the mask."""
        return {
            "path": str(self.hit.path),
            "score": self.hit.score,
            "cutout": None if self.cutout_path is None else str(self.cutout_path),
            "error": self.error,
        }


@dataclass(frozen=True)
class ExtractReport:
    """What `extract_hits` did.

    Parameters
    ----------
    results : list of Extracted
        One per hit, in the order of the hits.
    datasets : dict
        Files written for each format other than ``"png"``.
    seconds : float
        Wall time.
    """

    results: list[Extracted]
    datasets: dict[str, list[Path]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def failed(self) -> list[Extracted]:
        """The hits that gave no cut-out."""
        return [result for result in self.results if result.error is not None]

    def to_json(self) -> dict[str, object]:
        """Return the report as a plain record."""
        return {
            "results": [result.to_json() for result in self.results],
            "datasets": {name: list(map(str, paths)) for name, paths in self.datasets.items()},
            "seconds": self.seconds,
        }


def extract_hits(
    hits: Iterable[Hit],
    folder: str | Path,
    *,
    formats: Sequence[str] = ("png",),
    segmenter: str = "superpixel",
    label: str = "object",
    feather: float = 1.0,
    edge: str = "feather",
    masks: Mapping[str | Path, Mask | AnyArray] | None = None,
    overwrite: bool = False,
    progress: bool | Listener = False,
) -> ExtractReport:
    """Cut the object out of every hit and write the results; needs no open library.

    Parameters
    ----------
    hits : iterable of Hit
        From `Library.find`, or read with `Hit.from_json`.
    folder : path
        Cut-outs go here as PNG, named after their pictures; each other format gets a folder of
        its name inside.
    formats : sequence of str
        ``"png"`` and any other name of `pickout.exports.format_names`.
    segmenter : str
        The method that finds the object's exact outline in the matched region.
    label : str
        What a data set calls the object.
    feather : float
        Softness of the cut-outs' edges in pixels.
    edge : str
        ``"feather"``, or ``"hair"`` or ``"fine-hair"``: as soft as each picture shows it.
    masks : mapping of path to Mask or (H, W) ndarray of bool, optional
        What has been cut out of some pictures already, like the query of its photo; of the
        picture's size. A hit that shows the same object there gets that mask as it is.
    overwrite : bool
        Whether existing files may be replaced.
    progress : bool or callable
        True shows progress on stderr; a callable gets `pickout.progress.Progress` records.

    Returns
    -------
    report : ExtractReport
        Pictures that are gone, unreadable or whose cut-out exists already are named in it; they
        never stop the rest.

    Raises
    ------
    ArgumentError
        If a format or a kind of edge is unknown.
    PluginError
        If there is no such segmenter.
    ExportError
        If the folder is a file, a data set exists already and `overwrite` is False, or it cannot
        be written.
    """
    from pickout.exports.cutouts import check_edge, cutout
    from pickout.files import refuse_file

    start = time.monotonic()
    chosen, target = list(hits), Path(folder)
    datasets = [name for name in dict.fromkeys(formats) if name != "png"]
    check_edge(edge)
    refuse_file(target)
    _check_formats(datasets, target, overwrite=overwrite)
    cut = partial(cutout, feather=feather, edge=edge)
    refine = _Refiner(make_segmenter(segmenter), _by_path(masks or {}))
    extractor = _Extractor(refine, target if "png" in formats else None, cut, overwrite)
    results = []
    with listener_for(progress) as listener:
        reporter = Reporter("extract", len(chosen), listener)
        for hit in chosen:
            results.append(extractor.extract(hit))
            reporter.step(str(hit.path), failed=results[-1].error is not None)
    written = {name: _write(results, target, name, label, overwrite) for name in datasets}
    return ExtractReport(results, written, time.monotonic() - start)


def _check_formats(datasets: Sequence[str], target: Path, *, overwrite: bool) -> None:
    """Refuse unknown formats and taken folders before any work is done."""
    from pickout.exports import format_names

    for name in datasets:
        if name not in format_names():
            raise ArgumentError(
                f"there is no export format {name!r}; there are {', '.join(format_names())}."
            )
        place = target / name
        if not overwrite and place.is_dir() and any(place.iterdir()):
            raise ExportError(
                f"{place} holds files already and was left as it is; choose another folder, or "
                "allow overwriting (--overwrite on the command line, overwrite=True in Python)."
            )


def _by_path(masks: Mapping[str | Path, Mask | AnyArray]) -> dict[Path, Mask]:
    return {Path(os.path.abspath(path)): as_mask(mask) for path, mask in masks.items()}


class _Refiner:
    """Finds the object that a hit shows; some masks are there already."""

    def __init__(self, segmenter: Segmenter, masks: dict[Path, Mask]) -> None:
        self._segmenter, self._masks = segmenter, masks

    def __call__(self, image: Image, hit: Hit) -> Mask:
        """Return the object's mask in the picture of a hit."""
        from pickout.library.refine import refine_region

        region, made = Mask(hit.mask.array), self._masks.get(Path(os.path.abspath(hit.path)))
        if made is not None:
            check_mask_fits(made, image.size_hw)
            if iou(region.array, made.array) >= _SAME:
                return made
        return refine_region(image, region, self._segmenter, is_placed=hit.verified)


class _Extractor:
    """Cuts one hit after the other; remembers which names are taken."""

    def __init__(
        self,
        refine: Callable[[Image, Hit], Mask],
        folder: Path | None,
        cut: Callable[[Image, Mask], Cutout],
        overwrite: bool,
    ) -> None:
        from pickout.exports.staging import NameGiver

        self._refine, self._folder = refine, folder
        self._cut, self._overwrite = cut, overwrite
        self._names = NameGiver()

    def extract(self, hit: Hit) -> Extracted:
        """Return what came of a hit; whatever is wrong with its picture is told in the result."""
        try:
            return self._extract(hit)
        except (PickoutError, MemoryError) as error:
            return Extracted(hit, error=str(error) or f"{hit.path}: there is not enough memory.")

    def _extract(self, hit: Hit) -> Extracted:
        from pickout.files import refuse_existing
        from pickout.images import read_image

        path = None
        if self._folder is not None:
            path = self._folder / f"{self._names.stem(hit.path.name)}.png"
            refuse_existing(path, overwrite=self._overwrite)
        image = read_image(hit.path)
        if image.size_hw != hit.size_hw:
            height, width = hit.size_hw
            raise ArgumentError(
                f"{hit.path} is no longer the {width} x {height} picture that was indexed; "
                "index again."
            )
        mask = self._refine(image, hit)
        if path is not None:
            self._cut(image, mask).save(path, overwrite=self._overwrite)
        box = mask.box_xyxy or (0, 0, 1, 1)
        return Extracted(hit, path, None, PackedMask.of(mask.array, box))


def _write(
    results: Sequence[Extracted], target: Path, name: str, label: str, overwrite: bool
) -> list[Path]:
    """Write one data set of all masks and return its files."""
    from pickout.exports import write_dataset

    return write_dataset(
        _items(results, label), target / name, format=name, labels=[label], overwrite=overwrite
    )


def _items(results: Sequence[Extracted], label: str) -> Iterator[ExportItem]:
    """Yield the data set's pictures, named relative to the folder that holds them all."""
    from pickout.exports import ExportItem

    good = [result for result in results if result.error is None]
    if not good:
        return
    common = os.path.commonpath([result.hit.path.parent for result in good])
    for result in good:
        mask = result.mask
        name = Path(os.path.relpath(result.hit.path, common)).as_posix()
        objects = [] if mask is None else [(label, mask)]
        yield ExportItem(name, result.hit.size_hw, objects, result.hit.path)
