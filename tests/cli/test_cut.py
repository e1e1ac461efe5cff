"""pickout cut: what is on the disk afterwards."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pickout import samples
from pickout.masks import Mask
from pickout.metrics import iou


def read(path):
    with Image.open(path) as picture:
        return np.array(picture)


def test_a_click_cuts_the_disc_out(run, photo, disc):
    answer = run("cut", photo, "--click", "60,45", "-o", "out.png", "--mask-out", "mask-out.png")
    assert answer.code == 0
    assert answer.out.split() == ["out.png", "mask-out.png"]
    assert iou(read("mask-out.png") > 0, disc) > 0.95
    cut = read("out.png")
    assert cut.shape[2] == 4 and abs(cut.shape[0] - 50) <= 6, "cropped to the object"
    assert cut[cut.shape[0] // 2, cut.shape[1] // 2, 3] == 255 and cut[0, 0, 3] == 0


def test_the_default_name_is_the_photos(run, photo, tmp_path):
    assert run("cut", photo, "--click", "60,45").code == 0
    assert (tmp_path / "photo_cutout.png").is_file()


def test_the_last_of_two_contradicting_outlines_wins(run, photo):
    add, take = ("--polygon", "10,10 50,10 50,50 10,50"), ("--not-scribble", "30,30 31,30")
    paint = ("-s", "paint", "--radius", "4", "--overwrite", "--mask-out", "m.png")
    assert run("cut", photo, *add, *take, *paint).code == 0
    assert read("m.png")[30, 30] == 0
    assert run("cut", photo, *take, *add, *paint).code == 0
    assert read("m.png")[30, 30] == 255


def test_edits_happen_where_they_stand_in_the_order(run, photo):
    square = ("--polygon", "20,20 40,20 40,40 20,40")
    assert (
        run(
            "cut", photo, "-s", "paint", *square, "--edit", "grow=3", "--mask-out", "grown.png"
        ).code
        == 0
    )
    assert (
        run(
            "cut", photo, "-s", "paint", "--edit", "grow=3", *square, "--mask-out", "plain.png"
        ).code
        == 0
    )
    assert (read("grown.png") > 0).sum() > (read("plain.png") > 0).sum()
    assert run("cut", photo, "-s", "paint", *square, "--edit", "keep_part=30,30,", "-q").code == 2


def test_a_mask_file_alone_is_applied_as_it_is(run, photo, mask_file, disc):
    answer = run("cut", photo, "--mask", mask_file, "--whole", "--feather", "0", "-o", "out.png")
    assert answer.code == 0
    cut = read("out.png")
    assert np.array_equal(cut[..., 3] == 255, disc)
    assert np.array_equal(cut[disc][:, :3], read(photo)[disc])


def test_a_colour_behind_the_object(run, photo, mask_file, disc):
    words = ("--background", "white", "--whole", "--feather", "0", "-o", "out.png")
    assert run("cut", photo, "--mask", mask_file, *words).code == 0
    cut = read("out.png")
    assert cut.shape[2] == 3 and (cut[~disc] == 255).all()


def test_a_blurred_edge_is_taken_from_the_picture(run, mask_file, disc):
    import cv2

    share = cv2.GaussianBlur(disc.astype(np.float32), (0, 0), 2)
    blurred = share[..., None] * (220, 60, 40) + (1 - share[..., None]) * (30, 80, 140)
    Image.fromarray(np.rint(blurred).astype(np.uint8)).save("blurred.png")
    errors = []
    for edge in ("feather", "hair"):
        words = ("--mask", mask_file, "--whole", "--edge", edge, "-o", f"{edge}.png")
        assert run("cut", "blurred.png", *words).code == 0
        errors.append(np.abs(read(f"{edge}.png")[..., 3] / 255 - share).sum())
    assert errors[1] < 0.7 * errors[0]


def test_outlines_are_written_by_suffix(run, photo, mask_file, disc):
    words = ("-o", "a.json", "-o", "a.svg", "-o", "a.txt", "--object", "disc")
    assert run("cut", photo, "--mask", mask_file, *words).code == 0
    with open("a.json", encoding="utf-8") as file:
        coco = json.load(file)
    assert [category["name"] for category in coco["categories"]] == ["disc"]
    assert coco["annotations"][0]["area"] == disc.sum()
    with open("a.svg", encoding="utf-8") as file:
        assert "<svg" in file.read()
    with open("a.txt", encoding="utf-8") as file:
        assert file.read().startswith("0 0.")
    assert run("cut", photo, "--mask", mask_file, "-o", "b.json", "--format", "labelme").code == 0
    with open("b.json", encoding="utf-8") as file:
        assert json.load(file)["shapes"]


def test_json_on_stdout_is_all_of_stdout(run, photo, mask_file, disc):
    answer = run("cut", photo, "--mask", mask_file, "--json", "-", "-o", "out.png")
    record = json.loads(answer.out)
    assert record["area"] == disc.sum()
    assert Mask.from_rle(record["mask"]) == Mask(disc)
    assert record["written"] == ["out.png"]
    assert "out.png" in answer.err


def test_quiet_prints_nothing(run, photo, mask_file):
    answer = run("cut", photo, "--mask", mask_file, "-o", "out.png", "--quiet")
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_the_next_click_is_offered_where_it_is_worth_it(run):
    """In one of the sample photos at least; taking the offer changes the mask there."""
    offered = 0
    for photo in samples.sample_paths()[:4]:
        height, width = read(photo).shape[:2]
        first = ("--click", f"{width // 2},{height // 2}")
        answer = run("cut", photo, *first, "--mask-out", "a.png", "--json", "a.json", "--overwrite")
        doubts = json.loads(Path("a.json").read_text())["doubts"]
        assert ("least sure around" in answer.err) == bool(doubts)
        if not doubts:
            continue
        offered += 1
        option, point = answer.err.split("add ")[1].split()[:2]
        x, y = (int(number) for number in point.split(","))
        assert (read("a.png")[y, x] > 0) == doubts[0]["positive"] == (option == "--not")
        assert doubts[0]["gain"] >= 0.01 * (read("a.png") > 0).sum()
        run("cut", photo, *first, option, point, "--mask-out", "b.png", "--overwrite")
        assert (read("b.png")[y, x] > 0) == (option == "--click")
    assert offered


def test_a_method_without_doubts_offers_nothing(run, photo):
    outline = ("--polygon", "20,20 40,20 40,40 20,40")
    answer = run("cut", photo, "-s", "paint", *outline, "--json", "-")
    assert json.loads(answer.out)["doubts"] == [] and "least sure" not in answer.err


def test_a_session_goes_on_where_it_was(run, photo, tmp_path):
    first = ("--session", "s.json", "-s", "paint", "--polygon", "10,10 30,10 30,30 10,30")
    assert run("cut", photo, *first, "--mask-out", "one.png").code == 0
    assert run(
        "cut", photo, "--session", "s.json", "--polygon", "50,50 70,50 70,70 50,70",
        "--mask-out", "two.png",
    ).code == 0  # fmt: skip
    one, two = read("one.png") > 0, read("two.png") > 0
    assert two[20, 20] and two[60, 60] and not one[60, 60]
    words = ("--session", "s.json", "--object", "other", "--polygon", "80,10 90,10 90,20 80,20")
    assert run("cut", photo, *words, "--mask-out", "three.png").code == 0
    three = read("three.png") > 0
    assert three[15, 85] and not three[20, 20]
    assert run("cut", photo, "--session", "s.json", "-o", "all.json").code == 0
    names = json.loads((tmp_path / "all.json").read_text("utf-8"))["categories"]
    assert [category["name"] for category in names] == ["object", "other"]


def test_one_is_not_told_in_the_plural(run, tmp_path):
    Image.new("RGB", (1, 1), (90, 90, 90)).save(tmp_path / "dot.png")
    assert "dot.png: 1 pixel," in run("cut", "dot.png", "--click", "0,0", "-o", "cut.png").err
    assert "1 picture," in run("index", "dot.png").out


@pytest.mark.parametrize("segmenter", ["superpixel", "grabcut", "watershed", "otsu", "paint"])
def test_every_segmenter_takes_clicks_boxes_and_strokes(run, photo, segmenter):
    words = ("--box", "30,15,90,75", "--scribble", "55,40 65,50", "--click", "60,45")
    answer = run("cut", photo, "-s", segmenter, *words, "--not", "5,5", "--mask-out", "m.png")
    assert answer.code == 0, answer.err
    mask = read("m.png") > 0
    assert mask[45, 60] and not mask[5, 5]
