"""Results on disk and in documents."""

from __future__ import annotations

import json

import pytest

from pickout.bench.machine import describe_run
from pickout.bench.tables import (
    dump_result,
    fill_tables,
    format_table,
    read_result,
    write_result,
)
from pickout.errors import ArgumentError, ExportError


@pytest.fixture
def result():
    return {
        "benchmark": "noc",
        "set": "squares",
        "prompts": "box",
        **describe_run("pickout bench noc squares --prompts box", 7),
        "rows": [
            {
                "segmenter": "superpixel",
                "n_pictures": 3,
                "n_refused": 1,
                "mean_iou": 0.91239,
                "median_iou": 0.95,
                "share_above_90": 0.67,
                "edge_px_median": None,
                "opening_ms": {"p50": 1.0, "p95": 2.0},
                "prompt_ms": {"p50": 3.0, "p95": 4.26},
            },
            {"segmenter": "otsu", "n_pictures": 3, "n_refused": 3, "reason": "no boxes."},
        ],
        "pictures": [{"name": "a", "ious": [0.5]}, {"name": "b", "ious": [1.0]}],
    }


def test_a_written_result_is_read_back(result, tmp_path):
    write_result(result, tmp_path / "r.json")
    assert read_result(tmp_path / "r.json") == result
    with pytest.raises(ExportError, match="exists already"):
        write_result(result, tmp_path / "r.json")
    write_result(result, tmp_path / "r.json", overwrite=True)


def test_long_lists_take_one_line_per_record(result):
    text = dump_result(result)
    assert json.loads(text) == result
    assert '\n  {"name": "a", "ious": [0.5]},\n' in text
    assert json.loads(dump_result(result | {"pictures": []}))["pictures"] == []


def test_the_table_holds_the_numbers_and_says_what_is_missing(result):
    lines = format_table(result).splitlines()
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == [
        "superpixel", "one tight box", "0.912", "0.950", "67", "–", "1.0", "3.0 / 4.3",
    ]  # fmt: skip
    assert len({len(line) for line in lines[:3]}) == 1
    text = "\n".join(lines)
    assert "`otsu` does not take part: no boxes." in text
    assert "`superpixel` refused 1 of them" in text
    assert "`pickout bench noc squares --prompts box`" in text


def test_documents_are_filled_between_their_marks(result, tmp_path):
    write_result(result, tmp_path / "boxes.json")
    document = "# Title\n\n<!-- table: boxes -->\nold\n<!-- end -->\n\nAfter.\n"
    filled = fill_tables(document, tmp_path)
    assert "old" not in filled
    assert format_table(result) in filled
    assert filled.startswith("# Title\n") and filled.endswith("\n\nAfter.\n")
    assert fill_tables(filled, tmp_path) == filled


def test_foreign_files_are_refused(tmp_path):
    (tmp_path / "x.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"x\.json is not the result"):
        read_result(tmp_path / "x.json")
    with pytest.raises(ArgumentError, match="cannot be read"):
        fill_tables("<!-- table: y -->\n<!-- end -->", tmp_path)
    with pytest.raises(ArgumentError, match="'cooking'"):
        format_table({"benchmark": "cooking"})


def test_a_run_is_described_without_places_on_the_machine():
    record = describe_run("pickout bench speed", 3)
    assert record["seed"] == 3
    assert record["machine"]["cores"] >= 1
    assert record["packages"]["numpy"]
    assert json.loads(json.dumps(record)) == record
