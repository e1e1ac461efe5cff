"""A photo with a disc on it, and a way to run commands in this process."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pickout.cli.run import execute

HEIGHT, WIDTH = 90, 120
CENTRE, RADIUS = (60, 45), 25


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run a command line in an empty folder; nothing of it may be a traceback."""
    monkeypatch.chdir(tmp_path)

    def call(*words: object) -> Answer:
        capsys.readouterr()
        code = execute([str(word) for word in words])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def disc() -> np.ndarray:
    """The (H, W) bool array of the object."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.hypot(x - CENTRE[0], y - CENTRE[1]) < RADIUS


@pytest.fixture
def photo(tmp_path, disc) -> Path:
    """A red disc on green ground, as a PNG in the current folder."""
    noise = np.random.default_rng(3).integers(-8, 9, (HEIGHT, WIDTH, 3))
    picture = np.where(disc[..., None], (200, 60, 50), (60, 140, 70)) + noise
    path = tmp_path / "photo.png"
    Image.fromarray(picture.astype(np.uint8)).save(path)
    return path


@pytest.fixture
def mask_file(tmp_path, disc) -> Path:
    path = tmp_path / "mask.png"
    Image.fromarray(disc.astype(np.uint8) * 255).save(path)
    return path
