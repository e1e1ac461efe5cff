"""Options whose order on the command line matters: the newest prompt wins at its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperCommand

_KEY = "pickout.ordered"


class OrderedCommand(TyperCommand):
    """A command that remembers in which order its options were given."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note (parameter name, raw value) for every option in the order given, then parse."""
        if args:
            values, _, order = self.make_parser(ctx).parse_args(args=list(args))
            ctx.meta[_KEY] = _in_order(values, order)
        return super().parse_args(ctx, args)


def _in_order(values: dict[str, Any], order: Iterable[Any]) -> list[tuple[str, Any]]:
    """Return the values one by one, in the order in which the parser met their options."""
    given: list[tuple[str, Any]] = []
    met: defaultdict[str, int] = defaultdict(int)
    for parameter in order:
        name = str(parameter.name)
        value = values.get(name)
        if isinstance(value, list):
            value = value[met[name]] if met[name] < len(value) else None
        met[name] += 1
        given.append((name, value))
    return given


def given_in_order(context: typer.Context, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return (option name, raw text) of all options among `names`, in the order given."""
    wanted = set(names)
    return [(name, value) for name, value in context.meta.get(_KEY, []) if name in wanted]
