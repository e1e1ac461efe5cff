"""Pick an object out of one picture; find it, and cut it out, in all of them.

The names below are the public interface; everything is imported on first use, so that
``import pickout`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOME = {
    "Image": "images",
    "read_image": "images",
    "Mask": "masks",
    "read_mask": "masks",
    "Click": "prompts",
    "Scribble": "prompts",
    "Box": "prompts",
    "Lasso": "prompts",
    "Polygon": "prompts",
    "MaskPrompt": "prompts",
    "Session": "session",
    "cutout": "exports",
    "Cutout": "exports",
    "Library": "library",
    "Hit": "library",
    "PickoutError": "errors",
}

__all__ = ["__version__", *_HOME]

if TYPE_CHECKING:
    from pickout.errors import PickoutError as PickoutError
    from pickout.exports import Cutout as Cutout
    from pickout.exports import cutout as cutout
    from pickout.images import Image as Image
    from pickout.images import read_image as read_image
    from pickout.library import Hit as Hit
    from pickout.library import Library as Library
    from pickout.masks import Mask as Mask
    from pickout.masks import read_mask as read_mask
    from pickout.prompts import Box as Box
    from pickout.prompts import Click as Click
    from pickout.prompts import Lasso as Lasso
    from pickout.prompts import MaskPrompt as MaskPrompt
    from pickout.prompts import Polygon as Polygon
    from pickout.prompts import Scribble as Scribble
    from pickout.session import Session as Session


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'pickout' has no attribute {name!r}")
    value = getattr(import_module(f"pickout.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
