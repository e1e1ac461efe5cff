from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from export_shapes import any_mask, cheese, disc, ring_with_island
from hypothesis import given, settings

from pickout.errors import ArgumentError, ExportError
from pickout.exports.coco import coco_dataset, write_coco
from pickout.exports.items import ExportItem
from pickout.masks import Mask

# pycocotools' own array class still lacks NumPy 2's copy argument.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SHAPES = {
    "disc": Mask(disc()),
    "ring, island and second piece": ring_with_island(),
    "cheese": cheese(),
    "one pixel": Mask(np.eye(1, dtype=bool)),
    "full": Mask(np.ones((7, 5), bool)),
    "diagonal": Mask(np.eye(9, dtype=bool)),
    "at all borders": Mask(~disc(radius=20)),
}


def opened(items, path, **options):
    from pycocotools.coco import COCO

    write_coco(items, path, **options)
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


@pytest.mark.parametrize("segmentation", ["auto", "rle", "polygon"])
@pytest.mark.parametrize("shape", SHAPES)
def test_pycocotools_decodes_the_identical_mask(shape, segmentation, tmp_path):
    from pycocotools import mask as coco_mask

    mask = SHAPES[shape]
    item = ExportItem("photo.jpg", mask.size_hw, [("mug", mask)])
    coco = opened([item], tmp_path / "a.json", segmentation=segmentation)
    (annotation,) = coco.loadAnns(coco.getAnnIds())
    assert np.array_equal(coco.annToMask(annotation).astype(bool), mask.array)
    rle = coco.annToRLE(annotation)
    assert coco_mask.area(rle) == annotation["area"] == mask.area
    x, y, width, height = annotation["bbox"]
    assert (x, y, x + width, y + height) == mask.box_xyxy
    theirs = coco_mask.encode(np.asfortranarray(mask.array.astype(np.uint8)))
    assert coco_mask.iou([rle], [theirs], [0])[0, 0] == 1


@settings(max_examples=80, deadline=None)
@given(any_mask.filter(lambda array: array.any()))
def test_exact_polygons_survive_pycocotools(array):
    from pycocotools import mask as coco_mask

    item = ExportItem("p.png", array.shape, [("a", Mask(array))])
    (annotation,) = coco_dataset([item], segmentation="polygon")["annotations"]
    parts = coco_mask.frPyObjects(annotation["segmentation"], *array.shape)
    assert np.array_equal(coco_mask.decode(coco_mask.merge(parts)).astype(bool), array)


def test_simplified_polygons_have_nearly_the_same_area(tmp_path):
    mask = Mask(disc((400, 600), (300, 200), 150) & ~disc((400, 600), (320, 190), 60))
    item = ExportItem("photo.jpg", mask.size_hw, [("mug", mask)])
    coco = opened([item], tmp_path / "a.json", segmentation="polygon", tolerance=1.0)
    decoded = coco.annToMask(coco.loadAnns(1)[0]).astype(bool)
    assert (decoded & mask.array).sum() / (decoded | mask.array).sum() > 0.985
    assert abs(decoded.sum() / mask.area - 1) < 0.01
    exact = coco_dataset([item], segmentation="polygon")["annotations"][0]["segmentation"]
    assert len(coco.loadAnns(1)[0]["segmentation"][0]) < len(exact[0]) / 2


def test_auto_takes_polygons_unless_there_are_holes():
    item = ExportItem("p.jpg", (60, 80), [("a", Mask(disc())), ("b", ring_with_island())])
    first, second = coco_dataset([item])["annotations"]
    assert isinstance(first["segmentation"], list)
    assert second["segmentation"]["size"] == [60, 80]
    assert first["iscrowd"] == second["iscrowd"] == 0


def test_images_and_categories_are_numbered_as_they_come():
    mask = Mask(disc())
    items = (
        ExportItem(name, (60, 80), objects)
        for name, objects in [
            ("a/Ünïcode.jpg", [("mug", mask), ("cup", mask)]),
            ("empty.jpg", []),
            ("b.jpg", [("cup", mask)]),
        ]
    )
    data = coco_dataset(items)
    assert [(image["id"], image["file_name"]) for image in data["images"]] == [
        (1, "a/Ünïcode.jpg"),
        (2, "empty.jpg"),
        (3, "b.jpg"),
    ]
    assert [(c["id"], c["name"]) for c in data["categories"]] == [(1, "mug"), (2, "cup")]
    marks = [(a["id"], a["image_id"], a["category_id"]) for a in data["annotations"]]
    assert marks == [(1, 1, 1), (2, 1, 2), (3, 3, 2)]


def test_given_labels_fix_the_numbers_and_refuse_others():
    item = ExportItem("a.jpg", (60, 80), [("cup", Mask(disc()))])
    data = coco_dataset([item], labels=["mug", "cup"])
    assert data["annotations"][0]["category_id"] == 2
    with pytest.raises(ArgumentError, match="'cup' is not among the given ones: mug"):
        coco_dataset([item], labels=["mug"])


def test_existing_file_is_kept(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("mine")
    with pytest.raises(ExportError, match="exists already"):
        write_coco([], path)
    assert path.read_text() == "mine"
    write_coco([], path, overwrite=True)
    assert path.read_text().startswith("{")


def test_file_name_of_odd_bytes_survives(tmp_path):
    import json

    name = b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    write_coco([ExportItem(name, (60, 80))], tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text())["images"][0]["file_name"] == name


def test_unknown_segmentation_is_refused():
    with pytest.raises(ArgumentError, match="'auto', 'rle' or 'polygon', not 'bitmap'"):
        coco_dataset([], segmentation="bitmap")
