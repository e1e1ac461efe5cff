"""The learned boundaries that ship with pickout, and those of others, by path."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pickout.analysis.edges import CONTEXT_NAMES, LOCAL_NAMES
from pickout.analysis.forests import Forest, load_forest

SHIPPED = Path(__file__).parent.parent / "models"
"""Folder of the models in the package; `card.json` in it tells where they come from."""


BOUNDARIES = ("edges_local.npz", "edges_context.npz")
"""Models that superpixels and their boundaries depend on."""


@dataclass(frozen=True, eq=False)
class EdgeModels:
    """The two stages that judge boundaries between superpixels."""

    local: Forest
    context: Forest


def load_edge_models(folder: str | Path) -> EdgeModels:
    """Return the edge models in a folder; raises `ArgumentError` as `load_forest` does."""
    folder = Path(folder)
    return EdgeModels(
        load_forest(folder / BOUNDARIES[0], LOCAL_NAMES),
        load_forest(folder / BOUNDARIES[1], CONTEXT_NAMES),
    )


@cache
def shipped_edge_models() -> EdgeModels:
    """Return the edge models in the package, read once."""
    return load_edge_models(SHIPPED)


def models_version(folder: str | Path, files: tuple[str, ...]) -> str:
    """Return eight letters that change whenever one of a folder's models does.

    Parameters
    ----------
    folder : path
    files : tuple of str
        Names of the models that count, in an order that stays.
    """
    paths = [Path(folder) / name for name in files]
    return _version(tuple((path, _stamp(path)) for path in paths))


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes when a file is written anew; None if there is none."""
    if not path.exists():
        return None
    found = path.stat()
    return found.st_mtime_ns, found.st_size


@cache
def _version(files: tuple[tuple[Path, tuple[int, int] | None], ...]) -> str:
    digest = hashlib.blake2b(digest_size=4)
    for path, stamp in files:
        digest.update(path.name.encode() + (path.read_bytes() if stamp else b""))
    return digest.hexdigest()
