"""Indexing: only what changed is looked at, and nothing that is wrong with a file stops it."""

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from pictures_for_library import backdrop, make_photos, save, scene

from pickout.errors import ArgumentError
from pickout.library import Library, indexing
from pickout.progress import Progress


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """A library of a few pictures, made once, to be copied by tests that change it."""
    folder = tmp_path_factory.mktemp("master")
    make_photos(folder / "photos")
    with Library(folder / "shelf.pickout") as library:
        library.index(folder / "photos", workers=0)
    return folder


@pytest.fixture
def place(master, tmp_path):
    """A copy of library and photos, with the photos' times kept."""
    return Path(shutil.copytree(master, tmp_path / "place"))


def index(place, *places, **arguments):
    with Library(place / "shelf.pickout") as library:
        return library.index(*(places or [place / "photos"]), **{"workers": 0} | arguments)


def contents(library_file: Path):
    """Return everything a library says of each picture, without the numbers of rows."""
    with sqlite3.connect(library_file) as connection:
        pictures = connection.execute(
            "SELECT path, size, digest, pipeline, height, width, n_regions, vectors, error, "
            "content_id FROM pictures LEFT JOIN contents ON contents.id = content_id"
        ).fetchall()
        parts = {
            path: (
                rest,
                connection.execute(
                    "SELECT ordinal, x0, y0, x1, y1, area, mask FROM regions "
                    "WHERE content_id IS ? ORDER BY ordinal",
                    (content,),
                ).fetchall(),
                connection.execute(
                    "SELECT places, descriptors FROM keypoints WHERE content_id IS ?", (content,)
                ).fetchall(),
            )
            for path, *rest, content in pictures
        }
        lonely = connection.execute(
            "SELECT count(*) FROM contents WHERE id NOT IN "
            "(SELECT content_id FROM pictures WHERE content_id IS NOT NULL)"
        ).fetchone()[0]
    connection.close()
    return parts, lonely


def counts(report):
    return {
        name: getattr(report, name)
        for name in ("added", "updated", "moved", "unchanged", "removed")
        if getattr(report, name)
    }


def test_all_pictures_are_added_once(place):
    with Library(place / "other.pickout") as library:
        report = library.index(place / "photos", place / "photos/sub", workers=0)
        assert counts(report) == {"added": 8}
        assert report.n_pictures == len(library) == 8
        assert report.n_regions == library.stats().n_regions > 8 * 18
        assert [path.name for path in library.pictures()][:2] == ["left.png", "plain10.png"]
        assert all(path.is_absolute() for path in library.pictures())


def test_a_second_run_has_nothing_to_do(place):
    seen: list[Progress] = []
    report = index(place, progress=seen.append)
    assert counts(report) == {"unchanged": 8}
    assert seen[-1].total == 0


def test_a_touched_file_with_the_same_bytes_is_unchanged(place):
    os.utime(place / "photos/left.png", (1, 1))
    assert counts(index(place)) == {"unchanged": 8}


def test_a_changed_file_is_measured_again(place):
    save(place / "photos/plain10.png", scene(77, 80, 20, 20)[0])
    assert counts(index(place)) == {"updated": 1, "unchanged": 7}
    with Library(place / "shelf.pickout") as library:
        best = library.find(*scene(99, 80, 50, 20), k=4)
    assert "plain10.png" in {hit.path.name for hit in best}
    assert contents(place / "shelf.pickout")[1] == 0


def test_a_deleted_file_is_forgotten_only_in_the_folders_indexed(place):
    (place / "photos/left.png").unlink()
    (place / "photos/sub/small.png").unlink()
    assert counts(index(place, place / "photos/sub")) == {"removed": 1}
    assert counts(index(place)) == {"removed": 1, "unchanged": 6}
    assert contents(place / "shelf.pickout")[1] == 0


def test_a_renamed_file_costs_nothing(place):
    (place / "photos/left.png").rename(place / "photos/moved.png")
    assert counts(index(place)) == {"added": 1, "moved": 1, "removed": 1, "unchanged": 7}
    with Library(place / "shelf.pickout") as library:
        assert "moved.png" in {path.name for path in library.pictures()}


def test_copies_of_a_picture_are_both_found(place):
    shutil.copy(place / "photos/left.png", place / "photos/copy.png")
    assert counts(index(place)) == {"added": 1, "unchanged": 8}
    with Library(place / "shelf.pickout") as library:
        assert library.stats().n_contents == 8
        hits = library.find(*scene(1, 70, 10, 30), k=2)
    assert {hit.path.name for hit in hits} == {"left.png", "copy.png"}
    assert hits[0].score == hits[1].score


def test_unreadable_files_are_listed_and_cost_only_themselves(place):
    photos = place / "photos"
    (photos / "empty.jpg").write_bytes(b"")
    (photos / "text.jpg").write_text("not a picture")
    (photos / "cut.png").write_bytes((photos / "left.png").read_bytes()[:3000])
    save(photos / "good.png", backdrop(50))
    report = index(place)
    assert counts(report) == {"added": 1, "unchanged": 8}
    assert {failure.path.name for failure in report.failed} == {"empty.jpg", "text.jpg", "cut.png"}
    assert all(str(photos) not in failure.reason for failure in report.failed)
    # They are told again, and found once they are mended.
    assert len(index(place).failed) == 3
    save(photos / "text.jpg", backdrop(51))
    report = index(place)
    assert counts(report) == {"added": 1, "unchanged": 9}
    assert len(report.failed) == 2
    assert report.to_json()["failed"][0].keys() == {"path", "reason"}


def test_a_file_that_becomes_unreadable_is_no_longer_found(place):
    (place / "photos/left.png").write_text("overwritten")
    assert [failure.path.name for failure in index(place).failed] == ["left.png"]
    with Library(place / "shelf.pickout") as library:
        assert "left.png" not in {path.name for path in library.pictures()}
        assert len(library.find(*scene(1, 70, 10, 30))) == 7


def test_hidden_files_and_caches_are_left_out(place):
    for name in (".hidden.png", ".git/a.png", "node_modules/b.png", "sub/@eaDir/c.png"):
        save(place / "photos" / name, backdrop(60))
    (place / "photos/notes.txt").write_text("no picture")
    assert counts(index(place)) == {"unchanged": 8}


def test_links_that_go_round_in_circles_end(place):
    (place / "photos/sub/loop").symlink_to(place / "photos", target_is_directory=True)
    (place / "photos/nowhere.png").symlink_to(place / "gone.png")
    report = index(place)
    assert counts(report) == {"unchanged": 8}
    assert [failure.path.name for failure in report.failed] == ["nowhere.png"]


def test_odd_names_are_no_trouble(place):
    for name in ("größe ☂.png", "a b'c\"d%20.png", "sub #1?/x.png"):
        save(place / "photos" / name, backdrop(len(name)))
    assert counts(index(place)) == {"added": 3, "unchanged": 8}
    with Library(place / "odd 100% #?.pickout") as library:
        assert library.index(place / "photos/sub #1?", workers=0).n_pictures == 1
    assert (place / "odd 100% #?.pickout").exists()


def test_a_single_file_is_taken_whatever_it_is_called(place):
    (place / "photos/left.png").rename(place / "photos/picture")
    assert counts(index(place, place / "photos/picture")) == {"added": 1}


def test_library_and_pictures_may_move_together(place, tmp_path):
    moved = place.rename(tmp_path / "elsewhere")
    assert counts(index(moved)) == {"unchanged": 8}
    with Library(moved / "shelf.pickout") as library:
        assert all(path.exists() for path in library.pictures())


def test_pictures_outside_the_librarys_folder_are_known_by_their_full_path(place, tmp_path):
    with Library(tmp_path / "apart/shelf.pickout") as library:
        library.index(place / "photos/sub", workers=0)
        assert library.pictures() == [place / "photos/sub/small.png"]


def test_a_place_that_does_not_exist_is_refused(place):
    with pytest.raises(ArgumentError, match="there is no file or folder"):
        index(place, place / "fotos")
    with pytest.raises(ArgumentError, match="at least one folder"), Library(place / "x") as library:
        library.index()


def test_progress_counts_every_file_and_failure(place):
    (place / "photos/bad.jpg").write_text("no")
    save(place / "photos/new.png", backdrop(70))
    seen: list[Progress] = []
    index(place, progress=seen.append)
    assert [state.done for state in seen] == [0, 1, 2]
    assert (seen[-1].total, seen[-1].failed) == (2, 1)


def test_processes_make_the_same_library_as_one(place):
    with Library(place / "pooled.pickout") as library:
        report = library.index(place / "photos", workers=2)
    assert counts(report) == {"added": 8}
    assert contents(place / "pooled.pickout") == contents(place / "shelf.pickout")


def test_what_was_finished_before_an_interruption_is_kept(place, monkeypatch):
    def stop_in_the_middle(progress):
        if progress.done == 3:
            raise KeyboardInterrupt

    with Library(place / "again.pickout") as library:
        with pytest.raises(KeyboardInterrupt):
            library.index(place / "photos", workers=0, progress=stop_in_the_middle)
        assert len(library) == 3
        assert counts(library.index(place / "photos", workers=0)) == {"added": 5, "unchanged": 3}
    assert contents(place / "again.pickout") == contents(place / "shelf.pickout")


def test_other_pictures_are_left_alone_when_a_folder_cannot_be_read(place, monkeypatch):
    real = os.scandir

    def scandir(folder):
        if Path(folder).name == "sub":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr("pickout.library.scan.os.scandir", scandir)
    report = index(place)
    assert counts(report) == {"unchanged": 7}
    assert [failure.path.name for failure in report.failed] == ["sub"]
    with Library(place / "shelf.pickout") as library:
        assert len(library) == 8


def test_a_new_pipeline_measures_everything_again(place, monkeypatch):
    monkeypatch.setattr(indexing, "pipeline_version", lambda fusion: "another")
    assert counts(index(place)) == {"updated": 8}
    assert contents(place / "shelf.pickout")[1] == 0


def test_sixteen_bit_grey_and_transparent_pictures_are_indexed(place):
    from PIL import Image as PillowImage

    photos = place / "kinds"
    photos.mkdir()
    deep = (np.arange(60 * 80, dtype=np.uint16) * 13).reshape(60, 80)
    PillowImage.fromarray(deep).save(photos / "deep.png")
    PillowImage.fromarray(backdrop(1)).convert("L").save(photos / "grey.jpg")
    PillowImage.fromarray(backdrop(2)).convert("P").save(photos / "palette.gif")
    PillowImage.fromarray(backdrop(3)).convert("RGBA").save(photos / "clear.webp")
    assert counts(index(place, photos)) == {"added": 4}
