"""``python -m training``: rebuild the models of the superpixel segmenter.

Stages: the networks (only if asked for), boundaries, then clicks and the pixel band in rounds (each
with more simulated users, working with the models of the round before), then an evaluation. A run
that broke off goes on after its last whole stage (or epoch of the network) when the same command is
given again.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from pickout.analysis.forests import save_forest
from pickout.analysis.models import BOUNDARIES, SHIPPED, load_edge_models
from pickout.segmenters._superpixel.band import BAND_NAMES
from pickout.segmenters._superpixel.features import CLICK_NAMES
from pickout.segmenters._superpixel.models import MODEL_FILES, TREE_FILES, Models, load_models
from pickout.segmenters._superpixel.network import FILES as PROMPT_FILES
from pickout.segmenters._superpixel.network import Network
from pickout.segmenters._superpixel.upright import FILE as UPRIGHT_FILE
from pickout.segmenters._superpixel.upright import Upright
from training.boost import Samples, fit, join
from training.clicks import as_it_is, by_reach, simulate, users_network
from training.composites import beside, crowd
from training.data import (
    SegmentSource,
    Source,
    Thing,
    divided_pictures,
    for_trees,
    intricacy,
    sources,
)
from training.edges import train_edges
from training.evaluate import click_through, summary
from training.processes import in_processes
from training.progress import Progress

NETWORK_FILES = (*PROMPT_FILES, UPRIGHT_FILE)
DRAWN_EVERY = 3
"""Every so many objects the trees learn from segments that people drew."""

BESIDE, CROWDS = 0.5, 0.1
"""How often another picture lies beside that of an object, which is then a smaller part of it, and
how often the object lies in the other picture many times.
"""

STAGES = ("network", "edges", "clicks", "evaluate")


def main() -> None:
    """Train, evaluate, and write the models with their card."""
    options = _options()
    cv2.setNumThreads(1)
    try:
        _run(options)
    except (ValueError, OSError) as err:
        sys.exit(f"training: {err}")


def _run(options: argparse.Namespace) -> None:
    for folder in filter(None, (options.objects, options.dev)):
        sources(folder)  # says at once what is missing, not after hours
    options.out.mkdir(parents=True, exist_ok=True)
    progress = Progress(options)
    if options.start == "network":
        _train_network(options, progress)
    else:
        _bring(options, NETWORK_FILES)
    stages = {"edges": _train_edges, "clicks": _train_clicks, "dev": _evaluate}
    for name in _asked_for(options):
        if name not in progress:
            progress.finish(name, stages[name](options))
    if options.start != "evaluate":  # which makes nothing: the card stays what it is
        _write_card(options, {name: progress.found[name] for name in _asked_for(options)})
    progress.forget()


def _asked_for(options: argparse.Namespace) -> list[str]:
    """Return the stages after the network's that a run has, by what they find."""
    names = ["edges"] if options.start in ("network", "edges") else []
    names += ["clicks"] if options.start != "evaluate" else []
    return names + ["dev"] * bool(options.dev)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument(
        "--drawn",
        type=Path,
        required=True,
        help="pictures divided by people: images/STEM.*, labels/STEM__k.png",
    )
    parser.add_argument(
        "--objects",
        type=Path,
        required=True,
        help="objects: images/ and masks/, or tars of NAME.webp and NAME.png",
    )
    parser.add_argument("--dev", type=Path, help="objects to evaluate on, same layouts")
    parser.add_argument("--out", type=Path, required=True, help="folder for the models")
    parser.add_argument(
        "--network",
        type=Path,
        help="folder with the networks (default: that of an earlier stage in the output folder, "
        "else the one that ships with pickout)",
    )
    parser.add_argument(
        "--unseen",
        action="store_true",
        help="use every fourth object only: the plain network was trained on the others "
        "(as it is after --from network)",
    )
    parser.add_argument(
        "--begin",
        type=Path,
        help="PyTorch weights that the network begins with: of an EfficientNet-Lite0 for its "
        "trunk, or network.pt of an earlier training",
    )
    parser.add_argument(
        "--epochs",
        type=_three,
        default=(5, 6, 4),
        help="for the network: on photos as they are, on bold examples, and on these at a steady "
        "rate (default: 5,6,4)",
    )
    parser.add_argument(
        "--upright-epochs",
        type=int,
        default=10,
        help="for the network that tells which way is up; 0 keeps the one of an earlier run, else "
        "the one that ships (default: %(default)s)",
    )
    parser.add_argument("--rate", type=float, default=2e-3, help="for the network, at its highest")
    parser.add_argument(
        "--rounds",
        type=_numbers,
        default=(200, 600, 2000),
        help="simulated users per round (default: 200,600,2000)",
    )
    parser.add_argument("--edge-trees", type=int, default=250)
    parser.add_argument(
        "--click-trees",
        type=int,
        default=1000,
        help="for corrections; openings get half of them (default: %(default)s)",
    )
    parser.add_argument("--band-trees", type=int, default=250)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--from",
        dest="start",
        choices=STAGES,
        default="edges",
        help="`network` trains that first; `clicks` and `evaluate` go on with the models of "
        "earlier stages in the output folder (default: %(default)s)",
    )
    parser.add_argument("--data-note", default="", help="licence of the data, for the card")
    options = parser.parse_args()
    if options.start == "evaluate" and not options.dev:
        parser.error("--from evaluate needs --dev, the objects to evaluate on")
    if options.start == "network" and options.network:
        parser.error("--from network trains a network; leave out --network, or --from")
    options.unseen |= options.start == "network"
    return options


def _numbers(text: str) -> tuple[int, ...]:
    numbers = text.split(",")
    if not all(number.strip().isdigit() for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} should be whole numbers, like 200,600,2000")
    return tuple(map(int, numbers))


def _three(text: str) -> tuple[int, ...]:
    numbers = _numbers(text)
    if len(numbers) != 3:
        raise argparse.ArgumentTypeError(f"{text!r} should be three whole numbers, like 5,6,4")
    return numbers


def _train_network(options: argparse.Namespace, progress: Progress) -> None:
    try:
        from training.course import forget
        from training.encoder import train
        from training.onnx_files import export, export_upright
        from training.upright import train_upright
    except ImportError as err:
        sys.exit(f'--from network needs {err.name}: pip install "pickout[train-network]"')
    if "network" not in progress:
        export(*train(options), options.out)
        progress.finish("network")
    forget(options.out)
    if "upright" not in progress:
        if options.upright_epochs:
            export_upright(train_upright(options), options.out)
        else:
            _bring(options, (UPRIGHT_FILE,))
        progress.finish("upright")


def _bring(options: argparse.Namespace, names: tuple[str, ...]) -> None:
    """Put networks into the output folder, unless an earlier stage has made them there."""
    for name in names:
        source, target = (options.network or SHIPPED) / name, options.out / name
        is_made = target.exists() and options.network is None
        if not is_made and source.resolve() != target.resolve():
            shutil.copyfile(source, target)


def _say(*words: object) -> None:
    print(f"[{time.process_time():7.0f} s CPU]", *words, flush=True)


def _train_edges(options: argparse.Namespace) -> dict[str, float]:
    pictures = divided_pictures(options.drawn)
    models, record = train_edges(pictures, seed=options.seed, trees=options.edge_trees)
    save_forest(options.out / BOUNDARIES[0], models.local)
    save_forest(options.out / BOUNDARIES[1], models.context)
    _say("edges, average precision:", record)
    return record


def supply(options: argparse.Namespace) -> Iterator[Thing]:
    """Yield objects without end, drawn by the seed alone.

    Two of three are whole objects, intricate ones more often: half of them in a picture with
    another one beside it, some many times in another one. The third is a segment that was drawn.
    """
    rng = np.random.default_rng(options.seed)
    whole, pictures = sources(options.objects), divided_pictures(options.drawn)
    if options.unseen:
        whole, pictures = for_trees(whole), for_trees(pictures)
    drawn = [SegmentSource(picture, options.seed) for picture in pictures]
    order = itertools.cycle(rng.permutation(len(drawn)).tolist())
    chances = np.array([intricacy(source.read().mask) for source in whole])
    chances /= chances.sum()
    for number in itertools.count():
        if number % DRAWN_EVERY == DRAWN_EVERY - 1:
            yield drawn[next(order)].read(turn=number // DRAWN_EVERY // len(drawn))
        else:
            thing = whole[rng.choice(len(whole), p=chances)].read()
            yield _among_others(thing, whole[rng.integers(len(whole))], rng)


def _among_others(thing: Thing, other: Source, rng: np.random.Generator) -> Thing:
    """Return an object as it is, with another picture beside it, or as one of many alike."""
    kind = rng.random()
    if kind < BESIDE:
        return beside(thing, other.read(), rng)
    return crowd(thing, other.read(), rng) if kind < BESIDE + CROWDS else thing


def _train_clicks(options: argparse.Namespace) -> list[dict[str, object]]:
    """Fit, let users work with the fit, fit again; the last round counts most."""
    edges, sizes = load_edge_models(options.out), options.rounds
    objects, log = supply(options), []
    openings, corrections, band = [], [], []
    # A network that is named is the one to learn with, whatever an earlier run has left here.
    network = Network(options.out) if options.network else users_network(options.out)
    upright = Upright(options.out)
    models = Models(edges, by_reach, by_reach, band=as_it_is, network=network, upright=upright)
    for number, size in enumerate(sizes):
        last = number == len(sizes) - 1
        users = itertools.islice(objects, size)
        work = simulate(users, models, prompts=5 + 3 * number, seed=options.seed + number)
        openings = [*map(_weakened, openings), *work.openings]
        corrections = [*map(_weakened, corrections), *work.corrections]
        band = [*band, *work.band]
        trees = options.click_trees if last else options.click_trees // 2
        models = Models(
            edges,
            openings=fit(join(openings), CLICK_NAMES, trees=trees // 2, seed=options.seed),
            # Where one prompt is always enough, nobody shows what a correction is.
            corrections=fit(
                join(corrections or openings), CLICK_NAMES, trees=trees, seed=options.seed
            ),
            band=fit(join(band), BAND_NAMES, trees=options.band_trees, seed=options.seed),
            network=network,
            upright=upright,
        )
        curve = np.mean(work.curves, axis=0).round(4).tolist()
        log.append({"objects": size, "IoU after each prompt": curve})
        _say("round", number + 1, log[-1])
    for name, model in zip(
        TREE_FILES, (models.openings, models.corrections, models.band), strict=True
    ):
        save_forest(options.out / name, model)
    return log


def _weakened(samples: Samples) -> Samples:
    """Return an earlier round's samples with half their weight."""
    return replace(samples, weight=samples.weight / 2)


def _evaluate(options: argparse.Namespace) -> dict[str, float]:
    models = load_models(options.out)

    def task(source: Source) -> dict[str, object]:
        return click_through(source.read(), models, limit=20, stop=0.9)

    result = summary(in_processes(task, sources(options.dev), 2))
    _say("dev:", result)
    return result


def _kept_results(start: str, card: dict[str, object]) -> dict[str, object]:
    """Return what an earlier run measured of models that this one has left as they were."""
    results = card.get("results", {})
    assert isinstance(results, dict)
    return {"edges": results["edges"]} if start == "clicks" and "edges" in results else {}


def _epochs(options: argparse.Namespace) -> dict[str, object]:
    return {"epochs": options.epochs, "upright epochs": options.upright_epochs}


def _write_card(options: argparse.Namespace, record: dict[str, object]) -> None:
    path = options.out / "card.json"
    card = json.loads(path.read_text()) if path.exists() else {}
    card |= {
        "what": "boosted oblivious trees of the superpixel segmenter, as plain NumPy arrays",
        "made by": "python -m training",
        "date": datetime.now(UTC).date().isoformat(),
        "options": {
            "from": options.start,
            "rounds": options.rounds,
            "trees": [options.edge_trees, options.click_trees, options.band_trees],
            "unseen": options.unseen,
            "seed": options.seed,
            **(_epochs(options) if options.start == "network" else {}),
        },
        "sha256": {
            name: hashlib.sha256((options.out / name).read_bytes()).hexdigest()
            for name in MODEL_FILES
        },
        "results": _kept_results(options.start, card) | record,
    }
    if options.data_note:
        card["data"] = options.data_note
    path.write_text(json.dumps(card, indent=2) + "\n")


if __name__ == "__main__":
    main()
