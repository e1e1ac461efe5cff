"""Which picture files lie in the places to be indexed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pickout.errors import ArgumentError
from pickout.library.records import Failure

SUFFIXES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .webp .tif .tiff .bmp .dib .gif .avif .heic .heif .hif".split()
)

_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules", "@eadir", "$recycle.bin", "thumbs"})


@dataclass(frozen=True)
class FoundFile:
    """A file that may be a picture: absolute path, size in bytes, time of change."""

    path: Path
    size: int
    mtime_ns: int


@dataclass
class Scan:
    """What lies in the places: files by path, and what could not be looked into."""

    files: dict[Path, FoundFile] = field(default_factory=dict)
    failed: list[Failure] = field(default_factory=list)
    _roots: list[Path] = field(default_factory=list)

    def covers(self, path: Path) -> bool:
        """Return whether the scan would have found `path` if it were there."""
        hidden = any(path.is_relative_to(failure.path) for failure in self.failed)
        return not hidden and any(path.is_relative_to(root) for root in self._roots)


def scan_places(places: Sequence[str | Path]) -> Scan:
    """Return the picture files in folders, searched recursively, and the files given by name.

    Hidden files and folders and those of other programs' caches are left out; links to folders
    are followed, each folder once. A file given by name is taken whatever it is called.

    Raises
    ------
    ArgumentError
        If no place is given, or one does not exist.
    """
    if not places:
        raise ArgumentError("give at least one folder or picture to index.")
    scan = Scan()
    seen: set[tuple[int, int]] = set()
    for place in places:
        root = Path(os.path.abspath(place))
        if root.is_dir():
            scan._roots.append(root)
            _scan_folder(root, scan, seen)
        elif root.exists():
            _add(root, scan)
        else:
            raise ArgumentError(f"there is no file or folder {root} to index; check the name.")
    return scan


def _scan_folder(top: Path, scan: Scan, seen: set[tuple[int, int]]) -> None:
    folders = [top]
    while folders:
        folder = folders.pop()
        try:
            identity = folder.stat()
            if (identity.st_dev, identity.st_ino) in seen:
                continue
            seen.add((identity.st_dev, identity.st_ino))
            entries = sorted(_visible(folder), key=lambda entry: entry.name)
        except OSError as error:
            reason = f"the folder cannot be read: {error.strerror}"
            scan.failed.append(Failure(folder, reason))
            continue
        for entry in entries:
            if entry.is_dir():
                folders.append(Path(entry.path))
            elif os.path.splitext(entry.name)[1].lower() in SUFFIXES:
                _add(Path(entry.path), scan)


def _visible(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            skipped = entry.name.startswith(".") or (
                entry.name.lower() in _SKIPPED_FOLDERS and entry.is_dir()
            )
            if not skipped:
                yield entry


def _add(path: Path, scan: Scan) -> None:
    """Note a file, or why it cannot be taken."""
    try:
        str(path).encode("utf-8")
        status = path.stat()
    except UnicodeEncodeError:
        name = str(path).encode("utf-8", "replace").decode()
        scan.failed.append(Failure(Path(name), "its name is not valid Unicode; rename it."))
    except OSError as error:
        scan.failed.append(Failure(path, f"it cannot be looked at: {error.strerror}"))
    else:
        scan.files[path] = FoundFile(path, status.st_size, status.st_mtime_ns)
