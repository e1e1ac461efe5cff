"""What the benchmarks can be told: plain frozen records, free of heavy imports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pickout.errors import ArgumentError

DEFAULT_SEGMENTER = "superpixel"
ALL_SEGMENTERS = ("superpixel", "grabcut", "watershed", "otsu", "paint")
STUFF = ("grass", "mountain", "road", "sky", "tree", "water")
"""Classes of labelled sets that are backgrounds, not objects one could cut out."""

PROMPTS = ("clicks", "box", "scribbles")
HALVES = ("all", "odd", "even")
QUERIES = ("auto", "split", "leave-one-out")


def check_numbers(**numbers: int | None) -> None:
    """Raise `ArgumentError` for the first number below 1; None means no limit."""
    for name, number in numbers.items():
        if number is not None and number < 1:
            raise ArgumentError(f"{name} should be at least 1, but it is {number}.")


@dataclass(frozen=True)
class NocOptions:
    """How `run_noc` measures segmenters.

    Parameters
    ----------
    segmenters : tuple of str
        Names, all measured in one run.
    prompts : {"clicks", "box", "scribbles"}
        A robot's clicks, one tight box, or the strokes in the set's ``scribbles*`` folders.
    max_clicks : int
        Clicks after which a picture counts as not reached.
    run_on : bool
        Go on to `max_clicks` even after the highest threshold is reached (for curves of mean
        IoU per click).
    limit : int, optional
        Measure only this many pictures, drawn with `seed`; None measures all.
    seed : int
        For `limit`; the robot itself uses no chance.
    workers : int
        Processes that share the pictures. Times are CPU times of one thread either way.
    data : Path, optional
        Folder searched for sets given by name; without it, the environment variable
        PICKOUT_DATA.
    """

    segmenters: tuple[str, ...] = (DEFAULT_SEGMENTER,)
    prompts: str = "clicks"
    max_clicks: int = 20
    run_on: bool = False
    limit: int | None = None
    seed: int = 0
    workers: int = 1
    data: Path | None = None


@dataclass(frozen=True)
class HintsOptions:
    """How `run_hints` measures previews and doubts.

    Parameters
    ----------
    segmenter : str
        One that has both (see `pickout.Session.can_hover` and `can_doubt`).
    limit, seed, workers, data
        As in `NocOptions`; the seed also draws where the pointer and the chance answers are.
    """

    segmenter: str = DEFAULT_SEGMENTER
    limit: int | None = None
    seed: int = 0
    workers: int = 1
    data: Path | None = None


@dataclass(frozen=True)
class FindOptions:
    """How `run_find` measures the library's search.

    Parameters
    ----------
    queries : {"auto", "split", "leave-one-out"}
        Ask with the rows whose split is ``query`` and search the others, or ask with every
        labelled object and search all other pictures. "auto" takes the first if such rows
        have a box or mask.
    classes : {"all", "odd", "even"}
        Half of the class names, sorted and numbered from 1; pictures that show only classes of
        the other half are left out of the ranking as well.
    leave_out : tuple of str
        Classes that are never asked for.
    limit : int, optional
        Ask at most this many queries, drawn with `seed`, evenly over the classes.
    seed : int
        For `limit` and for the place of the background control.
    control : bool
        Ask a second time with a region of the background, to see that it is found less.
    library : Path, optional
        Library file to keep and reuse; without it, a temporary one.
    data : Path, optional
        As in `NocOptions`.
    """

    queries: str = "auto"
    classes: str = "all"
    leave_out: tuple[str, ...] = STUFF
    limit: int | None = None
    seed: int = 0
    control: bool = True
    library: Path | None = None
    data: Path | None = None


@dataclass(frozen=True)
class SpeedOptions:
    """How `run_speed` measures time and memory.

    Parameters
    ----------
    segmenter : str
    megapixels : tuple of float
        Sizes of the pictures, in millions of pixels.
    clicks : int
        Clicks per picture, the first one counted apart.
    repeats : int
        Rounds over all rows, interleaved; medians are reported.
    photo : Path, optional
        Photo to make the pictures from; without it, the samples that ship with pickout.
    search : bool
        Whether to time indexing and finding too.
    seed : int
        For the texture of the enlarged pictures.
    """

    segmenter: str = DEFAULT_SEGMENTER
    megapixels: tuple[float, ...] = (0.15, 1.0, 4.0, 12.0, 48.0)
    clicks: int = 10
    repeats: int = 3
    photo: Path | None = None
    search: bool = True
    seed: int = 0
