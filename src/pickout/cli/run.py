"""Running a command so that whatever goes wrong ends in one clear line and an exit code.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 nothing found (where asked for),
130 stopped with Ctrl-C, 141 the reader of a pipe has gone.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import NoReturn

FAILED, USAGE, STOPPED, PIPE_CLOSED = 1, 2, 130, 141


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line `arguments` (default: the process's own) and leave the process."""
    status = execute(sys.argv[1:] if arguments is None else arguments)
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    if status == PIPE_CLOSED:
        # The interpreter would flush once more on the way out and complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def execute(arguments: list[str]) -> int:
    """Run the command line `arguments` and return the exit code; errors go to stderr."""
    from pickout.cli.app import command

    try:
        status = command().main(args=arguments, prog_name="pickout", standalone_mode=False)
        sys.stdout.flush()
        if status == STOPPED:
            _complain_stopped()
        return status if isinstance(status, int) else 0
    except SystemExit as leave:  # shell completion and closed pipes end the process by themselves
        if isinstance(leave.__context__, BrokenPipeError):
            return PIPE_CLOSED
        return leave.code if isinstance(leave.code, int) else FAILED
    except BaseException as error:
        if os.environ.get("PICKOUT_DEBUG", "0") not in ("", "0"):
            raise
        return _explain(error)


def _explain(error: BaseException) -> int:
    """Print one line on what went wrong and return the exit code."""
    import typer

    from pickout.errors import PickoutError

    match error:
        case BrokenPipeError():
            return PIPE_CLOSED
        case KeyboardInterrupt() | typer.Abort():
            _complain_stopped()
            return STOPPED
        case PickoutError():
            _complain(str(error))
        case MemoryError():
            _complain("there was not enough memory; use a smaller picture or close programs.")
        case _ if hasattr(error, "format_message"):
            return _explain_usage(error)
        case OSError():
            _complain(f"{error.filename or 'a file'}: {error.strerror or error}.")
        case _:
            _complain(
                f"something unexpected happened: {type(error).__name__}: {error}. "
                "This is a fault in pickout; set PICKOUT_DEBUG=1 to see where."
            )
    return FAILED


def _explain_usage(error: BaseException) -> int:
    """Print what is wrong with the command line and where its help is."""
    message = str(error.format_message()).strip()  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    if not message or type(error).__name__ == "NoArgsIsHelpError":
        # A command without anything shows its help. Making the error has printed it already where
        # rich draws it; only where it does not, the message holds it.
        if message:
            print(message, file=sys.stderr)
        return USAGE
    place = context.command_path if context is not None else "pickout"
    end = "" if message.endswith("?") else "."
    _complain(f"{message.rstrip('.')}{end} See: {place} --help", place)
    return int(getattr(error, "exit_code", USAGE))


def _complain_stopped() -> None:
    print("pickout: stopped; run it again to go on.", file=sys.stderr)


def _complain(message: str, place: str = "pickout") -> None:
    """Print one line on stderr."""
    one_line = " ".join(message.split())
    with contextlib.suppress(OSError):
        print(f"{place}: {one_line}", file=sys.stderr)
