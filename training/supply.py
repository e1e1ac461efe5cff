"""What the network learns from, in lists of examples of one size."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from training.composites import beside, composite, crowd
from training.data import Divided, Thing, intricacy
from training.examples import Example, example, segment_of

BATCH = 16
"""Examples in a list."""

TURNS = 8
"""How often an epoch asks for a segment of a drawn picture."""

COMPOSITES = 0.35
"""How often, in the bold phase, another object lies in the picture."""

BESIDE = 0.25
"""How often, in the bold phase, another picture lies beside."""

CROWDS = 0.12
"""How often, in the steady phase, an object lies in another picture many times."""


@dataclass(frozen=True)
class Supply:
    """What is learned from: objects, intricate ones more often, and segments that people drew.

    `crowds` is how often bold ones stand among many like them.
    """

    whole: list[Thing]
    drawn: list[Divided]
    crowds: float = 0.0

    @property
    def steps(self) -> int:
        """How many batches an epoch has."""
        return (len(self.whole) + len(self.drawn) * TURNS) // BATCH

    def batches(self, bold: bool, rng: np.random.Generator) -> Iterator[list[Example]]:
        """Yield an epoch's lists of examples, of one size each."""
        waiting: dict[tuple[int, int], list[Example]] = {}
        done = 0
        every, chances = [*self.whole, *self.drawn * TURNS], self._chances()
        while done < self.steps:
            for number in rng.choice(len(every), len(every), p=chances):
                seen = example(self._thing(every[number], bold, rng), rng, bold)
                group = waiting.setdefault(seen.share.shape, [])
                group.append(seen)
                if len(group) == BATCH:
                    yield waiting.pop(seen.share.shape)
                    done += 1
                    if done == self.steps:
                        return

    def _chances(self) -> np.ndarray:
        """Return how likely each object and each turn of a drawn picture is."""
        whole = np.array([intricacy(thing.mask) for thing in self.whole])
        drawn = np.ones(len(self.drawn) * TURNS)
        every = np.concatenate([whole / whole.mean(), drawn]) if len(whole) else drawn
        return every / every.sum()

    def _thing(self, item: Thing | Divided, bold: bool, rng: np.random.Generator) -> Thing:
        thing = item if isinstance(item, Thing) else segment_of(item, rng, bold)
        if not (bold and self.whole):
            return thing
        other, draw = self.whole[rng.integers(len(self.whole))], rng.random()
        if draw < COMPOSITES:
            return composite(thing, other, rng)
        if draw < COMPOSITES + BESIDE:
            return beside(thing, other, rng)
        return crowd(thing, other, rng) if draw < COMPOSITES + BESIDE + self.crowds else thing


def ahead(items: Iterator[list[Example]]) -> Iterator[list[Example]]:
    """Yield the same items; the next one is made while the last is used."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, items, None)
            yield item
