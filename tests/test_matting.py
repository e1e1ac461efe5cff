"""Soft edges, other grounds, and clean colours under a soft edge."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.errors import ArgumentError
from pickout.images import Image
from pickout.masks import Mask
from pickout.matting import apply_mask, decontaminate, feather, parse_color, trimap

RED, BLUE = (200, 40, 30), (20, 60, 190)


def disc(size: int = 80, radius: float = 25) -> Mask:
    y, x = np.mgrid[:size, :size] - size // 2
    return Mask(x * x + y * y <= radius * radius)


def painted(mask: Mask) -> np.ndarray:
    return np.where(mask.array[..., None], RED, BLUE).astype(np.uint8)


def outline_distance(mask: Mask) -> np.ndarray:
    from scipy.ndimage import distance_transform_edt

    inside = distance_transform_edt(mask.array)
    return np.maximum(inside, distance_transform_edt(~mask.array)) - 0.5


@pytest.mark.parametrize("radius", [0.5, 1, 3, 8])
def test_feather_fades_only_near_the_outline(radius: float) -> None:
    alpha = feather(disc(), radius)
    far = outline_distance(disc()) > 2.2 * radius + 2
    assert alpha.dtype == np.float32
    assert 0 <= alpha.min() and alpha.max() <= 1
    assert np.array_equal(alpha[far] == 1, disc().array[far])
    assert np.array_equal(alpha[far] == 0, ~disc().array[far])
    # A wide blur pulls a curved outline inwards a little.
    assert np.count_nonzero((alpha >= 0.5) ^ disc().array) < 0.04 * disc().area


def test_a_wider_feather_is_softer() -> None:
    soft = [np.count_nonzero((a > 0) & (a < 1)) for a in (feather(disc(), r) for r in (0, 1, 4))]
    assert soft[0] == 0 < soft[1] < soft[2]


def test_feather_of_empty_full_and_one_pixel() -> None:
    empty, full = np.zeros((20, 30), bool), np.ones((20, 30), bool)
    assert not feather(empty, 3).any()
    assert (feather(full, 3) == 1).all()
    one = empty.copy()
    one[10, 15] = True
    alpha = feather(one, 1)
    assert alpha.argmax() == one.argmax()
    assert alpha.sum() == pytest.approx(1, abs=0.01)


def test_feather_does_not_fade_at_the_border_of_the_picture() -> None:
    half = np.zeros((40, 40), bool)
    half[:, :20] = True
    assert (feather(half, 4)[:, :10] == 1).all()


def test_trimap_has_a_band_of_the_given_width() -> None:
    three = trimap(disc(), 4)
    distance = outline_distance(disc()) + 0.5
    assert np.array_equal(three == 128, (distance <= 4))
    assert np.array_equal(three == 255, disc().array & (distance > 4))
    assert set(np.unique(trimap(np.ones((9, 9), bool), 3))) == {255}
    assert set(np.unique(trimap(np.zeros((9, 9), bool), 3))) == {0}


@pytest.mark.parametrize(
    ("background", "color"),
    [
        ("white", (255, 255, 255)),
        ("black", (0, 0, 0)),
        ("#12aBff", (18, 171, 255)),
        ("#fff", (255, 255, 255)),
        ((1, 2, 3), (1, 2, 3)),
    ],
)
def test_the_object_stands_on_the_colour(background: object, color: tuple) -> None:
    result = apply_mask(painted(disc()), disc(), background)
    assert result.shape == (80, 80, 3)
    assert (result[disc().array] == RED).all()
    assert (result[~disc().array] == color).all()


def test_transparent_ground_hides_nothing_of_the_picture() -> None:
    result = apply_mask(painted(disc()), disc())
    assert result.shape == (80, 80, 4)
    assert (result[disc().array] == (*RED, 255)).all()
    assert not result[~disc().array].any()


def test_soft_edges_are_mixed_as_the_formula_says() -> None:
    alpha = feather(disc(), 3)
    picture = painted(disc())
    share = np.rint(alpha * 255)[..., None] / 255
    wanted = picture * share + np.array((10, 250, 0)) * (1 - share)
    difference = apply_mask(picture, alpha, (10, 250, 0)) - wanted
    assert np.abs(difference).max() <= 0.51


def test_the_opacity_of_the_file_is_kept() -> None:
    own = np.full((80, 80), 128, np.uint8)
    result = apply_mask(Image(painted(disc()), alpha=own), disc())
    assert set(np.unique(result[..., 3])) == {0, 128}


def test_wrong_arguments_are_named() -> None:
    picture = painted(disc())
    with pytest.raises(ArgumentError, match="no colour 'rainbow'"):
        apply_mask(picture, disc(), "rainbow")
    with pytest.raises(ArgumentError, match="three whole numbers"):
        parse_color((1, 2))  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="between 0 and 255"):
        parse_color((1, 2, 256))
    with pytest.raises(ArgumentError, match="mask is 60 x 60 pixels but the picture is 80 x 80"):
        apply_mask(picture, disc(60))
    with pytest.raises(ArgumentError, match="alpha should lie between 0 and 1"):
        apply_mask(picture, np.full((80, 80), 1.5, np.float32))
    with pytest.raises(ArgumentError, match="alpha should lie between 0 and 1"):
        decontaminate(picture, np.full((80, 80), np.nan, np.float32))
    with pytest.raises(ArgumentError, match="divide by 255"):
        apply_mask(picture, np.full((80, 80), 255, np.uint8))
    with pytest.raises(ArgumentError, match="radius should lie between"):
        feather(disc(), -1)


def soft_picture(size: int, radius: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a disc whose edge is truly mixed, its opacity, and the object's own colours."""
    mask = disc(size, radius)
    alpha = feather(mask, 3)
    own = np.empty((size, size, 3))
    own[:] = RED
    own[..., 0] += np.linspace(-30, 30, size)
    mixed = own * alpha[..., None] + np.array(BLUE) * (1 - alpha[..., None])
    return np.rint(mixed).astype(np.uint8), alpha, own


@pytest.mark.parametrize("size", [80, 600])
def test_decontaminate_finds_the_own_colours_under_a_soft_edge(size: int) -> None:
    picture, alpha, own = soft_picture(size, size * 0.3)
    edge = (alpha > 0.05) & (alpha < 1)
    before = np.abs(picture - own)[edge].mean()
    after = np.abs(decontaminate(picture, alpha) - own)[edge].mean()
    assert before > 30
    assert after < 5


def test_decontaminate_leaves_sure_pixels_alone() -> None:
    picture, alpha, _ = soft_picture(80, 20)
    clean = decontaminate(picture, alpha)
    sure = (alpha == 0) | (alpha == 1)
    assert np.array_equal(clean[sure], picture[sure])
    assert np.array_equal(decontaminate(picture, np.ones((80, 80), np.float32)), picture)
    assert np.array_equal(decontaminate(picture, np.zeros((80, 80), np.float32)), picture)


def test_decontaminate_without_any_opaque_pixel_stays_a_picture() -> None:
    half = np.full((80, 80), 0.5, np.float32)
    flat = np.full((80, 80, 3), 90, np.uint8)
    assert np.abs(decontaminate(flat, half).astype(int) - 90).max() <= 1


def test_no_halo_on_another_ground() -> None:
    picture, alpha, own = soft_picture(80, 20)
    wanted = own * alpha[..., None] + 255 * (1 - alpha[..., None])
    clean = apply_mask(decontaminate(picture, alpha), alpha, "white")
    assert np.abs(clean - wanted).max() < 12
