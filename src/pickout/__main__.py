"""Entry point of the command `pickout`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. Asking for the version does not wait for anything to be imported."""
    if sys.argv[1:] == ["--version"]:
        from pickout import __version__

        print(f"pickout {__version__}")
        return
    try:
        from pickout.cli import run

        run()
    except KeyboardInterrupt:  # Ctrl-C while the commands are still being imported
        print("pickout: stopped; run it again to go on.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
