"""Bringing a library up to date with folders, in steps that may be interrupted at any time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pickout.descriptors.fusion import Fusion
from pickout.library.analyse import answer, pipeline_version
from pickout.library.lock import indexing_lock
from pickout.library.pool import Ask, run_tasks
from pickout.library.records import Analysis, Failure, IndexReport
from pickout.library.scan import FoundFile, Scan, scan_places
from pickout.library.store import Store
from pickout.library.worker import answer_request
from pickout.progress import Listener, Reporter

LIMIT_SECONDS = 180.0
"""A picture that takes longer is given up."""

COMMIT_SECONDS = 2.0
"""At most so much work is lost when the machine is switched off."""

_WORK = "pickout.library.analyse:answer"


def index_places(
    store: Store,
    fusion: Fusion,
    places: Sequence[str | Path],
    *,
    listener: Listener | None,
    n_workers: int | None,
) -> IndexReport:
    """Bring the library up to date with folders and files; see `Library.index`."""
    start = time.monotonic()
    with indexing_lock(store.path):
        run = _Run(store, fusion, scan_places(places))
        run.work(listener, n_workers)
        run.forget_missing()
    stats = store.stats()
    run.report.n_pictures, run.report.n_regions = stats.n_pictures, stats.n_regions
    run.report.seconds = time.monotonic() - start
    return run.report


@dataclass(frozen=True, eq=False)
class _Done:
    """What came of one file: its hash and, if that was new, its analysis; or an error."""

    file: FoundFile
    digest: bytes = b""
    analysis: Analysis | None = None
    error: str | None = None


class _Run:
    """One indexing run: which files need work, what came of them, what was committed."""

    def __init__(self, store: Store, fusion: Fusion, scan: Scan) -> None:
        self.report = IndexReport(failed=list(scan.failed))
        self._store, self._scan = store, scan
        self._descriptors = tuple(fusion.names)
        self._pipeline = pipeline_version(fusion)
        self._rows = store.pictures(self._pipeline)
        # Read by the threads that hand out work, written when results are committed.
        self._content_ids = store.content_ids(self._pipeline)
        self._added_contents: set[int] = set()

    def work(self, listener: Listener | None, n_workers: int | None) -> None:
        """Hash and, where needed, analyse all files that are new or look changed."""
        jobs = [file for file in self._scan.files.values() if self._needs_work(file)]
        self.report.unchanged = len(self._scan.files) - len(jobs)
        reporter = Reporter("index", len(jobs), listener)
        pending: list[_Done] = []
        committed = time.monotonic()
        try:
            for done in self._results(jobs, n_workers):
                pending.append(done)
                if time.monotonic() - committed > COMMIT_SECONDS:
                    self._commit(pending)
                    committed = time.monotonic()
                reporter.step(str(done.file.path), failed=done.error is not None)
        finally:
            # Also when interrupted: what is finished is kept.
            self._commit(pending)

    def forget_missing(self) -> None:
        """Remove the pictures that are gone from the places, and contents nobody has any more."""
        gone = [
            path for path in self._rows if path not in self._scan.files and self._scan.covers(path)
        ]
        self.report.removed = len(gone)
        self.report.moved = sum(
            self._rows[path].content_id in self._added_contents for path in gone
        )
        with self._store.writing():
            if gone:
                self._store.remove_pictures(gone)
            self._store.prune()

    def _needs_work(self, file: FoundFile) -> bool:
        row = self._rows.get(file.path)
        return (
            row is None
            or not row.is_current
            or (row.size, row.mtime_ns) != (file.size, file.mtime_ns)
        )

    def _results(self, jobs: Sequence[FoundFile], n_workers: int | None) -> Iterator[_Done]:
        if n_workers is None:
            n_workers = min(available_cores(), len(jobs))
        if n_workers == 0:
            return (self._handle(_answer_here, file) for file in jobs)
        return run_tasks(
            jobs, self._handle, _WORK, n_workers=n_workers, limit_seconds=LIMIT_SECONDS
        )

    def _handle(self, ask: Ask, file: FoundFile) -> _Done:
        """Return what came of `file`; contents the library knows are not analysed again."""
        state, value = ask(("digest", file.path, self._descriptors))
        if state == "ok" and value in self._content_ids:
            return _Done(file, digest=value)
        if state == "ok":
            state, value = ask(("analyse", file.path, self._descriptors))
        if state != "ok":
            return _Done(file, error=str(value))
        digest, analysis = cast(tuple[bytes, Analysis], value)
        return _Done(file, digest, analysis)

    def _commit(self, pending: list[_Done]) -> None:
        """Write results in one transaction and count them; empties the list in any case."""
        batch = pending.copy()
        pending.clear()
        if not batch:
            return
        with self._store.writing():
            content_ids = [self._write(done) for done in batch]
        for done, content_id in zip(batch, content_ids, strict=True):
            self._count(done, content_id)

    def _write(self, done: _Done) -> int | None:
        content_id = None
        if done.error is None:
            content_id = self._content_ids.get(done.digest)
            if content_id is None and done.analysis is not None:
                content_id = self._store.put_content(done.digest, self._pipeline, done.analysis)
                self._content_ids[done.digest] = content_id
        self._store.put_picture(
            done.file.path,
            done.file.size,
            done.file.mtime_ns,
            content_id=content_id,
            error=done.error,
        )
        return content_id

    def _count(self, done: _Done, content_id: int | None) -> None:
        row = self._rows.get(done.file.path)
        if content_id is None:
            reason = (done.error or "").removeprefix(f"{done.file.path} ")
            self.report.failed.append(Failure(done.file.path, reason))
        elif row is None or row.content_id is None:
            self.report.added += 1
            self._added_contents.add(content_id)
        elif row.content_id == content_id and row.is_current:
            self.report.unchanged += 1
        else:
            self.report.updated += 1


def available_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _answer_here(request: tuple[object, ...]) -> tuple[str, object]:
    return answer_request(answer, request)
