"""Data sets: what is read, what is refused and in which words."""

from __future__ import annotations

import numpy as np
import pytest
from made_sets import write_labelled_set, write_segmentation_set
from PIL import Image

from pickout.bench.data_sets import (
    find_set,
    read_label_mask,
    read_labels,
    read_sample,
    read_samples,
    read_values,
)
from pickout.errors import ArgumentError, ImageReadError


def test_masks_have_object_background_and_ignored_pixels(tmp_path):
    samples = read_samples(write_segmentation_set(tmp_path))
    assert [sample.name for sample in samples] == ["p0", "p1", "p2"]
    image, truth = read_sample(samples[0])
    assert image.size_hw == truth.object.shape == (72, 96)
    assert truth.object.sum() == 40 * 30
    assert truth.ignore.sum() == 42 * 32 - 40 * 30
    assert not (truth.object & truth.ignore).any()
    assert truth.background.sum() == 72 * 96 - 42 * 32


def test_a_mask_saved_as_jpeg_still_counts(tmp_path):
    write_segmentation_set(tmp_path, 1)
    mask = Image.open(tmp_path / "masks/p0.png")
    (tmp_path / "masks/p0.png").unlink()
    mask.save(tmp_path / "masks/p0.jpg", quality=80)
    truth = read_sample(read_samples(tmp_path)[0])[1]
    assert abs(int(truth.object.sum()) - 40 * 30) < 80


def test_a_set_is_found_by_name_below_the_data_folder(tmp_path, monkeypatch):
    made = write_segmentation_set(tmp_path / "benchmarks" / "squares", 1)
    assert find_set("squares", tmp_path) == made
    monkeypatch.setenv("PICKOUT_DATA", str(tmp_path))
    assert find_set("squares") == made
    assert find_set(str(made)) == made
    with pytest.raises(ArgumentError, match=r"no data set 'circles'.*squares"):
        find_set("circles")
    monkeypatch.delenv("PICKOUT_DATA")
    with pytest.raises(ArgumentError, match="PICKOUT_DATA"):
        find_set("squares")


def test_a_picture_without_its_mask_is_named(tmp_path):
    write_segmentation_set(tmp_path)
    (tmp_path / "masks/p1.png").unlink()
    with pytest.raises(ArgumentError, match=r"1 of 3.*p1\.png"):
        read_samples(tmp_path)


def test_a_folder_without_images_or_masks_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="no folder 'images'"):
        read_samples(tmp_path)
    (tmp_path / "images").mkdir()
    with pytest.raises(ArgumentError, match="holds no pictures"):
        read_samples(tmp_path)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((72, 96), np.uint8), "no object"),
        (np.ones((72, 96), np.uint8), "largest value is 1"),
        (np.full((70, 96), 255, np.uint8), "96 x 70"),
    ],
)
def test_useless_masks_are_refused(tmp_path, array, message):
    write_segmentation_set(tmp_path, 1)
    Image.fromarray(array).save(tmp_path / "masks/p0.png")
    with pytest.raises(ArgumentError, match=message):
        read_sample(read_samples(tmp_path)[0])


def test_label_pictures_keep_their_numbers(tmp_path):
    values = np.arange(12, dtype=np.uint8).reshape(3, 4)
    drawn = Image.fromarray(values)
    drawn.putpalette([7] * 768)
    drawn.save(tmp_path / "palette.png")
    assert np.array_equal(read_values(tmp_path / "palette.png"), values)
    with pytest.raises(ImageReadError, match=r"nothing\.png"):
        read_values(tmp_path / "nothing.png")
    Image.new("RGB", (4, 3)).save(tmp_path / "color.png")
    with pytest.raises(ImageReadError, match="in colour"):
        read_values(tmp_path / "color.png")


def test_labels_tell_class_and_place(tmp_path):
    labels = read_labels(write_labelled_set(tmp_path))
    assert len(labels) == 11
    assert labels[0].name == "red"
    assert labels[0].box_xyxy == (8, 6, 38, 30)
    assert labels[0].has_place
    assert labels[-1].name == "none"
    assert not labels[-1].has_place


def test_a_mask_value_selects_one_object(tmp_path):
    write_labelled_set(tmp_path)
    Image.fromarray(np.repeat(np.array([[0, 1, 2]], np.uint8), 5, 0)).save(tmp_path / "m.png")
    head = "image,class_or_instance,x0,y0,x1,y1,mask,split,mask_value\n"
    rows = "images/00.png,red,,,,,m.png,,2\nimages/00.png,red,,,,,m.png,,\n"
    (tmp_path / "labels.csv").write_text(head + rows, encoding="utf-8")
    one, both = read_labels(tmp_path)
    assert read_label_mask(tmp_path, one).tolist()[0] == [False, False, True]
    assert read_label_mask(tmp_path, both).tolist()[0] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("picture,class\n", "no column class_or_instance, image"),
        ("image,class_or_instance\nimages/00.png,\n", "line 2.*not be empty"),
        ("image,class_or_instance,x0,y0,x1,y1\nimages/00.png,red,1,2,3,\n", "line 2: a box"),
        ("image,class_or_instance,x0,y0,x1,y1\nimages/00.png,red,1,2,3,b\n", "line 2: not a num"),
        ("image,class_or_instance\nimages/none.png,red\n", r"do not exist: images/none\.png"),
    ],
)
def test_damaged_labels_are_refused_with_their_line(tmp_path, text, message):
    write_labelled_set(tmp_path)
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ArgumentError, match=message):
        read_labels(tmp_path)


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"labels\.csv"):
        read_labels(tmp_path)
