"""The tables of a library file, and the numbered steps that bring an older file up to date."""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x7069636B
"""Marks a SQLite file as pickout's ("pick" in ASCII)."""

# A content is one picture's pixels, known by the hash of the file's bytes: copies share it, and
# a file that is renamed finds it again. Everything measured hangs on the content.
_FIRST = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value NOT NULL
) WITHOUT ROWID;
CREATE TABLE contents (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,      -- blake2b of the file's bytes, 16 bytes
    pipeline TEXT NOT NULL,           -- versions of all that made the rest of this row
    height INTEGER NOT NULL,          -- full upright picture
    width INTEGER NOT NULL,
    work_height INTEGER NOT NULL,     -- the reduced picture on which regions lie
    work_width INTEGER NOT NULL,
    n_regions INTEGER NOT NULL,
    vectors BLOB NOT NULL             -- n_regions rows of float16, all descriptors side by side
);
CREATE TABLE regions (
    content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,         -- row in contents.vectors
    x0 INTEGER NOT NULL, y0 INTEGER NOT NULL, x1 INTEGER NOT NULL, y1 INTEGER NOT NULL,
    area INTEGER NOT NULL,
    mask BLOB NOT NULL,               -- runs inside the box, see pickout.library.packing
    PRIMARY KEY (content_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE keypoints (
    content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE,
    places BLOB NOT NULL,             -- (n, 2) float16 x, y on the reduced picture
    descriptors BLOB NOT NULL         -- (n, 128) uint8
);
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,        -- relative to the library's folder where inside it
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    content_id INTEGER REFERENCES contents(id),
    error TEXT                        -- why it could not be read; then content_id is NULL
);
CREATE INDEX pictures_by_content ON pictures(content_id);
INSERT INTO meta VALUES ('generation', 0);
"""

MIGRATIONS = (_FIRST,)
"""Step i brings a file from version i to version i + 1; version 0 is an empty file."""

VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection, found: int) -> None:
    """Bring a library from version `found` to `VERSION`, inside the caller's transaction."""
    for script in MIGRATIONS[found:]:
        # Not executescript: it would commit the transaction that keeps other processes out.
        for statement in script.split(";\n"):
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
