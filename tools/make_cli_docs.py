"""Write docs/cli.md from the commands themselves; a test fails when it is stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
HEAD = """\
# Command line

Made by `tools/make_cli_docs.py` from the commands themselves (`make docs`); do not edit.

Results go to stdout, everything else to stderr. In a pipe, tables are tab-separated and progress
is one closing line. `--json FILE` writes what a script would want, `--json -` prints it and
nothing else. `NO_COLOR` and `--quiet` do what they say, `pickout --install-completion` teaches
your shell the commands.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | refused or failed; one line on stderr says why |
| 2 | the command line is wrong |
| 3 | nothing found, with `find --fail-if-none` |
| 130 | stopped with Ctrl-C; the same command goes on |

| variable | meaning |
|---|---|
| `PICKOUT_LIBRARY` | the library file, instead of `--library` |
| `PICKOUT_DATA` | the folder of data sets for `bench` |
| `PICKOUT_MAX_PIXELS` | larger pictures are refused (400 million, against decompression bombs) |
| `PICKOUT_DEBUG=1` | show where an error comes from |
| `PICKOUT_LOAD_PLUGINS=0` | leave other packages' segmenters and descriptors out |
"""


def page() -> str:
    """Return the text of docs/cli.md."""
    from pickout.cli.app import command

    return "\n".join([HEAD, *(_section(name, one) for name, one in _commands(command(), ""))])


def _commands(group: Any, before: str) -> list[tuple[str, Any]]:
    """Return (full name, command) of all commands, groups opened."""
    found: list[tuple[str, Any]] = []
    for name, one in group.commands.items():
        full = f"{before}{name}"
        found += _commands(one, f"{full} ") if hasattr(one, "commands") else [(full, one)]
    return found


def _section(name: str, one: Any) -> str:
    arguments = [p for p in one.params if p.param_type_name == "argument"]
    options = [p for p in one.params if p.param_type_name == "option" and p.name != "help"]
    usage = " ".join(["pickout", name, *(str(a.metavar) for a in arguments), "[OPTIONS]"])
    parts = [f"## pickout {name}", f"```text\n{usage}\n```", str(one.help)]
    panels: dict[str, list[Any]] = {}
    for option in options:
        panels.setdefault(getattr(option, "rich_help_panel", None) or "Options", []).append(option)
    for title, members in panels.items():
        rows = "\n".join(_row(option) for option in members)
        parts.append(f"| {title} | |\n|---|---|\n{rows}")
    if one.epilog:
        lines = [line for line in one.epilog.splitlines() if line.strip()][1:]
        parts.append("```text\n" + "\n".join(line.strip() for line in lines) + "\n```")
    return "\n\n".join(parts) + "\n"


def _row(option: Any) -> str:
    names = ", ".join(
        f"`{name.strip()}`" for name in [*option.opts, *option.secondary_opts] if name.strip()
    )
    metavar = (
        f" `{option.metavar}`" if option.metavar and not getattr(option, "is_flag", False) else ""
    )
    text = " ".join(str(option.help).split())
    default = option.default
    if isinstance(default, str | int | float | Path) and not isinstance(default, bool):
        text += f" (default: {default})"
    return f"| {names}{metavar} | {text} |".replace("…|", "…\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE, file=sys.stderr)
