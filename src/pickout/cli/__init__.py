"""The command line: parse, call, show. One file per command; heavy imports wait for the call."""

from __future__ import annotations

from pickout.cli.run import run

__all__ = ["run"]
