"""The page of benchmarks shows exactly what the stored results say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pickout.bench.tables import fill_tables, read_result

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "bench" / "results"


def test_the_tables_come_from_the_stored_results():
    page = PAGE.read_text(encoding="utf-8")
    assert fill_tables(page, RESULTS) == page, "run: python tools/benchmark_tables.py"
    shown = set(re.findall(r"<!-- table: (\S+) -->", page))
    assert shown == {path.stem for path in RESULTS.glob("*.json")}


def test_the_last_of_five_hundred_clicks_was_measured_to_be_as_quick_as_promised():
    result = read_result(RESULTS / "speed.json")
    (single,) = (one for one in result["single"] if one["what"].startswith("click 500 "))
    assert result["segmenter"] == "superpixel" and single["baseline"] == "its click 10"
    assert single["to_baseline"] <= 2


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*.json")), ids=lambda path: path.stem)
def test_results_name_no_place_on_the_machine_they_come_from(path):
    result = read_result(path)
    assert result["command"].startswith("pickout bench ")
    assert not re.search(r'"/[a-z]', json.dumps(result))
