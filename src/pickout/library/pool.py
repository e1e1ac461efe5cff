"""A pool of worker processes in which a death or a hang costs one task, never the run."""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, cast

from pickout.library import worker

Task = TypeVar("Task")
Result = TypeVar("Result")
Ask = Callable[[tuple[object, ...]], tuple[str, object]]
"""Sends a request to a worker; returns ("ok", value) or ("error", message)."""


def run_tasks(
    tasks: Sequence[Task],
    handle: Callable[[Ask, Task], Result],
    function: str,
    *,
    n_workers: int,
    limit_seconds: float,
) -> Iterator[Result]:
    """Yield `handle(ask, task)` for every task, in the order in which they get ready.

    Parameters
    ----------
    tasks : sequence
    handle : callable
        Runs in a thread of this process; what it asks, a worker process answers.
    function : str
        "module:name" of the function that answers, called with the request's items.
    n_workers : int
        Number of worker processes, at least 1.
    limit_seconds : float
        An answer that takes longer is given up, and its process ended.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    # Bounded, so that workers wait for a slow disk instead of filling the memory.
    ready: queue.Queue[Result | BaseException] = queue.Queue(maxsize=2 * n_workers)
    stopping = threading.Event()
    workers = [Worker(function, limit_seconds) for _ in range(n_workers)]
    threads = [
        threading.Thread(target=_serve, args=(each, waiting, handle, ready, stopping), daemon=True)
        for each in workers
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(len(tasks)):
            result = ready.get()
            if isinstance(result, BaseException):
                raise result
            yield result
    finally:
        stopping.set()
        for each in workers:
            each.close()
        _drain(ready, threads)


def _serve(
    each: Worker,
    waiting: queue.SimpleQueue[Task],
    handle: Callable[[Ask, Task], Result],
    ready: queue.Queue[Result | BaseException],
    stopping: threading.Event,
) -> None:
    """Work on tasks until none is left; runs in a thread beside each worker process."""
    while not stopping.is_set():
        try:
            task = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            ready.put(handle(each.ask, task))
        except BaseException as error:
            ready.put(error)
            return


def _drain(ready: queue.Queue[Result], threads: list[threading.Thread]) -> None:
    """Wait for the threads, taking what they still want to hand over."""
    while any(thread.is_alive() for thread in threads):
        with contextlib.suppress(queue.Empty):
            ready.get(timeout=0.02)


class Worker:
    """One child process that runs `function` ("module:name"), restarted when it dies."""

    def __init__(self, function: str, limit_seconds: float) -> None:
        self._function, self._limit = function, limit_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()
        self._is_closed = False

    def ask(self, request: tuple[object, ...]) -> tuple[str, object]:
        """Return ("ok", value) or ("error", message); a lost process is an error."""
        with self._guard:
            if self._is_closed:
                return "error", "stopped."
            if self._process is None or self._process.poll() is not None:
                self._process = self._start()
            process = self._process
        timer = threading.Timer(self._limit, process.kill)
        timer.start()
        try:
            return _exchange(process, request)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            hung = not timer.is_alive()
            return "error", self._loss(process, hung=hung)
        finally:
            timer.cancel()

    def close(self) -> None:
        """Stop the process at once; whoever waits for its answer gets an error."""
        with self._guard:
            self._is_closed = True
            if self._process is not None:
                _end(self._process)

    def _loss(self, process: subprocess.Popen[bytes], *, hung: bool) -> str:
        with self._guard:
            code = _end(process)
        if hung:
            return f"it took longer than {self._limit:g} seconds and was given up."
        return f"the process working on it died (exit code {code}); it may need too much memory."

    def _start(self) -> subprocess.Popen[bytes]:
        # One thread each: the processes share the cores among them.
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        paths = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "pickout.library.worker", self._function],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | threads | paths,
        )


def _exchange(process: subprocess.Popen[bytes], request: tuple[object, ...]) -> tuple[str, object]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    worker.send(process.stdin, request)
    state, value = cast(tuple[str, object], worker.receive(process.stdout))
    return state, value


def _end(process: subprocess.Popen[bytes]) -> int:
    """Kill the process, close its pipes, and return its exit code."""
    process.kill()
    code = process.wait()
    for pipe in (process.stdin, process.stdout):
        # Closing flushes what the dead process can no longer take.
        with contextlib.suppress(OSError, ValueError):
            if pipe is not None:
                pipe.close()
    return code
