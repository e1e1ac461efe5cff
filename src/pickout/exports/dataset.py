"""A whole data set into a folder, in any of the formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pickout.errors import ArgumentError
from pickout.exports.items import ExportItem, Labels, json_text, labels_of
from pickout.exports.staging import NameGiver, safe_name, staged_folder

Writer = Callable[[Iterable[ExportItem], Path, Labels], None]


def write_dataset(
    items: Iterable[ExportItem],
    folder: str | Path,
    *,
    format: str = "coco",
    labels: Sequence[str] | None = None,
    overwrite: bool = False,
) -> list[Path]:
    """Write pictures' masks into a folder, and return the files written.

    Parameters
    ----------
    items : iterable of ExportItem
        Read once, one at a time: a generator need not hold all masks in memory.
    folder : path
        A new folder appears complete or not at all. Into an existing one only complete files
        move; files of other names stay.
    format : str
        One of `format_names`.
    labels : sequence of str, optional
        Class names in their order; other labels are refused. By default they are numbered as
        they come.
    overwrite : bool
        Whether files of the same names may be replaced.

    Returns
    -------
    paths : list of Path
        In order of their names.

    Raises
    ------
    ArgumentError
        If the format is unknown, or a label is not among `labels`.
    ExportError
        If files exist and `overwrite` is False, or the folder cannot be written.
    ImageReadError
        If the format needs the pictures, and one cannot be read.
    """
    if format not in EXPORTERS:
        raise ArgumentError(
            f"there is no export format {format!r}; there are {', '.join(EXPORTERS)}."
        )
    target = Path(folder)
    with staged_folder(target, overwrite=overwrite) as staging:
        EXPORTERS[format](items, staging, labels_of(labels))
        names = sorted(path.relative_to(staging) for path in staging.rglob("*") if path.is_file())
    return [target / name for name in names]


def format_names() -> list[str]:
    """Return the names of all formats of `write_dataset`."""
    return list(EXPORTERS)


def _write_coco(items: Iterable[ExportItem], folder: Path, labels: Labels) -> None:
    from pickout.exports.coco import ANNOTATIONS_FILE, coco_dataset

    (folder / ANNOTATIONS_FILE).write_text(
        json_text(coco_dataset(items, labels=labels)), encoding="utf-8", newline="\n"
    )


def _write_yolo(items: Iterable[ExportItem], folder: Path, labels: Labels) -> None:
    from pickout.exports.source_pictures import copy_upright
    from pickout.exports.yolo import data_yaml, yolo_text

    names = NameGiver()
    (folder / "images").mkdir()
    (folder / "labels").mkdir()
    for item in items:
        stem = names.stem(item.name)
        _write_text(folder / "labels" / f"{stem}.txt", yolo_text(item, labels))
        if item.path is not None:
            copy_upright(item, folder / "images" / stem)
    _write_text(folder / "data.yaml", data_yaml(labels.names))


def _write_labelme(items: Iterable[ExportItem], folder: Path, labels: Labels) -> None:
    from pickout.exports.labelme import labelme_record
    from pickout.exports.source_pictures import copy_upright

    names = NameGiver()
    for item in items:
        stem = names.stem(item.name)
        _count(item, labels)
        # labelme looks for the picture beside its JSON.
        copy = copy_upright(item, folder / stem) if item.path is not None else None
        record = labelme_record(item, image_path=copy.name if copy else None)
        _write_text(folder / f"{stem}.json", json_text(record))


def _write_svg(items: Iterable[ExportItem], folder: Path, labels: Labels) -> None:
    from pickout.exports.svg import svg_document

    names = NameGiver()
    for item in items:
        _count(item, labels)
        _write_text(folder / f"{names.stem(item.name)}.svg", svg_document(item))


def _write_masks(items: Iterable[ExportItem], folder: Path, labels: Labels) -> None:
    from pickout.exports.mask_png import write_mask

    names = NameGiver()
    for item in items:
        _count(item, labels)
        for stem, (_, mask) in zip(_object_stems(item, names), item.objects, strict=True):
            write_mask(mask, folder / f"{stem}.png")


def _write_png(items: Iterable[ExportItem], folder: Path, labels: Labels) -> None:
    from pickout.exports.cutouts import cutout
    from pickout.exports.source_pictures import read_source

    names = NameGiver()
    for item in items:
        _count(item, labels)
        image = read_source(item)
        for stem, (_, mask) in zip(_object_stems(item, names), item.objects, strict=True):
            cutout(image, mask).save(folder / f"{stem}.png")


def _object_stems(item: ExportItem, names: NameGiver) -> list[str]:
    """Return a file name per object: the picture's, with number and label if it has several."""
    if len(item.objects) == 1:
        return [names.stem(item.name)]
    base = Path(item.name).stem
    return [
        names.stem(f"{base}-{number}-{safe_name(label)}.png")
        for number, (label, _) in enumerate(item.objects, start=1)
    ]


def _count(item: ExportItem, labels: Labels) -> None:
    """Number the labels of a picture, which refuses foreign ones."""
    for label, _ in item.objects:
        labels.number(label)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


EXPORTERS: dict[str, Writer] = {
    "coco": _write_coco,
    "yolo": _write_yolo,
    "labelme": _write_labelme,
    "svg": _write_svg,
    "masks": _write_masks,
    "png": _write_png,
}
"""Format name to the function that fills a folder."""
