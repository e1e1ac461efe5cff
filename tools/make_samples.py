"""Make the sample pictures that ship with pickout, with the truth about them.

    python tools/make_samples.py [NAME ...]

Needs scikit-image, whose wheel holds the few CC0 and public-domain photos that are used. The
object is the cup of the photo "coffee"; it is cut out along a hand-made outline and set on
tables that are rendered here (`sample_scenes.py`), at other places, sizes and turns and in other
lights. Everything follows from fixed seeds.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from sample_scenes import Scene, Solid, ball, block, pot, render, ring, stick
from sample_textures import (
    checked_cloth,
    linear,
    linen,
    marble,
    photographed,
    rough,
    with_prints,
    wood,
)
from skimage import data

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "src" / "pickout" / "samples"
MASKS = ROOT / "tests" / "data" / "samples"
SIZE_HW = (600, 800)
JPEG_QUALITY = 84

# Outline of the object in the photo "coffee": the saucer's rim and the cup's rim are ellipses
# through these points, and the spoon's handle stands out to the right. Traced by hand.
SAUCER = [
    (76.8, 214), (80.4, 170), (99, 129.5), (129.5, 98), (178.6, 69.2), (416, 107), (446, 138),
    (469, 174), (479.5, 219), (477, 259), (460, 299), (428.6, 332.6), (393, 357), (339, 382),
    (286, 388.4), (223, 379.5), (178.6, 364), (134, 332.6), (100.4, 297), (85, 263),
]  # fmt: skip
RIM_CENTER, RIM_HALF = (290.7, 112.5), (118.2, 95.0)
SPOON = [(396, 74), (408, 67), (421, 69), (424.5, 80), (417, 105), (408.5, 130), (398, 134)]


@dataclass
class Cup:
    """How the cup lies in a picture."""

    x: float
    """Centre, in shares of the picture's width and height."""
    y: float
    size: float
    """Width of the saucer in shares of the picture's width."""
    turn: float = 0.0
    mirrored: bool = False
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """What the light does to red, green and blue, in linear light."""


@cache
def cut_cup() -> tuple[np.ndarray, np.ndarray]:
    """Return the photo of the cup and its alpha (0…1), both (H, W)."""
    photo = data.coffee()
    fine = 8
    canvas = np.zeros((photo.shape[0] * fine, photo.shape[1] * fine), np.uint8)
    center, axes, angle = cv2.fitEllipse(np.array(SAUCER, np.float32))
    for middle, half, turn in ((center, np.array(axes) / 2, angle), (RIM_CENTER, RIM_HALF, 0)):
        at = tuple(round((w + 0.5) * fine) for w in middle)
        cv2.ellipse(canvas, at, tuple(round(w * fine) for w in half), turn, 0, 360, 255, -1)
    cv2.fillPoly(canvas, [np.round((np.array(SPOON) + 0.5) * fine).astype(np.int32)], 255)
    alpha = cv2.resize(canvas, photo.shape[1::-1], interpolation=cv2.INTER_AREA)
    return photo, cv2.GaussianBlur(alpha.astype(np.float32) / 255, (0, 0), 0.6)


def place_cup(cup: Cup, size_hw: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the cup's linear picture and alpha where it belongs in a picture of `size_hw`."""
    photo, alpha = cut_cup()
    height, width = size_hw
    scale = cup.size * width / 403
    flip = -1 if cup.mirrored else 1
    turn = np.radians(cup.turn)
    turned = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = turned @ np.diag([flip, 1])
    shift = np.array([cup.x * width, cup.y * height]) - matrix @ np.array([278.5, 203])
    affine = np.hstack([matrix, shift[:, np.newaxis]])
    # Blurred before shrinking, for warping alone would leave jagged edges.
    soft = max(0.0, 0.45 / scale - 0.45)
    layers = [linear(photo), alpha]
    if soft > 0.05:
        layers = [cv2.GaussianBlur(layer, (0, 0), soft) for layer in layers]
    color, inside = (
        cv2.warpAffine(w, affine, (width, height), flags=cv2.INTER_CUBIC, borderMode=mode)
        for w, mode in zip(layers, (cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT), strict=True)
    )
    return np.clip(color, 0, 1) * cup.gain, np.clip(inside, 0, 1)


def cast_shadow(alpha: np.ndarray, size: float, side: int) -> np.ndarray:
    """Return what is left of the light (0…1) around a cup: a close dark rim and a wide soft one.

    `side` is -1 if the shadow falls to the left, 1 if to the right.
    """
    left = np.ones_like(alpha)
    for reach, blur, depth in ((0.04, 0.016, 0.65), (0.12, 0.05, 0.6)):
        pixels = size * alpha.shape[1]
        matrix = np.float32([[1, 0, side * reach * pixels], [0, 1, reach * 0.8 * pixels]])
        moved = cv2.warpAffine(alpha, matrix, alpha.shape[::-1])
        left *= 1 - depth * cv2.GaussianBlur(moved, (0, 0), blur * pixels)
    return left


def develop(light: np.ndarray, seed: int, grain: float) -> np.ndarray:
    """Return (H, W, 3) uint8 sRGB of linear light, as a small camera would: vignette and noise."""
    height, width = light.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    seen = light * (1 - 0.16 * (x**2 + y**2))[..., np.newaxis]
    seen = np.where(seen < 0.7, seen, 0.7 + 0.3 * np.tanh((seen - 0.7) / 0.3))
    random = np.random.default_rng(seed)
    shown = 255 * np.clip(seen, 0, 1) ** (1 / 2.2)
    shown = cv2.GaussianBlur(shown, (0, 0), 0.55)
    speckle = random.normal(0, 1, (*light.shape[:2], 1)) + 0.5 * random.normal(0, 1, light.shape)
    return np.clip(shown + grain * speckle + 0.5, 0, 255).astype(np.uint8)


def photograph(
    scene: Scene, cup: Cup | None, *, grain: float = 2.5, size_hw: tuple[int, int] = SIZE_HW
) -> tuple[np.ndarray, np.ndarray]:
    """Return the picture of a scene and the mask of the cup in it (all False without one)."""
    side = 1 if cup is not None and cup.mirrored else -1
    x, y, z = scene.toward_light
    # The lamp stands where the cup's own shading says that it does.
    light, front = render(replace(scene, toward_light=(-side * x, y, z)), size_hw)
    mask = np.zeros(size_hw, bool)
    if cup is not None:
        color, alpha = place_cup(cup, size_hw)
        behind = (1 - front) * alpha
        shadow = np.maximum(cast_shadow(alpha, cup.size, side), front)[..., np.newaxis]
        light = light * shadow
        light = light * (1 - behind[..., np.newaxis]) + color * behind[..., np.newaxis]
        mask = behind > 0.5
    return develop(light, scene.seed, grain), mask


def grey(name: str) -> np.ndarray:
    """Return one of scikit-image's grey photos of surfaces."""
    return getattr(data, name)()


ORANGE, LEMON, TOMATO, LIME = (240, 140, 30), (245, 215, 60), (205, 45, 30), (130, 165, 50)
OAK = wood((206, 160, 104), (124, 78, 40), plank=0.42, seed=3)
WALNUT = wood((118, 76, 48), (52, 30, 20), plank=0.55, seed=11)
PINE = wood((236, 208, 160), (196, 150, 96), plank=0.7, seed=21)
BLUE_PLANKS = wood((110, 150, 178), (70, 108, 140), plank=0.34, seed=31)
WHITE_PLANKS = wood((236, 234, 226), (196, 192, 182), plank=0.38, seed=41)
GINGHAM = checked_cloth((246, 242, 232), (60, 100, 160), size=0.14, seed=5)
GREEN_CHECK = checked_cloth((244, 240, 226), (80, 130, 80), size=0.1, seed=8)
MARBLE = marble((232, 230, 226), (120, 118, 122), seed=9)
GREEN_MARBLE = marble((52, 84, 70), (150, 176, 160), seed=19)
SLATE = rough((52, 56, 62), (88, 92, 98), scale=1.5, seed=6)
SAND = rough((200, 172, 128), (228, 206, 168), scale=0.8, seed=16)
LINEN = linen((206, 196, 178), seed=7)
NIGHT_CLOTH = linen((60, 66, 96), seed=17)
WARM, COOL, DUSK = (255, 226, 180), (225, 236, 255), (255, 190, 130)


def lawn() -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return photographed(grey("grass"), (14, 26, 8), (128, 152, 72), size=1.7, seed=1)


def gravel() -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return photographed(grey("gravel"), (48, 42, 38), (214, 200, 182), size=1.6, seed=2)


def bricks() -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return photographed(grey("brick"), (70, 36, 28), (206, 150, 120), size=4.6, seed=3)


def fruit(x: float, z: float, color: tuple[int, int, int], radius: float, **more: bool) -> Solid:
    return Solid(ball(x, z, radius, 0.94), color, gloss=0.35, dimples=0.07, **more)


def books(x: float, z: float, turn: float) -> list[Solid]:
    lower = block(x, z, (0.95, 0.12, 0.66), turn)
    upper = block(x + 0.03, z + 0.02, (0.8, 0.11, 0.56), turn - 9)
    return [
        Solid(lower, (54, 84, 110), 0.2),
        Solid(lambda p: upper(p - (0, 0.12, 0)), (196, 160, 80), 0.2),
    ]


def doughnuts(*places: tuple[float, float]) -> list[Solid]:
    icing = [(96, 54, 30), (238, 170, 180), (226, 190, 130)]
    return [Solid(ring(x, z, 0.2, 0.1), icing[i % 3], 0.5) for i, (x, z) in enumerate(places)]


def scenes_with_cup() -> dict[str, tuple[Scene, Cup, float]]:
    """Return name → scene, cup and grain of every picture that shows the object."""
    prints = [(data.rocket(), (0.95, 0.15), 0.95, 8), (data.astronaut(), (-1.15, 0.35), 0.6, -14)]
    pencil = Solid(stick(0.55, -0.75, 0.8, 0.025, 24), (220, 180, 40), 0.4)
    return {
        "breakfast_gingham": (
            Scene(GINGHAM, [fruit(0.85, 0.35, ORANGE, 0.2)], light=WARM, seed=101),
            Cup(0.40, 0.52, 0.46), 2.0,
        ),
        "marble_counter": (
            Scene(MARBLE, doughnuts((-0.75, 0.35), (-0.35, 0.62)), light=COOL, gloss=0.3, seed=102),
            Cup(0.63, 0.60, 0.42, turn=-9, gain=(0.88, 1.0, 1.12)), 2.0,
        ),
        "desk_morning": (
            Scene(PINE, [*books(-0.7, 0.35, 16), pencil], light=(255, 240, 214), seed=103),
            Cup(0.66, 0.46, 0.40, mirrored=True, gain=(1.05, 1.08, 1.1)), 2.5,
        ),
        "walnut_evening": (
            Scene(WALNUT, light=DUSK, ambient=(110, 90, 90), exposure=0.75, gloss=0.2, seed=104),
            Cup(0.36, 0.58, 0.50, turn=12, gain=(0.62, 0.5, 0.42)), 5.0,
        ),
        "picnic_lawn": (
            Scene(lawn(), dapple=0.45, gloss=0, seed=105),
            Cup(0.58, 0.48, 0.34, turn=6, gain=(1.0, 1.06, 1.0)), 2.5,
        ),
        "gravel_courtyard": (
            Scene(gravel(), light=(255, 250, 238), gloss=0, seed=106),
            Cup(0.31, 0.42, 0.30, mirrored=True, turn=-5, gain=(1.15, 1.2, 1.22)), 2.0,
        ),
        "brick_terrace": (
            Scene(bricks(), [fruit(-0.8, -0.4, LEMON, 0.17)], dapple=0.3, gloss=0.02, seed=107),
            Cup(0.60, 0.44, 0.37), 2.5,
        ),
        "blue_planks": (
            Scene(BLUE_PLANKS, light=COOL, seed=108),
            Cup(0.52, 0.50, 0.62, turn=-16, gain=(0.85, 0.98, 1.1)), 2.0,
        ),
        "fruit_on_linen": (
            Scene(
                LINEN,
                [
                    fruit(-0.62, 0.42, ORANGE, 0.21),
                    fruit(-0.95, 0.1, LEMON, 0.17),
                    fruit(-0.3, -0.45, LIME, 0.16, in_front=True),
                ],
                gloss=0.02, seed=109,
            ),
            Cup(0.58, 0.53, 0.42, turn=4), 2.0,
        ),
        "postcards": (
            Scene(with_prints(OAK, prints), light=WARM, seed=110),
            Cup(0.45, 0.66, 0.36, turn=-4, gain=(0.95, 0.95, 0.95)), 2.5,
        ),
        "slate_at_night": (
            Scene(SLATE, light=(170, 190, 255), ambient=(60, 66, 90), exposure=0.9, gloss=0.15,
                  seed=111),
            Cup(0.64, 0.50, 0.38, mirrored=True, turn=8, gain=(0.42, 0.5, 0.75)), 6.0,
        ),
        "beach_bar": (
            Scene(SAND, [pot_of((-0.75, 0.3), (238, 236, 230))], gloss=0, dapple=0.25, seed=112),
            Cup(0.68, 0.64, 0.30, turn=15, gain=(1.2, 1.2, 1.15)), 2.0,
        ),
        "green_marble": (
            Scene(GREEN_MARBLE, light=WARM, gloss=0.35, seed=113),
            Cup(0.42, 0.45, 0.55, mirrored=True, gain=(0.9, 0.92, 0.85)), 3.0,
        ),
    }  # fmt: skip


def pot_of(place: tuple[float, float], color: tuple[int, int, int], handle: float = 0.0) -> Solid:
    return Solid(pot(*place, 0.26, 0.42, handle), color, 0.6)


def scenes_without_cup() -> dict[str, tuple[Scene, float]]:
    """Return name → scene and grain of the rendered pictures that do not show the object."""
    prints = [(data.astronaut(), (-0.5, 0.1), 0.8, 10), (data.chelsea(), (0.6, -0.1), 0.9, -7)]
    return {
        "oranges": (
            Scene(
                BLUE_PLANKS,
                [
                    fruit(x, z, ORANGE, r)
                    for x, z, r in ((-0.35, 0.1, 0.23), (0.2, 0.28, 0.22), (0.12, -0.3, 0.24))
                ],
                span=1.9, seed=201,
            ), 2.0,
        ),
        "doughnuts": (
            Scene(MARBLE, doughnuts((-0.6, 0.2), (0.05, 0.35), (0.6, 0.0), (-0.1, -0.35)),
                  light=WARM, gloss=0.25, seed=202), 2.0,
        ),
        "blue_mug": (
            Scene(GREEN_CHECK, [pot_of((-0.1, 0.0), (54, 96, 156), 0.13)], span=1.7, seed=203), 2.0,
        ),
        "books": (
            Scene(OAK, [*books(-0.2, 0.1, -18), Solid(stick(0.75, 0.0, 0.8, 0.025, 60),
                  (60, 140, 80), 0.4)], light=WARM, seed=204), 2.5,
        ),
        "lemons": (
            Scene(
                NIGHT_CLOTH,
                [
                    fruit(x, z, LEMON, r)
                    for x, z, r in ((0.3, 0.15, 0.17), (0.55, -0.15, 0.16), (-0.5, 0.3, 0.17))
                ] + [fruit(-0.3, -0.2, LIME, 0.15)],
                span=1.9, exposure=1.1, seed=205,
            ), 3.0,
        ),
        "photo_prints": (Scene(with_prints(WHITE_PLANKS, prints), light=COOL, seed=206), 2.0),
        "tomatoes": (
            Scene(PINE, [fruit(x, z, TOMATO, 0.18) for x, z in ((0.3, 0.2), (0.62, -0.1))]
                  + [pot_of((-0.5, 0.1), (226, 222, 212))], seed=207), 2.0,
        ),
        "white_bowl": (
            Scene(SLATE, [Solid(pot(0.1, 0.0, 0.42, 0.3), (236, 232, 224), 0.6)],
                  light=COOL, span=2.0, seed=208), 3.0,
        ),
        "garden_wall": (Scene(bricks(), dapple=0.5, gloss=0, span=2.3, seed=209), 2.5),
        "driveway": (
            Scene(gravel(), [fruit(0.5, -0.2, LIME, 0.14)], gloss=0, span=3.0, seed=210), 2.5,
        ),
    }  # fmt: skip


def photos() -> dict[str, np.ndarray]:
    """Return name → photo of the pictures that are taken as they are."""
    return {
        "espresso": data.coffee(),
        "astronaut": data.astronaut(),
        "cat": data.chelsea(),
        "rocket_at_dusk": data.rocket(),
        "cameraman": cv2.cvtColor(data.camera(), cv2.COLOR_GRAY2RGB),
        "galaxies": cv2.resize(data.hubble_deep_field(), (688, 600), interpolation=cv2.INTER_AREA),
    }


def query_mask() -> np.ndarray:
    """Return the mask of the cup in its own photo."""
    return cut_cup()[1] > 0.5


def make(name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the picture called `name`, and the mask of the cup in it, or None without a cup."""
    if name in (taken := photos()):
        return taken[name], query_mask() if name == "espresso" else None
    if name in (shown := scenes_with_cup()):
        scene, cup, grain = shown[name]
        return photograph(scene, cup, grain=grain)
    scene, grain = scenes_without_cup()[name]
    return photograph(scene, None, grain=grain)[0], None


def names() -> list[str]:
    """Return the names of all sample pictures."""
    return sorted([*photos(), *scenes_with_cup(), *scenes_without_cup()])


def truth_row(name: str, mask: np.ndarray | None) -> list[object]:
    """Return the line of truth.csv: box half-open, in pixels; empty without the object."""
    if mask is None:
        return [f"{name}.jpg", 0, "", "", "", ""]
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return [f"{name}.jpg", 1, columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]


def main(wanted: list[str]) -> None:
    """Write the pictures `wanted`; all of them, with their truth, if none is named."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    MASKS.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in wanted or names():
        picture, mask = make(name)
        options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
        cv2.imwrite(str(PICTURES / f"{name}.jpg"), picture[..., ::-1], options)
        if mask is not None:
            cv2.imwrite(
                str(MASKS / f"{name}.png"),
                mask.astype(np.uint8) * 255,
                [cv2.IMWRITE_PNG_BILEVEL, 1, cv2.IMWRITE_PNG_COMPRESSION, 9],
            )
        rows.append(truth_row(name, mask))
        print(name)
    if not wanted:
        with (PICTURES / "truth.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["image", "has_object", "x0", "y0", "x1", "y1"])
            writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
