"""A worker process: answers requests on its standard input until that is closed.

Started as ``python -m pickout.library.worker MODULE:FUNCTION``. A plain program instead of
`multiprocessing`, so that the caller's main module is never run again in the child.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import IO, cast

from pickout.errors import PickoutError


def send(pipe: IO[bytes], message: object) -> None:
    """Write one message, led by its length."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.write(len(data).to_bytes(8, "little") + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> object:
    """Return the next message; EOFError if the other side is gone."""
    length = int.from_bytes(_exactly(pipe, 8), "little")
    return pickle.loads(_exactly(pipe, length))


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) < count:
        raise EOFError
    return data


def main() -> None:
    """Answer requests with ``("ok", value)`` or ``("error", message)``."""
    # Ctrl-C reaches every process of the terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Nothing that a library prints may get between the messages.
    os.dup2(2, 1)
    module, _, name = sys.argv[1].partition(":")
    function = getattr(import_module(module), name)
    while True:
        try:
            request = receive(requests)
        except EOFError:
            return
        send(answers, answer_request(function, cast(tuple[object, ...], request)))


def answer_request(
    function: Callable[..., object], request: tuple[object, ...]
) -> tuple[str, object]:
    """Return ("ok", value) of calling `function`, or ("error", message); never raises."""
    try:
        return "ok", function(*request)
    except (PickoutError, MemoryError) as error:
        return "error", str(error) or "there is not enough memory."
    except Exception as error:
        # A fault in one picture's analysis must not cost the others.
        return "error", f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
