"""For every test."""

import signal

# A shell lets what it starts in the background ignore Ctrl+C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
