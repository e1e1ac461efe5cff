"""Learning the network: simulated users mark objects, and it learns what they mean.

Needs PyTorch and onnx, which neither pickout nor the training of its trees does:
``pip install "pickout[train-network]"``.
"""

from __future__ import annotations

import argparse
import copy
import json
import time

import numpy as np
import torch
from torch.nn import functional

from pickout.segmenters._superpixel.network import LOOKS
from training.cell_user import User, said
from training.clicks import PLAIN
from training.course import Course, Phase, keep, kept
from training.data import Divided, Thing, divided_pictures, for_network, sources
from training.examples import Example, example
from training.network import Encoder, Head, begin_with
from training.onnx_files import export
from training.progress import as_given
from training.supply import BATCH, CROWDS, Supply, ahead

PROMPTS = 3
"""Prompts in a row on each object."""

AGAIN = 0.35
"""How often, in the bold phase, an answer is looked at again before the next prompt."""

TRUNK_SHARE = 0.3
"""The rate of a trunk that began with weights from elsewhere, as a share of the others'."""


def phases(epochs: tuple[int, int, int], rate: float) -> list[Phase]:
    """Return the phases of a training: photos as they are, bold examples, and these steadily."""
    return [
        Phase(epochs[0], rate),
        Phase(epochs[1], rate / 2, bold=True),
        Phase(epochs[2], rate / 4, bold=True, steady=True),
    ]


def as_input(pictures: list[np.ndarray]) -> torch.Tensor:
    """Return (H, W, 3) uint8 pictures as the network sees them, (n, 3, H, W) of about [-1, 1]."""
    stack = np.stack(pictures).astype(np.float32).transpose(0, 3, 1, 2)
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


def train(options: argparse.Namespace) -> tuple[Encoder, Head]:
    """Return the network trained as the options of ``python -m training`` say.

    A run with the same options that broke off goes on after its last whole epoch.
    """
    torch.manual_seed(options.seed)
    whole = [s.read() for s in sources(options.objects)]
    drawn = divided_pictures(options.drawn) if options.drawn else []
    dev = [s.read() for s in sources(options.dev)] if options.dev else []
    network = Encoder(), Head()
    if options.begin:
        begin_with(*network, options.begin)
    given, trunk_share = as_given(options), TRUNK_SHARE if options.begin else 1.0
    state = kept(options.out, given)
    for number, phase in enumerate(phases(options.epochs, options.rate)):
        if phase.epochs == 0 or (state and number < state["phase"]):
            continue
        supply = _supply(phase, whole, drawn)
        course = Course(phase, network, supply.steps, trunk_share, [options.seed, number])
        if state and number == state["phase"]:
            course.go_on(state)
            print(f"going on after {_name(course)}", flush=True)
        while course.epoch < phase.epochs:
            record = _epoch(course, supply)
            seen = evaluate(*course.network, dev) if dev else {}
            print(json.dumps(record | seen), flush=True)
            keep(options.out, given, number, course)
        network = course.network
        if not phase.bold:
            export(*copy.deepcopy(network), options.out / PLAIN)
    torch.save([m.state_dict() for m in network], options.out / "network.pt")
    return network


def _name(course: Course) -> str:
    return f"{course.phase.name} epoch {course.epoch}"


def _supply(phase: Phase, whole: list[Thing], drawn: list[Divided]) -> Supply:
    if not phase.bold:
        return Supply(for_network(whole), for_network(drawn))
    return Supply(whole, drawn, CROWDS if phase.steady else 0.0)


def _epoch(course: Course, supply: Supply) -> dict[str, object]:
    """Learn for an epoch, and return what to say of it."""
    if supply.steps == 0:
        raise ValueError(
            f"a network learns from {BATCH} objects at least, but --objects and --drawn leave "
            "fewer (every fourth is kept for the trees); add more, or leave out --from network."
        )
    course.epoch += 1
    start, losses, bold = time.time(), [], course.phase.bold
    for examples in ahead(supply.batches(bold, course.made)):
        again = AGAIN if bold else 0.0
        parts = course.encoder, course.head, examples, course.used, course.optimizer
        losses.append(learn(*parts, again))
        course.step()
        if len(losses) % 50 == 0:
            print(
                f"{_name(course)}, {len(losses)} / {supply.steps} steps, "
                f"{time.time() - start:.0f} s, loss {np.mean(losses[-50:], 0).round(4)}",
                flush=True,
            )
    return {"phase": course.phase.name, "epoch": course.epoch, "loss": float(np.mean(losses))}


def learn(
    encoder: Encoder,
    head: Head,
    examples: list[Example],
    rng: np.random.Generator,
    optimizer: torch.optim.Optimizer,
    again: float = 0.0,
) -> list[float]:
    """Let users mark, learn from it, and return the loss after each of their prompts.

    `again` is how often, instead of the next prompt, the network hears its own answer.
    """
    users = [User(seen, rng) for seen in examples]
    losses = []
    with torch.autocast("cpu", dtype=torch.bfloat16):
        *features, embedding = encoder(as_input([seen.rgb for seen in examples]))
        for k in range(PROMPTS):
            odds = head(*features, told(embedding, users))
            losses.append(loss_of(odds, examples))
            if k + 1 < PROMPTS:
                for user, answer in zip(users, odds[:, 0].detach().float().numpy(), strict=True):
                    if rng.random() < again:
                        user.before = said(answer)
                    else:
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
    """Return mean IoU, at the network's own size, of one to five exact clicks and of a box.

    All are looked at as often as pickout does.
    """
    curves, boxes = [], []
    for thing in things:
        seen = example(thing, None)
        encoded = encoder(as_input([seen.rgb]))
        user, curve = User(seen, None), []
        for k in range(5):
            curve.append(_iou(_answer(head, encoded, user, LOOKS[k > 0]), seen))
            user.click()
        curves.append(curve)
        boxes.append(_iou(_answer(head, encoded, User(seen, None, "box"), LOOKS[0]), seen))
    clicks = np.mean(curves, 0).round(4).tolist()
    return {"IoU of 1 to 5 clicks": clicks, "box": round(float(np.mean(boxes)), 4)}


def _answer(head: Head, encoded: tuple[torch.Tensor, ...], user: User, looks: int) -> np.ndarray:
    """Return log odds after so many looks, each at the answer of the one before."""
    *features, embedding = encoded
    for _ in range(looks):
        odds = head(*features, told(embedding, [user]))[0, 0].numpy()
        user.before = said(odds)
    return odds


def _iou(odds: np.ndarray, seen: Example) -> float:
    answer, known = odds > 0, seen.known > 0.5
    both, either = (answer & seen.inside & known).sum(), ((answer | seen.inside) & known).sum()
    return float(both / max(either, 1))
