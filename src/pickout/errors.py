"""The family of errors a user of pickout can meet.

Every message says what failed, what was expected, what came, and what to do about it. Faces
(command line, window, report) print the message alone; nobody is shown a traceback.
"""

from __future__ import annotations


class PickoutError(Exception):
    """Anything that pickout refuses or cannot do. Catch this to catch them all."""


class ArgumentError(PickoutError, ValueError):
    """A value handed to a function has the wrong shape, type or range."""


class ImageReadError(PickoutError, OSError):
    """A picture file is missing, unreadable, damaged, too large or not a picture."""


class PromptError(PickoutError, ValueError):
    """A click, scribble, box or outline makes no sense for this picture."""


class SessionError(PickoutError):
    """A session file cannot be read, written, or does not belong to the picture."""


class ExportError(PickoutError, OSError):
    """A result cannot be written: the file exists, the folder is missing, the disk is full."""


class LibraryError(PickoutError):
    """A library file is damaged, foreign, locked, or from a newer version."""


class PluginError(PickoutError):
    """A segmenter or descriptor does not exist or does not load."""


class MissingExtraError(PickoutError, ImportError):
    """A feature needs an optional package; the message names the extra to install."""


class NoDisplayError(PickoutError):
    """A window was asked for where there is no screen."""


def missing_extra(feature: str, package: str, extra: str) -> MissingExtraError:
    """Return the error for a `feature` whose optional `package` is not installed."""
    return MissingExtraError(
        f"{feature} needs the package '{package}', which is not installed. "
        f"Install it with: pip install 'pickout[{extra}]'"
    )
