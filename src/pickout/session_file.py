"""The session file: a small readable JSON record of what the user did, from which masks follow."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pickout.errors import PickoutError, SessionError
from pickout.files import write_text
from pickout.history import History, Step, step_from_json, step_to_json
from pickout.images import Image, read_image
from pickout.segmenters.base import Segmenter

FORMAT = "pickout session"
VERSION = 1


@dataclass(frozen=True)
class SavedObject:
    """One object: its steps, and how many of them are in force (the rest had been undone)."""

    steps: tuple[Step, ...]
    position: int


@dataclass(frozen=True)
class SessionRecord:
    """Everything a session file holds. `picture` is relative to the file where it can be."""

    picture: str | None
    size_hw: tuple[int, int]
    digest: str
    segmenter: str
    segmenter_version: str
    current: str
    objects: Mapping[str, SavedObject]

    @classmethod
    def of(
        cls,
        image: Image,
        digest: str,
        segmenter: Segmenter,
        objects: Mapping[str, History],
        current: str,
    ) -> SessionRecord:
        """Return the record of a session's state."""
        return cls(
            picture=str(image.path) if image.path is not None else None,
            size_hw=image.size_hw,
            digest=digest,
            segmenter=segmenter.name,
            segmenter_version=segmenter.version,
            current=current,
            objects={
                name: SavedObject(tuple(history.steps), history.position)
                for name, history in objects.items()
            },
        )


def picture_digest(image: Image) -> str:
    """Return what tells this picture from others: the file's bytes, since decoders may differ.

    Raises
    ------
    SessionError
        If the picture's file cannot be read any more.
    """
    if image.path is None:
        return "pixels:" + hashlib.blake2b(image.array.data, digest_size=16).hexdigest()
    try:
        with image.path.open("rb") as file:
            return "file:" + hashlib.file_digest(file, _short_blake2b).hexdigest()
    except OSError as error:
        raise SessionError(
            f"{image.path} cannot be read any more ({error.strerror}); a session file "
            "needs its picture. Put it back, or save the mask instead."
        ) from error


def _short_blake2b() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=16)


def read_picture(record: SessionRecord, path: Path) -> Image:
    """Return the picture that the session file at `path` names; raise `SessionError` if none."""
    if record.picture is None:
        raise SessionError(
            f"{path} was made on an array, not on a file; give the picture: "
            f"Session.open({str(path)!r}, image=...)."
        )
    return read_image(path.parent / record.picture)


def check_same_picture(record: SessionRecord, path: Path, image: Image, digest: str) -> None:
    """Raise `SessionError` unless the session file at `path` was made on this picture."""
    comparable = record.digest.partition(":")[0] == digest.partition(":")[0]
    same = not comparable or record.digest == digest
    if record.size_hw != image.size_hw or not same:
        raise SessionError(
            f"{path} was made on another picture ({record.picture or 'an array'}, "
            f"{record.size_hw[1]} x {record.size_hw[0]} pixels) than the one given "
            f"({image!r}); its clicks would not fit. Give the picture it was made on."
        )


def write_session(path: Path, record: SessionRecord, *, overwrite: bool) -> None:
    """Write the record atomically; raise `ExportError` if that cannot be done."""
    data = {
        "format": FORMAT,
        "version": VERSION,
        "picture": {
            "path": _relative(record.picture, path),
            "size_hw": list(record.size_hw),
            "blake2b": record.digest,
        },
        "segmenter": {"name": record.segmenter, "version": record.segmenter_version},
        "current": record.current,
        "objects": [
            {
                "name": name,
                "position": saved.position,
                "steps": [step_to_json(step) for step in saved.steps],
            }
            for name, saved in record.objects.items()
        ],
    }
    write_text(path, _readable(data), overwrite=overwrite)


def _relative(picture: str | None, path: Path) -> str | None:
    """Return the picture's path as seen from the session file, so that both can move together."""
    if picture is None:
        return None
    try:
        return Path(os.path.relpath(Path(picture).absolute(), path.absolute().parent)).as_posix()
    except ValueError:  # on another drive
        return str(Path(picture).absolute())


def _readable(data: dict[str, object]) -> str:
    """Return JSON with one step per line: readable, and differences show as lines."""
    objects = data.pop("objects")
    head = json.dumps(data, indent=1, ensure_ascii=False).rstrip("}\n ")
    return f'{head},\n "objects": [\n{_objects_text(objects)}\n ]\n}}\n'


def _objects_text(objects: object) -> str:
    texts = []
    for saved in objects if isinstance(objects, list) else []:
        name = json.dumps(saved["name"], ensure_ascii=False)
        steps = ",\n".join("    " + json.dumps(step, ensure_ascii=False) for step in saved["steps"])
        body = f"[\n{steps}\n   ]" if steps else "[]"
        texts.append(f'  {{"name": {name}, "position": {saved["position"]}, "steps": {body}}}')
    return ",\n".join(texts)


def read_session(path: str | Path) -> SessionRecord:
    """Return the record of a session file.

    Raises
    ------
    SessionError
        If it is missing, not readable, not a session, from a newer version, or a field is wrong;
        the message names file and field.
    """
    data = _load(Path(path))
    try:
        return _parse(data)
    except SessionError as error:
        raise SessionError(f"{path}: {error}") from error
    except PickoutError as error:
        raise SessionError(f"{path}: damaged step: {error}") from error


def _load(path: Path) -> Mapping[str, object]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SessionError(f"{path}: there is no such session file.") from error
    except OSError as error:
        raise SessionError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise SessionError(f"{path} is not a pickout session: it is no JSON ({error}).") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise SessionError(f"{path} is not a pickout session; such a file starts by saying so.")
    return data


def _parse(data: Mapping[str, object]) -> SessionRecord:
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SessionError(f"'version' should be a whole number, not {version!r}.")
    if version > VERSION:
        raise SessionError(
            f"the session has version {version}, but this pickout reads up to {VERSION}; "
            "install a newer pickout."
        )
    picture, segmenter = _record(data, "picture"), _record(data, "segmenter")
    objects = _objects(data)
    current = _text(data, "current")
    if current not in objects:
        raise SessionError(f"'current' names the object {current!r}, which is not among 'objects'.")
    place = picture.get("path")
    return SessionRecord(
        picture=None if place is None else _text(picture, "path"),
        size_hw=_size(picture),
        digest=_text(picture, "blake2b"),
        segmenter=_text(segmenter, "name"),
        segmenter_version=_text(segmenter, "version"),
        current=current,
        objects=objects,
    )


def _objects(data: Mapping[str, object]) -> dict[str, SavedObject]:
    saved = data.get("objects")
    if not isinstance(saved, list) or not saved:
        raise SessionError("'objects' should be a list with at least one object.")
    objects: dict[str, SavedObject] = {}
    for record in saved:
        if not isinstance(record, dict):
            raise SessionError(f"an object should be a record, not {record!r}.")
        name = _text(record, "name")
        if name in objects:
            raise SessionError(f"two objects are called {name!r}.")
        objects[name] = _saved_object(name, record)
    return objects


def _saved_object(name: str, record: Mapping[str, object]) -> SavedObject:
    steps, position = record.get("steps"), record.get("position")
    if not isinstance(steps, list):
        raise SessionError(f"the object {name!r}: 'steps' should be a list, not {steps!r}.")
    if (
        not isinstance(position, int)
        or isinstance(position, bool)
        or not 0 <= position <= len(steps)
    ):
        raise SessionError(
            f"the object {name!r}: 'position' should lie between 0 and its {len(steps)} steps, "
            f"not {position!r}."
        )
    return SavedObject(tuple(step_from_json(step) for step in steps), position)


def _record(data: Mapping[str, object], field: str) -> Mapping[str, object]:
    value = data.get(field)
    if not isinstance(value, dict):
        raise SessionError(f"'{field}' should be a record with fields, not {value!r}.")
    return value


def _text(data: Mapping[str, object], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str):
        raise SessionError(f"'{field}' should be a text, not {value!r}.")
    return value


def _size(picture: Mapping[str, object]) -> tuple[int, int]:
    size = picture.get("size_hw")
    if (
        not isinstance(size, list)
        or len(size) != 2
        or not all(isinstance(side, int) and side > 0 for side in size)
    ):
        raise SessionError(f"'size_hw' should be [height, width], not {size!r}.")
    return size[0], size[1]
