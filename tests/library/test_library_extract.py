"""Extraction: the object is cut out of every hit, and one bad picture stops nothing."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from pictures_for_library import WITH_OBJECT, make_photos, save, scene
from PIL import Image as PillowImage

from pickout.errors import ArgumentError, ExportError, PluginError
from pickout.images import read_image
from pickout.library import Hit, Library, extract_hits
from pickout.library.refine import deep_places, prompts_for, refine_region
from pickout.masks import Mask
from pickout.metrics import iou
from pickout.plugins import make_segmenter
from pickout.prompts import Box, Lasso, Scribble, check_prompt, drawn
from pickout.samples import sample_folder

TRUTHS = Path(__file__).parents[1] / "data" / "samples"
QUERY, QUERY_MASK = scene(99, 80, 50, 20)


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "photos")


@pytest.fixture
def hits(photos, tmp_path):
    with Library(tmp_path / "shelf.pickout") as library:
        library.index(photos, workers=0)
        return library.find(QUERY, mask=QUERY_MASK, k=3)


def truth_of(hit, photos):
    return scene(*WITH_OBJECT[hit.path.relative_to(photos).as_posix()])[1]


@pytest.mark.parametrize("segmenter", ["superpixel", "grabcut"])
def test_the_object_is_cut_out_of_every_hit(hits, photos, tmp_path, segmenter):
    report = extract_hits(hits, tmp_path / "out", segmenter=segmenter)
    assert report.failed == []
    assert [result.hit for result in report.results] == hits
    for result in report.results:
        truth = truth_of(result.hit, photos)
        assert iou(result.mask.array, truth) > 0.85
        with PillowImage.open(result.cutout_path) as saved:
            assert saved.mode == "RGBA"
            assert abs(saved.width - np.ptp(np.flatnonzero(truth.any(axis=0)))) < 12


def test_a_mask_that_is_there_already_is_taken_as_it_is(hits, photos, tmp_path):
    own = truth_of(hits[0], photos)
    own[:, np.flatnonzero(own.any(axis=0))[-1]] = False  # not what the segmenter would say
    elsewhere = np.roll(truth_of(hits[1], photos), 150, axis=1)
    masks = {hits[0].path: own, str(hits[1].path): elsewhere, hits[2].path: np.ones((3, 5), bool)}
    plain = extract_hits(hits, tmp_path / "plain").results
    given = extract_hits(hits, tmp_path / "given", masks=masks).results
    assert (given[0].mask.array == own).all()
    assert (plain[0].mask.array != own).any()
    assert (given[1].mask.array == plain[1].mask.array).all()
    assert "the mask is 5 x 3 pixels" in given[2].error


def test_a_coco_data_set_holds_every_mask(hits, tmp_path):
    report = extract_hits(hits, tmp_path / "out", formats=["coco"], label="badge")
    written = json.loads((tmp_path / "out/coco/annotations.json").read_text(encoding="utf-8"))
    assert {image["file_name"] for image in written["images"]} == {
        "left.png",
        "right.png",
        "sub/small.png",
    }
    assert [category["name"] for category in written["categories"]] == ["badge"]
    areas = sorted(annotation["area"] for annotation in written["annotations"])
    assert areas == sorted(result.mask.area for result in report.results)
    assert [path.name for path in report.datasets["coco"]] == ["annotations.json"]
    assert all(result.cutout_path is None for result in report.results)


def test_bad_pictures_are_named_and_stop_nothing(hits, photos, tmp_path):
    hits[0].path.write_bytes(b"no picture any more")
    hits[1].path.unlink()
    report = extract_hits(hits, tmp_path / "out", formats=["png", "coco"])
    assert [result.error is None for result in report.results] == [False, False, True]
    assert all(str(result.hit.path) in result.error for result in report.failed)
    assert report.failed[0].mask is None
    assert report.results[2].cutout_path.exists()
    record = report.to_json()["results"]
    assert record[0]["cutout"] is None
    assert record[2]["error"] is None


def test_a_picture_that_changed_its_size_is_named(hits, tmp_path):
    save(hits[0].path, np.zeros((20, 30, 3), np.uint8))
    report = extract_hits(hits[:1], tmp_path / "out")
    assert "index again" in report.failed[0].error
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_existing_files_are_kept_unless_told(hits, tmp_path):
    first = extract_hits(hits, tmp_path / "out", formats=["png", "coco"])
    first.results[0].cutout_path.write_text("mine")
    with pytest.raises(ExportError, match="holds files already"):
        extract_hits(hits, tmp_path / "out", formats=["png", "coco"])
    again = extract_hits(hits, tmp_path / "out")
    assert all("exists already" in result.error for result in again.results)
    assert first.results[0].cutout_path.read_text() == "mine"
    extract_hits(hits, tmp_path / "out", formats=["png", "coco"], overwrite=True)
    assert first.results[0].cutout_path.read_bytes()[1:4] == b"PNG"


def test_pictures_of_the_same_name_get_files_of_their_own(hits, tmp_path):
    report = extract_hits([hits[0], hits[0]], tmp_path / "out")
    assert len({result.cutout_path for result in report.results}) == 2


def test_hits_from_json_can_be_extracted(hits, tmp_path):
    back = [Hit.from_json(json.loads(json.dumps(hit.to_json()))) for hit in hits]
    direct = extract_hits(hits, tmp_path / "a")
    again = extract_hits(back, tmp_path / "b")
    assert [result.mask for result in again.results] == [result.mask for result in direct.results]


def test_progress_and_no_hits(tmp_path, hits):
    seen = []
    hits[0].path.unlink()
    extract_hits(hits, tmp_path / "out", progress=seen.append)
    assert (seen[-1].done, seen[-1].total, seen[-1].failed) == (3, 3, 1)
    empty = extract_hits([], tmp_path / "none", formats=["png", "coco"])
    assert empty.results == []


def test_wrong_names_are_refused_before_any_work(hits, tmp_path):
    with pytest.raises(ArgumentError, match="there are"):
        extract_hits(hits, tmp_path / "out", formats=["gif"])
    with pytest.raises(PluginError, match="magic"):
        extract_hits(hits, tmp_path / "out", segmenter="magic")
    assert not (tmp_path / "out").exists()


def test_the_prompts_point_at_the_region():
    inside = np.zeros((60, 100), bool)
    inside[10:50, 20:40] = inside[20:30, 40:90] = True
    box, *strokes = prompts_for(Mask(inside))
    assert isinstance(box, Box)
    assert (box.x0, box.y0) < (20, 10) and (box.x1, box.y1) > (90, 50)
    assert strokes
    for stroke in strokes:
        assert isinstance(stroke, Scribble)
        (x, y), reach = stroke.points[0], int(stroke.radius)
        assert inside[int(y) - reach : int(y) + reach, int(x) - reach : int(x) + reach].all()


@pytest.mark.parametrize("where", ["middle", "corner", "two parts", "one pixel"])
def test_a_placed_region_is_enclosed_closely(where):
    inside = np.zeros((200, 300), bool)
    inside[{"middle": np.s_[60:140, 90:210], "corner": np.s_[:80, :120], "two parts":
            np.s_[60:140, 90:150], "one pixel": np.s_[199:, 299:]}[where]] = True  # fmt: skip
    inside[62:80, 200:230] |= where == "two parts"
    lasso = check_prompt(prompts_for(Mask(inside), is_placed=True)[0], inside.shape)
    assert isinstance(lasso, Lasso)
    enclosed = drawn(lasso, inside.shape)
    assert enclosed[inside].all()
    far = cv2.distanceTransform((~inside).view(np.uint8), cv2.DIST_L2, 5) > 16
    assert where == "two parts" or not enclosed[far].any()


def test_what_lies_beside_a_placed_object_is_left_out():
    """The lime on the saucer of this photo stands out as much as the cup does."""
    image = read_image(sample_folder() / "fruit_on_linen.jpg")
    truth = cv2.imread(str(TRUTHS / "fruit_on_linen.png"), cv2.IMREAD_GRAYSCALE) > 127
    rough = cv2.dilate(truth.view(np.uint8), np.ones((7, 7), np.uint8)) > 0
    mask = refine_region(image, Mask(rough), make_segmenter("superpixel"), is_placed=True).array
    assert (mask & truth).sum() / (mask | truth).sum() > 0.97


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 50), (40, 40)])
def test_even_a_full_mask_has_deep_places(size_hw):
    places = deep_places(np.ones(size_hw, bool))
    assert 1 <= len(places) <= 5
    x, y, depth = places[0]
    assert 0 <= x < size_hw[1] and 0 <= y < size_hw[0] and depth >= 0.5


class Contrary:
    """A segmenter that always answers with the opposite corner."""

    name, version = "contrary", "1"

    def analyse(self, image):
        return self

    def segment(self, prompts, previous):
        answer = np.zeros((40, 40), bool)
        answer[30:, 30:] = True
        return answer


def test_an_answer_elsewhere_is_not_believed():
    from pickout.images import Image

    region = np.zeros((40, 40), bool)
    region[5:15, 5:15] = True
    image = Image(np.zeros((40, 40, 3), np.uint8))
    assert refine_region(image, Mask(region), Contrary()) == Mask(region)
