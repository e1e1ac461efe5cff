"""What a run has finished, kept in its output folder: given again, the command goes on there."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pickout.files import write_text

FILE = "progress.json"


def as_given(options: argparse.Namespace) -> dict[str, str]:
    """Return a run's options as text, by which it is known again."""
    return {name: str(value) for name, value in sorted(vars(options).items())}


class Progress:
    """The stages that a run with these options has finished, and what each of them found.

    A run with other options begins anew. Raises ValueError if an earlier run's cannot be read.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.path: Path = options.out / FILE
        self.options = as_given(options)
        self.found: dict[str, object] = {}
        earlier = self._earlier()
        if earlier.get("options") == self.options:
            self.found = earlier["found"]
            print(f"going on after: {', '.join(self.found)} ({self.path})", flush=True)

    def _earlier(self) -> dict:
        if not self.path.exists():
            return {}
        try:
            return json.loads(self.path.read_text())
        except ValueError as err:
            raise ValueError(f"{self.path} is damaged; remove it to begin anew.") from err

    def __contains__(self, stage: str) -> bool:
        return stage in self.found

    def finish(self, stage: str, found: object = None) -> None:
        """Remember that a stage is finished, whatever happens from now on."""
        self.found[stage] = found
        text = json.dumps({"options": self.options, "found": self.found}, indent=2)
        write_text(self.path, text, overwrite=True)

    def forget(self) -> None:
        """The run is finished: given again, the command begins anew."""
        self.path.unlink(missing_ok=True)
