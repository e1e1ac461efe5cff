from __future__ import annotations

import base64
import io
import json
import xml.etree.ElementTree as ElementTree

import cv2
import numpy as np
import pytest
from export_shapes import cheese, disc, photo, ring_with_island
from PIL import Image as PillowImage

import pickout
from pickout.errors import ArgumentError, ExportError
from pickout.exports import ExportItem, format_names, write_dataset
from pickout.exports.items import Labels
from pickout.exports.labelme import labelme_record
from pickout.exports.mask_png import write_mask
from pickout.exports.staging import NameGiver, safe_name
from pickout.exports.svg import svg_document, svg_path
from pickout.exports.yolo import yolo_text
from pickout.masks import Mask, read_mask
from pickout.metrics import iou

DISC, RING = Mask(disc()), ring_with_island()
NASTY = 'a & b <"x">\'é😀.png'


def fill(polygons, size_hw, scale=8):
    """Even-odd filling of pixel-corner polygons, by OpenCV on a finer grid."""
    fine = np.zeros((size_hw[0] * scale, size_hw[1] * scale), np.uint8)
    points = [np.rint(np.asarray(p) * scale - 0.5).astype(np.int32) for p in polygons]
    cv2.fillPoly(fine, points, 1)
    return fine[scale // 2 :: scale, scale // 2 :: scale] > 0


@pytest.fixture
def pictures(tmp_path):
    """Two pictures of one name in two folders, and an item with the name of a third."""
    items = []
    for folder in ("one", "two"):
        path = tmp_path / "photos" / folder / "mug.png"
        path.parent.mkdir(parents=True)
        PillowImage.fromarray(photo()).save(path)
        items.append(ExportItem(f"{folder}/mug.png", (60, 80), [("mug", DISC)], path))
    return items


# --- YOLO ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", [DISC, RING, cheese()], ids=["disc", "ring", "cheese"])
def test_yolo_line_fills_to_the_mask_with_its_holes(mask):
    item = ExportItem("a.jpg", mask.size_hw, [("mug", mask)])
    text = yolo_text(item, Labels(), tolerance=0)
    number, *shares = text.split()
    assert text.count("\n") == 1
    assert number == "0"
    height, width = mask.size_hw
    polygon = np.array(shares, float).reshape(-1, 2) * (width, height)
    # Drawing programs also paint the line of a bridge, one fine pixel wide.
    assert iou(fill([polygon], mask.size_hw), mask.array) > 0.97


def test_yolo_pieces_can_be_lines_of_their_own():
    item = ExportItem("a.jpg", RING.size_hw, [("mug", RING), ("cup", DISC)])
    numbers = Labels()
    text = yolo_text(item, numbers, pieces="split")
    assert [line.split()[0] for line in text.splitlines()] == ["0", "0", "0", "1"]
    assert numbers.names == ["mug", "cup"]
    values = [float(word) for line in text.splitlines() for word in line.split()[1:]]
    assert min(values) >= 0
    assert max(values) <= 1


def test_yolo_folder_has_what_trainers_look_for(pictures, tmp_path):
    empty = ExportItem("none.jpg", (60, 80))
    paths = write_dataset([*pictures, empty], tmp_path / "out", format="yolo")
    names = [path.relative_to(tmp_path / "out").as_posix() for path in paths]
    assert names == [
        "data.yaml",
        "images/mug-2.png",
        "images/mug.png",
        "labels/mug-2.txt",
        "labels/mug.txt",
        "labels/none.txt",
    ]
    assert (tmp_path / "out" / "labels" / "none.txt").read_text() == ""
    yaml = (tmp_path / "out" / "data.yaml").read_text()
    assert yaml.splitlines()[1:] == ["train: images", "val: images", "names:", '  0: "mug"']


def test_turned_photo_is_copied_upright(tmp_path):
    exif = PillowImage.Exif()
    exif[0x0112] = 6  # "turn a quarter clockwise"
    path = tmp_path / "turned.jpg"
    PillowImage.fromarray(photo((80, 60))).save(path, exif=exif, quality=95)
    item = ExportItem("turned.jpg", (60, 80), [("mug", DISC)], path)
    write_dataset([item], tmp_path / "out", format="yolo")
    with PillowImage.open(tmp_path / "out" / "images" / "turned.jpg") as picture:
        assert picture.size == (80, 60)
        assert picture.getexif().get(0x0112, 1) == 1


def test_picture_that_changed_since_is_refused(pictures, tmp_path):
    PillowImage.fromarray(photo((30, 30))).save(pictures[1].path)
    with pytest.raises(ArgumentError, match=r"mug\.png is 30 x 30 pixels.*80 x 60.*changed"):
        write_dataset(pictures, tmp_path / "out", format="yolo")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photos"]


# --- labelme ------------------------------------------------------------------------------


def test_labelme_polygons_share_a_group_and_cover_the_object():
    two = Mask(disc(radius=10) | disc(center_xy=(10, 10), radius=8))
    record = labelme_record(ExportItem("a.jpg", (60, 80), [("mug", two), ("cup", DISC)]))
    assert [shape["label"] for shape in record["shapes"]] == ["mug", "mug", "cup"]
    assert [shape["group_id"] for shape in record["shapes"]] == [1, 1, 2]
    filled = fill([shape["points"] for shape in record["shapes"][:2]], (60, 80))
    assert iou(filled, two.array) > 0.98
    assert (record["imageHeight"], record["imageWidth"]) == (60, 80)
    assert record["imageData"] is None
    assert record["version"].startswith("5.")


@pytest.mark.parametrize("shape_type", ["auto", "mask"])
def test_labelme_keeps_holes_in_a_mask_picture(shape_type):
    item = ExportItem("a.jpg", RING.size_hw, [("mug", RING)])
    (shape,) = labelme_record(item, shape_type=shape_type)["shapes"]
    assert shape["shape_type"] == "mask"
    (x0, y0), (x1, y1) = np.array(shape["points"], int)
    again = np.zeros(RING.size_hw, bool)
    with PillowImage.open(io.BytesIO(base64.b64decode(shape["mask"]))) as picture:
        again[y0 : y1 + 1, x0 : x1 + 1] = np.asarray(picture).astype(bool)
    assert np.array_equal(again, RING.array)


def test_labelme_polygons_refuse_holes():
    item = ExportItem("a.jpg", RING.size_hw, [("mug", RING)])
    with pytest.raises(ArgumentError, match=r"a\.jpg: 'mug' has holes.*'mask' or 'auto'"):
        labelme_record(item, shape_type="polygon")


def test_labelme_finds_the_copied_picture(pictures, tmp_path):
    write_dataset(pictures, tmp_path / "out", format="labelme")
    for name in ("mug", "mug-2"):
        record = json.loads((tmp_path / "out" / f"{name}.json").read_text())
        assert (tmp_path / "out" / record["imagePath"]).exists()


# --- SVG ----------------------------------------------------------------------------------


def test_svg_is_valid_xml_of_the_pictures_size():
    item = ExportItem("x", (60, 80), [("mug & <cup> \x01\"'", DISC), ("b", RING)])
    root = ElementTree.fromstring(svg_document(item))
    assert root.attrib["viewBox"] == "0 0 80 60"
    assert root.attrib["fill-rule"] == "evenodd"
    paths = root.findall("{*}path")
    assert len(paths) == 2
    assert paths[0].attrib["data-label"] == "mug & <cup> \N{REPLACEMENT CHARACTER}\"'"


def test_svg_exact_path_of_a_square_with_hole():
    array = np.zeros((5, 6), bool)
    array[1:4, 1:4] = True
    array[2, 2] = False
    assert svg_path(Mask(array), tolerance=0) == "M1 1h3v3h-3zM2 2v1h1v-1z"


def test_svg_of_an_empty_mask_is_empty():
    assert svg_path(Mask(np.zeros((3, 3), bool))) == ""


@pytest.mark.parametrize("smooth", [False, True])
def test_svg_path_drawn_by_matplotlib_is_the_object(smooth):
    ring = Mask(disc((200, 200), (100, 100), 80) & ~disc((200, 200), (110, 95), 30))
    drawn = _draw(svg_path(ring, smooth=smooth), ring.size_hw)
    assert iou(drawn, ring.array) > 0.985


def test_smoothing_keeps_real_corners():
    array = np.zeros((100, 100), bool)
    array[20:80, 30:70] = True
    assert iou(_draw(svg_path(Mask(array), tolerance=0, smooth=True), (100, 100)), array) == 1


def _draw(path, size_hw):
    """Fill an SVG path of M, C, z or relative h, v, l by the even-odd rule."""
    import re

    polygons = []
    for ring in path.split("z")[:-1]:
        points = []
        for command, numbers in re.findall(r"([MChvl])([^MChvl]*)", ring):
            values = [float(value) for value in numbers.replace("C", " ").split()]
            if command == "M":
                points = [np.array(values)]
            elif command == "C":
                a, (b, c, d) = points[-1], np.array(values).reshape(3, 2)
                for t in np.linspace(0.1, 1, 10):
                    u = 1 - t
                    points.append(u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d)
            else:
                step = {"h": [*values, 0], "v": [0, *values], "l": values}[command]
                points.append(points[-1] + step)
        polygons.append(np.array(points))
    return fill(polygons, size_hw)


# --- masks --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_mask_picture_is_read_back_identically(suffix, tmp_path):
    path = tmp_path / f"mask{suffix}"
    write_mask(RING, path)
    assert read_mask(path) == RING
    with PillowImage.open(path) as picture:
        assert picture.mode == "L"
        assert set(np.unique(np.asarray(picture))) == {0, 255}


def test_mask_as_jpeg_is_refused(tmp_path):
    with pytest.raises(ExportError, match=r"save as \.png"):
        write_mask(RING, tmp_path / "mask.jpg")


# --- all formats --------------------------------------------------------------------------


@pytest.mark.parametrize("format", format_names())
def test_odd_names_and_equal_stems_lose_nothing(format, tmp_path):
    path = tmp_path / NASTY
    PillowImage.fromarray(photo()).save(path)
    names = [NASTY, f"again/{NASTY}", "CON.png", "MUG.png", "mug.png"]
    items = [ExportItem(name, (60, 80), [("mug", DISC)], path) for name in names]
    paths = write_dataset(iter(items), tmp_path / "out", format=format)
    assert all(path.is_file() for path in paths)
    assert len({str(path).casefold() for path in paths}) == len(paths)
    assert len(paths) == {"coco": 1, "yolo": 11, "labelme": 10}.get(format, 5)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([NASTY, "out"])


@pytest.mark.parametrize("format", format_names())
def test_failing_half_way_leaves_nothing(format, pictures, tmp_path):
    def interrupted():
        yield pictures[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(interrupted(), tmp_path / "out", format=format)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_existing_files_are_kept_and_named(pictures, tmp_path):
    out = tmp_path / "out"
    write_dataset(pictures, out, format="masks")
    (out / "notes.txt").write_text("mine")
    (out / "mug.png").write_bytes(b"mine")
    with pytest.raises(ExportError, match=r"mug.*\.png and 1 more exist already"):
        write_dataset(pictures, out, format="masks")
    assert (out / "mug.png").read_bytes() == b"mine"
    write_dataset(pictures, out, format="masks", overwrite=True)
    assert read_mask(out / "mug.png") == DISC
    assert (out / "notes.txt").read_text() == "mine"
    write_dataset(pictures, out, format="coco")  # beside them
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "photos"]


def test_target_that_is_a_file_is_refused(pictures, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportError, match="is a file; a folder is wanted"):
        write_dataset(pictures, tmp_path / "out")


def test_unknown_format_names_the_known_ones(tmp_path):
    with pytest.raises(ArgumentError, match="coco, yolo, labelme, svg, masks, png"):
        write_dataset([], tmp_path / "out", format="voc")


@pytest.mark.parametrize("format", format_names())
def test_foreign_label_is_refused_by_every_format(format, pictures, tmp_path):
    with pytest.raises(ArgumentError, match="'mug' is not among the given ones: cup"):
        write_dataset(pictures, tmp_path / "out", format=format, labels=["cup"])


def test_png_holds_a_cutout_per_object(pictures, tmp_path):
    item = ExportItem("mug.png", (60, 80), [("mug", DISC), ("a/b", RING)], pictures[0].path)
    paths = write_dataset([item], tmp_path / "out", format="png")
    assert [path.name for path in paths] == ["mug-1-mug.png", "mug-2-a_b.png"]
    with PillowImage.open(paths[0]) as picture:
        expected = pickout.cutout(photo(), DISC).array
        assert np.array_equal(np.asarray(picture), expected)


def test_png_without_a_file_says_what_is_missing(tmp_path):
    with pytest.raises(ArgumentError, match=r"a\.jpg: this format needs the picture's file"):
        write_dataset([ExportItem("a.jpg", (60, 80), [("a", DISC)])], tmp_path / "o", format="png")


# --- items and names ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "label", "mask", "message"),
    [
        ("a.jpg", "mug", Mask(np.zeros((60, 80), bool)), r"a\.jpg: the mask of 'mug' is empty"),
        ("a.jpg", "mug", Mask(np.ones((5, 5), bool)), "mask is 5 x 5 pixels"),
        ("a.jpg", " ", DISC, "needs a label"),
        ("a.jpg", "b\udce9", DISC, "not valid text"),
        ("", "mug", DISC, "needs a file name"),
    ],
)
def test_items_are_checked_where_they_are_made(name, label, mask, message):
    with pytest.raises(ArgumentError, match=message):
        ExportItem(name, (60, 80), [(label, mask)])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mug", "mug"),
        ('a<b>:"c"', "a_b_c_"),
        ("../../etc", "_.._etc"),
        ("con", "_con"),
        ("LPT1.old", "_LPT1.old"),
        (" . ", "_"),
        ("caf\udce9", "caf_"),
    ],
)
def test_safe_name(text, name):
    assert safe_name(text) == name


def test_long_names_fit_every_file_system_and_stay_apart():
    names = NameGiver()
    stems = {names.stem("ü" * 300 + f"{number}.jpg") for number in range(3)}
    assert len(stems) == 3
    assert all(len(stem.encode()) < 200 for stem in stems)
