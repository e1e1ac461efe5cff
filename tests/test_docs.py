"""The commands and Python examples of README and docs are run as they stand."""

import doctest
import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pickout import samples

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SETUP = ("make ", "pip ", "python -m pip", "git ", "cd ")


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def commands(text: str) -> list[str]:
    """Return the lines that start with "$ ", with lines ending in a backslash joined."""
    joined = text.replace("\\\n", " ")
    return [line[2:].strip() for line in joined.splitlines() if line.startswith("$ ")]


def as_the_shell(word: str, folder: Path) -> list[str]:
    """Return the files that a word with a star stands for, as a shell does."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob(word))
    return found if "*" in word and found else [word]


def run_command(command: str, folder: Path) -> None:
    if command.startswith(SETUP):
        return  # what the reader does before; tried by the continuous integration itself
    words = [word for given in shlex.split(command) for word in as_the_shell(given, folder)]
    assert words[0] == "pickout", f"unknown command in the docs: {command}"
    done = subprocess.run(
        [sys.executable, "-m", "pickout", *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", list(filter(blocks, PAGES)), ids=lambda page: page.name)
def test_the_examples_of_a_page_run_in_order(page, tmp_path, monkeypatch):
    found = blocks(page)
    monkeypatch.chdir(tmp_path)
    for path in samples.sample_paths():  # readers find the sample pictures in photos/
        target = tmp_path / "photos" / path.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    (tmp_path / "photo.jpg").write_bytes(samples.query_path().read_bytes())
    names: dict[str, object] = {}
    for language, text in found:
        if language == "console":
            for command in commands(text):
                run_command(command, tmp_path)
        else:
            exec(compile(text, str(page), "exec"), names)


def test_the_examples_in_docstrings_say_what_happens():
    modules = [path for path in (ROOT / "src").rglob("*.py") if ">>>" in path.read_text("utf-8")]
    assert modules
    for path in modules:
        name = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        assert doctest.testmod(importlib.import_module(name)).failed == 0, name


def test_links_between_pages_lead_somewhere():
    broken = []
    pages = [*PAGES, *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert not broken, "\n".join(broken)
