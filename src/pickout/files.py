"""Writing files so that a crash at any moment leaves the old file or the new one, never half."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from pickout.errors import ExportError, PickoutError


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
    try:
        # A link is kept, and what it points to is written.
        target = target.resolve() if target.is_symlink() else target
        refuse_existing(target, overwrite=overwrite)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = _new_part(target)
    except PickoutError:
        raise
    except (OSError, ValueError) as error:
        raise cannot_write(target, error) from error
    try:
        yield part
        _publish(part, target, overwrite=overwrite)
    except PickoutError:
        raise
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _new_part(target: Path) -> Path:
    """Create an empty file of an unused name beside `target`, with any new file's permissions."""
    part = target.with_name(f".{target.stem[:40]}.{secrets.token_hex(4)}.part{target.suffix}")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return part


def refuse_existing(target: Path, *, overwrite: bool) -> None:
    """Raise `ExportError` if `target` is a folder, or exists and must not be replaced."""
    if target.is_dir():
        raise ExportError(f"{target} is a folder; give the name of a file to write.")
    if target.exists() and not overwrite:
        raise ExportError(
            f"{target} exists already and was left as it is; choose another name, or allow "
            "overwriting (--overwrite on the command line, overwrite=True in Python)."
        )


def refuse_file(folder: Path) -> None:
    """Raise `ExportError` if there is a file where a folder of results is to be."""
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder} is a file; give the name of a folder to write into.")


def _publish(part: Path, target: Path, *, overwrite: bool) -> None:
    """Flush `part` to the disk and move it onto `target`."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    if not overwrite and _link(part, target):
        return
    refuse_existing(target, overwrite=overwrite)
    part.replace(target)


def _link(part: Path, target: Path) -> bool:
    """Give `part` the second name `target`, which fails if another process was faster.

    Returns
    -------
    linked : bool
        False where it failed, be it for that or because the file system knows no links.
    """
    try:
        os.link(part, target)
    except OSError:
        return False
    return True


def cannot_write(target: Path, error: OSError | ValueError) -> ExportError:
    """Return the error that tells a user why `target` could not be written."""
    reason = getattr(error, "strerror", None) or str(error)
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
