"""How far a long job is: a plain record handed to a callable, so that faces can draw it."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
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


@contextlib.contextmanager
def listener_for(progress: bool | Listener | None) -> Iterator[Listener | None]:
    """Give the listener that a caller's `progress` argument stands for.

    Parameters
    ----------
    progress : bool or callable, optional
        A callable is the listener itself. True writes one line to stderr that renews itself,
        or nothing where stderr is not a terminal.
    """
    if not isinstance(progress, bool) and progress is not None:
        yield progress
    elif progress and sys.stderr.isatty():
        line = _StatusLine()
        try:
            yield line
        finally:
            line.end()
    else:
        yield None


class _StatusLine:
    """Writes a job's state over and over into one line of stderr."""

    _PAUSE = 0.1

    def __init__(self) -> None:
        self._last = -self._PAUSE

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self._last >= self._PAUSE or progress.done == progress.total:
            self._last = now
            sys.stderr.write(f"\r\x1b[K{status_text(progress)}")
            sys.stderr.flush()

    def end(self) -> None:
        """Finish the line."""
        sys.stderr.write("\n")


def status_text(progress: Progress) -> str:
    """Return a job's state in one short line, e.g. ``index 12/80, 9.1/s, 0:07 left``."""
    text = f"{progress.task} {progress.done}/{progress.total}"
    if progress.failed:
        text += f", {progress.failed} failed"
    if progress.done:
        text += f", {progress.per_second:.1f}/s"
    if progress.done < progress.total and progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        text += f", {minutes}:{seconds:02d} left"
    return text


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
