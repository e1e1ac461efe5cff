"""Writing: whatever happens, there is the old file or the new one, and nothing else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pickout.errors import ExportError, ImageReadError
from pickout.files import atomic_path, write_bytes, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_new_file_appears_with_its_folder(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b" / "grüße.txt", "zwölf\nZeilen\n", overwrite=False)
    assert (tmp_path / "a" / "b" / "grüße.txt").read_bytes() == "zwölf\nZeilen\n".encode()
    assert names(tmp_path / "a" / "b") == ["grüße.txt"]


def test_existing_file_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old", overwrite=False)
    with pytest.raises(ExportError, match="exists already and was left as it is"):
        write_text(path, "new", overwrite=False)
    assert path.read_text() == "old"
    write_text(path, "new", overwrite=True)
    assert path.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


def test_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with (
        pytest.raises(ExportError, match="exists already"),
        atomic_path(path, overwrite=False) as part,
    ):
        part.write_text("ours")
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert names(tmp_path) == ["a.txt"]


def test_of_many_writers_one_wins(tmp_path: Path) -> None:
    path, lost = tmp_path / "a.txt", []

    def write(number: int) -> None:
        try:
            write_text(path, str(number) * 1000, overwrite=False)
        except ExportError:
            lost.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = set(range(8)) - set(lost)
    assert path.read_text() == str(winner) * 1000
    assert names(tmp_path) == ["a.txt"]


def test_exception_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old", overwrite=False)
    with pytest.raises(KeyboardInterrupt), atomic_path(path, overwrite=True) as part:
        part.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_killed_process_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old", overwrite=False)
    code = (
        "import os\nfrom pickout.files import atomic_path\n"
        f"with atomic_path({str(path)!r}, overwrite=True) as part:\n"
        "    part.write_text('half'); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 9
    assert path.read_text() == "old"


def test_own_errors_inside_pass_unchanged(tmp_path: Path) -> None:
    with (
        pytest.raises(ImageReadError, match="no picture"),
        atomic_path(tmp_path / "a.png", overwrite=False),
    ):
        raise ImageReadError("no picture")
    assert names(tmp_path) == []


@pytest.mark.parametrize("place", ["blocker/a.txt", "blocker/sub/a.txt", "x" * 300, "nul\0l"])
def test_impossible_places_are_explained(tmp_path: Path, place: str) -> None:
    (tmp_path / "blocker").write_text("I am a file")
    with pytest.raises(ExportError, match="could not be written"):
        write_text(tmp_path / place, "text", overwrite=False)
    assert names(tmp_path) == ["blocker"]


def test_folder_of_that_name_is_explained(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ExportError, match="is a folder"):
        write_text(tmp_path / "out", "text", overwrite=True)


@pytest.mark.skipif(sys.platform != "linux", reason="drops root's rights by Linux means")
def test_no_permission_is_explained(tmp_path: Path) -> None:
    """Runs as an ordinary user, for root may write everywhere."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    code = (
        "import os\nfrom pickout.files import write_text\n"
        f"os.chdir({str(folder)!r})\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: write_text('a.txt', 'text', overwrite=False)\n"
        "except OSError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ExportError a.txt could not be written: Permission denied")
    assert names(folder) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file sizes")
def test_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A limit on file sizes stands in for a full disk; the system call that fails is the same."""
    path = tmp_path / "a.bin"
    write_bytes(path, b"old", overwrite=False)
    code = (
        "import resource, signal\nfrom pickout.files import write_bytes\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        f"try: write_bytes({str(path)!r}, bytes(100_000), overwrite=True)\n"
        "except OSError as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ExportError ")
    assert "could not be written: File too large. Nothing was left behind" in done.stdout
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.bin"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    write_text(tmp_path / "ours", "", overwrite=False)
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "ours")}
    assert len(modes) == 1


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_link_is_kept_and_its_file_written(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_text(tmp_path / "link.txt", "new", overwrite=True)
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_temporary_file_keeps_the_suffix(tmp_path: Path) -> None:
    """Encoders choose the format by it."""
    with atomic_path(tmp_path / ("long" * 50 + ".png"), overwrite=False) as part:
        assert part.suffix == ".png"
        assert part.parent == tmp_path
