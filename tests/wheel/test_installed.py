"""What an installed wheel must do by itself, away from the sources."""

import subprocess
import sys

import numpy as np

import pickout


def test_the_loop_runs_on_a_drawn_picture(tmp_path):
    picture = np.full((80, 120, 3), 60, np.uint8)
    picture[20:60, 40:90] = (200, 40, 30)
    mask = pickout.Session(picture).click(60, 40)
    assert mask.area == 40 * 50
    pickout.cutout(picture, mask).save(tmp_path / "square.png")
    saved = pickout.read_image(tmp_path / "square.png")
    assert saved.alpha is not None
    assert saved.size_hw[0] >= 40
    assert saved.size_hw[1] >= 50


def test_the_command_answers():
    answer = subprocess.run(
        [sys.executable, "-m", "pickout", "--version"], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == f"pickout {pickout.__version__}"
