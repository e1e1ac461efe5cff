"""The library file: what is no library is refused in one clear line, and nothing is harmed."""

import os
import sqlite3
import subprocess
import sys
import threading

import pytest
from pictures_for_library import backdrop, make_photos, save, scene

from pickout.errors import LibraryError, PickoutError
from pickout.library import Library
from pickout.library.lock import indexing_lock
from pickout.library.schema import APPLICATION_ID, VERSION


@pytest.fixture
def shelf(tmp_path):
    with Library(tmp_path / "shelf.pickout") as library:
        save(tmp_path / "photos/one.png", scene(1, 70, 10, 30)[0])
        library.index(tmp_path / "photos", workers=0)
    return tmp_path / "shelf.pickout"


def refused(path, message):
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(LibraryError, match=message) as caught:
        Library(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert before is None or path.read_bytes() == before


def test_the_file_is_one_file_that_names_its_kind_and_version(shelf):
    assert sorted(path.name for path in shelf.parent.iterdir()) == ["photos", "shelf.pickout"]
    data = shelf.read_bytes()
    assert int.from_bytes(data[68:72], "big") == APPLICATION_ID
    assert int.from_bytes(data[60:64], "big") == VERSION


def test_a_closed_library_says_so(shelf):
    library = Library(shelf)
    library.close()
    with pytest.raises(LibraryError, match=r"closed; open it again [^.]*\.$"):
        len(library)
    with pytest.raises(LibraryError, match="closed"):
        library.find(scene(1, 70, 10, 30)[0])


def test_a_folder_is_refused(tmp_path):
    refused(tmp_path, "is a folder")


def test_a_file_of_another_kind_is_refused(tmp_path):
    text = tmp_path / "text.pickout"
    text.write_text("This is a letter to a friend. " * 50)
    refused(text, "not a pickout library")


def test_another_programs_database_is_refused(tmp_path):
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    refused(foreign, "another program")


def test_a_library_of_a_newer_version_is_refused(shelf):
    with sqlite3.connect(shelf) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    refused(shelf, "newer pickout")


def test_a_damaged_library_is_refused(shelf):
    data = bytearray(shelf.read_bytes())
    data[100:] = os.urandom(len(data) - 100)
    shelf.write_bytes(data)
    with pytest.raises(LibraryError, match="damaged"), Library(shelf) as library:
        library.find(backdrop(1))


def test_a_damaged_region_is_told_when_it_is_looked_at(shelf):
    with sqlite3.connect(shelf) as connection:
        connection.execute("UPDATE regions SET mask = x'00'")
        connection.execute("UPDATE keypoints SET places = x'', descriptors = x''")
    connection.close()
    with Library(shelf) as library:
        hit = library.find(backdrop(1))[0]
        with pytest.raises(LibraryError, match="damaged"):
            _ = hit.mask


def test_vectors_of_a_wrong_length_are_told(shelf):
    with sqlite3.connect(shelf) as connection:
        connection.execute("UPDATE contents SET vectors = x'0000'")
    connection.close()
    with Library(shelf) as library, pytest.raises(LibraryError, match="damaged"):
        library.find(backdrop(1))


def test_an_empty_file_becomes_a_library(tmp_path):
    (tmp_path / "new.pickout").touch()
    with Library(tmp_path / "new.pickout") as library:
        assert len(library) == 0


def test_the_folder_is_made(tmp_path):
    with Library(tmp_path / "a/b/new.pickout"):
        assert (tmp_path / "a/b/new.pickout").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="folder cannot be made"):
        Library(tmp_path / "file/new.pickout")


def test_many_may_make_the_same_library_at_once(tmp_path):
    failed = []

    def open_and_close():
        try:
            Library(tmp_path / "new.pickout").close()
        except PickoutError as error:
            failed.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_only_one_indexes_at_a_time_and_readers_go_on(shelf):
    with indexing_lock(shelf), Library(shelf) as library:
        with pytest.raises(LibraryError, match=rf"process {os.getpid()} is indexing"):
            library.index(shelf.parent / "photos", workers=0)
        assert len(library.find(backdrop(1))) == 1
    with Library(shelf) as library:
        assert library.index(shelf.parent / "photos", workers=0).unchanged == 1


def test_a_lock_left_by_a_dead_process_is_no_lock(shelf):
    shelf.with_name("shelf.pickout-lock").write_text("1")
    with Library(shelf) as library:
        assert library.index(shelf.parent / "photos", workers=0).unchanged == 1
    assert not shelf.with_name("shelf.pickout-lock").exists()


def test_a_reader_sees_what_another_process_adds(shelf):
    with Library(shelf) as reader:
        assert len(reader.find(backdrop(1))) == 1
        save(shelf.parent / "photos/two.png", backdrop(1))
        with Library(shelf) as writer:
            writer.index(shelf.parent / "photos", workers=0)
        assert reader.find(backdrop(1))[0].path.name == "two.png"


SEARCH_READ_ONLY = """
import os, sys
from pathlib import Path
import numpy as np
from pickout.errors import LibraryError
from pickout.library import Library
path, picture = Path(sys.argv[1]), np.zeros((9, 9, 3), np.uint8)
with Library(path) as library:
    library.find(picture)  # imports all that is needed while that is allowed
    library.index(path.parent / "photos", workers=0)
path.chmod(0o444)
path.parent.chmod(0o555)
if os.geteuid() == 0:  # whom no permission stops
    for folder in path.parents[1:-1]:
        folder.chmod(folder.stat().st_mode | 0o055)
    os.setuid(65534)
with Library(path) as library:
    print(len(library), len(library.find(picture)))
    try:
        library.index(path.parent / "photos", workers=0)
    except LibraryError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
def test_a_read_only_library_can_be_searched(shelf):
    done = subprocess.run(
        [sys.executable, "-c", SEARCH_READ_ONLY, str(shelf)],
        capture_output=True,
        text=True,
        check=False,
    )
    shelf.parent.chmod(0o755)
    assert done.returncode == 0, done.stderr
    counted, refusal = done.stdout.splitlines()
    assert counted == "1 1"
    assert "cannot be written" in refusal


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_a_full_disk_is_told_and_what_was_indexed_stays_good(tmp_path):
    photos = make_photos(tmp_path / "photos")
    file = tmp_path / "shelf.pickout"
    with Library(file) as library:
        library.index(photos / "sub", workers=0)
    code = (
        "import resource, signal, sys\n"
        "from pickout.errors import LibraryError; from pickout.library import Library\n"
        "import pickout.library.indexing as indexing; indexing.COMMIT_SECONDS = 0\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "limit = 400_000\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
        "try:\n"
        "    with Library(sys.argv[1]) as library: library.index(sys.argv[2], workers=0)\n"
        "except LibraryError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file), str(photos)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "the disk is full" in done.stdout, done.stdout + done.stderr
    with Library(file) as library:
        kept = len(library)
        assert 1 <= kept < 8
        assert library.index(photos, workers=0).n_pictures == 8
        assert len(library.find(*scene(99, 80, 50, 20))) == 8
