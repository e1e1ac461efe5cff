"""Work spread over processes that inherit everything."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from typing import Any

_task: Callable[[Any], Any] | None = None


def in_processes(task: Callable[[Any], Any], items: Iterable[Any], workers: int) -> Iterator[Any]:
    """Yield what a function gives for every item, in order.

    The processes are forked, so that the function may hold what cannot be sent (models).
    """
    global _task
    _task = task
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield from pool.imap(_run, items, chunksize=4)


def _run(item: Any) -> Any:
    assert _task is not None
    return _task(item)
