"""What the network learns from, in lists of examples of one size."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from training.composites import composite
from training.data import Divided, Thing
from training.examples import Example, example, segment_of

BATCH = 16
"""Examples in a list."""

TURNS = 8
"""How often an epoch asks for a segment of a drawn picture."""

COMPOSITES = 0.35
"""How often, in the bold phase, another object lies in the picture."""


@dataclass(frozen=True)
class Supply:
    """What is learned from: whole objects, and segments that people drew."""

    whole: list[Thing]
    drawn: list[Divided]
    rng: np.random.Generator

    @property
    def steps(self) -> int:
        """How many batches an epoch has."""
        return (len(self.whole) + len(self.drawn) * TURNS) // BATCH

    def batches(self, bold: bool) -> Iterator[list[Example]]:
        """Yield an epoch's lists of examples, of one size each."""
        waiting: dict[tuple[int, int], list[Example]] = {}
        done = 0
        while done < self.steps:
            every = [*self.whole, *self.drawn * TURNS]
            for number in self.rng.permutation(len(every)):
                seen = example(self._thing(every[number], bold), self.rng, bold)
                group = waiting.setdefault(seen.share.shape, [])
                group.append(seen)
                if len(group) == BATCH:
                    yield waiting.pop(seen.share.shape)
                    done += 1
                    if done == self.steps:
                        return

    def _thing(self, item: Thing | Divided, bold: bool) -> Thing:
        thing = item if isinstance(item, Thing) else segment_of(item, self.rng, bold)
        if bold and self.whole and self.rng.random() < COMPOSITES:
            other = self.whole[self.rng.integers(len(self.whole))]
            thing = composite(thing, other, self.rng)
        return thing


def ahead(items: Iterator[list[Example]]) -> Iterator[list[Example]]:
    """Yield the same items; the next one is made while the last is used."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, items, None)
            yield item
