"""Finding: the pictures with the object come first, and the hits say where."""

import json

import numpy as np
import pytest
from pictures_for_library import (
    WITH_OBJECT,
    WITHOUT_OBJECT,
    badge,
    make_photos,
    save,
    scene,
)

from pickout.errors import ArgumentError, LibraryError, PromptError
from pickout.images import Image
from pickout.library import Hit, Library
from pickout.masks import Mask


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return make_photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def library(photos, tmp_path_factory):
    with Library(tmp_path_factory.mktemp("library") / "shelf.pickout") as made:
        made.index(photos, workers=0)
        yield made


QUERY, QUERY_MASK = scene(99, 80, 50, 20)


def box_iou(first, second):
    x0, y0 = max(first[0], second[0]), max(first[1], second[1])
    x1, y1 = min(first[2], second[2]), min(first[3], second[3])
    common = max(0, x1 - x0) * max(0, y1 - y0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return common / (sum(areas) - common)


def names(hits, photos):
    return [hit.path.relative_to(photos).as_posix() for hit in hits]


def test_pictures_with_the_object_come_first(library, photos):
    hits = library.find(QUERY, mask=QUERY_MASK)
    assert set(names(hits[:3], photos)) == set(WITH_OBJECT)
    assert len(hits) == len(WITH_OBJECT) + len(WITHOUT_OBJECT)


def test_a_picture_without_the_object_scores_low(library):
    scores = [hit.score for hit in library.find(QUERY, mask=QUERY_MASK)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert min(scores[:3]) > 0.5 > 0.3 > max(scores[3:])


def test_the_hit_says_where_the_object_is(library, photos):
    for hit in library.find(QUERY, mask=QUERY_MASK, k=3):
        seed, side, x, y = WITH_OBJECT[hit.path.relative_to(photos).as_posix()]
        truth = scene(seed, side, x, y)[1]
        assert box_iou(hit.box_xyxy, Mask(truth).box_xyxy) > 0.6
        assert hit.mask.size_hw == truth.shape
        assert (hit.mask.array & truth).sum() / (hit.mask.array | truth).sum() > 0.6


def test_a_textured_object_is_verified_and_an_unrelated_picture_is_not(library):
    hits = library.find(QUERY, mask=QUERY_MASK)
    assert hits[0].verified
    assert hits[0].evidence["local"] > 0
    assert not any(hit.verified for hit in hits[3:])


def test_a_box_finds_it_too(library, photos):
    hits = library.find(QUERY, box=(50, 20, 130, 100), k=3)
    assert set(names(hits, photos)) == set(WITH_OBJECT)


def test_the_whole_picture_is_looked_for_without_mask_and_box(library, photos):
    copy = scene(*WITH_OBJECT["left.png"])[0]
    hits = library.find(copy)
    assert names(hits[:1], photos) == ["left.png"]
    assert hits[0].score > 0.9


def test_the_own_picture_is_found_unless_excluded(library, photos):
    picture, mask = scene(*WITH_OBJECT["left.png"])
    assert names(library.find(picture, mask=mask, k=1), photos) == ["left.png"]
    others = library.find(picture, mask=mask, exclude=[photos / "left.png"])
    assert "left.png" not in names(others, photos)
    assert len(others) == len(library) - 1


def test_a_large_query_picture_is_the_same_question(library, photos):
    big = QUERY.repeat(5, axis=0).repeat(5, axis=1)
    mask = QUERY_MASK.repeat(5, axis=0).repeat(5, axis=1)
    assert set(names(library.find(big, mask=mask, k=3), photos)) == set(WITH_OBJECT)


def test_k_and_min_score_shorten_the_list(library):
    assert len(library.find(QUERY, mask=QUERY_MASK, k=2)) == 2
    every = library.find(QUERY, mask=QUERY_MASK)
    middle = every[3].score
    few = library.find(QUERY, mask=QUERY_MASK, min_score=middle)
    assert [hit.path for hit in few] == [hit.path for hit in every if hit.score >= middle]


def test_asking_twice_gives_the_same_answer(library):
    first, second = (library.find(QUERY, mask=QUERY_MASK) for _ in range(2))
    assert [hit.to_json() for hit in first] == [hit.to_json() for hit in second]


def test_weights_choose_what_counts(library, photos):
    # A grey disc has the shape alone.
    picture, mask = np.full((150, 200, 3), 90, np.uint8), np.zeros((150, 200), bool)
    mask[20:100, 50:130] = badge(80)[1]
    picture[mask] = 160
    by_shape = library.find(picture, mask=mask, k=3, weights={"color": 0, "texture": 0, "shape": 1})
    by_color = library.find(picture, mask=mask, k=3, weights={"color": 1, "texture": 0, "shape": 0})
    assert len(set(names(by_shape, photos)) & set(WITH_OBJECT)) >= 2
    assert set(names(by_shape, photos)) != set(names(by_color, photos))


def test_a_hit_survives_json(library):
    hit = library.find(QUERY, mask=QUERY_MASK, k=1)[0]
    back = Hit.from_json(json.loads(json.dumps(hit.to_json())))
    assert back.to_json() == hit.to_json()
    assert back.mask == hit.mask


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("path", 3, "path"),
        ("score", "high", "score"),
        ("score", float("nan"), "score"),
        ("box_xyxy", [1, 2, 3], "box_xyxy"),
        ("box_xyxy", [50, 2, 3, 10], "box_xyxy"),
        ("size_hw", [True, 4], "size_hw"),
        ("verified", 1, "verified"),
        ("evidence", [1], "evidence"),
        ("region", None, "mask"),
        ("region", {"size": [2, 2], "counts": [4]}, "region"),
    ],
)
def test_a_damaged_hit_record_names_the_field(library, field, value, named):
    record = library.find(QUERY, mask=QUERY_MASK, k=1)[0].to_json() | {field: value}
    with pytest.raises(ArgumentError, match=named):
        Hit.from_json(record)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"mask": np.zeros((150, 200), bool)}, ArgumentError, "empty"),
        ({"mask": np.ones((10, 10), bool)}, ArgumentError, "same picture"),
        ({"mask": np.ones((150, 200), np.uint8)}, ArgumentError, "True and False"),
        ({"box": (10, 10, 10, 40)}, PromptError, "no area"),
        ({"box": (500, 500, 600, 600)}, PromptError, "outside"),
        ({"box": (1, 2, 3)}, ArgumentError, "four numbers"),
        ({"mask": QUERY_MASK, "box": (1, 2, 30, 40)}, ArgumentError, "not both"),
        ({"k": 0}, ArgumentError, "k, the number of hits"),
        ({"min_score": 1.5}, ArgumentError, "min_score"),
        ({"weights": {"colour": 1}}, ArgumentError, "color, texture, shape"),
        ({"weights": {"color": -1}}, ArgumentError, "0 or more"),
        ({"weights": {"color": 0, "texture": 0, "shape": 0}}, ArgumentError, "all weights are 0"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(library, arguments, error, message):
    with pytest.raises(error, match=message):
        library.find(QUERY, **arguments)


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 2000), (3, 5), (40, 40)])
def test_tiny_thin_and_one_coloured_pictures_can_be_looked_for(library, size_hw):
    picture = Image(np.full((*size_hw, 3), 128, np.uint8))
    mask = np.zeros(size_hw, bool)
    mask[-1, -1] = True
    assert len(library.find(picture)) == len(library)
    assert len(library.find(picture, mask=mask)) == len(library)


def test_an_empty_library_finds_nothing(tmp_path):
    with Library(tmp_path / "empty.pickout") as empty:
        assert empty.find(QUERY, mask=QUERY_MASK) == []
        assert len(empty) == 0


def test_pictures_measured_otherwise_are_not_compared(photos, tmp_path):
    with Library(tmp_path / "a.pickout", descriptors=("color",)) as first:
        first.index(photos / "sub", workers=0)
    with Library(tmp_path / "a.pickout") as second:
        with pytest.raises(LibraryError, match="index the folders again"):
            second.find(QUERY, mask=QUERY_MASK)
        assert second.index(photos / "sub", workers=0).updated == 1
        assert len(second.find(QUERY, mask=QUERY_MASK)) == 1


def test_a_picture_with_one_pixel_is_indexed_and_found(tmp_path):
    save(tmp_path / "dot.png", np.full((1, 1, 3), 200, np.uint8))
    save(tmp_path / "line.png", np.full((1, 2000, 3), 90, np.uint8))
    with Library(tmp_path / "a.pickout") as library:
        assert library.index(tmp_path, workers=0).failed == []
        hits = library.find(np.full((1, 1, 3), 200, np.uint8))
    assert hits[0].path.name == "dot.png"
    assert hits[0].box_xyxy == (0, 0, 1, 1)
