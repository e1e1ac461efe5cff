"""Learning the network: simulated users mark objects, and it learns what they mean.

Needs PyTorch and onnx, which neither pickout nor the training of its trees does:
``pip install "pickout[train-network]"``.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections.abc import Iterator

import numpy as np
import torch
from torch.nn import functional

from training.cell_user import User
from training.data import Divided, Thing, divided_pictures, for_network, sources
from training.examples import Example, example, segment_of
from training.network import Encoder, Head, begin_with

BATCH = 16

PROMPTS = 3
"""Prompts in a row on each object."""


def as_input(examples: list[Example]) -> torch.Tensor:
    """Return pictures as the network sees them, (n, 3, H, W) of about [-1, 1]."""
    stack = np.stack([e.rgb for e in examples]).astype(np.float32).transpose(0, 3, 1, 2)
    scaled = torch.from_numpy((stack - 127) / 128)
    return scaled.contiguous(memory_format=torch.channels_last)


def likeness(embedding: torch.Tensor, users: list[User]) -> torch.Tensor:
    """Return how alike every cell is to the positive and to the negative marks, (n, 2, h, w)."""
    unit = functional.normalize(embedding.float(), dim=1)
    height, width = unit.shape[2:]
    rows = []
    for one, user in zip(unit, users, strict=True):
        for points in (user.positive, user.negative):
            at = torch.from_numpy(np.floor(points + 0.5).astype(np.int64))
            if len(at) == 0:
                rows.append(torch.zeros(height, width))
                continue
            marked = one[:, at[:, 1].clamp(0, height - 1), at[:, 0].clamp(0, width - 1)]
            rows.append(torch.einsum("ck,chw->khw", marked, one).amax(0))
    return torch.stack(rows).reshape(len(users), 2, height, width)


def told(embedding: torch.Tensor, users: list[User]) -> torch.Tensor:
    """Return the maps of all users' prompts, (n, 9, h, w)."""
    maps = torch.from_numpy(np.stack([user.maps() for user in users]))
    every = torch.cat([maps, likeness(embedding, users)], dim=1)
    return every.contiguous(memory_format=torch.channels_last)


def loss_of(odds: torch.Tensor, examples: list[Example]) -> torch.Tensor:
    """Return cross entropy plus what is missing to an IoU of 1."""
    share = torch.from_numpy(np.stack([e.share for e in examples]))
    known = torch.from_numpy(np.stack([e.known for e in examples]))
    odds = odds[:, 0].float()
    entropy = functional.binary_cross_entropy_with_logits(odds, share, reduction="none")
    entropy = (entropy * known).sum((1, 2)) / known.sum((1, 2)).clamp(min=1)
    inside = torch.sigmoid(odds)
    both = (inside * share * known).sum((1, 2))
    either = ((inside + share - inside * share) * known).sum((1, 2))
    return (entropy + 1 - (both + 1) / (either + 1)).mean()


class Average:
    """The running mean of a network's weights: better than the last ones."""

    def __init__(self, *modules: torch.nn.Module, keep: float = 0.998) -> None:
        self.modules, self.keep = modules, keep
        self.means = [copy.deepcopy(module).eval() for module in modules]
        self.steps = 0

    def update(self) -> None:
        """Move towards the present weights."""
        self.steps += 1
        keep = min(self.keep, self.steps / (self.steps + 10))
        for mean, module in zip(self.means, self.modules, strict=True):
            for old, new in zip(
                mean.state_dict().values(), module.state_dict().values(), strict=True
            ):
                if old.dtype.is_floating_point:
                    old.mul_(keep).add_(new, alpha=1 - keep)
                else:
                    old.copy_(new)


def train(options: argparse.Namespace) -> tuple[Encoder, Head]:
    """Return the network trained as the options of ``python -m training`` say."""
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    whole = [s.read() for s in for_network(sources(options.objects))]
    drawn = for_network(divided_pictures(options.drawn)) if options.drawn else []
    per_epoch = (len(whole) + len(drawn) * 8) // BATCH
    encoder, head = Encoder(), Head()
    if options.begin:
        begin_with(encoder, options.begin)
    encoder, head = (m.to(memory_format=torch.channels_last).train() for m in (encoder, head))
    trunk = [*encoder.stem.parameters(), *encoder.stages.parameters()]
    rest = [p for name, p in encoder.named_parameters() if not name.startswith(("stem", "stages"))]
    rates = [options.rate * (0.3 if options.begin else 1.0), options.rate]
    groups = [{"params": trunk}, {"params": [*rest, *head.parameters()]}]
    optimizer = torch.optim.AdamW(groups, lr=options.rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rates, total_steps=per_epoch * options.epochs, pct_start=0.1
    )
    average = Average(encoder, head)
    for epoch in range(options.epochs):
        start, losses = time.time(), []
        for examples in _batches(whole, drawn, per_epoch, rng):
            losses.append(learn(encoder, head, examples, rng, optimizer))
            schedule.step()
            average.update()
            if len(losses) % 50 == 0:
                print(
                    f"epoch {epoch + 1}, {len(losses)} / {per_epoch} steps, "
                    f"{time.time() - start:.0f} s, loss {np.mean(losses[-50:], 0).round(4)}",
                    flush=True,
                )
        mean_encoder, mean_head = average.means
        record = {"epoch": epoch + 1, "loss": float(np.mean(losses))}
        if options.dev:
            record |= evaluate(mean_encoder, mean_head, [s.read() for s in sources(options.dev)])
        print(json.dumps(record), flush=True)
        torch.save([m.state_dict() for m in average.means], options.out / "network.pt")
    return average.means[0], average.means[1]


def _batches(
    whole: list[Thing], drawn: list[Divided], steps: int, rng: np.random.Generator
) -> Iterator[list[Example]]:
    """Yield lists of examples of one size each."""
    waiting: dict[tuple[int, int], list[Example]] = {}
    done = 0
    while done < steps:
        every = [*whole, *drawn * 8]
        for number in rng.permutation(len(every)):
            item = every[number]
            thing = item if isinstance(item, Thing) else segment_of(item, rng)
            seen = example(thing, rng)
            group = waiting.setdefault(seen.share.shape, [])
            group.append(seen)
            if len(group) == BATCH:
                yield waiting.pop(seen.share.shape)
                done += 1
                if done == steps:
                    return


def learn(
    encoder: Encoder,
    head: Head,
    examples: list[Example],
    rng: np.random.Generator,
    optimizer: torch.optim.Optimizer,
) -> list[float]:
    """Let users mark, learn from it, and return the loss after each of their prompts."""
    users = [User(seen, rng) for seen in examples]
    losses = []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        *features, embedding = encoder(as_input(examples))
        for k in range(PROMPTS):
            odds = head(*features, told(embedding, users))
            losses.append(loss_of(odds, examples))
            if k + 1 < PROMPTS:
                for user, answer in zip(users, odds[:, 0].detach().float().numpy(), strict=True):
                    user.answered(answer)
                    user.click()
        total = sum(losses) / len(losses)
    optimizer.zero_grad()
    total.backward()
    torch.nn.utils.clip_grad_norm_([*encoder.parameters(), *head.parameters()], 2.0)
    optimizer.step()
    return [float(loss.detach()) for loss in losses]


@torch.no_grad()
def evaluate(encoder: Encoder, head: Head, things: list[Thing]) -> dict[str, float]:
    """Return mean IoU, at the network's own size, of one to five exact clicks and of a box."""
    curves, boxes = [], []
    for thing in things:
        seen = example(thing, None)
        *features, embedding = encoder(as_input([seen]))
        user, curve = User(seen, None), []
        for k in range(5):
            odds = head(*features, told(embedding, [user]))[0, 0].numpy()
            curve.append(_iou(odds, seen))
            user.answered(odds)
            if k < 4:
                user.click()
        curves.append(curve)
        user = User(seen, None, "box")
        boxes.append(_iou(head(*features, told(embedding, [user]))[0, 0].numpy(), seen))
    clicks = np.mean(curves, 0).round(4).tolist()
    return {"IoU of 1 to 5 clicks": clicks, "box": round(float(np.mean(boxes)), 4)}


def _iou(odds: np.ndarray, seen: Example) -> float:
    answer, known = odds > 0, seen.known > 0.5
    both, either = (answer & seen.inside & known).sum(), ((answer | seen.inside) & known).sum()
    return float(both / max(either, 1))
