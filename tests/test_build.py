"""Building from source on a machine that has no C++ compiler."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def folder_of_tools(folder: Path, names: tuple[str, ...]) -> Path:
    """Make a PATH that holds these programs and nothing else."""
    folder.mkdir()
    for name in names:
        place = shutil.which(name)
        assert place, f"{name} is needed to try this"
        (folder / name).symlink_to(place)
    return folder


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="on Windows Visual Studio is found off PATH")
def test_a_wheel_is_built_where_no_compiler_is_found(tmp_path):
    tools = folder_of_tools(tmp_path / "bin", ("sh", "uname", "dirname"))
    environment = {
        name: value for name, value in os.environ.items() if name not in ("CC", "CXX", "CFLAGS")
    }
    environment["PATH"] = f"{tools}{os.pathsep}{Path(sys.executable).parent}"
    assert not any(shutil.which(name, path=environment["PATH"]) for name in ("c++", "g++", "gcc"))
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-cache-dir", "--verbose"]
    settings = [f"--config-settings=build-dir={tmp_path / 'build'}", f"--wheel-dir={tmp_path}"]
    built = subprocess.run(
        [*command, *settings, str(ROOT)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    assert "building with zig" in built.stdout + built.stderr
    (wheel,) = tmp_path.glob("pickout-*.whl")
    place = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(place)
    code = "import pickout._core as core; print(core.__file__)"
    answer = subprocess.run(
        [sys.executable, "-S", "-c", code],  # without site, no other pickout can answer
        env={**environment, "PYTHONPATH": str(place)},
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.startswith(str(place))
