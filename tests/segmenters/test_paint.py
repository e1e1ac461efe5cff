"""Paint: the mask is exactly what was drawn."""

from __future__ import annotations

import numpy as np
import pytest

from pickout.images import Image
from pickout.masks import Mask
from pickout.prompts import Box, Click, MaskPrompt, Polygon, Prompt, Scribble, drawn
from pickout.segmenters.paint import Paint, PaintOptions
from pickout.testing import ask

SIZE = (60, 80)
CANVAS = Image(np.zeros((*SIZE, 3), np.uint8))
STROKE = Scribble(((10, 10), (60, 40)), 4.0)
ERASER = Scribble(((30, 0), (30, 59)), 3.0, positive=False)


@pytest.mark.parametrize(
    "prompt", [STROKE, Box(5, 5, 30, 20), Polygon(((5, 5), (50, 8), (20, 50)))]
)
def test_one_stroke_is_the_mask(prompt: Prompt) -> None:
    assert np.array_equal(ask(Paint().analyse(CANVAS), [prompt]), drawn(prompt, SIZE))


def test_a_click_paints_a_dot_of_the_brush_radius() -> None:
    dot = ask(Paint(PaintOptions(brush_radius=6)).analyse(CANVAS), [Click(40, 30)])
    assert Mask(dot).box_xyxy == (34, 24, 47, 37)
    assert dot.sum() == pytest.approx(np.pi * 36, rel=0.15)


def test_strokes_add_and_erase_in_order() -> None:
    prepared = Paint().analyse(CANVAS)
    stroke, eraser = drawn(STROKE, SIZE), drawn(ERASER, SIZE)
    assert np.array_equal(ask(prepared, [STROKE, ERASER]), stroke & ~eraser)
    assert np.array_equal(ask(prepared, [ERASER, STROKE]), stroke)


def test_a_mask_sets_everything() -> None:
    start = MaskPrompt(Mask(drawn(Box(5, 5, 30, 20), SIZE)))
    prepared = Paint().analyse(CANVAS)
    assert np.array_equal(ask(prepared, [STROKE, start]), start.mask.array)
    assert np.array_equal(
        ask(prepared, [STROKE, start, ERASER]), start.mask.array & ~drawn(ERASER, SIZE)
    )


def test_all_at_once_equals_one_by_one() -> None:
    prepared = Paint().analyse(CANVAS)
    prompts = [STROKE, Click(70, 50), ERASER, Box(0, 0, 12, 12), Click(5, 5, False)]
    assert np.array_equal(prepared.segment(prompts, None), ask(prepared, prompts))
