"""Library: the pictures of some folders, ready to be searched for an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from pickout.arrays import AnyArray, check_range
from pickout.errors import ArgumentError, LibraryError
from pickout.images import Image
from pickout.library.extract import ExtractReport, extract_hits
from pickout.library.hits import Hit
from pickout.library.records import IndexReport, LibraryStats
from pickout.library.store import Store
from pickout.masks import Mask
from pickout.progress import Listener, listener_for

if TYPE_CHECKING:
    from pickout.descriptors.fusion import Fusion
    from pickout.library.search import Searcher

DESCRIPTORS = ("color", "texture", "shape")


class Library:
    """The pictures of some folders, ready to be searched for an object.

    One file holds everything; it may be copied, and moved together with its pictures. Many
    processes may search it while one indexes.

    Parameters
    ----------
    path : path
        The library file, e.g. ``"shoebox.pickout"``; made on first use.
    descriptors : sequence of str, optional
        Names of the descriptors to measure, see `pickout.plugins.descriptor_names`. Pictures
        measured with other ones are measured again by the next `index`.

    Raises
    ------
    LibraryError
        If the file is not a pickout library, was written by a newer pickout, is damaged,
        locked, or cannot be opened.
    """

    def __init__(self, path: str | Path, *, descriptors: Sequence[str] = DESCRIPTORS) -> None:
        self._store = Store(path)
        self._descriptors = tuple(descriptors)
        self._made_fusion: Fusion | None = None
        self._searcher: tuple[int, Searcher] | None = None

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return self.stats().n_pictures

    def __repr__(self) -> str:
        return f"Library({str(self.path)!r})"

    @property
    def path(self) -> Path:
        """The library file, as an absolute path."""
        return self._store.path

    def close(self) -> None:
        """Close the file. Leaving a ``with`` block does it too."""
        self._searcher = None
        self._store.close()

    def pictures(self) -> list[Path]:
        """Return the absolute paths of all pictures that can be found, sorted."""
        rows = self._store.pictures("")
        return sorted(path for path, row in rows.items() if row.content_id is not None)

    def stats(self) -> LibraryStats:
        """Return how much the library holds."""
        return self._store.stats()

    def index(
        self,
        *places: str | Path,
        progress: bool | Listener = False,
        workers: int | None = None,
    ) -> IndexReport:
        """Bring the library up to date with folders and pictures.

        Only what is new or has other contents than before is looked at; pictures that are gone
        from these folders are forgotten. What is finished is kept, whatever ends the run: the
        next one goes on from there.

        Parameters
        ----------
        *places : path
            Folders, searched with their subfolders, and single pictures. Hidden folders and
            other programs' caches are left out.
        progress : bool or callable
            True shows progress on stderr; a callable gets `pickout.progress.Progress` records.
        workers : int, optional
            Number of processes; by default one per core. 0 works in this process, in which a
            crash caused by a damaged picture is not survived.

        Returns
        -------
        report : IndexReport
            Files that could not be read are listed in it; they never end the run.

        Raises
        ------
        ArgumentError
            If a place does not exist.
        LibraryError
            If another process is indexing this library, the disk is full, or the file cannot
            be written.
        """
        from pickout.library.indexing import index_places

        if workers is not None and workers < 0:
            raise ArgumentError(f"workers should be 0 or more, not {workers}.")
        with listener_for(progress) as listener:
            return index_places(
                self._store, self._fusion(), places, listener=listener, n_workers=workers
            )

    def find(
        self,
        image: Image | AnyArray,
        mask: Mask | AnyArray | None = None,
        box: Sequence[float] | None = None,
        k: int = 50,
        *,
        weights: Mapping[str, float] | None = None,
        min_score: float = 0.0,
        exclude: Iterable[str | Path] = (),
        progress: bool | Listener = False,
    ) -> list[Hit]:
        """Return the pictures that show an object, best first, and where they show it.

        Parameters
        ----------
        image : Image or (H, W, 3) ndarray of uint8
            Any picture, from the library or not. If it is from the library, it is found too,
            usually first; use `exclude` to leave it out.
        mask : Mask or (H, W) ndarray of bool, optional
            The object. Best: colour, texture and outline are all compared.
        box : (x0, y0, x1, y1), optional
            A rectangle around it, instead of a mask; its outline is not compared. With neither,
            the whole picture is looked for.
        k : int
            At most this many hits, one per picture.
        weights : mapping, optional
            How much each descriptor counts, e.g. ``{"color": 1, "shape": 0}``; those not named
            keep their defaults.
        min_score : float
            Hits below this score, 0 to 1, are left out.
        exclude : iterable of paths
            Pictures to leave out.
        progress : bool or callable
            As in `index`.

        Returns
        -------
        hits : list of Hit

        Raises
        ------
        ArgumentError
            If the mask is empty or does not fit, both mask and box are given, or a number or
            weight makes no sense.
        PromptError
            If the box has no area or lies outside the picture.
        LibraryError
            If the library must be indexed first, or cannot be read.
        """
        from pickout.library.query import make_query

        if k < 1:
            raise ArgumentError(f"k, the number of hits, should be at least 1, not {k}.")
        check_range("min_score", min_score, 0, 1)
        query = make_query(image, mask, box, self._fusion())
        with listener_for(progress) as listener:
            return self._current_searcher().find(
                query,
                k=k,
                weights=weights,
                min_score=min_score,
                exclude=exclude,
                listener=listener,
            )

    def extract(
        self,
        hits: Iterable[Hit],
        folder: str | Path,
        *,
        formats: Sequence[str] = ("png",),
        segmenter: str = "superpixel",
        label: str = "object",
        feather: float = 1.0,
        edge: str = "feather",
        masks: Mapping[str | Path, Mask | AnyArray] | None = None,
        overwrite: bool = False,
        progress: bool | Listener = False,
    ) -> ExtractReport:
        """Cut the object out of every hit; see `pickout.library.extract_hits`."""
        return extract_hits(
            hits,
            folder,
            formats=formats,
            segmenter=segmenter,
            label=label,
            feather=feather,
            edge=edge,
            masks=masks,
            overwrite=overwrite,
            progress=progress,
        )

    def _fusion(self) -> Fusion:
        from pickout.descriptors.fusion import Fusion

        if self._made_fusion is None:
            self._made_fusion = Fusion(self._descriptors)
        return self._made_fusion

    def _current_searcher(self) -> Searcher:
        """Return the searcher of the library's present state, built anew only if it changed."""
        from pickout.library.analyse import pipeline_version
        from pickout.library.search import Searcher
        from pickout.library.vectors import VectorIndex

        if self._searcher is None or self._searcher[0] != self._store.generation:
            fusion = self._fusion()
            index = VectorIndex(self._store, pipeline_version(fusion), fusion.size)
            if len(index) == 0:
                self._refuse_empty()
            self._searcher = index.generation, Searcher(self._store, fusion, index)
        return self._searcher[1]

    def _refuse_empty(self) -> None:
        """Raise if there are pictures, but none that can be compared with a query."""
        if self.stats().n_pictures:
            raise LibraryError(
                f"{self.path}: its pictures were measured by another version of pickout or with "
                "other descriptors; index the folders again."
            )
