"""Jobs in fresh processes: what is timed there is disturbed by nothing that runs here.

A worker is this module run as a program. It reads one job per line from its standard input and
answers with one line each, both JSON, and computes with one thread.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from pickout.errors import PickoutError

Record = dict[str, Any]
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


def run_jobs(
    task: str,
    jobs: Sequence[Record],
    *,
    workers: int = 1,
    on_done: Callable[[Record], object] = lambda job: None,
) -> list[Record]:
    """Return the answers to `jobs`, in their order, from `workers` processes.

    Parameters
    ----------
    task : str
        ``"module:function"``; the function takes a job and returns a record, both JSON.
    jobs : sequence of dict
    workers : int
    on_done : callable
        Called with every finished job, from one thread at a time.

    Raises
    ------
    PickoutError
        If a job raises it, or a worker dies.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for index in range(len(jobs)):
        waiting.put(index)
    answers: dict[int, Record] = {}
    done: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    processes = [_start(task) for _ in range(min(workers, len(jobs)))]
    try:
        with ThreadPoolExecutor(max(1, len(processes))) as pool:
            feeders = [pool.submit(_feed, p, jobs, waiting, answers, done) for p in processes]
            try:
                _report(jobs, done, len(feeders), on_done)
            except BaseException:
                _kill(processes)  # so that the feeders, which wait for them, can end
                raise
            for feeder in feeders:
                feeder.result()
    finally:
        _kill(processes)
        for process in processes:
            process.communicate()
    return [answers[index] for index in range(len(jobs))]


def run_fresh(task: str, job: Record) -> Record:
    """Return the answer to one job from a process that does nothing else."""
    return run_jobs(task, [job])[0]


def _start(task: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pickout.bench.workers", task],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | ONE_THREAD,
        process_group=0,  # Ctrl-C is for the run, which then ends its workers
    )


def _feed(
    process: subprocess.Popen[str],
    jobs: Sequence[Record],
    waiting: queue.SimpleQueue[int],
    answers: dict[int, Record],
    done: queue.SimpleQueue[int | None],
) -> None:
    """Hand jobs to one process until none waits; None in `done` says that this one is through."""
    try:
        while True:
            try:
                index = waiting.get_nowait()
            except queue.Empty:
                return
            answers[index] = _ask(process, jobs[index])
            done.put(index)
    except PickoutError:
        with contextlib.suppress(queue.Empty):
            while True:  # the run has failed: nobody needs the other answers
                waiting.get_nowait()
        raise
    finally:
        done.put(None)


def _ask(process: subprocess.Popen[str], job: Record) -> Record:
    if process.stdin is None or process.stdout is None:
        raise PickoutError("a benchmark's worker process has no pipes.")
    try:
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except (OSError, ValueError):
        line = ""
    if not line:
        raise PickoutError(
            f"a benchmark's worker process ended (exit code {process.wait()}) at the job "
            f"{json.dumps(job)}; its own words are above."
        )
    answer: Record = json.loads(line)
    if "refused" in answer:
        raise PickoutError(answer["refused"])
    return answer


def _report(
    jobs: Sequence[Record],
    done: queue.SimpleQueue[int | None],
    running: int,
    on_done: Callable[[Record], object],
) -> None:
    while running:
        index = done.get()
        if index is None:
            running -= 1
        else:
            on_done(jobs[index])


def _kill(processes: Sequence[subprocess.Popen[str]]) -> None:
    for process in processes:
        process.kill()


def main(task: str) -> None:
    """Answer jobs from standard input until it ends."""
    import cv2

    cv2.setNumThreads(1)
    module, _, name = task.partition(":")
    function = getattr(import_module(module), name)
    for line in sys.stdin:
        try:
            answer = function(json.loads(line))
        except PickoutError as error:
            answer = {"refused": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
