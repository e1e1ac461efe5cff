"""Bad input on the command line: one clear line, the right exit code, nothing left behind."""

import os
import sqlite3
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

CLICK = ("--click", "60,45")


def refused(answer, *fragments, code=1):
    """Check that the answer is a refusal in one line that holds all fragments."""
    assert answer.code == code, answer
    assert answer.out == ""
    assert answer.err.count("\n") == 1 and answer.err.startswith("pickout"), answer.err
    for fragment in fragments:
        assert str(fragment) in answer.err


@pytest.fixture
def untouched(tmp_path):
    """Fail if the test leaves a file that it did not make itself."""
    made: set[Path] = set()
    yield made
    left = {path for path in tmp_path.rglob("*")} - made
    assert not left, f"left behind: {left}"


@pytest.fixture
def bad_files(tmp_path, photo, untouched):
    data = photo.read_bytes()
    files = {
        "empty.jpg": b"",
        "truncated.png": data[: len(data) // 2],
        "corrupt.png": data[:100] + b"\xff" * (len(data) - 100),
        "text.jpg": b"this is a shopping list\n" * 20,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.jpg").mkdir()
    untouched |= {*tmp_path.rglob("*")}
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["missing.jpg", "folder.jpg", "empty.jpg", "truncated.png", "corrupt.png", "text.jpg"],
)
@pytest.mark.parametrize("command", ["cut", "segment", "find"])
def test_a_picture_that_is_none(run, bad_files, name, command):
    words = {
        "cut": ("cut", name, *CLICK, "-o", "out.png"),
        "segment": ("segment", name, "-o", "regions"),
        "find": ("find", name, *CLICK, "--json", "hits.json"),
    }[command]
    refused(run(*words), name)


def test_a_decompression_bomb(run, photo, tmp_path, untouched):
    data = bytearray(photo.read_bytes())
    header = data[12:16] + struct.pack(">II", 60_000, 60_000) + data[24:29]
    data[12:33] = header + struct.pack(">I", zlib.crc32(header))
    (tmp_path / "bomb.png").write_bytes(data)
    untouched |= {*tmp_path.rglob("*")}
    refused(run("cut", "bomb.png", *CLICK), "bomb.png", "pixel")


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        (("--click", "500,10"), "outside"),
        (("--click", "-3,10"), "outside"),
        (("--box", "10,10,10,40"), "area"),
        (("--box", "500,500,600,600"), "outside"),
        (("--lasso", "1,1 5,5"), "three"),
        (("--polygon", "500,500 600,500 600,600"), "outside"),
        (("--scribble", "500,500 600,600"), "outside"),
        (("--scribble", "5,5 9,9", "--radius", "-1"), "negative"),
        (("--click", "5,5", "--edit", "polish"), "polish"),
        (("--click", "5,5", "--edit", "grow=-2"), "radius"),
        (("--click", "5,5", "-s", "magic"), "magic"),
        (("--click", "5,5", "--feather", "-1"), "feather"),
        (("--click", "5,5", "--edge", "fluffy"), "fluffy"),
        (("--click", "5,5", "--background", "octarine"), "octarine"),
        (("--mask", "nowhere.png"), "nowhere.png"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_prompts_that_make_no_sense(run, photo, untouched, words, fragment):
    untouched.add(photo)
    refused(run("cut", photo, *words, "-o", "out.png"), fragment)


def test_a_reversed_box_is_understood(run, photo, tmp_path):
    assert run("cut", photo, "--box", "90,75,30,15", "--mask-out", "a.png").code == 0
    assert run("cut", photo, "--box", "30,15,90,75", "--mask-out", "b.png").code == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("--click", "60"),
        ("--click", "a,b"),
        ("--click", "nan,4"),
        ("--box", "1,2,3"),
        ("--lasso", ""),
        ("--edit", "grow=much", "--click", "5,5"),
        ("--clik", "60,45"),
        ("--format", "gif", "-o", "a.json", "--click", "5,5"),
        (),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line(run, photo, untouched, words):
    untouched.add(photo)
    refused(run("cut", photo, *words), "See: pickout cut --help", code=2)


def test_masks_that_do_not_do(run, photo, tmp_path, untouched):
    Image.new("L", (120, 90), 0).save(tmp_path / "empty.png")
    Image.new("L", (60, 45), 255).save(tmp_path / "small.png")
    untouched |= {*tmp_path.rglob("*")}
    refused(run("cut", photo, "--mask", "empty.png", "-o", "out.png"), "no pixel")
    refused(run("cut", photo, "--mask", "small.png", "-o", "out.png"), "60 x 45", "120 x 90")


def test_a_full_mask_is_the_whole_picture(run, photo, tmp_path):
    Image.new("L", (120, 90), 255).save(tmp_path / "full.png")
    assert run("cut", photo, "--mask", "full.png", "-o", "out.png").code == 0
    with Image.open(tmp_path / "out.png") as cut, Image.open(photo) as original:
        assert np.array_equal(np.array(cut)[..., :3], np.array(original))


@pytest.mark.parametrize("size", [(1, 1), (2000, 1), (1, 2000)])
@pytest.mark.parametrize("segmenter", ["superpixel", "grabcut", "otsu", "paint"])
def test_tiny_and_flat_pictures_are_cut_or_refused(run, tmp_path, size, segmenter):
    Image.new("RGB", size, (90, 90, 90)).save(tmp_path / "tiny.png")
    answer = run("cut", "tiny.png", "--click", "0,0", "-s", segmenter, "-o", "out.png")
    if answer.code == 0:
        assert (tmp_path / "out.png").is_file()
    else:
        refused(answer, "tiny.png")


def test_existing_files_are_kept_unless_told_otherwise(run, photo, tmp_path):
    kept = tmp_path / "out.png"
    kept.write_bytes(b"precious")
    refused(run("cut", photo, *CLICK, "-o", "out.png"), "out.png", "--overwrite")
    refused(run("cut", photo, *CLICK, "-o", "new.png", "--json", "out.png"), "out.png")
    assert kept.read_bytes() == b"precious"
    assert not (tmp_path / "new.png").exists()
    assert run("cut", photo, *CLICK, "-o", "out.png", "--overwrite").code == 0
    assert kept.read_bytes() != b"precious"


def test_outputs_that_cannot_be(run, photo, untouched, tmp_path):
    untouched.add(photo)
    refused(run("cut", photo, *CLICK, "-o", "out.jpg"), "transparen", "--background white")
    refused(run("cut", photo, *CLICK, "-o", "out.xyz"), "out.xyz")
    refused(run("cut", photo, *CLICK, "-o", tmp_path), "folder")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(run, photo, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    refused(run("cut", photo, *CLICK, "-o", "closed/out.png"), "closed")


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="no /proc here")
def test_a_place_that_takes_no_files(run, photo, untouched):
    untouched.add(photo)
    refused(run("cut", photo, *CLICK, "-o", "/proc/out.png"), "/proc/out.png")


@pytest.mark.skipif(os.name == "nt", reason="limits are set otherwise there")
def test_a_full_disk(photo, tmp_path, untouched):
    """A limit on the size of files stands for the disk: the system refuses to write either way."""
    untouched.add(photo)
    limit = "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (999, 999))"
    code = f"{limit}; from pickout.cli import run; run()"
    words = ["cut", str(photo), "-s", "paint", "--scribble", "9,9 110,80", "-o", "out.png"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--radius", "30"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "out.png" in done.stderr


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other"}', "\x00\x01"])
def test_a_session_file_that_is_none(run, photo, tmp_path, untouched, content):
    path = tmp_path / "s.json"
    path.write_text(content, encoding="utf-8")
    untouched |= {photo, path}
    refused(run("cut", photo, "--session", "s.json", *CLICK, "-o", "out.png"), "s.json")
    assert path.read_text(encoding="utf-8") == content


def test_a_session_of_another_picture(run, photo, tmp_path):
    assert run("cut", photo, "--session", "s.json", *CLICK, "-o", "one.png").code == 0
    Image.new("RGB", (120, 90), (1, 2, 3)).save(tmp_path / "other.png")
    before = (tmp_path / "s.json").read_bytes()
    refused(run("cut", "other.png", "--session", "s.json", *CLICK, "-o", "two.png"), "another")
    assert (tmp_path / "s.json").read_bytes() == before


def test_a_library_that_is_missing_or_none(run, photo, tmp_path, untouched):
    untouched.add(photo)
    refused(run("find", photo, *CLICK), "library.pickout", "pickout index")
    path = tmp_path / "notes.txt"
    path.write_text("not a library, just a few notes that somebody took" * 40)
    untouched.add(path)
    refused(run("find", photo, *CLICK, "--library", path), "notes.txt")
    refused(run("index", tmp_path, "--library", path), "notes.txt")
    refused(run("index", "nowhere/", "--library", "new.pickout"), "nowhere")


def test_a_library_without_pictures(run, photo, tmp_path, untouched):
    nothing, zero = tmp_path / "nothing.pickout", tmp_path / "zero.pickout"
    (tmp_path / "photos").mkdir()
    zero.touch()
    assert run("index", "photos", "--library", nothing).code == 0
    untouched |= {*tmp_path.rglob("*")}
    refused(run("find", photo, *CLICK, "--library", nothing), "no pictures", "pickout index")
    refused(run("find", photo, *CLICK, "--library", zero), "zero bytes", "pickout index")
    assert zero.stat().st_size == 0


def test_a_library_of_a_newer_version_or_being_indexed(run, photo, tmp_path):
    from pickout.library.lock import indexing_lock

    library = tmp_path / "library.pickout"
    assert run("index", photo).code == 0
    with indexing_lock(library):
        refused(run("index", photo), "library.pickout", "index")
        assert run("find", photo, "--box", "30,15,90,75").code == 0, "readers are not disturbed"
    connection = sqlite3.connect(library)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = library.read_bytes()
    for words in (("index", photo), ("find", photo, "--box", "30,15,90,75")):
        refused(run(*words), "library.pickout", "newer")
    assert library.read_bytes() == before


@pytest.mark.parametrize("content", ["", "{}", '{"hits": 3}', '{"hits": [{"path": 1}]}'])
def test_hits_that_are_none(run, tmp_path, untouched, content):
    path = tmp_path / "hits.json"
    path.write_text(content)
    untouched.add(path)
    refused(run("extract", "hits.json", "-o", "cutouts"), "hits.json")


def test_what_is_missing_is_told_before_anything_else(run, photo, tmp_path, untouched):
    untouched |= {*tmp_path.rglob("*")}
    for command in ("cut", "find", "extract"):
        refused(run(command, "nosuch.jpg"), "nosuch.jpg does not exist")
        refused(run(command, "https://example.org/a.jpg", *CLICK), "is an address")
    (tmp_path / "there.png").write_bytes(b"mine")
    untouched |= {tmp_path / "there.png"}
    refused(run("cut", photo, "--click", "nan,5", "-o", "there.png"), "x,y", code=2)
    refused(run("cut", "nosuch.jpg", *CLICK, "-o", "there.png"), "nosuch.jpg")
    refused(run("cut", photo, *CLICK, "-o", "there.png"), "exists already")


def test_a_file_where_a_folder_should_be_is_refused_before_the_work(
    run, photo, tmp_path, untouched
):
    (tmp_path / "taken").write_bytes(b"mine")
    (tmp_path / "hits.json").write_text("{}")
    untouched |= {*tmp_path.rglob("*")}
    for words in (("segment", photo), ("extract", "hits.json"), ("extract", photo, *CLICK)):
        refused(run(*words, "-o", "taken"), "taken is a file")
    assert (tmp_path / "taken").read_bytes() == b"mine"


def test_nothing_but_nots_and_slips_of_the_hand_are_named(run, photo, tmp_path, untouched):
    untouched |= {*tmp_path.rglob("*")}
    refused(run("cut", photo, "--not", "5,5", "-o", "a.png"), "only what does not belong")
    answer = run("cut", photo, "--box", "30,20,9000,9000", "-o", "a.png")
    untouched |= {tmp_path / "a.png"}
    assert answer.code == 0 and "leaves the photo" in answer.err


def test_folders_without_pictures_and_files_that_are_none_are_told(run, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.jpg").write_text("a shopping list")
    answer = run("index", "empty")
    assert answer.code == 0 and "no pictures in empty" in answer.err
    answer = run("index", "text.jpg")
    assert answer.code == 1 and "text.jpg" in answer.err
    answer = run("index", ".")  # found on the way, it stops nothing
    assert answer.code == 0 and "text.jpg" in answer.err


def test_many_failures_are_not_all_told(run, photo, tmp_path):
    (tmp_path / "many").mkdir()
    picture = np.asarray(Image.open(photo))
    for number in range(13):
        Image.fromarray(picture).save(
            tmp_path / "many" / f"{number}.png", compress_level=number % 9
        )
    run("index", "many")
    assert run("extract", photo, *CLICK, "-o", "out", "--min-score", "0.5").code == 0
    answer = run("extract", photo, *CLICK, "-o", "out", "--min-score", "0.5")
    assert answer.code == 1
    assert answer.err.count("exists already") <= 10
