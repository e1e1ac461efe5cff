"""The sample pictures: a cup of espresso in many places, and pictures without it.

They ship with the package so that the first try needs nothing of one's own. `LICENSES.md` beside
them names every source; all are free of conditions. ``truth.csv`` says where the cup is.
"""

from __future__ import annotations

from pathlib import Path


def sample_folder() -> Path:
    """Return the folder with the sample pictures."""
    return Path(__file__).resolve().parent


def sample_paths() -> list[Path]:
    """Return the paths of all sample pictures, sorted by name."""
    return sorted(sample_folder().glob("*.jpg"))


def query_path() -> Path:
    """Return the path of the photo in which the demonstration cuts out the cup."""
    return sample_folder() / "espresso.jpg"
