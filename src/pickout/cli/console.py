"""What commands print, and where: results on stdout, everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pickout.progress import Listener, Progress


def counted(number: int, noun: str) -> str:
    """Return "1 file", "2 files", "1,943 files"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@dataclass(frozen=True)
class Console:
    """Where a command's words go.

    Parameters
    ----------
    quiet : bool
        Only errors and what was asked for as JSON.
    json_to : str, optional
        File for the command's JSON record; ``-`` for stdout, which then holds nothing else.
    overwrite : bool
        Whether the JSON file may replace an existing one.
    """

    quiet: bool = False
    json_to: str | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.json_to not in (None, "-"):
            from pickout.files import refuse_existing

            # Refused before the work, not after it.
            refuse_existing(Path(str(self.json_to)), overwrite=self.overwrite)

    @property
    def is_silent(self) -> bool:
        """True if neither words nor a record will be seen."""
        return self.quiet and self.json_to is None

    def say(self, text: str = "") -> None:
        """Print a line of the result."""
        if not self.quiet:
            print(text, file=sys.stderr if self.json_to == "-" else sys.stdout)

    def note(self, text: str) -> None:
        """Print a line beside the result, on stderr."""
        if not self.quiet:
            print(text, file=sys.stderr)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table: drawn on a terminal, tab-separated without a header in a pipe."""
        if self.quiet or self.json_to == "-":
            return
        if not sys.stdout.isatty():
            for row in rows:
                print("\t".join(row))
            return
        from rich.console import Console as Screen
        from rich.table import Table
        from rich.text import Text

        table = Table(*header, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            # File names may hold square brackets, which rich would take for markup.
            table.add_row(*(Text(cell, overflow="fold") for cell in row))
        Screen().print(table)

    def write_json(self, record: object) -> None:
        """Write the command's record to where --json says; nothing if it was not given."""
        self.write_json_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n")

    def write_json_text(self, text: str) -> None:
        """Write a record that is JSON already, as `write_json` does."""
        if self.json_to is None:
            return
        if self.json_to == "-":
            sys.stdout.write(text)
            return
        from pickout.files import write_text

        write_text(self.json_to, text, overwrite=self.overwrite)

    @contextlib.contextmanager
    def progress(self) -> Iterator[Listener]:
        """Give a listener that shows how far a job is.

        A bar with rate and time left on a terminal; in a pipe one closing line per task.
        """
        if self.quiet:
            yield lambda _: None
        elif sys.stderr.isatty():
            with _bar() as listener:
                yield listener
        else:
            with _closing_lines() as listener:
                yield listener


@contextlib.contextmanager
def _bar() -> Iterator[Listener]:
    """Draw one bar per task on stderr, with rate and time left."""
    from rich import progress as rich_progress
    from rich.console import Console as Screen

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TextColumn("{task.fields[rate]}"),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=Screen(stderr=True), transient=True) as bar:
        tasks: dict[str, rich_progress.TaskID] = {}

        def show(state: Progress) -> None:
            if state.task not in tasks:
                tasks[state.task] = bar.add_task(state.task, total=state.total, rate="")
            rate = f"{state.per_second:.1f}/s" if state.done else ""
            bar.update(tasks[state.task], completed=state.done, total=state.total, rate=rate)

        yield show


@contextlib.contextmanager
def _closing_lines() -> Iterator[Listener]:
    """Print one line per task on stderr when the tasks are over."""
    last: dict[str, Progress] = {}
    yield lambda state: last.update({state.task: state})
    for state in last.values():
        failed = f", {state.failed} failed" if state.failed else ""
        print(
            f"{state.task}: {state.done} of {state.total} in {state.seconds:.1f} s{failed}",
            file=sys.stderr,
        )
