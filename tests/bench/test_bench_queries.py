"""What a retrieval benchmark asks and what counts as right."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.bench.data_sets import Label
from pickout.bench.options import FindOptions
from pickout.bench.queries import Region, background_region, box_iou, make_plan
from pickout.errors import ArgumentError


def label(image: str, name: str, split: str = "", place: bool = True) -> Label:
    return Label(image, name, (0, 0, 5, 5) if place else None, None, None, split)


LABELS = [
    label("a1", "apple"),
    label("a2", "apple"),
    label("a2", "bread"),
    label("b1", "bread"),
    label("c1", "cake"),
    label("s1", "sky"),
    label("n1", "none", place=False),
    label("q1", "apple", "query", place=False),
]


def test_every_object_asks_and_its_own_picture_is_not_an_answer():
    plan = make_plan(LABELS, FindOptions())
    assert plan.method == "leave-one-out"
    assert [(q.image, q.name) for q in plan.queries] == [
        ("a1", "apple"), ("a2", "apple"), ("a2", "bread"), ("b1", "bread"), ("c1", "cake"),
    ]  # fmt: skip
    assert plan.relevant(plan.queries[0]) == {"a2", "q1"}
    assert plan.relevant(plan.queries[-1]) == set()
    assert plan.gallery == {"a1", "a2", "b1", "c1", "s1", "n1", "q1"}


def test_the_query_split_asks_the_other_pictures():
    plan = make_plan(LABELS, FindOptions(queries="split"))
    assert [q.image for q in plan.queries] == ["q1"]
    assert "q1" not in plan.gallery
    assert plan.relevant(plan.queries[0]) == {"a1", "a2"}


def test_placed_queries_are_preferred_to_asking_with_everything():
    assert make_plan([*LABELS, label("q2", "cake", "query")], FindOptions()).method == "split"


def test_halves_of_the_classes_share_only_distractors():
    # Sorted: apple, bread, cake, sky; odd are apple and cake.
    odd = make_plan(LABELS, FindOptions(classes="odd"))
    even = make_plan(LABELS, FindOptions(classes="even"))
    assert {q.name for q in odd.queries} == {"apple", "cake"}
    assert {q.name for q in even.queries} == {"bread"}
    assert odd.gallery == {"a1", "a2", "c1", "n1", "q1"}
    assert even.gallery == {"a2", "b1", "s1", "n1"}


def test_a_limit_takes_from_all_classes():
    plan = make_plan(LABELS, FindOptions(limit=3))
    assert {q.name for q in plan.queries} == {"apple", "bread", "cake"}
    again = make_plan(LABELS, FindOptions(limit=3))
    assert plan.queries == again.queries


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        (LABELS, FindOptions(queries="guess"), "one of auto, split, leave-one-out"),
        (LABELS, FindOptions(classes="prime"), "one of all, odd, even"),
        ([label("n", "none")], FindOptions(), "nothing to ask"),
    ],
)
def test_plans_without_sense_are_refused(labels, options, message):
    with pytest.raises(ArgumentError, match=message):
        make_plan(labels, options)


def test_the_background_has_the_objects_size_and_meets_no_object():
    mask = np.zeros((60, 80), bool)
    mask[10:30, 5:25] = np.tri(20, dtype=bool)
    region = Region((5, 10, 25, 30), mask)
    taken = [(50.0, 0.0, 80.0, 60.0)]
    for seed in range(8):
        elsewhere = background_region(region, taken, (60, 80), seed)
        x0, y0, x1, y1 = elsewhere.box_xyxy
        assert (x1 - x0, y1 - y0) == (20, 20)
        assert elsewhere.mask.sum() == mask.sum()
        assert np.array_equal(elsewhere.mask[y0:y1, x0:x1], mask[10:30, 5:25])
        assert not (elsewhere.mask & mask).any()
        assert all(box_iou(elsewhere.box_xyxy, box) == 0 for box in taken)


def test_an_object_that_fills_the_picture_has_no_background():
    assert background_region(Region((0, 0, 70, 50)), [], (60, 80), 0) is None


def test_box_iou():
    assert box_iou((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert box_iou((0, 0, 10, 10), (5, 0, 15, 10)) == 50 / 150
    assert box_iou((0, 0, 10, 10), (10, 0, 20, 10)) == 0
