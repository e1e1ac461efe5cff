"""Entry point of the command `pickout`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. Asking for the version does not wait for anything to be imported."""
    if sys.argv[1:] == ["--version"]:
        from pickout import __version__

        print(f"pickout {__version__}")
        return
    from pickout.cli import run

    run()


if __name__ == "__main__":
    main()
