"""The two doors for methods of others: segmenters and descriptors.

An entry is a name and ``"module:Class"``, imported on first use. Packages add their own through
the entry-point groups ``pickout.segmenters`` and ``pickout.descriptors``; built-ins go through
the same table and cannot be replaced. Set ``PICKOUT_LOAD_PLUGINS=0`` to leave strangers out.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from pickout.errors import PluginError
from pickout.segmenters.base import Segmenter

SEGMENTERS = {
    "superpixel": "pickout.segmenters.superpixel:Superpixel",
    "grabcut": "pickout.segmenters.grabcut:GrabCut",
    "watershed": "pickout.segmenters.watershed:Watershed",
    "otsu": "pickout.segmenters.otsu:Otsu",
    "paint": "pickout.segmenters.paint:Paint",
}

DESCRIPTORS = {
    "color": "pickout.descriptors.color:Color",
    "texture": "pickout.descriptors.texture:Texture",
    "shape": "pickout.descriptors.shape:Shape",
}


def segmenter_names() -> list[str]:
    """Return the names of all segmenters, built-ins first."""
    return list(_table("segmenters", SEGMENTERS))


def descriptor_names() -> list[str]:
    """Return the names of all descriptors, built-ins first."""
    return list(_table("descriptors", DESCRIPTORS))


def make_segmenter(name: str) -> Segmenter:
    """Return the segmenter called `name` with its default options.

    Raises
    ------
    PluginError
        If there is none of that name, or it does not load.
    """
    table = _table_with(name, "segmenters", SEGMENTERS)
    return cast(Segmenter, _load("segmenter", name, table, ("name", "version", "analyse")))


def make_descriptor(name: str) -> object:
    """Return the descriptor called `name` with its default options; errors as above."""
    return _load("descriptor", name, _table_with(name, "descriptors", DESCRIPTORS))


def _table(group: str, built_in: dict[str, str]) -> dict[str, str]:
    """Return name → "module:Class" of built-ins and, unless switched off, of other packages."""
    if os.environ.get("PICKOUT_LOAD_PLUGINS", "1") == "0":
        return built_in
    found = {entry.name: entry.value for entry in entry_points(group=f"pickout.{group}")}
    return built_in | {name: value for name, value in found.items() if name not in built_in}


def _table_with(name: str, group: str, built_in: dict[str, str]) -> dict[str, str]:
    """Return a table in which `name` stands, if it stands in any.

    Built-ins cannot be replaced. To ask all installed packages for theirs takes milliseconds, which
    nobody should wait for at the opening of a picture.
    """
    return built_in if name in built_in else _table(group, built_in)


def _load(kind: str, name: str, table: dict[str, str], parts: tuple[str, ...] = ()) -> object:
    """Return a new object of the class called `name`, which must have all `parts`."""
    if name not in table:
        raise PluginError(f"there is no {kind} {name!r}; choose one of: {', '.join(table)}.")
    module, _, attribute = table[name].partition(":")
    try:
        made: object = getattr(import_module(module), attribute)()
    except Exception as error:  # code of strangers may raise anything
        raise PluginError(f"the {kind} {name!r} ({table[name]}) does not load: {error}.") from error
    lacking = [part for part in parts if not hasattr(made, part)]
    if lacking:
        raise PluginError(
            f"the {kind} {name!r} ({table[name]}) does not load: it lacks {', '.join(lacking)}; "
            f"see pickout.testing for what is expected of a {kind}."
        )
    return made
