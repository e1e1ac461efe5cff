"""Worker processes: order, errors, and a clean end."""

from __future__ import annotations

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
