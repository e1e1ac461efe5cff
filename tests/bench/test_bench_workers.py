"""Worker processes: order, errors, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pickout.bench.workers import run_jobs
from pickout.errors import PickoutError


def test_answers_come_in_the_order_of_the_jobs():
    heard = []
    jobs = [{"n": n} for n in range(9)]
    answers = run_jobs("builtins:dict", jobs, workers=3, on_done=heard.append)
    assert answers == jobs
    assert sorted(job["n"] for job in heard) == list(range(9))


def test_no_jobs_give_no_answers():
    assert run_jobs("builtins:dict", []) == []


def test_a_worker_that_dies_is_reported_with_its_job():
    with pytest.raises(PickoutError, match=r'exit code 1.*"code": 3'):
        run_jobs("sys:exit", [{"code": 3}] * 5, workers=2)


def test_an_error_of_pickout_keeps_its_words():
    job = {"name": "x", "image": "no-such.png", "mask": "m.png"}
    with pytest.raises(PickoutError, match=r"no-such\.png"):
        run_jobs("pickout.bench.noc:measure_picture", [job])


RUN = """
import sys
from pickout.bench.workers import run_jobs
jobs = [{"seconds": seconds, "folder": sys.argv[1]} for seconds in (0, 60, 60)]
run_jobs("worker_tasks:nap", jobs, workers=2, on_done=lambda job: print("done", flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another story there")
def test_an_interrupted_run_ends_its_workers_quietly(tmp_path):
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path)],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert run.stdout.readline() == "done\n"
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=50)
    assert errors.count("Traceback") == 1
    assert errors.strip().endswith("KeyboardInterrupt")
    for file in tmp_path.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(file.name), 0)
