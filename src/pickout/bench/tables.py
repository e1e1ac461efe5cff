"""Results as Markdown tables, as JSON files, and inside documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pickout.bench.workers import Record
from pickout.errors import ArgumentError
from pickout.files import write_text

Column = tuple[str, Callable[[Record], str]]


def format_table(result: Mapping[str, Any]) -> str:
    """Return a benchmark's result as a Markdown table with a line on how it came about.

    Raises
    ------
    ArgumentError
        If the record comes from no benchmark of pickout.
    """
    makers = {
        "noc": _noc_table,
        "hints": _hints_table,
        "find": _find_table,
        "speed": _speed_table,
    }
    kind = result.get("benchmark")
    if kind not in makers:
        raise ArgumentError(f"no benchmark wrote this record: its 'benchmark' is {kind!r}.")
    return f"{makers[kind](dict(result))}\n\n{_origin(result)}"


def _origin(result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    commit = result["pickout"]["commit"]
    load = f" (load {machine['load']})" if machine.get("load") is not None else ""
    return (
        f"`{result['command']}` on {result['date'][:10]}: {machine['cpu']}, "
        f"{machine['cores']} cores{load}, {machine['memory_gb']} GB, {machine['os']}; "
        f"Python {result['python']}, NumPy {result['packages']['numpy']}, "
        f"OpenCV {result['packages']['opencv-python-headless']}; "
        f"pickout {result['pickout']['version']}{f' ({commit})' if commit else ''}."
    )


def write_result(result: Mapping[str, Any], path: str | Path, *, overwrite: bool = False) -> None:
    """Write a result as JSON, atomically; errors as in `pickout.files.atomic_path`.

    Summaries are spread out for readers, the records behind them take one line each.
    """
    write_text(path, dump_result(result), overwrite=overwrite)


def dump_result(result: Mapping[str, Any]) -> str:
    """Return a result as JSON text: readable, and short where it is long."""
    long = {key for key in ("pictures", "queries", "runs") if isinstance(result.get(key), list)}
    head = json.dumps({k: v for k, v in result.items() if k not in long}, indent=1)
    for key in sorted(long):
        lines = ",\n  ".join(json.dumps(record, allow_nan=False) for record in result[key])
        head = f'{head.removesuffix("}").rstrip()},\n "{key}": [\n  {lines}\n ]\n}}'
    return head + "\n"


def read_result(path: str | Path) -> Record:
    """Return a result that `write_result` wrote; raise `ArgumentError` if it is none."""
    try:
        result = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArgumentError(f"{path} cannot be read as a benchmark's result: {error}.") from error
    if not isinstance(result, dict) or "benchmark" not in result:
        raise ArgumentError(f"{path} is not the result of a benchmark.")
    return result


_MARKED = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def fill_tables(document: str, folder: Path) -> str:
    """Return a Markdown text with its tables made anew from results.

    A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->`` and comes from
    ``folder/NAME.json``.

    Raises
    ------
    ArgumentError
        If a result is missing or damaged.
    """

    def fill(match: re.Match[str]) -> str:
        table = format_table(read_result(folder / f"{match[2]}.json"))
        return f"{match[1]}\n{table}\n\n{match[3]}"

    return _MARKED.sub(fill, document)


# --- one table per benchmark --------------------------------------------------------------------


def _markdown(columns: Sequence[Column], rows: Iterable[Record]) -> str:
    cells = [[make(row) for _, make in columns] for row in rows]
    titles = [title for title, _ in columns]
    widths = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    rule = ["-" * width for width in widths]
    lines = [titles, rule, *cells]
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def _number(*path: str, digits: int = 2, factor: float = 1.0) -> Callable[[Record], str]:
    """Return what finds a number in a row by its path and writes it; a dash if there is none."""

    def write(row: Record) -> str:
        value: Any = row
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return "–" if value is None else f"{value * factor:.{digits}f}"

    return write


def _pair(
    first: Callable[[Record], str], second: Callable[[Record], str]
) -> Callable[[Record], str]:
    return lambda row: f"{first(row)} / {second(row)}"


def _times(name: str) -> Callable[[Record], str]:
    return _pair(_number(name, "p50", digits=1), _number(name, "p95", digits=1))


def _noc_table(result: Record) -> str:
    return _clicks_table(result) if result["prompts"] == "clicks" else _prompts_table(result)


def _clicks_table(result: Record) -> str:
    shown = [row for row in result["rows"] if "noc" in row]
    limit = result["max_clicks"]
    columns: list[Column] = [
        ("segmenter", lambda row: row["segmenter"]),
        *((f"NoC@{t}", _number("noc", t)) for t in ("80", "85", "90", "95")),
        (f"not reached in {limit}: @85 / @90", _failures("not_reached")),
        (f"reached at {limit}: @85 / @90", _failures("reached_at_limit")),
        *((f"IoU@{k}", _number("iou_after", k, digits=3)) for k in ("1", "3", "5", "10", "20")),
        ("edge px", _number("edge_px_median")),
        (
            "tolerance px: reached / not",
            _pair(_number("tolerance_px", "reached"), _number("tolerance_px", "not_reached")),
        ),
        ("open ms", _number("opening_ms", "p50", digits=1)),
        ("first click ms", _number("first_prompt_ms", "p50", digits=1)),
        ("click ms p50 / p95", _times("prompt_ms")),
    ]
    return _markdown(columns, shown) + _notes(result)


def _failures(name: str) -> Callable[[Record], str]:
    return _pair(_number(name, "85", digits=0), _number(name, "90", digits=0))


def _prompts_table(result: Record) -> str:
    shown = [row for row in result["rows"] if "mean_iou" in row]
    columns: list[Column] = [
        ("segmenter", lambda row: row["segmenter"]),
        ("prompts", lambda row: row.get("strokes", "one tight box")),
        ("mean IoU", _number("mean_iou", digits=3)),
        ("median IoU", _number("median_iou", digits=3)),
        ("IoU ≥ 0.90, %", _number("share_above_90", digits=0, factor=100)),
        ("edge px", _number("edge_px_median")),
        ("open ms", _number("opening_ms", "p50", digits=1)),
        ("prompt ms p50 / p95", _times("prompt_ms")),
    ]
    return _markdown(columns, shown) + _notes(result)


def _notes(result: Record) -> str:
    """Return the number of pictures, and which segmenters are missing and why."""
    rows = result["rows"]
    notes = [f"{max(row['n_pictures'] for row in rows)} pictures of `{result['set']}`."]
    for row in rows:
        if "reason" in row:
            notes.append(f"`{row['segmenter']}` does not take part: {row['reason']}")
        elif row["n_refused"]:
            notes.append(
                f"`{row['segmenter']}` refused {row['n_refused']} of them, counted as IoU 0."
            )
    return "\n\n" + "  \n".join(notes)


def _hints_table(result: Record) -> str:
    columns: list[Column] = [
        ("after clicks", lambda row: str(row["clicks"])),
        ("IoU", _number("iou", digits=3)),
        ("first doubt adds", _number("first_gain", digits=3)),
        (f"any of the first {result['doubts']}", _number("any_gain", digits=3)),
        ("a chance place on the outline", _number("outline_gain", digits=3)),
        ("the middle of the error", _number("middle_gain", digits=3)),
        ("first doubt is an error, %", _number("first_is_error", digits=0, factor=100)),
        ("one of them is, %", _number("some_is_error", digits=0, factor=100)),
    ]
    hover = result["hover"]
    note = (
        f"{result['rows'][0]['n_pictures']} pictures of `{result['set']}`. Under a pointer on the "
        f"object ({hover['n_places']} places) there are {hover['previews']:.1f} previews on "
        f"average; the best of them has a mean IoU of {hover['best_iou']:.3f}, and one above 0.80 "
        f"in {100 * hover['share_above_80']:.0f} % of the places."
    )
    return f"{_markdown(columns, result['rows'])}\n\n{note}"


def _find_table(result: Record) -> str:
    def percent(name: str) -> Callable[[Record], str]:
        return _number(name, digits=1, factor=100)

    columns: list[Column] = [
        ("set", lambda row: f"{result['set']}, {result['classes']} classes"),
        ("queries", lambda row: str(row["n_queries"])),
        ("pictures", lambda row: str(row["n_pictures"])),
        ("mAP", _number("map", digits=3)),
        ("P@1", _number("p1", digits=3)),
        ("P@10", _number("p10", digits=3)),
        ("bull's eye %", percent("bulls_eye")),
        ("right box %", percent("hits_with_right_box")),
        ("touching %", percent("hits_touching")),
        ("mAP of control", _number("control_map", digits=3)),
        ("object above control %", percent("share_above_control")),
        ("index ms wall / CPU", _pair(_number("indexing_wall_ms"), _number("indexing_cpu_ms"))),
        ("query ms wall / CPU", _pair(_number("query_wall_ms"), _number("query_cpu_ms"))),
    ]
    row = result["rows"][0]
    note = (
        f"Queries by {result['queries_by']}, the query's own picture removed; "
        f"{row['n_without_positives']} queries without positives left out, "
        f"{row['n_refused']} refused and counted as found nothing."
    )
    return f"{_markdown(columns, result['rows'])}\n\n{note}"


def _speed_table(result: Record) -> str:
    columns: list[Column] = [
        ("MP", _number("megapixels")),
        ("decode ms", _number("decode", "cpu_ms", digits=0)),
        ("open ms", _both("open")),
        ("first click ms", _both("first_click")),
        ("later clicks ms p50", _both("later_clicks")),
        ("p95 CPU", _number("later_clicks", "cpu_p95_ms", digits=1)),
        ("grabCut ms CPU", _number("grabcut", "cpu_ms", digits=0)),
        ("click : grabCut", _number("click_to_grabcut", digits=4)),
        ("memory MB", _number("memory_mb", digits=0)),
    ]
    parts = [
        _markdown(columns, result["rows"]),
        f"Times are wall / CPU. {result['baseline']}. Memory is the peak above the picture and the "
        "imported packages.",
        _markdown(_SINGLE, result["single"]),
    ]
    return "\n\n".join(parts)


def _both(name: str) -> Callable[[Record], str]:
    return _pair(_number(name, "wall_ms", digits=1), _number(name, "cpu_ms", digits=1))


_SINGLE: list[Column] = [
    ("what", lambda row: row["what"]),
    ("wall ms", _number("wall_ms", digits=1)),
    ("CPU ms", _number("cpu_ms", digits=1)),
    ("CPU : baseline", _number("to_baseline", digits=3)),
    ("baseline", lambda row: row["baseline"]),
]
