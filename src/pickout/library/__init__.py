"""The library: pictures with their regions and descriptors, to be searched for an object."""

from __future__ import annotations

from pickout.library.extract import Extracted, ExtractReport, extract_hits
from pickout.library.hits import Hit
from pickout.library.library import Library
from pickout.library.records import Failure, IndexReport, LibraryStats

__all__ = [
    "ExtractReport",
    "Extracted",
    "Failure",
    "Hit",
    "IndexReport",
    "Library",
    "LibraryStats",
    "extract_hits",
]
