"""What the worker processes of the pool's tests do."""

import os
import signal
import sys
import time


def work(kind: str, value: int) -> object:
    if kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "hang":
        time.sleep(600)
    if kind == "raise":
        raise ValueError(f"bad {value}")
    if kind == "print":
        print("noise on stdout")
        sys.stdout.flush()
        os.write(1, b"more noise")
    return value * value
