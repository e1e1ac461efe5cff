"""Write the tables of docs/benchmarks.md anew from bench/results/*.json."""

from pathlib import Path

from pickout.bench.tables import fill_tables

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "bench" / "results"

if __name__ == "__main__":
    PAGE.write_text(fill_tables(PAGE.read_text(encoding="utf-8"), RESULTS), encoding="utf-8")
