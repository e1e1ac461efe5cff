"""Folders that appear complete or not at all, and file names that never collide."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pickout.errors import ExportError, PickoutError
from pickout.files import cannot_write

_MAX_BYTES = 120
# Not allowed in names on Windows, and on no system a pleasure.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


@contextlib.contextmanager
def staged_folder(folder: str | Path, *, overwrite: bool) -> Iterator[Path]:
    """Give an empty folder whose files move to `folder` once the block succeeds.

    Parameters
    ----------
    folder : path
        A new folder appears at once, with everything in it. Into an existing one the files move
        one by one, those at the top level last: each is complete at any moment, and files of
        other names stay as they are.
    overwrite : bool
        Whether existing files of the same names may be replaced.

    Raises
    ------
    ExportError
        If the folder cannot be written, or files exist and `overwrite` is False. Nothing is
        left behind, nor after an interruption.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise ExportError(f"{target} is a file; a folder is wanted for the results.")
    staging = _make_beside(target)
    try:
        yield staging
        _publish(staging, target, overwrite=overwrite)
    except PickoutError:
        raise
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _make_beside(target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", dir=target.resolve().parent))
    except OSError as error:
        raise cannot_write(target, error) from error


def _publish(staging: Path, target: Path, *, overwrite: bool) -> None:
    """Move everything from `staging` to `target`."""
    if not target.exists():
        # mkdtemp makes private folders; give this one the permissions any new one would get.
        umask = os.umask(0)
        os.umask(umask)
        staging.chmod(0o777 & ~umask)
        staging.rename(target)
        return
    names = [path.relative_to(staging) for path in staging.rglob("*") if path.is_file()]
    # The files that list the others lie at the top, and move last.
    names.sort(key=lambda name: (-len(name.parts), name))
    _refuse_taken(target, names, overwrite=overwrite)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (staging / name).replace(target / name)


def _refuse_taken(target: Path, names: list[Path], *, overwrite: bool) -> None:
    """Raise unless every file of `names` may be written below `target`."""
    taken = [target / name for name in names if (target / name).exists()]
    folders = [path for path in taken if path.is_dir()]
    if folders:
        raise ExportError(f"{folders[0]} is a folder, where a file is to be written.")
    if taken and not overwrite:
        others = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise ExportError(
            f"{taken[0]}{others} exist already and nothing was written; choose another folder, or "
            "allow overwriting (--overwrite on the command line, overwrite=True in Python)."
        )


def safe_name(text: str) -> str:
    """Return `text` as a file name without suffix that every system accepts."""
    name = _FORBIDDEN.sub("_", text).strip(" .") or "_"
    name = name.encode("utf-8")[:_MAX_BYTES].decode("utf-8", "ignore").rstrip(" .")
    return f"_{name}" if _RESERVED.match(name) else name


class NameGiver:
    """Gives each picture a file name of its own, without suffix."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def stem(self, name: str) -> str:
        """Return a safe name for a picture called `name`, numbered if it was given before.

        Upper and lower case count as the same, as they do on Windows and macOS.
        """
        base = safe_name(Path(name.replace("\\", "/")).stem)
        stem, number = base, 1
        while stem.casefold() in self._taken:
            number += 1
            stem = f"{base}-{number}"
        self._taken.add(stem.casefold())
        return stem
