"""Learning which way is up, from photos that stand upright.

Needs PyTorch and onnx, as the training of the network does.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from pickout.analysis.turn import choose_turn
from pickout.segmenters._superpixel.upright import SIZE, WAYS, thumbnail
from training.data import Divided, Source, divided_pictures, for_network, for_trees, sources
from training.encoder import TRUNK_SHARE, as_input
from training.examples import other_light
from training.network import Encoder, begin_trunk
from training.supply import ahead

BATCH = 32
"""Pictures in a step."""

STAGES = 5
"""Stages of the trunk that look at the picture; the last of them has 112 channels at stride 16."""

CHANNELS, PLACES = 64, 20
"""What is kept of them, at four by five places of the picture."""

SHAPES = (0.55, 1.8)
"""Width by height of the parts of photos that are shown, at least and at most."""


class Uprightness(nn.Module):
    """From pictures that lie on their longer side to the log odds of the ways to turn them."""

    def __init__(self) -> None:
        super().__init__()
        encoder = Encoder()
        self.stem, self.stages = encoder.stem, encoder.stages[:STAGES]
        self.tell = nn.Sequential(
            nn.Conv2d(112, CHANNELS, 1), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Dropout(0.3), nn.Linear(CHANNELS * PLACES, len(WAYS)),
        )  # fmt: skip

    def forward(self, rgb: torch.Tensor) -> torch.Tensor:
        """Return log odds, (n, 4), for RGB of about [-1, 1] at the size of thumbnails."""
        x = self.stem(rgb)
        for stage in self.stages:
            x = stage(x)
        return self.tell(x)


@dataclass(frozen=True)
class Lying:
    """A picture as the network sees it, (H, W, 3) uint8, and which of `WAYS` makes it upright."""

    rgb: np.ndarray
    way: int


def lying(rgb: np.ndarray, rng: np.random.Generator | None = None) -> Lying:
    """Return an upright photo, or with `rng` a random part of it in other light, laid down."""
    if rng is not None:
        rgb = other_light(_some_part(rgb, rng), rng)
    turn = choose_turn(rgb)
    turned = [turn.then(way) for way in WAYS]
    way = next(k for k, t in enumerate(turned) if not t.transposed and not t.down)
    return Lying(thumbnail(turn.laid(rgb)), way)


def _some_part(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.3:
        return rgb
    height, width = rgb.shape[:2]
    shape = np.exp(rng.uniform(*np.log(SHAPES)))
    share = rng.uniform(0.6, 1.0)
    h = min(height, width / shape) * share
    h, w = max(1, round(h)), max(1, min(width, round(h * shape)))
    top, left = rng.integers(height - h + 1), rng.integers(width - w + 1)
    return rgb[top : top + h, left : left + w]


def _batches(photos: list[np.ndarray], rng: np.random.Generator) -> Iterator[list[Lying]]:
    order = rng.permutation(len(photos))
    for start in range(0, len(order) - len(order) % BATCH or len(order), BATCH):
        yield [lying(photos[k], rng) for k in order[start : start + BATCH]]


def train_upright(options: argparse.Namespace) -> Uprightness:
    """Return the network trained as the options of ``python -m training`` say."""
    torch.manual_seed(options.seed)
    rng = np.random.default_rng([options.seed, 2])
    kinds = sources(options.objects), divided_pictures(options.drawn)
    photos, others = (
        [_small(item) for kind in kinds for item in part(kind)] for part in (for_network, for_trees)
    )
    network = Uprightness().to(memory_format=torch.channels_last).train()
    if options.begin:
        begin_trunk(network, options.begin)
    steps = options.upright_epochs * max(1, len(photos) // BATCH)
    optimizer, schedule = _optimizer(network, options, steps)
    for epoch in range(options.upright_epochs):
        losses = []
        for batch in ahead(_batches(photos, rng)):
            ways = torch.tensor([seen.way for seen in batch])
            loss = functional.cross_entropy(_odds(network, batch), ways)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
        record = {"epoch": epoch + 1, "loss": float(np.mean(losses)), **judged(network, others)}
        print("upright:", json.dumps(record), flush=True)
    return network.eval()


def _optimizer(
    network: Uprightness, options: argparse.Namespace, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    trunk = [*network.stem.parameters(), *network.stages.parameters()]
    groups = [{"params": trunk}, {"params": network.tell.parameters()}]
    optimizer = torch.optim.AdamW(groups, lr=options.rate, weight_decay=2e-2)
    rates = [options.rate * (TRUNK_SHARE if options.begin else 1.0), options.rate]
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates, total_steps=max(1, steps), pct_start=0.1
    )
    return optimizer, schedule


def _small(item: Source | Divided) -> np.ndarray:
    """Return the photo at four times the pixels at which it will be seen."""
    rgb = item.read().rgb if isinstance(item, Source) else item.rgb
    scale = (4 * SIZE[0] * SIZE[1] / (rgb.shape[0] * rgb.shape[1])) ** 0.5
    if scale >= 1:
        return rgb
    return cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _odds(network: Uprightness, batch: list[Lying]) -> torch.Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return network(as_input([seen.rgb for seen in batch])).float()


@torch.no_grad()
def judged(network: Uprightness, photos: list[np.ndarray]) -> dict[str, float]:
    """Return how often photos come to stand upright."""
    network.eval()
    seen = [lying(photo) for photo in photos]
    parts = [seen[k : k + BATCH] for k in range(0, len(seen), BATCH)]
    guesses = np.concatenate([network(as_input([s.rgb for s in p])).argmax(1) for p in parts])
    ways = np.array([s.way for s in seen])
    network.train()
    return {
        "upright": round(float((guesses == ways).mean()), 4),
        "by pixels alone": round(float((ways == 0).mean()), 4),
    }
