"""The command tree of `pickout`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pickout import __version__
from pickout.cli import bench, cut, demo, doctor, extract, find, index, segment, window
from pickout.cli.options import unwrapped
from pickout.cli.ordered import OrderedCommand

_EPILOG = "Start with: pickout demo -o demo-out/   Every command explains itself with --help."
_HELP = ["-h", "--help"]

app = typer.Typer(
    name="pickout",
    help="Pick an object out of one picture; find it, and cut it out, in all of them.",
    epilog=_EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": _HELP},
)


def _show_version(asked: bool) -> None:
    if asked:
        print(f"pickout {__version__}")
        raise typer.Exit()


@app.callback()
def _pickout(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", is_eager=True, callback=_show_version
        ),
    ] = False,
) -> None:
    del version


_ONE, _MANY, _MORE = "One picture", "A collection", "More"


def _add(module: Any, name: str, panel: str, *, ordered: bool = False, bare: bool = False) -> None:
    """Add the command `name` of a module; `bare` if it does something without arguments."""
    run = getattr(module, name)
    app.command(
        name,
        help=unwrapped(run.__doc__ or ""),
        cls=OrderedCommand if ordered else None,
        epilog=module.EPILOG,
        rich_help_panel=panel,
        no_args_is_help=not bare,
    )(run)


_add(cut, "cut", _ONE, ordered=True)
_add(segment, "segment", _ONE)
_add(window, "window", _ONE)
_add(index, "index", _MANY)
_add(find, "find", _MANY, ordered=True)
_add(extract, "extract", _MANY, ordered=True)
_add(demo, "demo", _MORE, bare=True)
_add(doctor, "doctor", _MORE, bare=True)
app.add_typer(bench.app, name="bench", rich_help_panel=_MORE)


def command() -> Any:
    """Return the command tree, ready to run."""
    tree = typer.main.get_command(app)
    _show_flags_bare(tree)
    return tree


def _show_flags_bare(one: Any) -> None:
    """Take "<bool>", which looks like something to type, from the help of all flags."""
    context = typer.Context(one, help_option_names=_HELP)
    for parameter in one.get_params(context):
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    for inner in getattr(one, "commands", {}).values():
        _show_flags_bare(inner)
