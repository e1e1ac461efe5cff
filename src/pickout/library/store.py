"""The library file: SQLite rows are the one truth, everything else is built from them."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

import numpy as np

from pickout.errors import LibraryError
from pickout.library.packing import PackedMask
from pickout.library.records import (
    Analysis,
    HalfArray,
    Keypoints,
    LibraryStats,
    PictureRow,
)
from pickout.library.schema import APPLICATION_ID, VERSION, migrate

BUSY_SECONDS = 20.0
"""How long a process waits for another one's commit."""


@contextlib.contextmanager
def clear_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a `LibraryError` that names the file and what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise LibraryError(f"{path}: {_explain(error)}") from error


def _explain(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL") or name.startswith("SQLITE_IOERR_WRITE"):
        return "the disk is full; what was indexed so far is safe. Free some space and go on."
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "another process is writing to this library; wait until it is done."
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return "the library cannot be written; check the permissions of the file and its folder."
    if name.startswith("SQLITE_CANTOPEN"):
        return "the library cannot be opened; check the path and the permissions of its folder."
    if name.startswith("SQLITE_NOTADB"):
        return "this is not a pickout library; give another name or delete the file."
    if name.startswith("SQLITE_CORRUPT"):
        return "the library is damaged; delete the file and index again."
    if isinstance(error, sqlite3.ProgrammingError) and "closed" in str(error):
        return "the library was closed; open it again with Library(path)."
    return f"the library cannot be used: {str(error).rstrip('.')}."


class Store:
    """An open library file.

    Parameters
    ----------
    path : path
        Created with its folder on first use.

    Raises
    ------
    LibraryError
        If the file is no library, from a newer pickout, damaged, locked or not accessible.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(os.path.abspath(path))
        self._folder = self.path.parent
        if self.path.is_dir():
            raise LibraryError(f"{self.path} is a folder; give the name of a library file.")
        self.is_read_only = self.path.exists() and not os.access(self.path, os.W_OK)
        self._connection = self._open()
        try:
            with clear_errors(self.path):
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self._connection.close()

    def _open(self) -> sqlite3.Connection:
        mode = "rwc"
        if self.is_read_only:
            # SQLite wants to write beside the file to read it safely, unless told that nobody
            # else is writing, which holds when no write-ahead log lies there.
            mode = "ro" if self._sidecar("-wal").exists() else "ro&immutable=1"
        else:
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise LibraryError(
                    f"{self.path}: the library's folder cannot be made: {error.strerror}."
                ) from error
        with clear_errors(self.path):
            return sqlite3.connect(
                f"file:{quote(self.path.as_posix())}?mode={mode}",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )

    def _sidecar(self, suffix: str) -> Path:
        return self.path.with_name(self.path.name + suffix)

    def _prepare(self) -> None:
        """Check whose file this is, and create or update the tables."""
        self._connection.execute("PRAGMA foreign_keys = ON")
        found = self._check_ours()
        if self.is_read_only:
            if found < VERSION:
                raise LibraryError(
                    f"{self.path} is from an older pickout and cannot be written, so it cannot be "
                    "brought up to date; allow writing to it."
                )
            return
        if found < VERSION:
            with self.writing():
                migrate(self._connection, self._check_ours())
        self._use_log()
        self._connection.execute("PRAGMA synchronous = NORMAL")

    def _use_log(self) -> None:
        """Switch the file to a write-ahead log, unless it has one.

        SQLite does not wait for others here, whatever its timeout is: it says at once that the
        file is busy.
        """
        deadline = time.monotonic() + BUSY_SECONDS
        while self._connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _check_ours(self) -> int:
        """Return the file's version, 0 for an empty file."""
        # The tables are looked for first: somebody else may be making them between two questions,
        # and who sees them must find the number that came with them.
        is_empty = self._number("SELECT count(*) FROM sqlite_master") == 0
        application = self._number("PRAGMA application_id")
        version = self._number("PRAGMA user_version")
        if is_empty and application == 0:
            return 0
        if application != APPLICATION_ID:
            raise LibraryError(
                f"{self.path} is a database of another program, not a pickout library; "
                "give another name."
            )
        if version > VERSION:
            raise LibraryError(
                f"{self.path} was written by a newer pickout (format {version}, this one knows up "
                f"to {VERSION}); update pickout: pip install -U pickout"
            )
        return version

    def _number(self, query: str, *values: object) -> int:
        return int(self._connection.execute(query, values).fetchone()[0])

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Run the block as one transaction: all of it is kept, or nothing.

        Raises
        ------
        LibraryError
            If the disk is full, another process writes, or the file may not be written.
        """
        with clear_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                # After some errors (disk full) SQLite has rolled back already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Let all reads of the block see the same state, whatever others write meanwhile."""
        with clear_errors(self.path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    # -- meta ---------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """A number that grows whenever pictures or regions change."""
        with clear_errors(self.path):
            return self._number("SELECT value FROM meta WHERE key = 'generation'")

    def _changed(self) -> None:
        self._connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")

    def stats(self) -> LibraryStats:
        """Return how much the library holds."""
        with clear_errors(self.path):
            return LibraryStats(
                self._number("SELECT count(*) FROM pictures WHERE content_id IS NOT NULL"),
                self._number("SELECT count(*) FROM contents"),
                self._number("SELECT coalesce(sum(n_regions), 0) FROM contents"),
                self._number("SELECT count(*) FROM pictures WHERE content_id IS NULL"),
                self._number("PRAGMA page_count") * self._number("PRAGMA page_size"),
            )

    # -- pictures -----------------------------------------------------------------------------

    def _stored(self, path: Path) -> str:
        """Return how `path` is written in the file: relative if inside the library's folder."""
        inside = path.is_relative_to(self._folder)
        return (path.relative_to(self._folder) if inside else path).as_posix()

    def _absolute(self, stored: str) -> Path:
        return self._folder / stored

    def pictures(self, pipeline: str) -> dict[Path, PictureRow]:
        """Return all files the library knows, by absolute path."""
        query = """
            SELECT path, size, mtime_ns, content_id, error, coalesce(pipeline = ?, 0)
            FROM pictures LEFT JOIN contents ON contents.id = content_id ORDER BY path
        """
        with clear_errors(self.path):
            rows = self._connection.execute(query, (pipeline,)).fetchall()
        found = {}
        for stored, size, mtime_ns, content_id, error, current in rows:
            path = self._absolute(stored)
            found[path] = PictureRow(path, size, mtime_ns, content_id, error, bool(current))
        return found

    def put_picture(
        self, path: Path, size: int, mtime_ns: int, *, content_id: int | None, error: str | None
    ) -> None:
        """Write what is known of a file, replacing what was known; call inside `writing`."""
        self._connection.execute(
            """
            INSERT INTO pictures (path, size, mtime_ns, content_id, error) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,
            content_id = excluded.content_id, error = excluded.error
            """,
            (self._stored(path), size, mtime_ns, content_id, error),
        )
        self._changed()

    def remove_pictures(self, paths: Sequence[Path]) -> None:
        """Forget files; call inside `writing`. Their contents stay until `prune`."""
        rows = [(self._stored(path),) for path in paths]
        self._connection.executemany("DELETE FROM pictures WHERE path = ?", rows)
        self._changed()

    def prune(self) -> None:
        """Delete contents that no file has any more; call inside `writing`."""
        self._connection.execute(
            "DELETE FROM contents WHERE id NOT IN "
            "(SELECT content_id FROM pictures WHERE content_id IS NOT NULL)"
        )

    # -- contents -----------------------------------------------------------------------------

    def content_ids(self, pipeline: str) -> dict[bytes, int]:
        """Return the id of each content measured by this pipeline, by digest."""
        with clear_errors(self.path):
            rows = self._connection.execute(
                "SELECT digest, id FROM contents WHERE pipeline = ?", (pipeline,)
            )
            return dict(rows.fetchall())

    def content_ids_of(self, digest: bytes) -> set[int]:
        """Return the id of the content with this digest, an empty set if there is none."""
        with clear_errors(self.path):
            rows = self._connection.execute("SELECT id FROM contents WHERE digest = ?", (digest,))
            return {content_id for (content_id,) in rows.fetchall()}

    def put_content(self, digest: bytes, pipeline: str, analysis: Analysis) -> int:
        """Write a content's analysis, replacing an older one, and return its id.

        Call inside `writing`.
        """
        (height, width), (work_height, work_width) = analysis.size_hw, analysis.work_hw
        vectors = analysis.vectors.astype("<f2").tobytes()
        content_id = self._number(
            """
            INSERT INTO contents (digest, pipeline, height, width, work_height, work_width,
                                  n_regions, vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (digest) DO UPDATE SET pipeline = excluded.pipeline,
            height = excluded.height, width = excluded.width, work_height = excluded.work_height,
            work_width = excluded.work_width, n_regions = excluded.n_regions,
            vectors = excluded.vectors RETURNING id
            """,
            *(digest, pipeline, height, width, work_height, work_width),
            *(len(analysis.regions), vectors),
        )
        self._put_parts(content_id, analysis)
        self._changed()
        return content_id

    def _put_parts(self, content_id: int, analysis: Analysis) -> None:
        """Write the regions and key points of a content."""
        execute = self._connection.execute
        execute("DELETE FROM regions WHERE content_id = ?", (content_id,))
        execute("DELETE FROM keypoints WHERE content_id = ?", (content_id,))
        self._connection.executemany(
            "INSERT INTO regions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (content_id, ordinal, *region.box_xyxy, int(area), region.runs)
                for ordinal, (region, area) in enumerate(
                    zip(analysis.regions, analysis.areas, strict=True)
                )
            ],
        )
        points = analysis.keypoints
        execute(
            "INSERT INTO keypoints VALUES (?, ?, ?)",
            (content_id, points.places.astype("<f2").tobytes(), points.descriptors.tobytes()),
        )

    def region_counts(self, pipeline: str) -> list[tuple[int, int]]:
        """Return (id, number of regions) of each content of this pipeline, in order of id."""
        with clear_errors(self.path):
            return self._connection.execute(
                "SELECT id, n_regions FROM contents WHERE pipeline = ? ORDER BY id", (pipeline,)
            ).fetchall()

    def iterate_vectors(self, pipeline: str, size: int) -> Iterator[tuple[int, HalfArray]]:
        """Yield each content's id and its region vectors, (N, `size`) float16, in order of id."""
        with clear_errors(self.path):
            rows = self._connection.execute(
                "SELECT id, n_regions, vectors FROM contents WHERE pipeline = ? ORDER BY id",
                (pipeline,),
            )
            for content_id, n_regions, blob in rows:
                yield content_id, self._vectors(blob, n_regions, size)

    def vectors(self, content_id: int, size: int) -> HalfArray:
        """Return one content's region vectors, (N, `size`) float16."""
        with clear_errors(self.path):
            n_regions, blob = self._connection.execute(
                "SELECT n_regions, vectors FROM contents WHERE id = ?", (content_id,)
            ).fetchone()
        return self._vectors(blob, n_regions, size)

    def _vectors(self, blob: bytes, n_regions: int, size: int) -> HalfArray:
        if len(blob) != 2 * n_regions * size:
            raise LibraryError(
                f"{self.path}: the library is damaged; delete the file and index again."
            )
        return np.frombuffer(blob, "<f2").reshape(n_regions, size)

    def sizes(self, content_id: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return (height, width) of a content's full and of its reduced picture."""
        with clear_errors(self.path):
            row = self._connection.execute(
                "SELECT height, width, work_height, work_width FROM contents WHERE id = ?",
                (content_id,),
            ).fetchone()
        return (row[0], row[1]), (row[2], row[3])

    def region(self, content_id: int, ordinal: int) -> PackedMask:
        """Return a region's mask on the reduced picture."""
        _, work_hw = self.sizes(content_id)
        with clear_errors(self.path):
            x0, y0, x1, y1, runs = self._connection.execute(
                "SELECT x0, y0, x1, y1, mask FROM regions WHERE content_id = ? AND ordinal = ?",
                (content_id, ordinal),
            ).fetchone()
        return PackedMask(work_hw, (x0, y0, x1, y1), runs)

    def keypoints(self, content_id: int) -> Keypoints:
        """Return a content's local features."""
        with clear_errors(self.path):
            places, descriptors = self._connection.execute(
                "SELECT places, descriptors FROM keypoints WHERE content_id = ?", (content_id,)
            ).fetchone()
        return Keypoints(
            np.frombuffer(places, "<f2").astype(np.float32).reshape(-1, 2),
            np.frombuffer(descriptors, np.uint8).reshape(-1, 128),
        )

    def paths_by_content(self) -> dict[int, list[Path]]:
        """Return the files of each content, sorted."""
        found: dict[int, list[Path]] = {}
        with clear_errors(self.path):
            rows = self._connection.execute(
                "SELECT content_id, path FROM pictures WHERE content_id IS NOT NULL ORDER BY path"
            ).fetchall()
        for content_id, stored in rows:
            found.setdefault(content_id, []).append(self._absolute(stored))
        return found
