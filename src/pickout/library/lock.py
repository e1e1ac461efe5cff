"""One writer at a time: a lock that the operating system drops when its process dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from pickout.errors import LibraryError


@contextlib.contextmanager
def indexing_lock(library: Path) -> Iterator[None]:
    """Hold the right to index `library` during the block; readers are not disturbed.

    Raises
    ------
    LibraryError
        At once, if another process (or another thread of this one) is indexing the library.
    """
    path = library.with_name(library.name + "-lock")
    handle = _open_locked(path, library)
    try:
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield
    finally:
        # Removed while still held, so that no other process can hold it; Windows refuses to
        # remove an open file, and there it simply stays.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def _open_locked(path: Path, library: Path) -> int:
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise LibraryError(
                f"{library}: its folder cannot be written ({error.strerror}), which indexing "
                "needs; check the permissions, or make the library elsewhere."
            ) from error
        if not _try_lock(handle):
            owner = os.read(handle, 20).decode("ascii", "replace").strip()
            os.close(handle)
            raise LibraryError(
                f"{library}: process {owner or 'unknown'} is indexing this library just now; "
                "wait until it is done. Finding is possible meanwhile."
            )
        if _is_still(handle, path):
            return handle
        # Its former owner removed the file between our opening and our locking it.
        os.close(handle)


def _is_still(handle: int, path: Path) -> bool:
    """Return whether `path` names the open file."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        # A byte far behind the owner's number, which must stay readable.
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
