"""`run_find` on pictures drawn in code: red, green and blue squares on grey."""

from __future__ import annotations

import pytest
from made_sets import write_labelled_set

from pickout.bench.find import run_find
from pickout.bench.options import FindOptions
from pickout.bench.tables import format_table
from pickout.errors import ArgumentError
from pickout.metrics import average_precision, precision_at_k


@pytest.fixture(scope="module")
def squares(tmp_path_factory):
    return write_labelled_set(tmp_path_factory.mktemp("find") / "squares")


@pytest.fixture(scope="module")
def result(squares):
    return run_find(squares)


def test_squares_of_one_colour_find_each_other(result):
    (row,) = result["rows"]
    assert row["n_queries"] == 9
    assert row["n_pictures"] == 11
    assert row["n_refused"] == row["n_without_positives"] == 0
    assert row["map"] > 0.9
    assert row["p1"] > 0.9
    assert row["bulls_eye"] > 0.9


def test_numbers_follow_from_the_rankings(result):
    for query in result["queries"]:
        flags = [hit["right"] for hit in query["hits"]]
        assert query["image"] not in [hit["image"] for hit in query["hits"]]
        assert query["n_relevant"] == 2
        # Ten pictures are ranked besides the query's own, all of them in the record.
        assert query["ap"] == average_precision(flags, 2)
        assert query["p1"] == precision_at_k(flags, 1)


def test_hits_point_at_the_squares(result):
    (row,) = result["rows"]
    assert row["n_hits_with_known_box"] == sum(
        "box_iou" in hit for query in result["queries"] for hit in query["hits"]
    )
    assert row["hits_with_right_box"] > 0.8
    assert row["hits_touching"] >= row["hits_with_right_box"]


def test_the_background_is_found_less(result):
    (row,) = result["rows"]
    assert row["n_controls"] > 0
    assert row["control_map"] < row["map_where_controlled"]


def test_the_table_and_the_command_tell_the_run(result):
    assert result["command"] == "pickout bench find squares"
    table = format_table(result)
    assert "squares, all classes" in table
    assert "0 queries without positives left out" in table


def test_a_kept_library_is_not_indexed_twice(squares, tmp_path):
    options = FindOptions(library=tmp_path / "kept.pickout", limit=3, control=False)
    heard = []
    run_find(squares, options)
    run_find(squares, options, heard.append)
    assert (tmp_path / "kept.pickout").exists()
    assert [p.total for p in heard if p.task == "index"] in ([], [0])
    assert max(p.done for p in heard) == 3


def test_a_limit_below_one_is_refused(squares):
    with pytest.raises(ArgumentError, match="limit"):
        run_find(squares, FindOptions(limit=0))
