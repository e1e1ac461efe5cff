"""The layers of docs/architecture.md, read from the imports themselves."""

import ast
import subprocess
import sys
from pathlib import Path

import pickout

PACKAGE = Path(pickout.__file__).parent

# From the ground up; a module may import from its own row and those below it.
ROWS = [
    {"errors", "_core"},
    {"arrays"},
    {"files", "rle", "progress"},
    {"images", "distances"},
    {"masks"},
    {"drawing"},
    {"prompts", "tiles"},
    {"models", "analysis", "edits", "metrics", "samples"},
    {"matting"},
    {"segmenters"},
    {"plugins", "exports"},
    {"descriptors"},
    {"history"},
    {"session_file", "library"},
    {"session", "report", "testing"},
    {"bench"},
    {"window"},
    {"cli"},
    {"__main__"},
]
HEIGHT = {name: row for row, names in enumerate(ROWS) for name in names}


def part_of(module: str) -> str:
    """Return the first name below the package: "library" for pickout.library.store."""
    return module.split(".")[1]


def imported_parts(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            if node.module == "pickout":
                yield from (alias.name for alias in node.names if alias.name != "__version__")
            elif node.module.startswith("pickout."):
                yield part_of(node.module)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("pickout."):
                    yield part_of(alias.name)
        elif isinstance(node, ast.ImportFrom):
            raise AssertionError(f"{path}: relative imports hide the direction; write pickout.…")


def test_imports_go_downwards_only():
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if place == Path("__init__.py"):
            continue  # the public names, fetched on first use
        part = place.parts[0].removesuffix(".py")
        assert part in HEIGHT, f"{place}: give {part!r} a row in this test and in the docs"
        for other in imported_parts(path):
            if other != part and HEIGHT.get(other, -1) >= HEIGHT[part]:
                wrong.append(f"{place} imports {other}")
    assert not wrong, "\n".join(wrong)


def test_importing_the_package_imports_nothing_heavy():
    code = "import sys, pickout; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"numpy", "cv2", "PIL", "faiss", "typer", "rich", "matplotlib", "sqlite3"}
    assert not heavy & set(loaded)


def test_every_public_name_can_be_fetched():
    for name in pickout.__all__:
        assert getattr(pickout, name) is not None
