"""A run that is killed at any moment leaves a good library, and the next run completes it."""

import os
import signal
import subprocess
import sys
import time

import pytest
from pictures_for_library import backdrop, make_photos, save
from test_library_index import contents, counts

from pickout.library import Library

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

RUN = """
import sys
from pickout.library import Library
import pickout.library.indexing as indexing
indexing.COMMIT_SECONDS = 0
def tell(progress):
    print(progress.done, flush=True)
with Library(sys.argv[1]) as library:
    library.index(sys.argv[2], workers=int(sys.argv[3]), progress=tell)
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = make_photos(tmp_path_factory.mktemp("photos"))
    for seed in range(100, 108):
        save(folder / f"more{seed}.png", backdrop(seed))
    return folder


@pytest.fixture(scope="module")
def complete(photos, tmp_path_factory):
    file = tmp_path_factory.mktemp("complete") / "shelf.pickout"
    with Library(file) as library:
        library.index(photos, workers=0)
    return contents(file)


def start(file, photos, workers=1):
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(file), str(photos), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(process, done):
    for line in process.stdout:
        if int(line) >= done:
            return
    raise AssertionError(process.stderr.read())


def end(process):
    process.wait(timeout=60)
    process.stdout.close()
    process.stderr.close()
    return process.returncode


@pytest.mark.parametrize("done", [1, 3, 7])
@pytest.mark.parametrize("kind", ["SIGKILL", "SIGINT"])
def test_a_killed_run_is_completed_to_the_same_library(photos, complete, tmp_path, kind, done):
    file = tmp_path / "shelf.pickout"
    process = start(file, photos)
    wait_until(process, done)
    time.sleep(0.02 * done)  # a little into the next picture, not to the end of the run
    process.send_signal(getattr(signal, kind))
    assert end(process) != 0
    with Library(file) as library:
        kept = len(library)
        assert done - 1 <= kept < 16
        report = library.index(photos, workers=0)
    assert counts(report) == {"added": 16 - kept, "unchanged": kept}
    # The pictures' paths are full ones here, as they lie elsewhere than the library.
    assert contents(file) == complete


def test_of_two_processes_one_waits_its_turn_and_the_other_completes(photos, complete, tmp_path):
    file = tmp_path / "shelf.pickout"
    first = start(file, photos)
    wait_until(first, 1)
    second = subprocess.run(
        [sys.executable, "-c", RUN, str(file), str(photos), "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode != 0
    assert f"process {first.pid} is indexing this library" in second.stderr
    for _ in first.stdout:
        pass
    assert end(first) == 0
    assert contents(file) == complete


def test_a_killed_worker_costs_one_picture_at_most(photos, complete, tmp_path):
    file = tmp_path / "shelf.pickout"
    process = start(file, photos)
    wait_until(process, 2)
    for child in children_of(process.pid):
        os.kill(child, signal.SIGKILL)
    for _ in process.stdout:
        pass
    assert end(process) == 0
    with Library(file) as library:
        assert len(library) >= 15
        assert library.index(photos, workers=0).n_pictures == 16
    assert contents(file) == complete


def children_of(pid):
    text = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return [int(word) for word in text.split()]
