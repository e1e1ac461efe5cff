"""The course of a network's training: its phases, and where a run that broke off goes on."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from pickout.files import atomic_path
from training.network import Encoder, Head

CHECKPOINT = "checkpoint.pt"
"""Where a course is kept, in the folder of the models, after every epoch."""

WARM = 100
"""Steps, or a tenth of all, in which a steady phase comes to its rate; its mean begins then."""


@dataclass(frozen=True)
class Phase:
    """A part of the training: how long, how fast, and from what.

    Parameters
    ----------
    bold : bool
        Whether it learns from bold examples, of all objects.
    steady : bool
        Whether the rate stays, and the phase ends with the mean of all that the network was in it
        [1]_; else the rate rises and falls, and it ends with a running mean of the last steps.

    References
    ----------
    .. [1] P. Izmailov et al., *Averaging weights leads to wider optima and better generalization*,
       UAI 2018. :arxiv:`1803.05407`
    """

    epochs: int
    rate: float
    bold: bool = False
    steady: bool = False

    @property
    def name(self) -> str:
        """What the phase is called."""
        return "steady" if self.steady else "bold" if self.bold else "plain"


class Mean:
    """A mean of what a network's weights have been: it does better than the last ones.

    Parameters
    ----------
    keep : float
        How much of it stays at every step, at most; with 1, all steps count alike.
    """

    def __init__(self, encoder: Encoder, head: Head, keep: float) -> None:
        self.modules, self.keep = (encoder, head), keep
        self.network = copy.deepcopy(encoder).eval(), copy.deepcopy(head).eval()
        self.steps = 0

    def update(self) -> None:
        """Move towards the present weights."""
        self.steps += 1
        begun = (self.steps - 1) / self.steps if self.keep == 1 else self.steps / (self.steps + 10)
        keep = min(self.keep, begun)
        for mean, module in zip(self.network, self.modules, strict=True):
            for old, new in zip(
                mean.state_dict().values(), module.state_dict().values(), strict=True
            ):
                if old.dtype.is_floating_point:
                    old.mul_(keep).add_(new, alpha=1 - keep)
                else:
                    old.copy_(new)


class Course:
    """A network in a phase of its training: all that its next step depends on.

    Parameters
    ----------
    network : tuple of Encoder and Head
        What it begins with; stays as it is.
    steps : int
        Steps of an epoch.
    trunk_share : float
        The trunk's rate as a share of the others'; below 1, its first stages stay as they are.
    seed : list of int
        Of the examples that are made, and of the users who mark them.
    """

    def __init__(
        self,
        phase: Phase,
        network: tuple[Encoder, Head],
        steps: int,
        trunk_share: float,
        seed: list[int],
    ) -> None:
        self.phase, self.epoch = phase, 0
        self.encoder, self.head = (
            copy.deepcopy(module).to(memory_format=torch.channels_last).train()
            for module in network
        )
        self.made, self.used = (np.random.default_rng([*seed, k]) for k in range(2))
        if trunk_share < 1:
            self.encoder.keep_first()
        total = steps * phase.epochs
        self.warm = min(WARM, total // 10) if phase.steady else 0
        self.optimizer = self._optimizer(trunk_share)
        self.schedule = self._schedule(total, trunk_share)
        self.mean = Mean(self.encoder, self.head, 1 if phase.steady else 0.998)
        self.steps = 0

    def _optimizer(self, trunk_share: float) -> torch.optim.Optimizer:
        learning = {name: p for name, p in self.encoder.named_parameters() if p.requires_grad}
        trunk = [p for name, p in learning.items() if name.startswith(("stem", "stages"))]
        rest = [p for name, p in learning.items() if not name.startswith(("stem", "stages"))]
        groups = [
            {"params": trunk, "lr": self.phase.rate * trunk_share},
            {"params": [*rest, *self.head.parameters()], "lr": self.phase.rate},
        ]
        return torch.optim.AdamW(groups, weight_decay=1e-2)

    def _schedule(self, total: int, trunk_share: float) -> torch.optim.lr_scheduler.LRScheduler:
        if self.phase.steady:
            return torch.optim.lr_scheduler.LambdaLR(
                self.optimizer, lambda step: min(1.0, (step + 1) / max(1, self.warm))
            )
        rates = [self.phase.rate * trunk_share, self.phase.rate]
        return torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, rates, total_steps=max(1, total), pct_start=0.1
        )

    @property
    def network(self) -> tuple[Encoder, Head]:
        """What the phase has led to."""
        return self.mean.network

    def step(self) -> None:
        """Go on to the next step's rate, and let the mean follow."""
        self.schedule.step()
        self.steps += 1
        if self.steps > self.warm:
            self.mean.update()

    def _parts(self) -> dict[str, object]:
        """Return what has a state of its own."""
        modules = {"encoder": self.encoder, "head": self.head}
        means = dict(zip(("encoder's mean", "head's mean"), self.mean.network, strict=True))
        return {**modules, **means, "optimizer": self.optimizer, "schedule": self.schedule}

    def state(self) -> dict[str, object]:
        """Return all of it, to be written down."""
        return {
            "epoch": self.epoch,
            "steps": [self.steps, self.mean.steps],
            "random": [json.dumps(rng.bit_generator.state) for rng in (self.made, self.used)],
            **{name: part.state_dict() for name, part in self._parts().items()},
        }

    def go_on(self, state: dict) -> None:
        """Become what was written down."""
        self.epoch, (self.steps, self.mean.steps) = state["epoch"], state["steps"]
        for rng, text in zip((self.made, self.used), state["random"], strict=True):
            rng.bit_generator.state = json.loads(text)
        for name, part in self._parts().items():
            part.load_state_dict(state[name])


def keep(folder: Path, options: dict[str, str], number: int, course: Course) -> None:
    """Write down the course of a run's phase."""
    with atomic_path(folder / CHECKPOINT, overwrite=True) as part:
        torch.save({"options": options, "phase": number, **course.state()}, part)


def kept(folder: Path, options: dict[str, str]) -> dict | None:
    """Return what a run with these options has written down last; None if there is nothing.

    Raises ValueError if it cannot be read.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as err:  # whatever a damaged file makes of PyTorch
        raise ValueError(f"{path} is damaged; remove it to train the network anew.") from err
    return state if state["options"] == options else None


def forget(folder: Path) -> None:
    """The network is finished."""
    (folder / CHECKPOINT).unlink(missing_ok=True)
