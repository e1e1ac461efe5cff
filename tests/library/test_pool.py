"""The pool: a death or a hang costs one task."""

from pathlib import Path

import pytest

from pickout.library.pool import run_tasks


@pytest.fixture(autouse=True)
def _jobs_can_be_imported(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def run(tasks, n_workers=2, limit_seconds=60.0, handle=lambda ask, task: (task, ask(task))):
    results = run_tasks(
        tasks, handle, "library_jobs:work", n_workers=n_workers, limit_seconds=limit_seconds
    )
    return dict(results)


def test_every_task_is_answered_once():
    tasks = [("square", number) for number in range(20)]
    assert run(tasks) == {task: ("ok", task[1] ** 2) for task in tasks}


def test_no_task_is_no_trouble():
    assert run([]) == {}


def test_a_dying_worker_costs_one_task():
    tasks = [("square", 1), ("die", 2), ("square", 3), ("die", 4), ("square", 5)]
    answers = run(tasks, n_workers=1)
    assert [answers[task][0] for task in tasks] == ["ok", "error", "ok", "error", "ok"]
    assert "died (exit code -9)" in answers[("die", 2)][1]


def test_a_hanging_worker_is_given_up():
    answers = run([("hang", 1), ("square", 2)], n_workers=1, limit_seconds=3.0)
    assert answers[("square", 2)] == ("ok", 4)
    assert "longer than 3 seconds" in answers[("hang", 1)][1]


def test_an_exception_and_prints_do_not_disturb_the_answers():
    answers = run([("raise", 7), ("print", 3), ("square", 4)], n_workers=1)
    assert answers == {
        ("raise", 7): ("error", "ValueError: bad 7"),
        ("print", 3): ("ok", 9),
        ("square", 4): ("ok", 16),
    }


def test_leaving_early_ends_the_processes():
    tasks = [("square", 1), *(("hang", number) for number in range(5))]
    results = run_tasks(
        tasks,
        lambda ask, task: ask(task),
        "library_jobs:work",
        n_workers=2,
        limit_seconds=600.0,
    )
    assert next(results) == ("ok", 1)
    results.close()  # returns only when all threads have ended


def test_a_fault_of_the_handler_reaches_the_caller():
    def handle(ask, task):
        raise RuntimeError("broken handler")

    with pytest.raises(RuntimeError, match="broken handler"):
        run([("square", 1)], handle=handle)
