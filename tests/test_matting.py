"""Soft edges, other grounds, and clean colours under a soft edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from matting_scenes import GROUNDS, Scene, scene
from pickout import cutout
from pickout.errors import ArgumentError, MissingExtraError
from pickout.images import Image
from pickout.masks import Mask
from pickout.matting import (
    apply_mask,
    decontaminate,
    estimate_alpha,
    feather,
    parse_color,
    trimap,
)
from pickout.matting.alpha import without_specks

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
    with pytest.raises(ArgumentError, match="three whole numbers from 0 to 255, not 7"):
        parse_color(7)  # type: ignore[arg-type]
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


# Hair, fur and blur. `matting_scenes` makes pictures whose true opacity is known.


def opacity_error(scene: Scene, alpha: np.ndarray) -> float:
    """Return the mean squared error near the edge."""
    return float(((alpha - scene.alpha)[scene.near] ** 2).mean())


def color_error(scene: Scene, alpha: np.ndarray) -> float:
    """Return the mean error, 0 to 255, of the cut-out on black, white and magenta."""
    clean = decontaminate(scene.picture, alpha).astype(float)
    errors = []
    for ground in GROUNDS.values():
        shown = clean * alpha[..., None] + np.array(ground) * (1 - alpha[..., None])
        errors.append(np.abs(shown - scene.on(ground))[scene.near].mean())
    return float(np.mean(errors))


@pytest.mark.parametrize(("shape", "part"), [("hair", 0.85), ("blur-3", 0.55), ("half", 0.55)])
def test_soft_edges_are_found_better_than_by_feathering(shape: str, part: float) -> None:
    """Measured over four pairs of photos: 0.75, 0.38 and 0.37 of feathering's squared error."""
    found, plain = [], []
    for pair in range(4):
        made = scene(shape, pair)
        alpha = estimate_alpha(made.picture, made.mask)
        found.append((opacity_error(made, alpha), color_error(made, alpha)))
        even = feather(made.mask, 1.0)
        plain.append((opacity_error(made, even), color_error(made, even)))
        assert found[-1] < plain[-1], made.name
    error, in_color = np.mean(found, 0) / np.mean(plain, 0)
    assert error < part
    assert in_color < 0.9


@pytest.mark.parametrize("pair", range(4))
def test_sharp_edges_stay_sharp(pair: int) -> None:
    made = scene("polygon", pair)
    alpha, even = estimate_alpha(made.picture, made.mask), feather(made.mask, 1.0)
    # At most a tenth worse where colours mislead; on average half the error.
    assert opacity_error(made, alpha) < 1.1 * opacity_error(made, even)
    assert color_error(made, alpha) < 1.1 * color_error(made, even)
    half_soft = [np.count_nonzero((a > 0.05) & (a < 0.95)) for a in (alpha, even)]
    assert half_soft[0] < 1.5 * half_soft[1]


@pytest.mark.parametrize("shape", ["hair", "blur-1", "half", "polygon"])
def test_opacity_is_exact_away_from_the_outline(shape: str) -> None:
    made = scene(shape, 1)
    alpha = estimate_alpha(made.picture, made.mask)
    far = outline_distance(made.mask) > 0.035 * 200 + 2
    assert alpha.dtype == np.float32
    assert np.array_equal(alpha[far], made.mask.array[far].astype(np.float32))


@pytest.mark.parametrize("shape", ["hair", "blur-3", "polygon"])
def test_no_specks_off_the_object(shape: str) -> None:
    for pair in range(4):
        made = scene(shape, pair)
        alpha = estimate_alpha(made.picture, made.mask)
        # Gaps of two pixels do not tear a strand.
        seen = cv2.dilate((alpha > 0.12).astype(np.uint8), np.ones((5, 5), np.uint8))
        count = cv2.connectedComponents(seen, connectivity=8)[0]
        assert count <= cv2.connectedComponents(made.mask.array.view(np.uint8))[0], made.name


def test_no_halo_of_a_vivid_ground_under_a_wide_blur() -> None:
    size = 300
    y, x = np.mgrid[:size, :size] - size / 2
    alpha = np.clip((100 - np.hypot(x, y)) / 24 + 0.5, 0, 1).astype(np.float32)
    own, ground = np.array((120, 110, 100)), np.array((0, 255, 0))
    picture = np.rint(own * alpha[..., None] + ground * (1 - alpha[..., None])).astype(np.uint8)

    def halo(opacity: np.ndarray) -> float:
        """Return how much greener than grey the cut-out is on white, at its greenest."""
        shown = apply_mask(decontaminate(picture, opacity), opacity, "white").astype(int)
        return float((shown[..., 1] - shown[..., ::2].mean(-1)).max())

    assert halo(alpha) < 15
    assert halo(estimate_alpha(picture, alpha > 0.5, band=16)) < 35
    assert halo(feather(alpha > 0.5, 1.0)) > 100


def test_where_colours_say_nothing_the_mask_decides() -> None:
    flat = np.full((80, 80, 3), 90, np.uint8)
    alpha = estimate_alpha(flat, disc())
    assert np.abs(alpha - feather(disc(), 1.5)).max() < 0.35
    assert np.count_nonzero((alpha >= 0.5) ^ disc().array) < 0.04 * disc().area


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 40), (40, 1), (2, 3), (30, 50)])
@pytest.mark.parametrize("band", [None, 0, 3, 300])
def test_odd_sizes_and_bands(size_hw: tuple[int, int], band: float | None) -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 256, (*size_hw, 3), dtype=np.uint8)
    for mask in (rng.random(size_hw) < 0.5, np.zeros(size_hw, bool), np.ones(size_hw, bool)):
        alpha = estimate_alpha(picture, mask, band=band)
        assert alpha.shape == size_hw
        assert np.isfinite(alpha).all()
        assert 0 <= alpha.min() and alpha.max() <= 1
        if mask.all() or not mask.any() or band == 0:
            assert np.array_equal(alpha, mask.astype(np.float32))
        for opacity in (alpha, rng.random(size_hw).astype(np.float32), np.full(size_hw, 0.5)):
            clean = decontaminate(picture, opacity)
            sure = (opacity == 0) | (opacity == 1)
            assert clean.shape == picture.shape and np.array_equal(clean[sure], picture[sure])


@pytest.mark.parametrize(
    ("size_hw", "step", "band"),
    [((700, 400), 3, None), ((40, 40_000), 40, None), ((8, 40_000), 8, 3)],
)
def test_outlines_and_pictures_of_any_length(
    size_hw: tuple[int, int], step: int, band: float | None
) -> None:
    """OpenCV looks up no more than 32766 rows at once: a comb has an outline of 130,000 points."""
    mask = np.zeros(size_hw, bool)
    mask[::step, 10:-10] = mask[:, 10:13] = True
    picture = np.where(mask[..., None], 200, 50).astype(np.uint8).repeat(3, axis=2)
    alpha = estimate_alpha(picture, mask, band=band)
    assert alpha[mask].mean() > 0.9 and alpha[~mask].mean() < 0.5


@pytest.mark.parametrize("width", [1, 2, 3, 6, 9])
@pytest.mark.parametrize("band", [None, 2, 6])
def test_wires_and_gaps_narrower_than_their_band_stay(width: int, band: float | None) -> None:
    """One wire stands alone, one hangs on a block in which there is a gap."""
    mask = np.zeros((200, 240), bool)
    mask[10:100, 20:220] = True
    mask[50 : 50 + width, 60:180] = False
    mask[130 : 130 + width, 30:210] = mask[100:190, 120 : 120 + width] = True
    mask[125:140, 110:140] = False
    picture = np.where(mask[..., None], (200, 40, 40), (60, 120, 60)).astype(np.uint8)
    alpha, middle = estimate_alpha(picture, mask, band=band), width // 2
    for wire in (alpha[130 + middle, 40:100], alpha[150:180, 120 + middle]):
        assert wire.min() > 0.9
    assert alpha[50 + middle, 80:160].max() < 0.1


@pytest.mark.parametrize("band", [None, 6])
def test_the_border_of_the_picture_is_no_outline(band: float | None) -> None:
    half = np.zeros((60, 80), bool)
    half[:, :40] = True
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)
    assert (estimate_alpha(picture, half, band=band)[:, :33] == 1).all()


def test_the_rest_of_the_picture_does_not_matter() -> None:
    made = scene("hair", 0)
    large = np.full((260, 240, 3), 7, np.uint8)
    large[30:230, 20:220] = made.picture
    mask = np.zeros((260, 240), bool)
    mask[30:230, 20:220] = made.mask.array
    small = estimate_alpha(made.picture, made.mask, band=6)
    assert np.allclose(estimate_alpha(large, mask, band=6)[30:230, 20:220], small, atol=0.02)


def test_a_loose_speck_goes_and_a_broken_strand_stays() -> None:
    three = np.full((40, 40), 128, np.uint8)
    three[:, :10], three[:, 30:] = 255, 0
    alpha = (three == 255).astype(np.float32)
    alpha[20, 10:16] = alpha[20, 17:22] = 0.8  # a gap of one pixel
    alpha[5, 24] = 0.9
    result = without_specks(alpha.copy(), three, 2)
    assert result[5, 24] == 0
    alpha[5, 24] = 0
    assert np.array_equal(result, alpha)


def test_closed_form_is_at_least_as_good() -> None:
    pytest.importorskip("pymatting")
    for shape in ("half", "polygon"):
        made = scene(shape, 0)
        fine = estimate_alpha(made.picture, made.mask, method="closed-form")
        assert opacity_error(made, fine) < 0.8 * opacity_error(made, feather(made.mask, 1.0))
        fast = estimate_alpha(made.picture, made.mask)
        assert opacity_error(made, fine) < 1.1 * opacity_error(made, fast)


def test_closed_form_solves_tiles_without_a_seam() -> None:
    pytest.importorskip("pymatting")
    ramp = np.clip((np.arange(500) - 240) / 20, 0, 1)
    alpha = np.repeat(ramp[None], 500, 0).astype(np.float32)
    picture = np.rint(255 * alpha[..., None] * (1, 0.8, 0.2)).astype(np.uint8)
    fine = estimate_alpha(picture, alpha > 0.5, method="closed-form", band=14)
    assert np.abs(fine - alpha).max() < 0.15
    assert np.abs(np.diff(fine, axis=0)).max() < 0.004


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pickout.matting.closed_form.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'pickout\[matting\]'"):
        estimate_alpha(painted(disc()), disc(), method="closed-form")
    with pytest.raises(MissingExtraError, match=r"pip install 'pickout\[matting\]'"):
        cutout(painted(disc()), disc(), edge="fine-hair")


def test_too_much_for_closed_form_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pymatting")
    monkeypatch.setattr("pickout.matting.closed_form.MAX_PIXELS", 1000)
    with pytest.raises(ArgumentError, match="narrower band, or take method='guided'"):
        estimate_alpha(painted(disc()), disc(), method="closed-form", band=5)


def test_wrong_arguments_of_the_estimate_are_named() -> None:
    with pytest.raises(ArgumentError, match="no method 'magic'; choose one of guided, closed-form"):
        estimate_alpha(painted(disc()), disc(), method="magic")
    with pytest.raises(ArgumentError, match="band should lie"):
        estimate_alpha(painted(disc()), disc(), band=-1)
    with pytest.raises(ArgumentError, match="mask is 60 x 60 pixels but the picture is 80 x 80"):
        estimate_alpha(painted(disc()), disc(60))
    with pytest.raises(ArgumentError, match="no edge 'fluffy'; choose one of: feather, hair"):
        cutout(painted(disc()), disc(), edge="fluffy")


def test_a_cutout_has_the_edge_that_was_asked_for() -> None:
    made = scene("blur-3", 3)
    plain = cutout(made.picture, made.mask, crop=False).array[..., 3] / 255
    soft = cutout(made.picture, made.mask, edge="hair", crop=False)
    assert opacity_error(made, soft.array[..., 3] / 255) < 0.6 * opacity_error(made, plain)
    x0, y0, x1, y1 = cutout(made.picture, made.mask, edge="hair").box_xyxy
    outside = soft.array[..., 3].copy()
    outside[y0:y1, x0:x1] = 0
    assert not outside.any()


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_cutout_with_a_soft_edge_has_no_halo_on_any_ground(ground: str) -> None:
    """Grey on green, 24 pixels of blur: how much greener than right the soft edge is."""
    size, vivid = 300, np.array((0, 255, 0))
    y, x = np.mgrid[:size, :size] - size / 2
    alpha = np.clip((100 - np.hypot(x, y)) / 24 + 0.5, 0, 1)[..., None]
    own, shown_on = np.array((120, 110, 100)), np.array(GROUNDS[ground])
    picture = np.rint(own * alpha + vivid * (1 - alpha)).astype(np.uint8)

    def halo(**options: object) -> float:
        cut = cutout(picture, alpha[..., 0] > 0.5, crop=False, **options)
        error = cut.on_background(ground).array - (own * alpha + shown_on * (1 - alpha))
        is_soft = (alpha > 0) & (alpha < 1)
        return float((error[..., 1] - error[..., ::2].mean(-1))[is_soft[..., 0]].mean())

    assert halo(edge="hair") < 0.7 * halo(edge="hair", decontaminate=False)
