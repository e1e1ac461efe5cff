"""Writing files so that a crash at any moment leaves the old file or the new one, never half."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pickout.errors import ExportError


@contextlib.contextmanager
def atomic_path(path: str | Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its place once the block succeeds.

    Parameters
    ----------
    path : path
        Final file. Its folder is created if missing.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    ExportError
        If the file exists and `overwrite` is False, or the folder or file cannot be written
        (no permission, disk full, a folder of that name). Nothing is left behind.
    """
    target = Path(path)
    refuse_existing(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem[:40]}.", suffix=f".part{target.suffix}", dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise cannot_write(target, error) from error
    part = Path(name)
    try:
        yield part
        _publish(part, target, overwrite=overwrite)
    except OSError as error:
        if isinstance(error, ExportError):
            raise
        raise cannot_write(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def refuse_existing(target: Path, *, overwrite: bool) -> None:
    """Raise `ExportError` if `target` is a folder, or exists and must not be replaced."""
    if target.is_dir():
        raise ExportError(f"{target} is a folder; give the name of a file to write.")
    if target.exists() and not overwrite:
        raise ExportError(
            f"{target} exists already and was left as it is; choose another name, or allow "
            "overwriting (--overwrite on the command line, overwrite=True in Python)."
        )


def _publish(part: Path, target: Path, *, overwrite: bool) -> None:
    """Flush `part` to the disk and move it onto `target`."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    # mkstemp makes private files; give this one the permissions any new file would get.
    umask = os.umask(0)
    os.umask(umask)
    part.chmod(0o666 & ~umask)
    refuse_existing(target, overwrite=overwrite)
    part.replace(target)


def cannot_write(target: Path, error: OSError) -> ExportError:
    """Return the error that tells a user why `target` could not be written."""
    reason = error.strerror or str(error)
    return ExportError(
        f"{target} could not be written: {reason}. Nothing was left behind; check the folder's "
        "permissions and the free space, or choose another place."
    )


def write_bytes(path: str | Path, data: bytes, *, overwrite: bool) -> None:
    """Write `data` to `path` atomically; errors as in `atomic_path`."""
    with atomic_path(path, overwrite=overwrite) as part:
        part.write_bytes(data)


def write_text(path: str | Path, text: str, *, overwrite: bool) -> None:
    """Write `text` as UTF-8 with plain newlines, atomically; errors as in `atomic_path`."""
    write_bytes(path, text.encode("utf-8"), overwrite=overwrite)
