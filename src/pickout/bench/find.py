"""How well the library finds an object again, and how fast."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pickout.bench.data_sets import Label, find_set, read_labels
from pickout.bench.machine import cpu_seconds_with_children, describe_run
from pickout.bench.options import STUFF, FindOptions
from pickout.bench.queries import (
    Plan,
    Region,
    background_region,
    box_iou,
    make_plan,
    query_region,
)
from pickout.bench.workers import Record
from pickout.errors import ArgumentError, PickoutError
from pickout.images import Image, read_image
from pickout.metrics import average_precision, precision_at_k, recall_at_k
from pickout.progress import Listener, Reporter

if TYPE_CHECKING:
    from pickout.library import Hit, Library

TOP = 10
GOOD_BOX_IOU = 0.3
DEFINITIONS = {
    "map": "mean over queries of AP = 1/R * sum of P(k) over the ranks k of right pictures; "
    "R right pictures exist; nothing interpolated; the whole gallery is ranked; a picture that "
    "is missing from the ranking counts as 0; the query's own picture is removed",
    "right": "a picture that shows the query's class",
    "hits_with_right_box": f"share of right pictures in the top {TOP}, of those whose boxes are "
    f"known, whose hit box has IoU >= {GOOD_BOX_IOU} with a true box of the class",
    "hits_touching": "the same for any common pixel",
    "bulls_eye": "mean share of a class among its 2 n best, n pictures of the class, the query's "
    "own picture counted in both",
    "control": "the same queries asked with a region of the same size and shape elsewhere in the "
    "query's picture, meeting no labelled object of the class",
}


def run_find(
    folder: str | Path, options: FindOptions | None = None, progress: Listener | None = None
) -> Record:
    """Return how well the library finds the objects of a labelled set.

    All pictures are indexed; every query is an object in one of them, and all other pictures are
    ranked by their best region. What the numbers mean is in the result, under "definitions".

    Parameters
    ----------
    folder : str or Path
        A folder with ``images`` and ``labels.csv`` (image, class_or_instance, x0, y0, x1, y1,
        mask, split, mask_value), or the name of one.
    options : FindOptions, optional
    progress : callable, optional
        Gets `Progress` records while indexing, then after every query.

    Returns
    -------
    result : dict
        Ready for JSON: "rows" holds the summary, "queries" every query's best hits.

    Raises
    ------
    ArgumentError
        If the options or the set make no sense.
    """
    options = options or FindOptions()
    if options.limit is not None and options.limit < 1:
        raise ArgumentError(f"limit should be at least 1, but it is {options.limit}.")
    place = find_set(folder, options.data)
    plan = make_plan(read_labels(place), options)
    with ExitStack() as stack:
        library = _open_library(options, stack)
        indexing = _index(library, place, progress)
        searcher = _Searcher(library, place, plan, options)
        reporter = Reporter(f"queries on {place.name}", len(plan.queries), progress)
        queries = []
        for label in plan.queries:
            queries.append(searcher.ask(label))
            reporter.step(label.name)
    return {
        "benchmark": "find",
        "set": place.name,
        "queries_by": plan.method,
        "classes": options.classes,
        "left_out_classes": list(options.leave_out),
        "limit": options.limit,
        "definitions": DEFINITIONS,
        **describe_run(_command(place.name, options), options.seed),
        "rows": [_summary(queries, plan) | indexing],
        "queries": queries,
    }


def _command(name: str, options: FindOptions) -> str:
    """Return the command line that repeats the run, without places on this machine."""
    words = ["pickout bench find", name]
    words += [f"--queries {options.queries}"] if options.queries != "auto" else []
    words += [f"--classes {options.classes}"] if options.classes != "all" else []
    if options.leave_out != STUFF:
        words += [f"--leave-out {name}" for name in options.leave_out]
    words += [] if options.control else ["--no-control"]
    words += [f"--limit {options.limit} --seed {options.seed}"] if options.limit else []
    return " ".join(words)


def _open_library(options: FindOptions, stack: ExitStack) -> Library:
    from pickout.library import Library

    if options.library is not None:
        return stack.enter_context(Library(options.library))
    folder = stack.enter_context(
        tempfile.TemporaryDirectory(prefix="pickout-bench-", ignore_cleanup_errors=True)
    )
    return stack.enter_context(Library(Path(folder) / "bench.pickout"))


def _index(library: Library, place: Path, progress: Listener | None) -> Record:
    """Index the set; return what a new picture cost, all processes together."""
    wall, cpu = time.perf_counter(), cpu_seconds_with_children()
    report = library.index(place / "images", progress=progress or False)
    cpu, wall = cpu_seconds_with_children() - cpu, time.perf_counter() - wall
    count = report.added + report.updated
    return {
        "n_indexed": count,
        "n_unreadable": len(report.failed),
        "indexing_wall_ms": round(wall * 1e3 / count, 2) if count else None,
        "indexing_cpu_ms": round(cpu * 1e3 / count, 2) if count else None,
    }


class _Searcher:
    """Asks one query after the other."""

    def __init__(self, library: Library, place: Path, plan: Plan, options: FindOptions) -> None:
        self._library, self._place, self._plan, self._options = library, place, plan, options
        self._root = place.resolve()
        self._everything = max(1, len(library))

    def ask(self, label: Label) -> Record:
        """Return a query's numbers and best hits; a refusal is recorded, not raised."""
        relevant = self._plan.relevant(label)
        record: Record = {
            "image": label.image,
            "class": label.name,
            "n_relevant": len(relevant),
        }
        if not relevant:
            return record
        image = read_image(self._place / label.image)
        region = query_region(self._place, label, image.size_hw)
        if region is None:
            return record | {"refused": "the labelled object has no pixels in the picture"}
        record["box_xyxy"] = list(region.box_xyxy)
        try:
            record |= self._search(image, region, label)
            control = self._control(image, region, label) if self._options.control else None
        except PickoutError as error:
            return record | {"refused": str(error)}
        return record | ({"control": control} if control else {})

    def _control(self, image: Image, region: Region, label: Label) -> Record | None:
        taken = self._plan.boxes(label.image, label.name)
        elsewhere = background_region(region, taken, image.size_hw, self._options.seed)
        if elsewhere is None:
            return None
        return {"box_xyxy": list(elsewhere.box_xyxy)} | self._search(image, elsewhere, label)

    def _search(self, image: Image, region: Region, label: Label) -> Record:
        """Return one ranking's numbers."""
        wall, cpu = time.perf_counter(), time.process_time()
        found = self._library.find(
            image,
            mask=region.mask,
            box=region.box_xyxy if region.mask is None else None,
            k=self._everything,
            exclude=[self._place / label.image],
        )
        seconds = time.perf_counter() - wall, time.process_time() - cpu
        relevant = self._plan.relevant(label)
        ranking = [(name, hit) for name, hit in self._named(found) if name != label.image]
        flags = [name in relevant for name, _ in ranking]
        return {
            "ap": average_precision(flags, len(relevant)),
            "p1": precision_at_k(flags, 1),
            "p10": precision_at_k(flags, TOP),
            "bulls_eye": self._bulls_eye(flags, len(relevant)),
            "n_ranked": len(flags),
            "hits": [self._hit(name, hit, label, relevant) for name, hit in ranking[:TOP]],
            "wall_ms": round(seconds[0] * 1e3, 2),
            "cpu_ms": round(seconds[1] * 1e3, 2),
        }

    def _named(self, hits: Sequence[Hit]) -> list[tuple[str, Hit]]:
        """Return the hits in ranked pictures with the pictures' names in the set."""
        named = []
        for hit in hits:
            path = Path(hit.path).resolve()
            name = path.relative_to(self._root).as_posix() if self._root in path.parents else ""
            if name in self._plan.gallery:
                named.append((name, hit))
        return named

    def _bulls_eye(self, flags: Sequence[bool], n_relevant: int) -> float | None:
        """Return the share of the class in the best 2 n, with the query itself at the top."""
        if self._plan.method == "split":
            return None
        return recall_at_k([True, *flags], 2 * (n_relevant + 1), n_relevant + 1)

    def _hit(self, name: str, hit: Hit, label: Label, relevant: frozenset[str]) -> Record:
        box = tuple(float(side) for side in hit.box_xyxy)
        record: Record = {
            "image": name,
            "score": round(float(hit.score), 5),
            "box_xyxy": list(box),
            "right": name in relevant,
        }
        true = self._plan.boxes(name, label.name)
        if record["right"] and true:
            record["box_iou"] = max(box_iou(box, other) for other in true)  # type: ignore[arg-type]
        return record


def _summary(queries: Sequence[Record], plan: Plan) -> Record:
    lonely = [query for query in queries if query["n_relevant"] == 0]
    refused = [query for query in queries if "refused" in query]
    answered = [query for query in queries if "ap" in query]
    # A refused query found nothing; leaving it out would flatter the mean.
    n_counted = len(answered) + len(refused)
    row: Record = {
        "n_queries": n_counted,
        "n_without_positives": len(lonely),
        "n_refused": len(refused),
        "n_pictures": len(plan.gallery),
        "n_classes": len({query["class"] for query in queries}),
    }
    if not answered:
        return row
    row |= {
        "map": _mean_over(answered, "ap", n_counted),
        "p1": _mean_over(answered, "p1", n_counted),
        "p10": _mean_over(answered, "p10", n_counted),
        "query_wall_ms": round(float(np.median([query["wall_ms"] for query in answered])), 2),
        "query_cpu_ms": round(float(np.median([query["cpu_ms"] for query in answered])), 2),
    }
    if plan.method != "split":
        row["bulls_eye"] = _mean_over(answered, "bulls_eye", n_counted)
    return row | _box_summary(answered) | _control_summary(answered)


def _mean_over(queries: Sequence[Record], field: str, count: int) -> float:
    return round(math.fsum(query[field] for query in queries) / count, 4)


def _box_summary(queries: Sequence[Record]) -> Record:
    overlaps = [hit["box_iou"] for q in queries for hit in q["hits"] if "box_iou" in hit]
    if not overlaps:
        return {"n_hits_with_known_box": 0}
    return {
        "n_hits_with_known_box": len(overlaps),
        "hits_with_right_box": round(float(np.mean(np.array(overlaps) >= GOOD_BOX_IOU)), 4),
        "hits_touching": round(float(np.mean(np.array(overlaps) > 0)), 4),
    }


def _control_summary(queries: Sequence[Record]) -> Record:
    """Return how background regions of the same pictures fare on the same questions."""
    pairs = [(query, query["control"]) for query in queries if "control" in query]
    if not pairs:
        return {"n_controls": 0}
    tops = [[_top_score(query), _top_score(control)] for query, control in pairs]
    object_top, control_top = np.array(tops).T
    return {
        "n_controls": len(pairs),
        "map_where_controlled": _mean_over([query for query, _ in pairs], "ap", len(pairs)),
        "control_map": _mean_over([control for _, control in pairs], "ap", len(pairs)),
        "control_p1": _mean_over([control for _, control in pairs], "p1", len(pairs)),
        "top_score": round(float(object_top.mean()), 4),
        "control_top_score": round(float(control_top.mean()), 4),
        "share_above_control": round(float(np.mean(object_top > control_top)), 4),
    }


def _top_score(answer: Record) -> float:
    return answer["hits"][0]["score"] if answer["hits"] else 0.0
