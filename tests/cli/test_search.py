"""pickout index, find, extract and segment: what comes out, and what stays in pipes."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pickout.samples import query_path, sample_folder

OBJECT = (200, 60, 50)


def scene(seed: int, at: tuple[int, int] | None) -> Image.Image:
    """A noisy ground with, perhaps, the object: a red disc with a white cross."""
    noise = np.random.default_rng(seed)
    ground = noise.integers(0, 30, (150, 200, 3)) + noise.integers(40, 160, 3)
    picture = Image.fromarray(ground.astype(np.uint8))
    if at is not None:
        x, y = at
        draw = ImageDraw.Draw(picture)
        draw.ellipse((x - 30, y - 30, x + 30, y + 30), fill=OBJECT)
        draw.line((x - 15, y, x + 15, y), fill="white", width=6)
        draw.line((x, y - 15, x, y + 15), fill="white", width=6)
    return picture


@pytest.fixture(scope="module")
def shelf(tmp_path_factory) -> Path:
    """A folder with pictures that show the object and others that do not, indexed."""
    from pickout.library import Library

    folder = tmp_path_factory.mktemp("shelf")
    places = {"one": (50, 60), "two": (140, 90), "three": (100, 75), "none": None, "empty": None}
    (folder / "photos").mkdir()
    for seed, (name, at) in enumerate(places.items()):
        scene(seed, at).save(folder / "photos" / f"{name}.png")
    with Library(folder / "shelf.pickout") as library:
        library.index(folder / "photos", workers=0)
    return folder


@pytest.fixture
def ask(run, shelf, monkeypatch):
    monkeypatch.setenv("PICKOUT_LIBRARY", str(shelf / "shelf.pickout"))
    photo = shelf / "photos" / "one.png"
    return lambda command, *words: run(command, photo, "--box", "18,28,82,92", *words)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(text.splitlines(), delimiter="\t"))


def test_index_tells_what_it_did_and_does_it_once(run, shelf, tmp_path):
    (tmp_path / "photos").mkdir()
    for name in ("one", "two"):
        (tmp_path / "photos" / f"{name}.png").write_bytes(
            (shelf / "photos" / f"{name}.png").read_bytes()
        )
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no picture")
    first = run("index", "photos", "--json", "index.json")
    assert first.code == 0
    assert "2 pictures" in first.out and "broken.jpg" in first.err
    record = json.loads((tmp_path / "index.json").read_text("utf-8"))
    assert record["added"] == 2 and len(record["failed"]) == 1
    again = run("index", "photos", "--json", "-")
    assert json.loads(again.out)["unchanged"] == 2


def test_found_pictures_come_best_first_without_those_that_lack_it(ask):
    answer = ask("find", "-k", "3")
    assert answer.code == 0
    found = rows(answer.out)
    assert {Path(row[-1]).stem for row in found} == {"one", "two", "three"}
    assert [int(row[0]) for row in found] == [1, 2, 3]
    scores = [float(row[1]) for row in found]
    assert scores == sorted(scores, reverse=True)
    boxes = {Path(row[-1]).stem: [float(side) for side in row[3].split(",")] for row in found}
    x0, y0, x1, y1 = boxes["two"]
    assert x0 < 140 < x1 and y0 < 90 < y1


def test_find_without_the_photo_itself_and_with_a_threshold(ask):
    stems = [Path(row[-1]).stem for row in rows(ask("find", "--others", "-k", "2").out)]
    assert set(stems) == {"two", "three"}
    none = ask("find", "--min-score", "1", "--others", "--fail-if-none")
    assert none.code == 3 and none.out == "" and "nothing found" in none.err


def test_files_are_written_even_if_nobody_reads_the_lines(shelf, tmp_path):
    words = ["find", shelf / "photos" / "one.png", "--box", "18,28,82,92",
             "--library", shelf / "shelf.pickout", "--json", tmp_path / "hits.json",
             "--report", tmp_path / "found.html"]  # fmt: skip
    command = [sys.executable, "-m", "pickout", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as find:
        find.stdout.close()
        trouble = find.stderr.read().decode()
    assert json.loads((tmp_path / "hits.json").read_text("utf-8"))["hits"]
    assert (tmp_path / "found.html").is_file() and "Traceback" not in trouble


def test_find_then_extract_the_chosen_ones(ask, run, tmp_path):
    assert ask("find", "--json", "hits.json", "--report", "found.html").code == 0
    hits = json.loads((tmp_path / "hits.json").read_text("utf-8"))["hits"]
    assert "<html" in (tmp_path / "found.html").read_text("utf-8")
    answer = run(
        "extract", "hits.json", "--only", "1,3", "-o", "cuts", "--format", "png",
        "--format", "coco", "--label", "disc", "--report", "cut.html",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    stems = [Path(hit["path"]).stem for hit in hits]
    assert {path.stem for path in (tmp_path / "cuts").glob("*.png")} == {stems[0], stems[2]}
    coco = json.loads((tmp_path / "cuts" / "coco" / "annotations.json").read_text("utf-8"))
    assert len(coco["annotations"]) == 2 and coco["categories"][0]["name"] == "disc"
    with Image.open(tmp_path / "cuts" / f"{stems[0]}.png") as cut:
        red = (np.abs(np.array(cut)[..., :3] - np.array(OBJECT)) < 40).all(axis=2)
        assert red.mean() > 0.4
    assert "data:image" in (tmp_path / "cut.html").read_text("utf-8")


def test_the_box_that_was_asked_for_is_outlined_in_both_reports(run, shelf, tmp_path):
    photo = shelf / "photos" / "one.png"
    assert run(
        "find", photo, "--box", "20,30,80,90", "--library", shelf / "shelf.pickout",
        "--json", "hits.json", "--report", "found.html",
    ).code == 0  # fmt: skip
    assert run("extract", "hits.json", "-o", "cuts", "--report", "cut.html").code == 0
    headers = [
        (tmp_path / page).read_text("utf-8").partition("</header>")[0]
        for page in ("found.html", "cut.html")
    ]
    assert all("<path" in header and "M20" in header for header in headers)


def test_extract_straight_from_a_photo(ask, tmp_path):
    answer = ask("extract", "--top", "2", "-o", "cuts", "--json", "-")
    record = json.loads(answer.out)
    assert len(record["results"]) == 2
    assert all(Path(result["cutout"]).is_file() for result in record["results"])


def test_the_photo_that_was_cut_by_hand_is_cut_alike(run, shelf, tmp_path):
    photo = shelf / "photos" / "one.png"
    rows, columns = np.ogrid[:150, :200]
    own = np.hypot(columns - 50, rows - 60) <= 30
    own[55:60, 25:30] = False  # a hole that no segmenter would see
    Image.fromarray(own).save(tmp_path / "own.png")
    library = ("--library", shelf / "shelf.pickout")
    assert run("find", photo, "--mask", "own.png", *library, "--json", "hits.json").code == 0
    assert run("extract", "hits.json", "-o", "cuts").code == 0
    with Image.open(tmp_path / "cuts" / "one.png") as cut:
        x0, y0 = (int(np.flatnonzero(own.any(axis)).min()) for axis in (0, 1))
        margin = (cut.width - 61) // 2
        alpha = np.array(cut)[..., 3]
    assert alpha[57 - y0 + margin, 27 - x0 + margin] == 0 and alpha.max() == 255


def test_a_photo_that_is_gone_is_told_and_the_rest_is_cut(ask, run, tmp_path):
    ask("find", "--json", "hits.json", "-k", "2")
    record = json.loads((tmp_path / "hits.json").read_text("utf-8"))
    record["hits"][1]["path"] = str(tmp_path / "gone.png")
    (tmp_path / "hits.json").write_text(json.dumps(record), encoding="utf-8")
    answer = run("extract", "hits.json", "-o", "cuts")
    assert answer.code == 0 and "gone.png" in answer.err
    assert len(list((tmp_path / "cuts").iterdir())) == 1
    record["hits"] = record["hits"][1:]
    (tmp_path / "hits.json").write_text(json.dumps(record), encoding="utf-8")
    assert run("extract", "hits.json", "-o", "none").code == 1


def test_numbers_and_weights_that_make_no_sense(ask, run):
    for words, code in (
        (("--weights", "color"), 2),
        (("--weights", "color=-1"), 2),
        (("--weights", "smell=1"), 1),
        (("--min-score", "7"), 1),
        (("-k", "0"), 2),
    ):
        answer = ask("find", *words)
        assert (answer.code, answer.err.count("\n")) == (code, 1), answer
    ask("find", "--json", "hits.json", "-k", "2")
    for only in ("3", "0", "x", "2-1"):
        assert run("extract", "hits.json", "--only", only).code == 2


def test_segment_writes_regions_and_an_overview(run, shelf, tmp_path):
    photo = shelf / "photos" / "two.png"
    words = ("--format", "masks", "--max", "3", "--json", "regions.json", "-o", "regions")
    answer = run("segment", photo, *words, "-s", "otsu")
    assert answer.code == 0, answer.err
    record = json.loads((tmp_path / "regions.json").read_text("utf-8"))["photos"][0]
    assert 1 <= len(record["regions"]) <= 3
    names = {path.name for path in (tmp_path / "regions").iterdir()}
    assert "two_overview.jpg" in names and len(names) == len(record["regions"]) + 1
    assert run("segment", photo, "-s", "grabcut", "-o", "other").code == 2
    assert not (tmp_path / "other").exists()


def test_segment_goes_on_after_a_photo_that_cannot_be_read(run, shelf, tmp_path):
    photos = [shelf / "photos" / "two.png", tmp_path / "text.jpg", shelf / "photos" / "one.png"]
    photos[1].write_text("no picture")
    words = ("-s", "otsu", "--format", "masks", "-o", "regions")
    answer = run("segment", *photos, *words, "--json", "regions.json")
    assert answer.code == 0, answer.err
    assert answer.err.count("not read: ") == 1 and "text.jpg" in answer.err
    record = json.loads((tmp_path / "regions.json").read_text("utf-8"))
    assert [Path(photo["photo"]).name for photo in record["photos"]] == ["two.png", "one.png"]
    assert len(record["not_read"]) == 1
    nothing = run("segment", photos[1], tmp_path / "gone.jpg", "-o", "other")
    assert nothing.code == 1 and not (tmp_path / "other").exists()


def test_segment_takes_photos_of_one_name_and_refuses_before_the_work(run, shelf, tmp_path):
    (tmp_path / "trip").mkdir()
    other = tmp_path / "trip" / "two.png"
    other.write_bytes((shelf / "photos" / "two.png").read_bytes())
    words = ("-s", "otsu", "--format", "coco", "-o", "regions")
    assert run("segment", shelf / "photos" / "two.png", other, *words).code == 0
    regions = tmp_path / "regions"
    assert {path.name for path in regions.glob("*.jpg")} == {
        "two_overview.jpg", "two-2_overview.jpg"
    }  # fmt: skip
    before = {path: path.stat().st_mtime_ns for path in regions.iterdir()}
    again = run("segment", shelf / "photos" / "one.png", other, *words)
    assert again.code == 1 and "two_overview.jpg" in again.err
    assert {path: path.stat().st_mtime_ns for path in regions.iterdir()} == before


def test_others_leaves_out_copies_of_the_photo_too(run, shelf, tmp_path):
    copy = tmp_path / "my photo.png"
    copy.write_bytes((shelf / "photos" / "one.png").read_bytes())
    words = ("--box", "18,28,82,92", "--library", shelf / "shelf.pickout")
    found = [[Path(row[-1]).name for row in rows(run("find", copy, *words, *more).out)]
             for more in ((), ("--others",))]  # fmt: skip
    assert "one.png" in found[0]
    assert sorted(found[1]) == sorted(set(found[0]) - {"one.png"})


@pytest.mark.slow
def test_the_demo_finds_the_object_and_names_its_report(run, tmp_path):
    answer = run("demo", "-o", "demo out")
    assert answer.code == 0, answer.err
    report = tmp_path / answer.out.strip().splitlines()[-1]
    assert report.name == "report.html" and "data:image" in report.read_text("utf-8")
    hits = json.loads((tmp_path / "demo out" / "hits.json").read_text("utf-8"))["hits"]
    with (sample_folder() / "truth.csv").open(encoding="utf-8", newline="") as file:
        shown = {row["image"] for row in csv.DictReader(file) if row["has_object"] == "1"}
    ranked = [Path(hit["path"]).name for hit in hits]
    assert set(ranked[:10]) <= shown, "pictures without the object are not at the top"
    assert query_path().name in ranked[:3]
    assert len(list((tmp_path / "demo out" / "cutouts").glob("*.png"))) == len(hits)
    commands = [line for line in answer.out.splitlines() if line.startswith("$ ")]
    assert [line.split()[2] for line in commands] == ["cut", "index", "find", "extract"]
    refused = run("demo", "-o", "demo out")
    assert refused.code == 1 and "demo out" in refused.err
