"""A small renderer for the sample pictures: a table, a few solid things on it, a soft light.

Solids are signed distance functions, found by sphere tracing (J. C. Hart, "Sphere tracing",
The Visual Computer 12, 1996); shadows are soft after I. Quilez.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from sample_textures import Color, Surface, linear, noise

Points = np.ndarray
Distance = Callable[[Points], np.ndarray]


@dataclass
class Solid:
    """A thing on the table: its distance function, its colour, and how it shines."""

    distance: Distance
    color: Color
    gloss: float = 0.5
    dimples: float = 0.0
    in_front: bool = False
    """Whether it hides the cup where the two overlap."""


@dataclass
class Scene:
    """A table seen from above at an angle, in one light."""

    surface: Surface
    solids: list[Solid] = field(default_factory=list)
    light: Color = (255, 244, 225)
    ambient: Color = (190, 200, 215)
    toward_light: tuple[float, float, float] = (0.55, 0.9, 0.35)
    exposure: float = 1.0
    dapple: float = 0.0
    gloss: float = 0.06
    span: float = 2.4
    """Width of the picture at its centre, in saucers."""
    seed: int = 0


def ball(x: float, z: float, radius: float, squash: float = 1.0) -> Distance:
    """Return a ball, or a lens if squashed, lying on the table at (x, z)."""
    center = np.array([x, radius * squash, z], np.float32)
    return lambda p: (
        (np.linalg.norm((p - center) / (1, squash, 1), axis=-1) - radius) * min(1.0, squash)
    ).astype(np.float32)


def ring(x: float, z: float, radius: float, thick: float) -> Distance:
    """Return a doughnut lying on the table."""

    def distance(p: Points) -> np.ndarray:
        flat = np.hypot(p[..., 0] - x, p[..., 2] - z) - radius
        return np.hypot(flat, p[..., 1] - thick) - thick

    return distance


def block(x: float, z: float, size: tuple[float, float, float], turn: float) -> Distance:
    """Return a box with slightly rounded edges, such as a book; `size` is width, height, depth."""
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    half = np.array(size, np.float32) / 2 - 0.012

    def distance(p: Points) -> np.ndarray:
        dx, dz = p[..., 0] - x, p[..., 2] - z
        local = np.stack([dx * cos + dz * sin, p[..., 1] - size[1] / 2, dz * cos - dx * sin], -1)
        q = np.abs(local) - half
        outside = np.linalg.norm(np.maximum(q, 0), axis=-1)
        return outside + np.minimum(q.max(axis=-1), 0) - 0.012

    return distance


def stick(x: float, z: float, length: float, radius: float, turn: float) -> Distance:
    """Return a rod lying on the table, such as a pencil."""
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))

    def distance(p: Points) -> np.ndarray:
        dx, dz = p[..., 0] - x, p[..., 2] - z
        along = dx * cos + dz * sin
        along = along - np.clip(along, -length / 2, length / 2)
        across = dz * cos - dx * sin
        return np.sqrt(along**2 + across**2 + (p[..., 1] - radius) ** 2) - radius

    return distance


def pot(x: float, z: float, radius: float, height: float, handle: float = 0.0) -> Distance:
    """Return an open vessel, with a handle of that size turned to the right if it is not 0."""

    def distance(p: Points) -> np.ndarray:
        flat = np.hypot(p[..., 0] - x, p[..., 2] - z)
        y = p[..., 1] - height / 2
        body = np.maximum(flat - radius, np.abs(y) - height / 2)
        hollow = np.maximum(flat - radius * 0.88, -(y + height * 0.42))
        cup = np.maximum(body, -hollow) - 0.01
        if not handle:
            return cup
        hx = np.hypot(p[..., 0] - x - radius, y) - handle
        grip = np.hypot(hx, p[..., 2] - z) - 0.2 * handle
        return np.minimum(cup, np.maximum(grip, radius * 0.95 - flat))

    return distance


def render(scene: Scene, size_hw: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the scene's (H, W, 3) linear picture, and how much of each pixel is "in front"."""
    fine = tuple(2 * side for side in size_hw)
    eye, rays = _camera(scene, fine)
    table = -eye[1] / rays[..., 1]
    depth, which = _trace(scene.solids, eye, rays, table)
    points = eye + rays * depth[..., np.newaxis]
    color = _shade(scene, points, rays, which)
    front = np.isin(which, [i for i, solid in enumerate(scene.solids) if solid.in_front])
    small = size_hw[::-1]
    return (
        cv2.resize(color, small, interpolation=cv2.INTER_AREA),
        cv2.resize(front.astype(np.float32), small, interpolation=cv2.INTER_AREA),
    )


def _camera(scene: Scene, size_hw: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the eye and a unit ray per pixel; the eye looks down at 55 degrees, as the photo's."""
    height, width = size_hw
    pitch, distance = np.radians(55), 3.2 * scene.span
    forward = np.array([0, -np.sin(pitch), np.cos(pitch)])
    up = np.array([0, np.cos(pitch), np.sin(pitch)])
    x = (np.arange(width) + 0.5 - width / 2) * scene.span / width
    y = (height / 2 - np.arange(height) - 0.5) * scene.span / width
    rays = forward * distance + np.array([1, 0, 0]) * x[None, :, None] + up * y[:, None, None]
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    return (-forward * distance).astype(np.float32), rays.astype(np.float32)


def _trace(
    solids: list[Solid], eye: np.ndarray, rays: np.ndarray, table: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return depth and number of the solid met first; number -1 is the table."""
    shape, rays, table = table.shape, rays.reshape(-1, 3), table.ravel()
    depth, which = table.copy(), np.full(table.shape, -1)
    for number, solid in enumerate(solids):
        # Nothing is higher than this above the table, so the way there is skipped.
        reach = table - 1.2
        going = np.arange(reach.size)
        for _ in range(48):
            step = solid.distance(eye + rays[going] * reach[going, np.newaxis])
            reach[going] += step
            met = going[(step < 2e-3) & (reach[going] < depth[going])]
            depth[met], which[met] = reach[met], number
            going = going[(step >= 2e-3) & (reach[going] < table[going])]
    return depth.reshape(shape), which.reshape(shape)


def _shade(scene: Scene, points: Points, rays: np.ndarray, which: np.ndarray) -> np.ndarray:
    toward = np.array(scene.toward_light, np.float32)
    toward /= np.linalg.norm(toward)
    color = scene.surface(
        np.ascontiguousarray(points[..., 0]), np.ascontiguousarray(-points[..., 2])
    ).astype(np.float32)
    normal = np.zeros_like(points)
    normal[..., 1] = 1
    gloss = np.full(which.shape, scene.gloss, np.float32)
    for number, solid in enumerate(scene.solids):
        on = which == number
        color[on], gloss[on] = _skin(solid, points[on], scene.seed), solid.gloss
        normal[on] = _normal(solid, points[on])
    lit = np.clip((normal * toward).sum(-1), 0, None) * _shadow(scene, points, normal, toward)
    lit *= _pool(scene, points)
    open_sky = _openness(scene.solids, points, normal, which) * (0.6 + 0.4 * normal[..., 1])
    out = color * (
        1.5 * lit[..., np.newaxis] * linear(scene.light)
        + 0.55 * open_sky[..., np.newaxis] * linear(scene.ambient)
    )
    mirrored = rays - 2 * (rays * normal).sum(-1, keepdims=True) * normal
    window = np.clip((mirrored * toward).sum(-1), 0, 1)
    shine = 0.9 * window**120 + 0.12 * window**8 + 0.12 * np.clip(mirrored[..., 1], 0, 1)
    out += (gloss * shine * open_sky)[..., np.newaxis] * linear(scene.light)
    return (out * scene.exposure).astype(np.float32)


def _skin(solid: Solid, points: Points, seed: int) -> np.ndarray:
    """Return a solid's colour with slight blotches, so that it does not look like plastic."""
    blotch = noise(points[:, :1] * 4 + points[:, 1:2] * 3, points[:, 2:] * 4, seed + 7, 4)
    return linear(solid.color) * (1 + 0.18 * blotch)


def _normal(solid: Solid, points: Points) -> np.ndarray:
    step = 1e-3
    gradient = np.stack(
        [
            solid.distance(points + step * axis) - solid.distance(points - step * axis)
            for axis in np.eye(3, dtype=np.float32)
        ],
        axis=-1,
    )
    if solid.dimples:
        rough = [noise(points[:, :1] * 45 + 9 * i, points[:, 2:] * 45, i, 2) for i in range(3)]
        gradient = gradient / (2 * step) + solid.dimples * np.concatenate(rough, axis=1)
    return gradient / np.maximum(np.linalg.norm(gradient, axis=-1, keepdims=True), 1e-9)


def _shadow(scene: Scene, points: Points, normal: np.ndarray, toward: np.ndarray) -> np.ndarray:
    """Return the share of the light that reaches each point; a near miss dims a little."""
    shape, start = points.shape[:-1], (points + 0.01 * normal).reshape(-1, 3)
    share = np.ones(start.shape[0], np.float32)
    for solid in scene.solids:
        reach = np.full(share.shape, 0.02, np.float32)
        going = np.arange(share.size)
        for _ in range(28):
            gap = solid.distance(start[going] + toward * reach[going, np.newaxis])
            left = np.clip(0.5 + 0.5 * gap * 9 / reach[going], 0, 1)
            share[going] = np.minimum(share[going], left)
            reach[going] += np.clip(gap, 0.015, 0.2)
            # A light ray that has come so far is above everything.
            going = going[(left > 0) & (reach[going] < 1.2)]
    return (share**2 * (3 - 2 * share)).reshape(shape)


def _openness(
    solids: list[Solid], points: Points, normal: np.ndarray, which: np.ndarray
) -> np.ndarray:
    """Return how much of the sky each point sees: less where something stands close."""
    share = np.ones(points.shape[:-1], np.float32)
    for number, solid in enumerate(solids):
        gap = np.clip(solid.distance(points + 0.08 * normal), 0, None)
        near = 1 - 0.65 * np.exp(-gap / 0.1)
        share = share * np.where(which == number, 1, near)
    return share * np.where(which >= 0, 0.35 + 0.65 * np.clip(points[..., 1] / 0.15, 0, 1), 1)


def _pool(scene: Scene, points: Points) -> np.ndarray:
    """Return the unevenness of the light: brighter toward the lamp, dappled under leaves."""
    x, z = points[..., 0], points[..., 2]
    side = (x * scene.toward_light[0] + z * scene.toward_light[2]) / scene.span
    pool = np.clip(1 + 0.7 * side, 0.3, 1.7)
    if scene.dapple:
        leaves = noise(x * 2.2, z * 2.2, scene.seed + 50, 3)
        pool = pool * (1 - scene.dapple * np.clip(0.5 + 4 * leaves, 0, 1))
    return pool
