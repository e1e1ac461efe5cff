"""The contracts of segmenters and descriptors as test classes, for built-ins and for plug-ins.

Subclass `SegmenterTests` or `DescriptorTests` in a test module and say how to make yours; pytest
(or any runner that calls ``test_*`` methods) does the rest::

    from pickout.testing import SegmenterTests

    class TestMine(SegmenterTests):
        def make_segmenter(self):
            return Mine()
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pickout.arrays import BoolArray, ByteArray, FloatArray
from pickout.descriptors.base import Descriptor, PictureRegions
from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import (
    Box,
    Click,
    Lasso,
    MaskPrompt,
    Polygon,
    Prompt,
    Scribble,
    check_prompt,
    click_pixel,
)
from pickout.segmenters.base import Prepared, Segmenter

_HEIGHT, _WIDTH = 96, 128
_DISC_XY, _DISC_RADIUS = (50.0, 45.0), 26.0


def disc_picture() -> tuple[Image, Mask]:
    """Return a picture of an orange disc on a slightly noisy blue ground, and the disc."""
    y, x = np.mgrid[:_HEIGHT, :_WIDTH]
    inside = (x - _DISC_XY[0]) ** 2 + (y - _DISC_XY[1]) ** 2 <= _DISC_RADIUS**2
    array = np.where(inside[..., None], (235, 150, 40), (30, 60, 120)).astype(np.float64)
    array += np.random.default_rng(0).normal(0, 6, array.shape)
    return Image(np.clip(array, 0, 255).astype(np.uint8)), Mask(inside)


def ask(prepared: Prepared, prompts: Sequence[Prompt]) -> BoolArray:
    """Return the mask after all prompts, given one by one as a session does.

    Raises
    ------
    PromptError
        If a prompt makes no sense for the picture.
    AssertionError
        If an answer is not an (H, W) array of bool.
    """
    mask: BoolArray | None = None
    for count in range(1, len(prompts) + 1):
        mask = prepared.segment(prompts[:count], None if mask is None else Mask(mask))
        _check(isinstance(mask, np.ndarray), "segment() should return an array")
        _check(mask.dtype == np.bool_, f"the mask should be bool, not {mask.dtype}")
    _check(mask is not None, "ask() needs at least one prompt")
    assert mask is not None
    return mask


def iou(mask: BoolArray, truth: BoolArray) -> float:
    """Return intersection over union, 0 to 1; 1 for two empty masks."""
    union = np.count_nonzero(mask | truth)
    return float(np.count_nonzero(mask & truth) / union) if union else 1.0


class SegmenterTests:
    """What every segmenter promises. Subclass it and override `make_segmenter`.

    Attributes
    ----------
    finds_edges : bool
        Whether a click finds the rest of the object. False for methods that never look at the
        picture.
    tolerance : float
        Intersection over union that the disc must reach with one good click or box.
    """

    finds_edges = True
    tolerance = 0.85

    def make_segmenter(self) -> Segmenter:
        """Return the segmenter to be tested."""
        raise NotImplementedError("override make_segmenter() to return your segmenter")

    def _disc(self) -> tuple[Prepared, Mask]:
        picture, disc = disc_picture()
        return self.make_segmenter().analyse(picture), disc

    def test_has_a_name_and_a_version(self) -> None:
        """Sessions and libraries store both."""
        segmenter = self.make_segmenter()
        _check(isinstance(segmenter, Segmenter), "name, version or analyse() is missing")
        _check(isinstance(segmenter.name, str) and segmenter.name != "", "name is empty")
        _check(isinstance(segmenter.version, str) and segmenter.version != "", "version is empty")

    def test_mask_has_the_size_of_the_picture_for_every_kind_of_prompt(self) -> None:
        """Clicks, scribbles, boxes, lassos, polygons and masks are all accepted."""
        prepared, disc = self._disc()
        for prompt in _every_kind(disc):
            mask = ask(prepared, [prompt])
            _check(mask.shape == disc.size_hw, f"{prompt.kind}: the mask has shape {mask.shape}")

    def test_a_click_or_box_finds_the_disc(self) -> None:
        """The easiest picture there is."""
        if not self.finds_edges:
            return
        prepared, disc = self._disc()
        for prompts in ([Click(*_DISC_XY)], [Click(60, 50), Click(110, 80, False)], [_box(disc)]):
            reached = iou(ask(prepared, prompts), disc.array)
            _check(reached >= self.tolerance, f"{prompts}: only {reached:.2f} of the disc")

    def test_clicks_are_obeyed_in_any_order(self) -> None:
        """Positive ones lie inside, negative ones outside."""
        prepared, _ = self._disc()
        clicks = [Click(40, 45), Click(60, 40), Click(110, 80, False), Click(50, 60, False)]
        for order in (clicks, clicks[::-1], [clicks[2], clicks[0], clicks[3], clicks[1]]):
            _check_clicks(ask(prepared, order), order)

    def test_the_newest_click_wins_at_its_place(self) -> None:
        """Clicks on the very same pixel contradict each other."""
        prepared, _ = self._disc()
        for last in (True, False):
            clicks = [Click(50, 45, not last), Click(50, 45, last)]
            _check_clicks(ask(prepared, clicks), clicks[1:])

    def test_contradicting_neighbours_are_both_obeyed(self) -> None:
        """A newer click a few pixels away leaves the older one its own pixel."""
        if not self.finds_edges:
            return
        prepared, _ = self._disc()
        clicks = [Click(50, 45), Click(52, 45, False), Click(54, 45)]
        _check_clicks(ask(prepared, clicks), clicks)

    def test_strokes_are_obeyed(self) -> None:
        """A scribble settles the pixels along its middle, a polygon those that it encloses."""
        prepared, _ = self._disc()
        stroke = Scribble(((90.0, 10.0), (110.0, 30.0)), 2.0)
        eraser = Polygon(((45, 40), (55, 40), (55, 50), (45, 50)), positive=False)
        mask = ask(prepared, [Click(40, 45), stroke, eraser])
        _check(bool(mask[20, 100]), "a pixel under a positive scribble is outside")
        _check(not mask[42:48, 47:53].any(), "pixels in a negative polygon are inside")

    def test_nothing_lies_outside_a_box(self) -> None:
        """A box or lasso holds the whole object."""
        prepared, disc = self._disc()
        box = _box(disc)
        lasso = Lasso(((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)))
        outside = np.ones(disc.size_hw, bool)
        outside[int(box.y0) : int(box.y1) + 1, int(box.x0) : int(box.x1) + 1] = False
        for prompt in (box, lasso):
            found = ask(prepared, [prompt])
            _check(not (found & outside).any(), f"pixels outside the {prompt.kind} are inside")

    def test_same_prompts_give_the_same_mask(self) -> None:
        """Whatever was asked in between, and from a new analysis too."""
        prepared, disc = self._disc()
        prompts = [Click(45, 40), Click(100, 20, False), Click(60, 50)]
        first = ask(prepared, prompts).copy()
        for other in _every_kind(disc):
            ask(prepared, [other])
        _check(np.array_equal(first, ask(prepared, prompts)), "asking again gave another mask")
        again = ask(self._disc()[0], prompts)
        _check(np.array_equal(first, again), "a new analysis gave another mask")

    def test_picture_and_previous_mask_stay_unchanged(self) -> None:
        """A segmenter writes into nothing that it is given."""
        picture, disc = disc_picture()
        before, previous = picture.array.copy(), disc.array.copy()
        prepared = self.make_segmenter().analyse(picture)
        prepared.segment([Click(*_DISC_XY), Click(100, 80)], disc)
        _check(np.array_equal(before, picture.array), "the picture was written to")
        _check(np.array_equal(previous, disc.array), "the previous mask was written to")

    def test_redundant_clicks_change_next_to_nothing(self) -> None:
        """A click that says what the mask says already does not ruin it."""
        prepared, disc = self._disc()
        good = [_box(disc)] if self.finds_edges else [MaskPrompt(disc)]
        mask = ask(prepared, good)
        redundant = [Click(40, 45), Click(115, 85, False), Click(60, 50), Click(5, 90, False)]
        after = ask(prepared, [*good, *redundant])
        _check(iou(mask, after) > 0.97, "redundant clicks changed a good mask")

    def test_no_or_void_prompts_give_a_mask(self) -> None:
        """No prompt gives an empty mask; only negative ones leave the clicked pixels out."""
        prepared, disc = self._disc()
        empty = prepared.segment([], None)
        _check(empty.shape == disc.size_hw and not empty.any(), "no prompts: not empty")
        negative = [Click(50, 45, False), Click(100, 80, False)]
        _check_clicks(ask(prepared, negative), negative)

    def test_a_mask_is_kept_and_changed_only_where_touched(self) -> None:
        """A mask prompt comes back as it is; a later stroke changes its own surroundings."""
        prepared, disc = self._disc()
        two = disc.array.copy()
        two[70:90, 100:120] = True
        start = MaskPrompt(Mask(two))
        _check(np.array_equal(ask(prepared, [start]), two), "the mask prompt was changed")
        kept = ask(prepared, [Click(3, 3), start, Click(50, 45), Click(3, 3, False)])
        _check(iou(kept, two) > 0.97, "redundant clicks changed the mask prompt")
        less = ask(prepared, [start, Click(110, 80, False)])
        _check(not less[80, 110], "the negative click is not obeyed")
        _check(iou(less[:, :90], two[:, :90]) > 0.97, "the other part was changed")

    def test_degenerate_pictures(self) -> None:
        """One pixel, one row, one column, one colour, noise: a mask, and clicks obeyed."""
        for name, array in _degenerate_pictures().items():
            height, width = array.shape[:2]
            prepared = self.make_segmenter().analyse(Image(array))
            click = Click(width // 2, height // 2)
            corner = Click(0, 0, False)
            for prompts in _small_sequences(click, corner, width, height):
                mask = ask(prepared, prompts)
                _check(mask.shape == (height, width), f"{name}: the mask has shape {mask.shape}")
                clicks = [prompt for prompt in prompts if isinstance(prompt, Click)]
                _check_clicks(mask, clicks[-1:])


def _check(condition: bool, message: str) -> None:
    # Not an assert statement: `python -O` removes those, and pytest rewrites only its own files.
    if not condition:
        raise AssertionError(message)


def _check_clicks(mask: BoolArray, clicks: Sequence[Click]) -> None:
    for click in clicks:
        wanted = "inside" if click.positive else "outside"
        message = f"the click at {click.x:g},{click.y:g} should lie {wanted}; clicks: {clicks}"
        _check(bool(mask[click_pixel(click)]) == click.positive, message)


def _box(mask: Mask) -> Box:
    box = mask.box_xyxy
    assert box is not None
    return Box(box[0] - 2, box[1] - 2, box[2] + 2, box[3] + 2)


def _every_kind(disc: Mask) -> list[Prompt]:
    """Return one prompt of each kind and sign, some reaching beyond the picture."""
    outline = ((-20.0, 45.0), (50.0, -10.0), (90.0, 45.0), (50.0, 120.0))
    return [
        Click(50, 45),
        Click(100, 80, False),
        Click(0, 0),
        Scribble(((-5.0, 45.0), (60.0, 50.0)), 3.0),
        Scribble(((100.0, 80.0),), 0.0, False),
        _box(disc),
        Box(0, 0, _WIDTH, _HEIGHT),
        Box(10, 10, 11, 11),
        Lasso(outline),
        Polygon(outline),
        Polygon(outline, False),
        MaskPrompt(disc),
        MaskPrompt(Mask(np.zeros(disc.size_hw, bool))),
        MaskPrompt(Mask(np.ones(disc.size_hw, bool))),
    ]


def _degenerate_pictures() -> dict[str, ByteArray]:
    noise = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    return {
        "1 x 1": np.full((1, 1, 3), 90, np.uint8),
        "2 x 2": noise[:2, :2],
        "2000 x 1": np.resize(noise, (1, 2000, 3)),
        "1 x 2000": np.resize(noise, (2000, 1, 3)),
        "one colour": np.full((60, 50, 3), 128, np.uint8),
        "black": np.zeros((30, 30, 3), np.uint8),
        "noise": noise,
    }


def _small_sequences(click: Click, corner: Click, width: int, height: int) -> list[list[Prompt]]:
    size_hw = (height, width)
    everything = check_prompt(Box(0, 0, width, height), size_hw)
    full, empty = Mask(np.ones(size_hw, bool)), Mask(np.zeros(size_hw, bool))
    return [
        [click],
        [corner],
        [click, corner],
        [everything],
        [everything, corner, click],
        [Scribble(((click.x, click.y),), 100.0), corner],
        [MaskPrompt(full), corner],
        [MaskPrompt(empty), click],
    ]


class DescriptorTests:
    """What every descriptor promises. Subclass it and override `make_descriptor`.

    Attributes
    ----------
    is_mirror_proof : bool
        Whether a mirror image has the same description.
    """

    is_mirror_proof = True

    def make_descriptor(self) -> Descriptor:
        """Return the descriptor to be tested."""
        raise NotImplementedError("override make_descriptor() to return your descriptor")

    def _described(self, array: ByteArray, *masks: BoolArray) -> FloatArray:
        descriptor = self.make_descriptor()
        vectors = descriptor.describe(PictureRegions(array, np.stack(masks)))
        wanted = (len(masks), descriptor.size)
        _check(vectors.shape == wanted, f"shape should be {wanted}, not {vectors.shape}")
        _check(vectors.dtype == np.float32, f"vectors should be float32, not {vectors.dtype}")
        _check(bool(np.isfinite(vectors).all()), "vectors should hold finite numbers")
        lengths = np.linalg.norm(vectors, axis=1)
        good = (np.abs(lengths - 1) < 1e-3) | (lengths == 0)
        _check(bool(good.all()), f"vectors should have length 1 (or be all 0), not {lengths}")
        return vectors

    def test_it_has_a_name_version_and_size(self) -> None:
        """A descriptor says what it is called, which version it is, and how long it is."""
        descriptor = self.make_descriptor()
        _check(bool(descriptor.name and descriptor.version), "name and version should be texts")
        _check(descriptor.size >= 1, "size should be at least 1")

    def test_the_same_region_has_the_same_vector(self) -> None:
        """The answer depends on the arguments only, and leaves them as they were."""
        picture, disc = disc_picture()
        array = picture.array.copy()
        first = self._described(array, disc.array)
        self._described(array[::-1].copy(), disc.array)
        _check(np.array_equal(first, self._described(array, disc.array)), "answers differ")
        _check(np.array_equal(array, picture.array), "the picture was changed")

    def test_other_regions_make_no_difference(self) -> None:
        """A region's vector does not depend on what else is described with it."""
        picture, disc = disc_picture()
        everything = np.ones(disc.size_hw, bool)
        alone = self._described(picture.array, disc.array)[0]
        among = self._described(picture.array, everything, disc.array, ~disc.array)[1]
        _check(bool(np.allclose(alone, among, atol=1e-4)), "the vectors differ")

    def test_the_object_elsewhere_is_more_alike_than_the_rest(self) -> None:
        """An object that moved is recognised."""
        picture, disc = disc_picture()
        moved = np.roll(picture.array, (9, 21), axis=(0, 1))
        there = np.roll(disc.array, (9, 21), axis=(0, 1))
        query = self._described(picture.array, disc.array)[0]
        same, other = self._described(moved, there, ~there) @ query
        _check(same > 0.9, f"similarity to itself elsewhere is only {same:.2f}")
        _check(same > other, "the background is more alike than the object")

    def test_a_mirror_image_is_alike(self) -> None:
        """Left and right may be exchanged."""
        if not self.is_mirror_proof:
            return
        picture, disc = disc_picture()
        query = self._described(picture.array, disc.array)[0]
        mirrored = self._described(picture.array[:, ::-1].copy(), disc.array[:, ::-1])[0]
        _check(float(query @ mirrored) > 0.9, f"similarity is only {query @ mirrored:.2f}")

    def test_degenerate_pictures_are_described(self) -> None:
        """The smallest, thinnest and emptiest pictures give finite vectors."""
        for array in _degenerate_pictures().values():
            corner = np.zeros(array.shape[:2], bool)
            corner[-1, -1] = True
            self._described(array, np.ones(array.shape[:2], bool), corner)
