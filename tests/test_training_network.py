"""Training the network on tiny data: it learns, and what it writes is what pickout runs."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="training the network needs torch: make network")
pytest.importorskip("onnx", reason="training the network needs onnx: make network")
sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from training import encoder as training
from training.cell_user import User
from training.clicks import users_network
from training.composites import beside, composite, crowd
from training.course import Course, Phase
from training.data import Divided, Thing, for_network, for_trees
from training.examples import SIZES, example, segment_of
from training.network import Encoder, Head
from training.onnx_files import export, export_upright
from training.supply import Supply, ahead
from training.upright import lying, train_upright

from pickout.analysis.turn import choose_turn
from pickout.images import Image
from pickout.prompts import Click
from pickout.segmenters._superpixel.models import MODEL_FILES
from pickout.segmenters._superpixel.network import LOOKS, Network
from pickout.segmenters._superpixel.upright import WAYS, Upright
from pickout.segmenters.superpixel import Options, Superpixel
from two_disks import disk_thing, write_disks

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disks")
    write_disks(folder)
    options = argparse.Namespace(
        objects=folder,
        drawn=None,
        dev=None,
        begin=None,
        epochs=(1, 1, 0),
        rate=4e-3,
        seed=0,
        out=folder,
    )
    return training.train(options), folder


def test_it_learns_what_a_click_means():
    """There are two disks, and only the clicks tell which is meant."""
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    encoder, head = Encoder().train(), Head().train()
    optimizer = torch.optim.AdamW([*encoder.parameters(), *head.parameters()], lr=2e-3)
    losses = []
    for step in range(40):
        seen = [example(disk_thing(8 * step + k), None) for k in range(8)]
        losses.append(training.learn(encoder, head, seen, rng, optimizer))
    assert np.mean(losses[-5:]) < 0.75 * np.mean(losses[:5])


def test_it_is_evaluated(learned):
    (encoder, head), _ = learned
    result = training.evaluate(encoder, head, [disk_thing(seed) for seed in range(3)])
    assert len(result["IoU of 1 to 5 clicks"]) == 5
    assert all(0 <= value <= 1 for value in (*result["IoU of 1 to 5 clicks"], result["box"]))


def test_what_is_written_is_what_pickout_runs(learned):
    (encoder, head), folder = learned
    export(encoder, head, folder)
    seen = example(disk_thing(100), None)
    user = User(seen, None)
    with torch.no_grad():
        *features, embedding = encoder(training.as_input([seen.rgb]))
        maps = training.told(embedding, [user])
        expected = head(*features, maps)[0, 0].numpy()
    network = Network(folder)
    got = network.answer(network.encode(seen.rgb), maps[0].numpy())
    assert np.abs(np.clip(expected, -12, 12) - got).mean() < 0.05
    assert ((expected > 0) == (got > 0)).mean() > 0.99


def test_examples_have_the_sizes_of_the_network_and_never_lose_the_object():
    rng = np.random.default_rng(0)
    for seed in range(80):
        seen = example(disk_thing(seed), rng, bold=seed % 2 == 1)
        assert seen.rgb.shape[:2] in SIZES
        assert seen.inside.any() and seen.share.max() <= 1.001
        user = User(seen, rng)
        for _ in range(3):
            assert np.isfinite(user.maps()).all()
            user.answered(rng.normal(size=seen.share.shape))
            user.click()


def test_a_training_goes_on_from_its_own_file(learned):
    """Nothing more to learn: the network that comes out is the one that went in."""
    (encoder, head), folder = learned
    options = argparse.Namespace(
        objects=folder, drawn=None, dev=None, begin=folder / "network.pt", epochs=(0, 0, 0),
        rate=1e-3, seed=1, out=folder,
    )  # fmt: skip
    for before, after in zip((encoder, head), training.train(options), strict=True):
        for name, value in before.state_dict().items():
            assert torch.equal(value, after.state_dict()[name]), name


@pytest.fixture(scope="module")
def again(learned):
    """Options of a training in three phases, and what it leads to."""
    _, folder = learned
    options = argparse.Namespace(
        objects=folder, drawn=None, dev=None, begin=folder / "network.pt", epochs=(1, 1, 2),
        rate=4e-3, seed=1, out=folder / "again",
    )  # fmt: skip
    options.out.mkdir()
    return options, training.train(options)


@pytest.mark.parametrize("epochs", [0, 2, 3])
def test_a_training_that_breaks_off_comes_to_the_same_network(again, epochs):
    """Before its first epoch is over, between phases, or within the steady one."""
    options, whole = again
    (options.out / "checkpoint.pt").unlink(missing_ok=True)
    left = iter(range(epochs))

    def until_it_breaks_off(*args):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return one_epoch(*args)

    one_epoch = training._epoch
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(training, "_epoch", until_it_breaks_off)
        training.train(options)
    for expected, got in zip(whole, training.train(options), strict=True):
        for name, value in expected.state_dict().items():
            assert torch.equal(value, got.state_dict()[name]), name


def test_a_steady_phase_learns_however_short_it_is(again):
    """Its rate stays; what it leads to is the mean of all its steps."""
    _, (encoder, _) = again
    phase = Phase(2, 1e-3, bold=True, steady=True)
    course = Course(phase, (encoder, Head()), 2, 0.3, [0])
    seen = []
    for _ in range(4):
        for parameter in course.head.parameters():
            parameter.data += 1
        seen.append(course.head.tell.bias.item())
        course.optimizer.step()
        course.step()
        assert course.optimizer.param_groups[1]["lr"] == 1e-3
    assert course.network[1].tell.bias.item() == pytest.approx(np.mean(seen))


def test_a_damaged_checkpoint_is_named(again):
    options, _ = again
    path = options.out / "checkpoint.pt"
    path.write_bytes(b"half of a checkpoint")
    with pytest.raises(ValueError, match=f"{path} is damaged"):
        training.train(options)
    path.unlink()


def test_trees_learn_with_the_network_of_the_plain_phase(learned, tmp_path):
    """Asked the same, it answers otherwise than the finished one (a little: it learned little)."""
    (encoder, head), folder = learned
    users = users_network(folder)
    export(encoder, head, tmp_path)
    final = users_network(tmp_path)
    assert users.looks == (1, 1) and final.looks == LOOKS
    seen = example(disk_thing(100), None)
    maps = np.concatenate([User(seen, None).maps(), np.zeros((2, *seen.share.shape), np.float32)])
    plain, bold = (network.answer(network.encode(seen.rgb), maps) for network in (users, final))
    assert (plain != bold).any()


def landscape(seed):
    """A photo of noise whose upper part is blue; now and then the ground is the brighter part."""
    rng = np.random.default_rng(seed)
    height, width = ((96, 128), (128, 96))[seed % 2]
    rgb = np.full((height, width, 3), rng.uniform(60, 200), np.float32) * (1, 0.8, 0.4)
    rgb[: height // 2] = rng.uniform(60, 200) * np.array((0.3, 0.6, 1))
    return (rgb + rng.normal(0, 9, rgb.shape)).clip(0, 255).astype(np.uint8)


def write_landscapes(folder):
    for name in ("images", "labels"):
        (folder / name).mkdir()
    for seed in range(128):
        rgb = landscape(seed)
        cv2.imwrite(str(folder / "images" / f"{seed:03}.png"), rgb[:, :, ::-1])
        cv2.imwrite(str(folder / "labels" / f"{seed:03}__0.png"), rgb[:, :, 0].astype(np.uint16))


def test_it_learns_which_way_is_up(tmp_path, capsys):
    """In eight short epochs; what is written says what was learned."""
    write_disks(tmp_path)
    (tmp_path / "drawn").mkdir()
    write_landscapes(tmp_path / "drawn")
    options = argparse.Namespace(
        objects=tmp_path, drawn=tmp_path / "drawn", begin=None, rate=4e-3, seed=0,
        upright_epochs=8,
    )  # fmt: skip
    network = train_upright(options)
    said = capsys.readouterr().out.splitlines()
    losses = [json.loads(line.removeprefix("upright: "))["loss"] for line in said]
    assert len(losses) == 8 and min(losses[-3:]) < 0.7 * losses[0]
    export_upright(network, tmp_path)
    upright = Upright(tmp_path)
    for seed in range(200, 208):
        rgb = landscape(seed)
        seen = lying(rgb).rgb
        with torch.no_grad():
            way = WAYS[int(network(training.as_input([seen])).argmax())]
        assert upright.turn(rgb) == choose_turn(rgb).then(way)


def test_photos_laid_down_can_be_put_upright():
    ways = []
    for seed in range(40):
        seen = lying(landscape(seed))
        upright = WAYS[seen.way](seen.rgb).astype(int)
        blue = upright[..., 2] - upright[..., 0]
        assert blue[0].mean() > blue[-1].mean() + 20
        ways.append(seen.way)
    assert set(ways) == {0, 1, 2, 3}


def test_too_few_objects_are_refused_in_one_line(tmp_path):
    write_disks(tmp_path)
    for path in sorted((tmp_path / "masks").iterdir())[12:]:
        path.unlink()
    for folder in ("images", "labels"):
        (tmp_path / "drawn" / folder).mkdir(parents=True)
    disk = disk_thing(0)
    cv2.imwrite(str(tmp_path / "drawn" / "images" / "p.png"), disk.rgb[:, :, ::-1])
    cv2.imwrite(str(tmp_path / "drawn" / "labels" / "p__0.png"), disk.mask.astype(np.uint16))
    words = (
        f"--from network --objects {tmp_path} --drawn {tmp_path / 'drawn'} --out {tmp_path / 'out'}"
    )
    command = [sys.executable, "-m", "training", *words.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "16 objects at least" in done.stderr
    assert "Traceback" not in done.stderr and not list((tmp_path / "out").glob("*.onnx"))


def test_in_a_composite_one_of_the_two_objects_is_meant():
    """The other lies there too, and where it covers the first that is no longer asked for."""
    rng = np.random.default_rng(0)
    meant = []
    for seed in range(60):
        base, other = disk_thing(2 * seed), disk_thing(2 * seed + 1)  # red is meant, and blue
        both = composite(base, other, rng)
        assert both.rgb.shape == base.rgb.shape and both.mask.any()
        red, _, blue = both.rgb[both.mask].mean(0)
        meant.append("base" if red > blue else "other")
        if meant[-1] == "base":
            assert not (both.mask & ~base.mask).any()
            assert (both.rgb[both.mask] == base.rgb[both.mask]).mean() > 0.8
        changed = (both.rgb != base.rgb).any(2)
        assert 0.01 < changed.mean() < 0.4
    assert 10 < meant.count("base") < 50


def test_beside_another_picture_the_object_stays_as_it_is():
    rng = np.random.default_rng(0)
    shapes = set()
    for seed in range(20):
        base, other = disk_thing(2 * seed), disk_thing(2 * seed + 1)
        other = Thing(other.name, other.rgb[:60], other.mask[:60], other.ignore[:60])
        both = beside(base, other, rng)
        assert both.mask.sum() == base.mask.sum() < 0.6 * base.mask.mean() * both.mask.size
        assert (both.rgb[both.mask] == base.rgb[base.mask]).all()
        shapes.add((*both.rgb.shape[:2], bool(both.mask[:72, :96].any())))
    # Above and below; left and right.
    assert {shape[:2] for shape in shapes} == {(132, 96), (72, 96 + 115)} and len(shapes) == 4


def test_in_a_crowd_one_of_many_alike_is_meant():
    rng = np.random.default_rng(0)
    alike = []
    for seed in range(0, 40, 2):  # red disks
        base, other = disk_thing(seed), disk_thing(seed + 1)
        other = Thing(other.name, np.full_like(other.rgb, (70, 110, 70)), other.mask, other.ignore)
        many = crowd(base, other, rng)
        red = (many.rgb[..., 0] > 140).astype(np.uint8)
        count, labels = cv2.connectedComponents(red)
        assert red[many.mask].mean() > 0.75
        meant = np.bincount(labels[many.mask])[1:].argmax() + 1
        assert (labels[many.mask & (red > 0)] == meant).all()
        alike.append(count - 1)
    assert min(alike) >= 1 and np.median(alike) >= 5


def test_intricate_objects_are_learned_from_more_often():
    comb = disk_thing(0)
    comb = Thing("comb", np.zeros_like(comb.rgb), comb.mask.copy(), comb.ignore)
    comb.mask[:, ::2] = False
    supply = Supply([disk_thing(seed) for seed in range(31)] + [comb], [])
    rng = np.random.default_rng(0)
    seen = [e for _ in range(10) for batch in supply.batches(False, rng) for e in batch]
    plain = [np.ptp(example.rgb, axis=(0, 1)).max() == 0 for example in seen]
    assert 0.12 < np.mean(plain) < 0.3  # one in 32, were all drawn alike


def test_what_imagenet_taught_of_edges_stays(learned):
    _, folder = learned
    before = torch.load(folder / "network.pt", weights_only=True)[0]
    options = argparse.Namespace(
        objects=folder, drawn=None, dev=None, begin=folder / "network.pt", epochs=(1, 0, 0),
        rate=4e-3, seed=1, out=folder / "on",
    )  # fmt: skip
    options.out.mkdir()
    after = training.train(options)[0].state_dict()
    # A running mean of what stays is the same but for the last digits.
    same = {n for n in after if torch.allclose(after[n].float(), before[n].float(), rtol=1e-4)}
    assert {n for n in after if n.startswith(("stem", "stages.0", "stages.1"))} <= same
    assert {name for name in after if name.startswith("stages.2")} - same


def test_bold_segments_are_joined_with_their_neighbours():
    labels = np.repeat(np.arange(6), 10)[None].repeat(40, 0)
    picture = Divided("stripes", np.zeros((40, 60, 3), np.uint8), [labels])
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(60):
        mask = segment_of(picture, rng, bold=True).mask
        taken = np.unique(labels[mask])
        assert (np.diff(taken) == 1).all() and mask.sum() == 400 * len(taken)
        counts.append(len(taken))
    assert set(counts) == {1, 2, 3}
    assert all(segment_of(picture, rng).mask.sum() == 400 for _ in range(20))


def test_batches_made_ahead_are_the_same():
    things = [disk_thing(seed) for seed in range(40)]
    supply = Supply(things, [])
    direct, early = (supply.batches(True, np.random.default_rng(3)) for _ in range(2))
    expected, got = list(direct), list(ahead(early))
    assert len(got) == len(expected) == supply.steps == 2
    for one, other in zip(expected, got, strict=True):
        for a, b in zip(one, other, strict=True):
            assert (a.rgb == b.rgb).all() and (a.share == b.share).all()


@pytest.mark.slow
def test_one_command_makes_models_that_cut(tmp_path):
    data, out = tmp_path / "data", tmp_path / "models"
    data.mkdir()
    write_disks(data)
    words = f"""--from network --epochs 1,1,1 --upright-epochs 1 --objects {data} --drawn {data}
        --out {out} --rounds 6,12 --edge-trees 10 --click-trees 40 --band-trees 10"""
    command = [sys.executable, "-m", "training", *words.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    thing = disk_thing(200)
    picture = Superpixel(Options(models=out)).analyse(Image(thing.rgb))
    y, x = np.argwhere(thing.mask).mean(0)
    mask = picture.segment([Click(float(x), float(y))], None)
    assert (mask & thing.mask).sum() / (mask | thing.mask).sum() > 0.5
    card = json.loads((out / "card.json").read_text())
    assert set(card["sha256"]) == set(MODEL_FILES)


def test_network_and_trees_learn_from_different_objects():
    items = list(range(100))
    seen, unseen = for_network(items), for_trees(items)
    assert sorted(seen + unseen) == items and len(unseen) == 25
