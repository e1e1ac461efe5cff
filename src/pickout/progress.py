"""How far a long job is: a plain record handed to a callable, so that faces can draw it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """A job's state: `done` of `total` items, `failed` among the done, seconds since the start."""

    task: str
    done: int
    total: int
    failed: int
    seconds: float
    item: str = ""

    @property
    def per_second(self) -> float:
        """Items done per second so far; 0 before the first."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds to the end, None before the first item is done."""
        rate = self.per_second
        return (self.total - self.done) / rate if rate > 0 else None


Listener = Callable[[Progress], None]


class Reporter:
    """Counts items and tells the listener, if there is one."""

    def __init__(self, task: str, total: int, listener: Listener | None) -> None:
        self._task, self._total, self._listener = task, total, listener
        self._start = time.monotonic()
        self._done = self._failed = 0
        self._tell("")

    def step(self, item: str = "", *, failed: bool = False) -> None:
        """Count one more item as done."""
        self._done += 1
        self._failed += failed
        self._tell(item)

    def _tell(self, item: str) -> None:
        if self._listener is not None:
            seconds = time.monotonic() - self._start
            self._listener(
                Progress(self._task, self._done, self._total, self._failed, seconds, item)
            )
